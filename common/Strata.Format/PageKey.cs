using System.Buffers.Binary;

namespace Strata.Format;

/// <summary>Which of a storage's page streams a page belongs to.</summary>
public enum Fork : byte
{
    /// <summary>The data itself: heap or index pages, commit log, counters.</summary>
    Main = 0,

    /// <summary>Free-space map.</summary>
    FreeSpace = 1,

    /// <summary>Visibility map.</summary>
    Visibility = 2,

    /// <summary>One page, block 0: size in blocks and other metadata of the storage.</summary>
    Meta = 3,
}

/// <summary>
/// The address of a page within a timeline. <paramref name="Database"/> is the database's OID, 0 for what all databases of
/// the timeline share; <paramref name="Storage"/> is a 64-bit number that is never reused and is not an OID (see
/// <see cref="SystemStorage"/> for the fixed ones).
/// </summary>
/// <remarks>Order: database, storage, fork, block. Encoded in 17 bytes, big-endian, so that memcmp gives the same order.</remarks>
public readonly record struct PageKey(uint Database, ulong Storage, Fork Fork, uint Block) : IComparable<PageKey>
{
    /// <summary>Size in bytes of the binary form: database 4, storage 8, fork 1, block 4.</summary>
    public const int SizeBytes = 17;

    public static PageKey MinValue => default;
    public static PageKey MaxValue => new(uint.MaxValue, ulong.MaxValue, (Fork)byte.MaxValue, uint.MaxValue);

    public int CompareTo(PageKey other)
    {
        int order = Database.CompareTo(other.Database);
        if (order == 0)
            order = Storage.CompareTo(other.Storage);
        if (order == 0)
            order = ((byte)Fork).CompareTo((byte)other.Fork);
        return order == 0 ? Block.CompareTo(other.Block) : order;
    }

    public static bool operator <(PageKey left, PageKey right) => left.CompareTo(right) < 0;
    public static bool operator >(PageKey left, PageKey right) => left.CompareTo(right) > 0;
    public static bool operator <=(PageKey left, PageKey right) => left.CompareTo(right) <= 0;
    public static bool operator >=(PageKey left, PageKey right) => left.CompareTo(right) >= 0;

    /// <summary>Writes the binary form into the first <see cref="SizeBytes"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Database);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], Storage);
        destination[12] = (byte)Fork;
        BinaryPrimitives.WriteUInt32BigEndian(destination[13..], Block);
    }

    /// <summary>Reads the binary form. Every bit pattern is a key.</summary>
    public static PageKey Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32BigEndian(source),
        BinaryPrimitives.ReadUInt64BigEndian(source[4..]),
        (Fork)source[12],
        BinaryPrimitives.ReadUInt32BigEndian(source[13..]));

    public override string ToString() => $"{Database}/{Storage}/{Fork}/{Block}";
}

/// <summary>Storage ids below <see cref="FirstUser"/>, all in database 0.</summary>
public static class SystemStorage
{
    /// <summary>Commit log: 2 bits per transaction id.</summary>
    public const ulong CommitLog = 1;

    /// <summary>Counters: next transaction id, next OID, next storage id, and the format level of the timeline.</summary>
    public const ulong Counters = 2;

    /// <summary>Sparse map from commit time to LSN.</summary>
    public const ulong TimeIndex = 3;

    /// <summary>Sub-transaction parents of prepared transactions.</summary>
    public const ulong PreparedTransactions = 4;

    /// <summary>Top-level transactions of the sub-transactions whose outcome the commit log does not tell itself.</summary>
    public const ulong Subtransactions = 5;

    /// <summary>Ids of catalog heaps and user relations begin here.</summary>
    public const ulong FirstUser = 1000;
}
