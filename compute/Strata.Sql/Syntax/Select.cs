namespace Strata.Sql.Syntax;

/// <summary>
/// SELECT, VALUES, TABLE or a set operation, with the clauses that apply to its whole result.
/// Parentheses leave no trace: <c>(SELECT 1) ORDER BY 1</c> is <c>SELECT 1 ORDER BY 1</c>.
/// </summary>
public sealed record SelectStatement(QueryBody Body, int Position) : Statement(Position)
{
    /// <summary>WITH clause.</summary>
    public WithClause? With { get; init; }

    /// <summary>ORDER BY.</summary>
    public SyntaxList<SortItem> OrderBy { get; init; }

    /// <summary>LIMIT or FETCH FIRST; null if absent or <c>LIMIT ALL</c> (see <see cref="IsLimitAll"/>).</summary>
    public Expression? Limit { get; init; }

    /// <summary><c>LIMIT ALL</c>.</summary>
    public bool IsLimitAll { get; init; }

    /// <summary><c>FETCH FIRST … WITH TIES</c>.</summary>
    public bool LimitWithTies { get; init; }

    /// <summary>OFFSET.</summary>
    public Expression? Offset { get; init; }

    /// <summary>FOR UPDATE and the like.</summary>
    public SyntaxList<LockingClause> Locking { get; init; }
}

/// <summary>What a SELECT statement computes before ordering and limits.</summary>
public abstract record QueryBody(int Position) : SyntaxNode(Position);

/// <summary>A simple SELECT.</summary>
public sealed record SelectBody(SyntaxList<TargetItem> Targets, int Position) : QueryBody(Position)
{
    /// <summary>DISTINCT or DISTINCT ON.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>Expressions of <c>DISTINCT ON</c>; empty for plain DISTINCT.</summary>
    public SyntaxList<Expression> DistinctOn { get; init; }

    /// <summary>INTO.</summary>
    public IntoClause? Into { get; init; }

    /// <summary>FROM.</summary>
    public SyntaxList<FromItem> From { get; init; }

    /// <summary>WHERE.</summary>
    public Expression? Where { get; init; }

    /// <summary>GROUP BY.</summary>
    public SyntaxList<GroupingItem> GroupBy { get; init; }

    /// <summary><c>GROUP BY DISTINCT</c>.</summary>
    public bool IsGroupByDistinct { get; init; }

    /// <summary>HAVING.</summary>
    public Expression? Having { get; init; }

    /// <summary>WINDOW.</summary>
    public SyntaxList<WindowDefinition> Windows { get; init; }

    /// <summary>Written as <c>TABLE name</c>; the targets are <c>*</c>.</summary>
    public bool IsTableCommand { get; init; }
}

/// <summary><c>VALUES (…), (…)</c>.</summary>
public sealed record ValuesBody(SyntaxList<SyntaxList<Expression>> Rows, int Position) : QueryBody(Position);

/// <summary>Set operations.</summary>
public enum SetOperationKind
{
    /// <summary>UNION.</summary>
    Union,

    /// <summary>INTERSECT.</summary>
    Intersect,

    /// <summary>EXCEPT.</summary>
    Except,
}

/// <summary><c>left UNION|INTERSECT|EXCEPT [ALL] right</c>.</summary>
public sealed record SetOperationBody(
    SetOperationKind Kind, bool IsAll, SelectStatement Left, SelectStatement Right, int Position) : QueryBody(Position);

/// <summary>
/// An item of a target list or of RETURNING. <paramref name="Alias"/> is null if none was given.
/// <c>*</c> and <c>t.*</c> are <see cref="ColumnReference"/>s (or <see cref="IndirectionExpression"/>s that end in a star).
/// </summary>
public sealed record TargetItem(Expression Value, string? Alias, int Position) : SyntaxNode(Position);

/// <summary>The table that SELECT INTO or CREATE TABLE AS fills.</summary>
public sealed record IntoClause(RelationName Relation, int Position) : SyntaxNode(Position)
{
    /// <summary>Column names.</summary>
    public SyntaxList<string> Columns { get; init; }

