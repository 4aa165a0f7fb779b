namespace Strata.Engine.Transactions;

/// <summary>SQL's isolation levels, weakest first. READ UNCOMMITTED behaves as READ COMMITTED, as in PostgreSQL.</summary>
public enum IsolationLevel
{
    ReadUncommitted,
    ReadCommitted,
    RepeatableRead,
    Serializable,
}
