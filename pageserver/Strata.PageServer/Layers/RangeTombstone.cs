using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>What a tombstone ends. Values are stored: they only grow.</summary>
internal enum TombstoneScope : byte
{
    /// <summary>One fork from a block on.</summary>
    Fork = 0,

    /// <summary>A storage with all its forks.</summary>
    Storage = 1,

    /// <summary>All storages of a database.</summary>
    Database = 2,
}

/// <summary>
/// The end of a range of pages: at <paramref name="At"/> they ceased to exist. Reads at or above it see zeroes until the block's next init.
/// </summary>
internal readonly record struct RangeTombstone(TombstoneScope Scope, uint Database, ulong Storage, Fork Fork, uint FromBlock, Lsn At)
{
    public bool Covers(PageKey key) => key.Database == Database && Scope switch
    {
        TombstoneScope.Database => true,
        TombstoneScope.Storage => key.Storage == Storage,
        _ => key.Storage == Storage && key.Fork == Fork && key.Block >= FromBlock,
    };
}
