namespace Strata.Format.Wal;

/// <summary>Constants of the log.</summary>
public static class WalFormat
{
    /// <summary>Size of a segment in bytes; a record may cross segments.</summary>
    public const int SegmentBytes = 16 << 20;

    /// <summary>Most bytes of one record, header included. Decoders refuse longer ones before they buffer anything.</summary>
    public const int MaxRecordBytes = 1 << 20;

    /// <summary>Bytes of the fixed part of the record header.</summary>
    public const int FixedHeaderBytes = 14;

    /// <summary>Fewest bytes of a record: fixed header, one byte of xid, one byte of change count.</summary>
    public const int MinRecordBytes = FixedHeaderBytes + 2;

    /// <summary>Most bytes that a change costs besides its own: page key, length.</summary>
    public const int MaxChangeOverheadBytes = 1 + 5 + 10 + 5 + 3;

    /// <summary>The format level that this build writes; a timeline's counter page holds the level it may use.</summary>
    public const ulong FormatLevel = 1;
}
