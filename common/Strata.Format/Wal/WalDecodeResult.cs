namespace Strata.Format.Wal;

/// <summary>What a decoder found at a position of the log.</summary>
public enum WalDecodeResult
{
    /// <summary>A whole, checked record.</summary>
    Record,

    /// <summary>What is there may be the beginning of a record; more bytes are needed to say.</summary>
    NeedMore,

    /// <summary>No record begins here: zeros of a preallocated segment, a torn write, bit rot or bytes of another position.</summary>
    Corrupt,
}
