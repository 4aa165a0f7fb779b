using Strata.Format;

namespace Strata.Engine.Storage.BTree;

/// <summary>Judges the heap row of an index entry that has the key about to be inserted. Called without latches: it may read pages.</summary>
public interface IUniqueCheck
{
    /// <summary>
    /// Judges all versions reachable from an entry's TID; <paramref name="waitXid"/> is the transaction to wait for when the verdict is
    /// <see cref="UniqueVerdict.InProgress"/>.
    /// </summary>
    UniqueVerdict Judge(Tid tid, out ulong waitXid);
}
