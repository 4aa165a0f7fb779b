using Strata.Format;

namespace Strata.Engine.Storage.BTree;

/// <summary>How an insertion into a unique index ended.</summary>
/// <param name="Outcome"><see cref="UniqueVerdict.Dead"/>: inserted. Else nothing was inserted, because of the row at <paramref name="Tid"/>.</param>
/// <param name="Tid">The row that is in the way.</param>
/// <param name="WaitXid">The transaction to wait for before trying again, when the outcome is <see cref="UniqueVerdict.InProgress"/>.</param>
public readonly record struct UniqueInsertResult(UniqueVerdict Outcome, Tid Tid, ulong WaitXid)
{
    public bool IsInserted => Outcome == UniqueVerdict.Dead;
}
