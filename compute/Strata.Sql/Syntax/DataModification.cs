namespace Strata.Sql.Syntax;

/// <summary>A target column of INSERT, UPDATE or MERGE, with subscripts and fields: <c>a</c>, <c>a[1]</c>, <c>a.b</c>.</summary>
public sealed record AssignmentTarget(string Column, SyntaxList<IndirectionElement> Indirection, int Position) : SyntaxNode(Position);

/// <summary><c>a = value</c>, or <c>(a, b) = value</c> where <paramref name="IsRow"/> and the value yields a row.</summary>
public sealed record Assignment(SyntaxList<AssignmentTarget> Targets, bool IsRow, Expression Value, int Position) : SyntaxNode(Position);

/// <summary>OVERRIDING clause.</summary>
public enum OverridingKind
{
    /// <summary>Not given.</summary>
    None,

    /// <summary>OVERRIDING USER VALUE.</summary>
    UserValue,

    /// <summary>OVERRIDING SYSTEM VALUE.</summary>
    SystemValue,
}

/// <summary>INSERT. <paramref name="Source"/> is null for DEFAULT VALUES.</summary>
public sealed record InsertStatement(RelationName Relation, SelectStatement? Source, int Position) : Statement(Position)
{
    /// <summary>WITH clause.</summary>
    public WithClause? With { get; init; }

    /// <summary>Alias of the target.</summary>
    public string? Alias { get; init; }

    /// <summary>Target columns; empty if none were named.</summary>
    public SyntaxList<AssignmentTarget> Columns { get; init; }

    /// <summary>OVERRIDING.</summary>
    public OverridingKind Overriding { get; init; }

    /// <summary>ON CONFLICT.</summary>
    public OnConflictClause? OnConflict { get; init; }

    /// <summary>RETURNING.</summary>
    public SyntaxList<TargetItem> Returning { get; init; }
}

/// <summary><c>ON CONFLICT [target] DO NOTHING | DO UPDATE SET …</c>.</summary>
public sealed record OnConflictClause(bool IsUpdate, int Position) : SyntaxNode(Position)
{
    /// <summary>Inferred index: columns and expressions.</summary>
    public SyntaxList<IndexElement> Elements { get; init; }

    /// <summary>Predicate of the inferred index.</summary>
    public Expression? ElementsWhere { get; init; }

    /// <summary>ON CONSTRAINT name.</summary>
    public string? ConstraintName { get; init; }

    /// <summary>SET clause.</summary>
    public SyntaxList<Assignment> Assignments { get; init; }

    /// <summary>WHERE of DO UPDATE.</summary>
    public Expression? Where { get; init; }
}

/// <summary>UPDATE.</summary>
public sealed record UpdateStatement(RelationName Relation, SyntaxList<Assignment> Assignments, int Position) : Statement(Position)
{
    /// <summary>WITH clause.</summary>
    public WithClause? With { get; init; }

    /// <summary>Alias of the target.</summary>
    public string? Alias { get; init; }

    /// <summary>FROM.</summary>
    public SyntaxList<FromItem> From { get; init; }

    /// <summary>WHERE; may be a <see cref="CurrentOfExpression"/>.</summary>
    public Expression? Where { get; init; }

    /// <summary>RETURNING.</summary>
    public SyntaxList<TargetItem> Returning { get; init; }
}

/// <summary>DELETE.</summary>
public sealed record DeleteStatement(RelationName Relation, int Position) : Statement(Position)
{
    /// <summary>WITH clause.</summary>
    public WithClause? With { get; init; }

    /// <summary>Alias of the target.</summary>
    public string? Alias { get; init; }

    /// <summary>USING.</summary>
    public SyntaxList<FromItem> Using { get; init; }

    /// <summary>WHERE; may be a <see cref="CurrentOfExpression"/>.</summary>
    public Expression? Where { get; init; }

    /// <summary>RETURNING.</summary>
    public SyntaxList<TargetItem> Returning { get; init; }
}

/// <summary>MERGE.</summary>
public sealed record MergeStatement(
    RelationName Relation, FromItem Source, Expression On, SyntaxList<MergeWhen> Whens, int Position) : Statement(Position)
{
    /// <summary>WITH clause.</summary>
    public WithClause? With { get; init; }

    /// <summary>Alias of the target.</summary>
    public string? Alias { get; init; }
}

/// <summary>Actions of MERGE.</summary>
public enum MergeAction
{
    /// <summary>DO NOTHING.</summary>
    DoNothing,

    /// <summary>INSERT.</summary>
    Insert,

    /// <summary>UPDATE SET.</summary>
    Update,

    /// <summary>DELETE.</summary>
    Delete,
}

/// <summary><c>WHEN [NOT] MATCHED [AND condition] THEN action</c>.</summary>
public sealed record MergeWhen(bool IsMatched, Expression? Condition, MergeAction Action, int Position) : SyntaxNode(Position)
{
    /// <summary>SET of UPDATE.</summary>
    public SyntaxList<Assignment> Assignments { get; init; }

    /// <summary>Columns of INSERT.</summary>
    public SyntaxList<AssignmentTarget> Columns { get; init; }

    /// <summary>OVERRIDING of INSERT.</summary>
    public OverridingKind Overriding { get; init; }

    /// <summary>VALUES of INSERT; empty for DEFAULT VALUES.</summary>
    public SyntaxList<Expression> Values { get; init; }
}

/// <summary>
/// COPY. One of <see cref="Relation"/> and <see cref="Query"/> is set. Options of the old syntax are turned into the same
/// list: <c>BINARY</c> is <c>format 'binary'</c>, <c>CSV HEADER</c> is <c>format 'csv', header</c> (no value: true).
/// </summary>
public sealed record CopyStatement(int Position) : Statement(Position)
{
    /// <summary>Table.</summary>
    public RelationName? Relation { get; init; }

    /// <summary>Columns; empty means all.</summary>
    public SyntaxList<string> Columns { get; init; }

    /// <summary>SELECT, or INSERT/UPDATE/DELETE with RETURNING.</summary>
    public Statement? Query { get; init; }

    /// <summary>FROM (into the table) rather than TO.</summary>
    public bool IsFrom { get; init; }

    /// <summary>PROGRAM.</summary>
    public bool IsProgram { get; init; }

    /// <summary>File or program; null for STDIN and STDOUT.</summary>
    public string? FileName { get; init; }

    /// <summary>Options.</summary>
    public SyntaxList<DefinitionElement> Options { get; init; }

    /// <summary>WHERE of COPY FROM.</summary>
    public Expression? Where { get; init; }
}