    /// <summary>USING method.</summary>
    public string? AccessMethod { get; init; }

    /// <summary>WITH options.</summary>
    public SyntaxList<DefinitionElement> Options { get; init; }

    /// <summary>ON COMMIT.</summary>
    public OnCommitAction OnCommit { get; init; }

    /// <summary>TABLESPACE.</summary>
    public string? Tablespace { get; init; }

    /// <summary>WITH NO DATA.</summary>
    public bool WithNoData { get; init; }
}

/// <summary>Sort direction.</summary>
public enum SortDirection
{
    /// <summary>Not given: ascending.</summary>
    Default,

    /// <summary>ASC.</summary>
    Ascending,

    /// <summary>DESC.</summary>
    Descending,

    /// <summary>USING operator.</summary>
    Using,
}

/// <summary>NULLS FIRST or LAST.</summary>
public enum NullsOrder
{
    /// <summary>Not given: last when ascending, first when descending.</summary>
    Default,

    /// <summary>NULLS FIRST.</summary>
    First,

    /// <summary>NULLS LAST.</summary>
    Last,
}

/// <summary>An item of ORDER BY; <paramref name="UsingOperator"/> is set for <see cref="SortDirection.Using"/>.</summary>
public sealed record SortItem(
    Expression Value, SortDirection Direction, OperatorName? UsingOperator, NullsOrder Nulls, int Position) : SyntaxNode(Position);

/// <summary>Row lock strengths.</summary>
public enum LockStrength
{
    /// <summary>FOR KEY SHARE.</summary>
    KeyShare,

    /// <summary>FOR SHARE.</summary>
    Share,

    /// <summary>FOR NO KEY UPDATE.</summary>
    NoKeyUpdate,

    /// <summary>FOR UPDATE.</summary>
    Update,
}

/// <summary>What to do with rows that are locked.</summary>
public enum LockWaitPolicy
{
    /// <summary>Wait.</summary>
    Block,

    /// <summary>SKIP LOCKED.</summary>
    SkipLocked,

    /// <summary>NOWAIT.</summary>
    NoWait,
}

/// <summary><c>FOR UPDATE OF t NOWAIT</c>; without tables it applies to all.</summary>
public sealed record LockingClause(
    LockStrength Strength, SyntaxList<RelationName> Relations, LockWaitPolicy WaitPolicy, int Position) : SyntaxNode(Position);

/// <summary>WITH clause.</summary>
public sealed record WithClause(bool IsRecursive, SyntaxList<CommonTableExpression> Items, int Position) : SyntaxNode(Position);

/// <summary>MATERIALIZED choice of a WITH item.</summary>
public enum CteMaterialization
{
    /// <summary>Not given.</summary>
    Default,

    /// <summary>MATERIALIZED.</summary>
    Always,

    /// <summary>NOT MATERIALIZED.</summary>
    Never,
}

/// <summary>An item of WITH; <paramref name="Statement"/> is SELECT, INSERT, UPDATE or DELETE.</summary>
public sealed record CommonTableExpression(
    string Name, SyntaxList<string> Columns, CteMaterialization Materialization, Statement Statement, int Position) : SyntaxNode(Position)
{
    /// <summary>SEARCH clause.</summary>
    public CteSearchClause? Search { get; init; }

    /// <summary>CYCLE clause.</summary>
    public CteCycleClause? Cycle { get; init; }
}

/// <summary><c>SEARCH DEPTH|BREADTH FIRST BY columns SET column</c>.</summary>
public sealed record CteSearchClause(bool IsBreadthFirst, SyntaxList<string> Columns, string SequenceColumn, int Position) : SyntaxNode(Position);

/// <summary><c>CYCLE columns SET mark [TO value DEFAULT value] USING path</c>.</summary>
public sealed record CteCycleClause(
    SyntaxList<string> Columns, string MarkColumn, Expression? MarkValue, Expression? MarkDefault, string PathColumn, int Position) : SyntaxNode(Position);

