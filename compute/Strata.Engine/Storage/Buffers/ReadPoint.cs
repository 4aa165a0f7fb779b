using Strata.Format;

namespace Strata.Engine.Storage.Buffers;

/// <summary>
/// Which state of the timeline a page access means: the live one, which this compute writes, or the state at an LSN. Part of the buffer pool's key: the
/// live page and the page at an LSN are different pages. Historical pages are never changed and are read without live transaction state or hints.
/// </summary>
public readonly record struct ReadPoint
{
    private readonly ulong _lsn;

    private ReadPoint(ulong lsn) => _lsn = lsn;

    /// <summary>The newest state, changed by this compute.</summary>
    public static ReadPoint Live => default;

    /// <summary>The state that holds every record ending at or below <paramref name="lsn"/>, which may not be zero.</summary>
    public static ReadPoint At(Lsn lsn)
    {
        Invariant.Check(!lsn.IsZero && lsn != Lsn.Max);
        return new ReadPoint(lsn.Value);
    }

    public bool IsLive => _lsn == 0;

    /// <summary>The LSN to read at: <see cref="Format.Lsn.Max"/> for the live state.</summary>
    public Lsn Lsn => IsLive ? Lsn.Max : new Lsn(_lsn);

    /// <summary>Zero for live: the form kept in the frame table.</summary>
    internal ulong Raw => _lsn;

    internal static ReadPoint FromRaw(ulong raw) => new(raw);
}
