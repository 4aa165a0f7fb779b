namespace Strata.Engine.Transactions;

/// <summary>PostgreSQL's eight modes of table-level locks, weakest first.</summary>
public enum RelationLockMode : byte
{
    AccessShare = 1,
    RowShare = 2,
    RowExclusive = 3,
    ShareUpdateExclusive = 4,
    Share = 5,
    ShareRowExclusive = 6,
    Exclusive = 7,
    AccessExclusive = 8,
}
