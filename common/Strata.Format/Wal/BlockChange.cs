namespace Strata.Format.Wal;

/// <summary>One change of one page, as found in a record. Valid as long as the record's bytes are.</summary>
public readonly ref struct BlockChange(PageKey key, ReadOnlySpan<byte> change, int offsetInRecord)
{
    /// <summary>The page; for a tombstone, where it begins.</summary>
    public PageKey Key { get; } = key;

    /// <summary>Op, version and payload: what <c>PageOps.Apply</c> takes.</summary>
    public ReadOnlySpan<byte> Change { get; } = change;

    /// <summary>Where the change begins, counted from the record's first byte.</summary>
    public int OffsetInRecord { get; } = offsetInRecord;
}
