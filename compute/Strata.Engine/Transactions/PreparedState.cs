using System.Text;
using Strata.Format;

namespace Strata.Engine.Transactions;

/// <summary>
/// What a prepared transaction needs to be ended by another session or another life of the compute. As bytes:
/// <code>
/// string gid · u32 role · u32 database · i64 prepared at (µs since 2000) · u8 isolation · bool catalog changes · u32 next command
/// i32 n · n × u64 transaction ids, ascending · i32 n · n × (u32 database, u64 storage) to drop at commit · the same for rollback
/// i32 n · n × (u8 kind, u32 database, u64 id, u64 part, u8 mode) locks in the order of acquisition · the same for row locks
/// </code>
/// </summary>
internal sealed record PreparedState(string Gid, uint Role, uint Database, long PreparedAt)
{
    public IsolationLevel Isolation { get; init; }

    /// <summary>It changed catalogs: who recovered it reads them again after its commit.</summary>
    public bool HasCatalogChanges { get; init; }

    public uint CommandId { get; init; }

    public required ulong[] Xids { get; init; }

    public required (uint Database, ulong Storage)[] CommitDrops { get; init; }

    public required (uint Database, ulong Storage)[] AbortDrops { get; init; }

    public required (LockTag Tag, byte Mode)[] Locks { get; init; }

    public required (LockTag Tag, byte Mode)[] RowLocks { get; init; }

    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Gid);
        writer.Write(Role);
        writer.Write(Database);
        writer.Write(PreparedAt);
        writer.Write((byte)Isolation);
        writer.Write(HasCatalogChanges);
        writer.Write(CommandId);
        writer.Write(Xids.Length);
        foreach (ulong xid in Xids)
            writer.Write(xid);
        Write(writer, CommitDrops);
        Write(writer, AbortDrops);
        Write(writer, Locks);
        Write(writer, RowLocks);
        writer.Flush();
        return stream.ToArray();
    }

    public static PreparedState Decode(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        string gid = reader.ReadString();
        uint role = reader.ReadUInt32(), database = reader.ReadUInt32();
        long preparedAt = reader.ReadInt64();
        var isolation = (IsolationLevel)reader.ReadByte();
        bool hasCatalogChanges = reader.ReadBoolean();
        uint command = reader.ReadUInt32();
        var xids = new ulong[reader.ReadInt32()];
        for (int i = 0; i < xids.Length; i++)
            xids[i] = reader.ReadUInt64();
        var state = new PreparedState(gid, role, database, preparedAt)
        {
            Isolation = isolation,
            HasCatalogChanges = hasCatalogChanges,
            CommandId = command,
            Xids = xids,
            CommitDrops = ReadDrops(reader),
            AbortDrops = ReadDrops(reader),
            Locks = ReadLocks(reader),
            RowLocks = ReadLocks(reader),
        };
        Invariant.Check(stream.Position == stream.Length && xids.Length > 0);
        return state;
    }

    private static void Write(BinaryWriter writer, (uint Database, ulong Storage)[] drops)
    {
        writer.Write(drops.Length);
        foreach ((uint database, ulong storage) in drops)
        {
            writer.Write(database);
            writer.Write(storage);
        }
    }

    private static void Write(BinaryWriter writer, (LockTag Tag, byte Mode)[] locks)
    {
        writer.Write(locks.Length);
        foreach ((LockTag tag, byte mode) in locks)
        {
            writer.Write((byte)tag.Kind);
            writer.Write(tag.Database);
            writer.Write(tag.Id);
            writer.Write(tag.Part);
            writer.Write(mode);
        }
    }

    private static (uint Database, ulong Storage)[] ReadDrops(BinaryReader reader)
    {
        var drops = new (uint Database, ulong Storage)[reader.ReadInt32()];
        for (int i = 0; i < drops.Length; i++)
            drops[i] = (reader.ReadUInt32(), reader.ReadUInt64());
        return drops;
    }

    private static (LockTag Tag, byte Mode)[] ReadLocks(BinaryReader reader)
    {
        var locks = new (LockTag Tag, byte Mode)[reader.ReadInt32()];
        for (int i = 0; i < locks.Length; i++)
            locks[i] = (new LockTag((LockKind)reader.ReadByte(), reader.ReadUInt32(), reader.ReadUInt64(), reader.ReadUInt64()), reader.ReadByte());
        return locks;
    }
}