/// <summary>An item of GROUP BY.</summary>
public abstract record GroupingItem(int Position) : SyntaxNode(Position);

/// <summary>An expression to group by.</summary>
public sealed record GroupingValue(Expression Value, int Position) : GroupingItem(Position);

/// <summary><c>()</c>.</summary>
public sealed record EmptyGroupingSet(int Position) : GroupingItem(Position);

/// <summary>Kinds of grouping sets.</summary>
public enum GroupingSetKind
{
    /// <summary>ROLLUP.</summary>
    Rollup,

    /// <summary>CUBE.</summary>
    Cube,

    /// <summary>GROUPING SETS.</summary>
    Sets,
}

/// <summary><c>ROLLUP(…)</c>, <c>CUBE(…)</c> or <c>GROUPING SETS(…)</c>; a row <c>(a, b)</c> inside is one set.</summary>
public sealed record GroupingSet(GroupingSetKind Kind, SyntaxList<GroupingItem> Items, int Position) : GroupingItem(Position);

/// <summary>Frame units.</summary>
public enum FrameUnit
{
    /// <summary>RANGE (the default).</summary>
    Range,

    /// <summary>ROWS.</summary>
    Rows,

    /// <summary>GROUPS.</summary>
    Groups,
}

/// <summary>Kinds of frame bounds, in frame order.</summary>
public enum FrameBoundKind
{
    /// <summary>UNBOUNDED PRECEDING.</summary>
    UnboundedPreceding,

    /// <summary>offset PRECEDING.</summary>
    Preceding,

    /// <summary>CURRENT ROW.</summary>
    CurrentRow,

    /// <summary>offset FOLLOWING.</summary>
    Following,

    /// <summary>UNBOUNDED FOLLOWING.</summary>
    UnboundedFollowing,
}

/// <summary>A frame bound.</summary>
public sealed record FrameBound(FrameBoundKind Kind, Expression? Offset, int Position) : SyntaxNode(Position);

/// <summary>EXCLUDE clause of a frame.</summary>
public enum FrameExclusion
{
    /// <summary>NO OTHERS or absent.</summary>
    None,

    /// <summary>CURRENT ROW.</summary>
    CurrentRow,

    /// <summary>GROUP.</summary>
    Group,

    /// <summary>TIES.</summary>
    Ties,
}

/// <summary>A window frame; <paramref name="End"/> is null without BETWEEN (CURRENT ROW then).</summary>
public sealed record WindowFrame(
    FrameUnit Unit, FrameBound Start, FrameBound? End, FrameExclusion Exclusion, int Position) : SyntaxNode(Position);

/// <summary>
/// A window. In WINDOW it has a <see cref="Name"/>; in <c>OVER name</c> only <see cref="ReferenceName"/> and
/// <see cref="IsBareReference"/>; in <c>OVER (name …)</c> <see cref="ReferenceName"/> is the window it extends.
/// </summary>
public sealed record WindowDefinition(int Position) : SyntaxNode(Position)
{
    /// <summary>Name defined in WINDOW.</summary>
    public string? Name { get; init; }

    /// <summary>Name of the window that is used or extended.</summary>
    public string? ReferenceName { get; init; }

    /// <summary><c>OVER name</c> without parentheses.</summary>
    public bool IsBareReference { get; init; }

    /// <summary>PARTITION BY.</summary>
    public SyntaxList<Expression> PartitionBy { get; init; }

    /// <summary>ORDER BY.</summary>
    public SyntaxList<SortItem> OrderBy { get; init; }

    /// <summary>Frame clause.</summary>
    public WindowFrame? Frame { get; init; }
}

/// <summary>An item of FROM.</summary>
public abstract record FromItem(int Position) : SyntaxNode(Position)
{
    /// <summary>Alias with optional column names.</summary>
    public Alias? Alias { get; init; }
}

