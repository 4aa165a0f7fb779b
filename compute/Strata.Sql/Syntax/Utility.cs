namespace Strata.Sql.Syntax;

/// <summary>EXPLAIN. The old syntax gives the options <c>analyze</c> and <c>verbose</c> without values.</summary>
public sealed record ExplainStatement(Statement Query, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>PREPARE.</summary>
public sealed record PrepareStatement(string Name, SyntaxList<TypeName> ParameterTypes, Statement Query, int Position) : Statement(Position);

/// <summary>EXECUTE.</summary>
public sealed record ExecuteStatement(string Name, SyntaxList<Expression> Arguments, int Position) : Statement(Position);

/// <summary>DEALLOCATE; null is ALL.</summary>
public sealed record DeallocateStatement(string? Name, int Position) : Statement(Position);

/// <summary>DECLARE CURSOR.</summary>
public sealed record DeclareCursorStatement(string Name, SelectStatement Query, int Position) : Statement(Position)
{
    /// <summary>BINARY.</summary>
    public bool IsBinary { get; init; }

    /// <summary>SCROLL (true), NO SCROLL (false), not given (null).</summary>
    public bool? IsScroll { get; init; }

    /// <summary>INSENSITIVE.</summary>
    public bool IsInsensitive { get; init; }

    /// <summary>ASENSITIVE.</summary>
    public bool IsAsensitive { get; init; }

    /// <summary>WITH HOLD.</summary>
    public bool IsHold { get; init; }
}

/// <summary>Directions of FETCH and MOVE.</summary>
public enum FetchDirection
{
    /// <summary>Forward.</summary>
    Forward,

    /// <summary>Backward.</summary>
    Backward,

    /// <summary>ABSOLUTE n (FIRST is 1, LAST is -1).</summary>
    Absolute,

    /// <summary>RELATIVE n.</summary>
    Relative,
}

/// <summary>FETCH or MOVE; ALL has the count <see cref="All"/>.</summary>
public sealed record FetchStatement(FetchDirection Direction, long Count, string CursorName, bool IsMove, int Position) : Statement(Position)
{
    /// <summary>Count that stands for ALL.</summary>
    public const long All = long.MaxValue;
}

/// <summary>CLOSE; null is ALL.</summary>
public sealed record CloseStatement(string? CursorName, int Position) : Statement(Position);

/// <summary>A relation of VACUUM or ANALYZE.</summary>
public sealed record VacuumRelation(RelationName Relation, SyntaxList<string> Columns, int Position) : SyntaxNode(Position);

/// <summary>VACUUM, or ANALYZE alone; old-style words become options (<c>full</c>, <c>freeze</c>, <c>verbose</c>, <c>analyze</c>).</summary>
public sealed record VacuumStatement(
    bool IsVacuum, SyntaxList<DefinitionElement> Options, SyntaxList<VacuumRelation> Relations, int Position) : Statement(Position);

/// <summary>CLUSTER; without a relation all clustered tables.</summary>
public sealed record ClusterStatement(
    RelationName? Relation, string? IndexName, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>What REINDEX rebuilds.</summary>
public enum ReindexKind
{
    /// <summary>INDEX.</summary>
    Index,

    /// <summary>TABLE.</summary>
    Table,

    /// <summary>SCHEMA.</summary>
    Schema,

    /// <summary>SYSTEM.</summary>
    System,

    /// <summary>DATABASE.</summary>
    Database,
}

/// <summary>REINDEX; relation for INDEX and TABLE, name for the others. CONCURRENTLY is the option <c>concurrently</c>.</summary>
public sealed record ReindexStatement(
    ReindexKind Kind, RelationName? Relation, string? Name, SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>CHECKPOINT.</summary>
public sealed record CheckpointStatement(int Position) : Statement(Position);

/// <summary>What DISCARD throws away.</summary>
public enum DiscardKind
{
    /// <summary>ALL.</summary>
    All,

    /// <summary>PLANS.</summary>
    Plans,

    /// <summary>SEQUENCES.</summary>
    Sequences,

    /// <summary>TEMP.</summary>
    Temp,
}

/// <summary>DISCARD.</summary>
public sealed record DiscardStatement(DiscardKind Kind, int Position) : Statement(Position);

/// <summary>LISTEN.</summary>
public sealed record ListenStatement(string Channel, int Position) : Statement(Position);

/// <summary>UNLISTEN; null is <c>*</c>.</summary>
public sealed record UnlistenStatement(string? Channel, int Position) : Statement(Position);

/// <summary>NOTIFY.</summary>
public sealed record NotifyStatement(string Channel, string? Payload, int Position) : Statement(Position);

/// <summary>LOAD.</summary>
public sealed record LoadStatement(string FileName, int Position) : Statement(Position);

/// <summary>DO: options <c>as</c> and <c>language</c>.</summary>
public sealed record DoStatement(SyntaxList<DefinitionElement> Options, int Position) : Statement(Position);

/// <summary>CALL.</summary>
public sealed record CallStatement(FunctionCall Call, int Position) : Statement(Position);

/// <summary>COMMENT ON; a null text removes the comment.</summary>
public sealed record CommentStatement(ObjectKind Kind, ObjectReference Object, string? Text, int Position) : Statement(Position);

/// <summary>SECURITY LABEL; a null label removes it.</summary>
public sealed record SecurityLabelStatement(
    ObjectKind Kind, ObjectReference Object, string? Provider, string? Label, int Position) : Statement(Position);

/// <summary>DROP of any kind of object (databases, roles, tablespaces, owned and user mappings have their own).</summary>
public sealed record DropStatement(
    ObjectKind Kind, SyntaxList<ObjectReference> Objects, bool IfExists, DropBehavior Behavior, bool IsConcurrent, int Position) : Statement(Position);

/// <summary>
/// ALTER … RENAME. For a column or attribute, <paramref name="SubName"/> is its name and <see cref="RelationKind"/> the kind
/// of what contains it; for a table constraint, SubName is the constraint.
/// </summary>
public sealed record RenameStatement(
    ObjectKind Kind, ObjectReference Object, string? SubName, string NewName, bool IfExists, int Position) : Statement(Position)
{
    /// <summary>Kind of the relation that contains the renamed column.</summary>
    public ObjectKind? RelationKind { get; init; }

    /// <summary>CASCADE or RESTRICT of RENAME ATTRIBUTE.</summary>
    public DropBehavior Behavior { get; init; }

    /// <summary>The relation, where the object is one; keeps ONLY.</summary>
    public RelationName? Relation { get; init; }
}

/// <summary>ALTER … SET SCHEMA.</summary>
public sealed record AlterObjectSchemaStatement(
    ObjectKind Kind, ObjectReference Object, string NewSchema, bool IfExists, int Position) : Statement(Position)
{
    /// <summary>The relation, where the object is one; keeps ONLY.</summary>
    public RelationName? Relation { get; init; }
}

/// <summary>ALTER … OWNER TO, for objects that are not relations.</summary>
public sealed record AlterOwnerStatement(ObjectKind Kind, ObjectReference Object, RoleReference NewOwner, int Position) : Statement(Position);

/// <summary>ALTER … [NO] DEPENDS ON EXTENSION.</summary>
public sealed record AlterObjectDependsStatement(
    ObjectKind Kind, ObjectReference Object, string Extension, bool IsRemove, int Position) : Statement(Position);
