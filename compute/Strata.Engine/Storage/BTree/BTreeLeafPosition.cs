using Strata.Format;

namespace Strata.Engine.Storage.BTree;

/// <summary>The leaf that a lookup read, as it was then. Default: no leaf (the entries were on several, or the read point is not live).</summary>
/// <param name="Block">The leaf.</param>
/// <param name="Lsn">Its LSN at the lookup.</param>
public readonly record struct BTreeLeafPosition(uint Block, Lsn Lsn);
