using Strata.Format.Wal;

namespace Strata.Format.Pages.Ops;

// Truncate 1:      no payload; key = first block of the fork that is gone
// DropDatabase 1:  no payload; key = the database, storage 0
// DropStorage 1:   key = the first storage, Main, 0; payload repeated:
//
//   v  gap   a further storage of the same database: ascending, relative to the one before

/// <summary>
/// Changes that end pages. They take effect for reads at and above the record's LSN, never touch history below it, and
/// are carried out by whoever keeps pages; <see cref="PageOps.Apply"/> refuses them. A storage id is never reused, so
/// nothing may follow a drop; after a truncation a block begins again with an init.
/// </summary>
public static class Tombstone
{
    /// <summary>Encodes a truncation, for a change whose key is the first block that is gone.</summary>
    public static void EncodeTruncate(ref ByteWriter writer) => PageOps.WriteOp(ref writer, PageOp.Truncate);

    /// <summary>Adds to a record: the fork of <paramref name="firstGone"/> ends before its block.</summary>
    public static void AddTruncate(ref WalRecordWriter record, PageKey firstGone)
    {
        ByteWriter writer = record.BeginChange(firstGone);
        EncodeTruncate(ref writer);
        record.EndChange(in writer);
    }

    /// <summary>Adds to a record: these storages (ascending) of a database are gone.</summary>
    public static void AddDropStorages(ref WalRecordWriter record, uint database, scoped ReadOnlySpan<ulong> storages)
    {
        ByteWriter writer = record.BeginChange(new PageKey(database, storages[0], Fork.Main, 0));
        PageOps.WriteOp(ref writer, PageOp.DropStorage);
        for (int i = 1; i < storages.Length; i++)
        {
            Invariant.Check(storages[i] > storages[i - 1]);
            writer.WriteVarint(storages[i] - storages[i - 1]);
        }
        record.EndChange(in writer);
    }

    /// <summary>Adds to a record: all storages of a database are gone.</summary>
    public static void AddDropDatabase(ref WalRecordWriter record, uint database)
    {
        ByteWriter writer = record.BeginChange(new PageKey(database, 0, Fork.Main, 0));
        PageOps.WriteOp(ref writer, PageOp.DropDatabase);
        record.EndChange(in writer);
    }

    /// <summary>The storages that a DropStorage change names. Throws <see cref="CorruptPageException"/> when it is not one.</summary>
    public static List<ulong> ReadDroppedStorages(PageKey key, scoped ReadOnlySpan<byte> change)
    {
        var reader = new ByteReader(change);
        CorruptPageException.Unless(PageOps.ReadOp(ref reader, out byte version) == PageOp.DropStorage && version == 1);
        List<ulong> storages = [key.Storage];
        while (reader.Remaining > 0 && !reader.Failed)
            storages.Add(storages[^1] + reader.ReadVarint());
        reader.EnsureComplete("drop storage");
        return storages;
    }
}
