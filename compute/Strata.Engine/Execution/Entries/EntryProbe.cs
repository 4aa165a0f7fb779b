using Strata.Engine.Storage.BTree;
using Strata.Format;

namespace Strata.Engine.Execution.Entries;

/// <summary>Looks which class of entries comes next.</summary>
internal static class EntryProbe
{
    /// <summary>Throws when an entry has not the length of its class.</summary>
    public static void CheckLength(ReadOnlySpan<byte> key, int bytes)
    {
        if (key.Length != bytes)
            throw new CorruptPageException("corrupt index: an entry of another length than its class has");
    }

    /// <summary>The byte behind <paramref name="prefix"/> in the first entry at or behind <paramref name="lower"/> that begins with it; <paramref name="none"/> without one.</summary>
    public static int FirstByte(EntryScan scan, BTreeScan cursor, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> prefix, int none)
    {
        scan.Open(cursor, new BTreeRange { HasLower = true, Lower = lower, LowerInclusive = true, HasUpper = true, Upper = prefix, UpperInclusive = true }, withKeys: true);
        return cursor.NextBatch(scan.Cancellation) ? cursor.Key(0)[prefix.Length] : none;
    }
}
