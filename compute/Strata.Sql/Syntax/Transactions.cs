namespace Strata.Sql.Syntax;

/// <summary>Transaction commands.</summary>
public enum TransactionKind
{
    /// <summary>BEGIN.</summary>
    Begin,

    /// <summary>START TRANSACTION.</summary>
    Start,

    /// <summary>COMMIT or END.</summary>
    Commit,

    /// <summary>ROLLBACK or ABORT.</summary>
    Rollback,

    /// <summary>SAVEPOINT.</summary>
    Savepoint,

    /// <summary>RELEASE SAVEPOINT.</summary>
    Release,

    /// <summary>ROLLBACK TO SAVEPOINT.</summary>
    RollbackTo,

    /// <summary>PREPARE TRANSACTION.</summary>
    Prepare,

    /// <summary>COMMIT PREPARED.</summary>
    CommitPrepared,

    /// <summary>ROLLBACK PREPARED.</summary>
    RollbackPrepared,
}

/// <summary>A transaction command.</summary>
public sealed record TransactionStatement(TransactionKind Kind, int Position) : Statement(Position)
{
    /// <summary>Modes of BEGIN and START.</summary>
    public SyntaxList<TransactionMode> Modes { get; init; }

    /// <summary>Savepoint name.</summary>
    public string? SavepointName { get; init; }

    /// <summary>Identifier of a prepared transaction.</summary>
    public string? GlobalId { get; init; }

    /// <summary>AND CHAIN.</summary>
    public bool IsChain { get; init; }
}

/// <summary>Transaction modes.</summary>
public enum TransactionModeKind
{
    /// <summary>ISOLATION LEVEL READ UNCOMMITTED.</summary>
    ReadUncommitted,

    /// <summary>ISOLATION LEVEL READ COMMITTED.</summary>
    ReadCommitted,

    /// <summary>ISOLATION LEVEL REPEATABLE READ.</summary>
    RepeatableRead,

    /// <summary>ISOLATION LEVEL SERIALIZABLE.</summary>
    Serializable,

    /// <summary>READ ONLY.</summary>
    ReadOnly,

    /// <summary>READ WRITE.</summary>
    ReadWrite,

    /// <summary>DEFERRABLE.</summary>
    Deferrable,

    /// <summary>NOT DEFERRABLE.</summary>
    NotDeferrable,
}

/// <summary>A transaction mode with its place.</summary>
public sealed record TransactionMode(TransactionModeKind Kind, int Position) : SyntaxNode(Position);

/// <summary>Forms of SET and RESET.</summary>
public enum SetKind
{
    /// <summary>SET name TO values.</summary>
    Value,

    /// <summary>SET name TO DEFAULT.</summary>
    Default,

    /// <summary>SET name FROM CURRENT.</summary>
    FromCurrent,

    /// <summary>SET TRANSACTION modes.</summary>
    Transaction,

    /// <summary>SET SESSION CHARACTERISTICS AS TRANSACTION modes.</summary>
    SessionCharacteristics,

    /// <summary>SET TRANSACTION SNAPSHOT.</summary>
    TransactionSnapshot,

    /// <summary>RESET name.</summary>
    Reset,

    /// <summary>RESET ALL.</summary>
    ResetAll,
}

/// <summary>
/// SET or RESET. Special spellings are turned into names as in PostgreSQL: TIME ZONE is <c>timezone</c>, NAMES is
/// <c>client_encoding</c>, SCHEMA is <c>search_path</c>, SESSION AUTHORIZATION is <c>session_authorization</c>, ROLE is <c>role</c>.
/// </summary>
public sealed record SetStatement(SetKind Kind, string? Name, int Position) : Statement(Position)
{
    /// <summary>Literals; <c>SET TIME ZONE INTERVAL …</c> has a <see cref="CastExpression"/>.</summary>
    public SyntaxList<Expression> Values { get; init; }

    /// <summary>LOCAL.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Modes of SET TRANSACTION.</summary>
    public SyntaxList<TransactionMode> Modes { get; init; }
}

/// <summary>SHOW; null is SHOW ALL.</summary>
public sealed record ShowStatement(string? Name, int Position) : Statement(Position);

/// <summary>SET CONSTRAINTS; no names is ALL.</summary>
public sealed record SetConstraintsStatement(SyntaxList<RelationName> Constraints, bool IsDeferred, int Position) : Statement(Position);

/// <summary>Lock modes of LOCK TABLE, weakest first, with PostgreSQL's numbers.</summary>
public enum TableLockMode
{
    /// <summary>ACCESS SHARE.</summary>
    AccessShare = 1,

    /// <summary>ROW SHARE.</summary>
    RowShare = 2,

    /// <summary>ROW EXCLUSIVE.</summary>
    RowExclusive = 3,

    /// <summary>SHARE UPDATE EXCLUSIVE.</summary>
    ShareUpdateExclusive = 4,

    /// <summary>SHARE.</summary>
    Share = 5,

    /// <summary>SHARE ROW EXCLUSIVE.</summary>
    ShareRowExclusive = 6,

    /// <summary>EXCLUSIVE.</summary>
    Exclusive = 7,

    /// <summary>ACCESS EXCLUSIVE, the default.</summary>
    AccessExclusive = 8,
}

/// <summary>LOCK TABLE.</summary>
public sealed record LockStatement(SyntaxList<RelationName> Relations, TableLockMode Mode, bool IsNoWait, int Position) : Statement(Position);