/// <summary>A table or view.</summary>
public sealed record TableItem(RelationName Relation, int Position) : FromItem(Position)
{
    /// <summary><c>AS OF …</c>: the moment at which the table is read.</summary>
    public AsOfClause? AsOf { get; init; }

    /// <summary>TABLESAMPLE.</summary>
    public TableSampleClause? Sample { get; init; }
}

/// <summary>What an AS OF clause names.</summary>
public enum AsOfKind
{
    /// <summary>A timestamp with time zone.</summary>
    Timestamp,

    /// <summary>A log position, <c>LSN '0/16B3748'</c>.</summary>
    Lsn,
}

/// <summary>
/// Time travel: <c>FROM t AS OF TIMESTAMP '…'</c>, <c>AS OF LSN '…'</c>, or <c>AS OF expression</c> (a timestamp).
/// It stands before the alias; an alias called <c>of</c> stays possible when no expression follows.
/// </summary>
public sealed record AsOfClause(AsOfKind Kind, Expression Value, int Position) : SyntaxNode(Position);

/// <summary><c>TABLESAMPLE method(arguments) [REPEATABLE (seed)]</c>.</summary>
public sealed record TableSampleClause(
    QualifiedName Method, SyntaxList<Expression> Arguments, Expression? Seed, int Position) : SyntaxNode(Position);

/// <summary>A subquery in FROM.</summary>
public sealed record SubqueryItem(SelectStatement Query, bool IsLateral, int Position) : FromItem(Position);

/// <summary>One function of a <see cref="FunctionItem"/>, with its column definition list inside ROWS FROM.</summary>
public sealed record RowsFromItem(Expression Function, SyntaxList<ColumnDefinition> Columns, int Position) : SyntaxNode(Position);

/// <summary>A function or ROWS FROM in FROM.</summary>
public sealed record FunctionItem(SyntaxList<RowsFromItem> Functions, int Position) : FromItem(Position)
{
    /// <summary>LATERAL was written.</summary>
    public bool IsLateral { get; init; }

    /// <summary><c>ROWS FROM (…)</c>.</summary>
    public bool IsRowsFrom { get; init; }

    /// <summary>WITH ORDINALITY.</summary>
    public bool WithOrdinality { get; init; }

    /// <summary>Column definitions, <c>AS t(a int, b text)</c>.</summary>
    public SyntaxList<ColumnDefinition> Columns { get; init; }
}

/// <summary>Join types.</summary>
public enum JoinKind
{
    /// <summary>INNER.</summary>
    Inner,

    /// <summary>LEFT.</summary>
    Left,

    /// <summary>RIGHT.</summary>
    Right,

    /// <summary>FULL.</summary>
    Full,

    /// <summary>CROSS.</summary>
    Cross,
}

/// <summary>A join; an alias over a parenthesized join stands in <see cref="FromItem.Alias"/>.</summary>
public sealed record JoinItem(JoinKind Kind, FromItem Left, FromItem Right, int Position) : FromItem(Position)
{
    /// <summary>NATURAL.</summary>
    public bool IsNatural { get; init; }

    /// <summary>ON.</summary>
    public Expression? On { get; init; }

    /// <summary>USING columns.</summary>
    public SyntaxList<string> Using { get; init; }

    /// <summary><c>USING (…) AS alias</c>.</summary>
    public Alias? UsingAlias { get; init; }
}

/// <summary>An XML namespace; the name is null for DEFAULT.</summary>
public sealed record XmlNamespace(string? Name, Expression Uri, int Position) : SyntaxNode(Position);

/// <summary>A column of XMLTABLE; the type is null for FOR ORDINALITY.</summary>
public sealed record XmlTableColumn(
    string Name, TypeName? Type, Expression? Path, Expression? Default, bool IsNotNull, int Position) : SyntaxNode(Position);

/// <summary><c>XMLTABLE(…)</c>.</summary>
public sealed record XmlTableItem(
    bool IsLateral, SyntaxList<XmlNamespace> Namespaces, Expression RowPath, Expression Document,
    SyntaxList<XmlTableColumn> Columns, int Position) : FromItem(Position);
