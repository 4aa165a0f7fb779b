namespace Strata.Format.Pages.Maps;

/// <summary>Ids of the timeline's counters; they only grow and are never reused.</summary>
public static class CounterId
{
    /// <summary>Highest reserved transaction id, exclusive.</summary>
    public const int NextXid = 0;

    /// <summary>Highest reserved OID, exclusive.</summary>
    public const int NextOid = 1;

    /// <summary>Highest reserved storage id, exclusive.</summary>
    public const int NextStorage = 2;

    /// <summary>What a compute may emit: <see cref="Wal.WalFormat.FormatLevel"/>.</summary>
    public const int FormatLevel = 3;
}
