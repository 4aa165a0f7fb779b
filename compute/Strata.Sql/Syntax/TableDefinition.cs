namespace Strata.Sql.Syntax;

/// <summary>ON COMMIT of temporary tables.</summary>
public enum OnCommitAction
{
    /// <summary>Not given.</summary>
    None,

    /// <summary>PRESERVE ROWS.</summary>
    PreserveRows,

    /// <summary>DELETE ROWS.</summary>
    DeleteRows,

    /// <summary>DROP.</summary>
    Drop,
}

/// <summary>CREATE TABLE or CREATE FOREIGN TABLE.</summary>
public sealed record CreateTableStatement(RelationName Relation, SyntaxList<TableElement> Elements, int Position) : Statement(Position)
{
    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>INHERITS.</summary>
    public SyntaxList<RelationName> Inherits { get; init; }

    /// <summary><c>OF type</c>.</summary>
    public TypeName? OfType { get; init; }

    /// <summary><c>PARTITION OF parent</c>.</summary>
    public RelationName? PartitionOf { get; init; }

    /// <summary><c>FOR VALUES …</c> of a partition.</summary>
    public PartitionBound? Bound { get; init; }

    /// <summary>PARTITION BY.</summary>
    public PartitionSpecification? PartitionBy { get; init; }

    /// <summary>USING method.</summary>
    public string? AccessMethod { get; init; }

    /// <summary>WITH options.</summary>
    public SyntaxList<DefinitionElement> Options { get; init; }

    /// <summary>ON COMMIT.</summary>
    public OnCommitAction OnCommit { get; init; }

    /// <summary>TABLESPACE.</summary>
    public string? Tablespace { get; init; }

    /// <summary>SERVER of a foreign table, else null.</summary>
    public string? ForeignServer { get; init; }

    /// <summary>OPTIONS of a foreign table.</summary>
    public SyntaxList<DefinitionElement> ForeignOptions { get; init; }
}

/// <summary>CREATE TABLE AS, or EXECUTE in its place; also CREATE MATERIALIZED VIEW.</summary>
public sealed record CreateTableAsStatement(IntoClause Into, Statement Query, int Position) : Statement(Position)
{
    /// <summary>CREATE MATERIALIZED VIEW.</summary>
    public bool IsMaterializedView { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }
}

/// <summary>An element between the parentheses of CREATE TABLE.</summary>
public abstract record TableElement(int Position) : SyntaxNode(Position);

/// <summary>A column. <paramref name="Type"/> is null for columns of typed tables and partitions.</summary>
public sealed record ColumnDefinition(string Name, TypeName? Type, int Position) : TableElement(Position)
{
    /// <summary>STORAGE is not in PostgreSQL 15's CREATE TABLE; COMPRESSION method.</summary>
    public string? Compression { get; init; }

    /// <summary>OPTIONS of a foreign table's column.</summary>
    public SyntaxList<DefinitionElement> ForeignOptions { get; init; }

    /// <summary>COLLATE.</summary>
    public QualifiedName? Collation { get; init; }

    /// <summary>Constraints in the order written, deferral attributes already attached to them.</summary>
    public SyntaxList<Constraint> Constraints { get; init; }
}

/// <summary>What <c>LIKE table INCLUDING …</c> copies.</summary>
[Flags]
public enum TableLikeOptions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>COMMENTS.</summary>
    Comments = 1 << 0,

    /// <summary>COMPRESSION.</summary>
    Compression = 1 << 1,

    /// <summary>CONSTRAINTS.</summary>
    Constraints = 1 << 2,

    /// <summary>DEFAULTS.</summary>
    Defaults = 1 << 3,

    /// <summary>GENERATED.</summary>
    Generated = 1 << 4,

    /// <summary>IDENTITY.</summary>
    Identity = 1 << 5,

    /// <summary>INDEXES.</summary>
    Indexes = 1 << 6,

    /// <summary>STATISTICS.</summary>
    Statistics = 1 << 7,

    /// <summary>STORAGE.</summary>
    Storage = 1 << 8,

    /// <summary>ALL.</summary>
    All = (1 << 9) - 1,
}

/// <summary><c>LIKE table …</c>.</summary>
public sealed record TableLikeElement(RelationName Relation, TableLikeOptions Options, int Position) : TableElement(Position);

/// <summary>A table constraint as an element.</summary>
public sealed record TableConstraintElement(Constraint Constraint, int Position) : TableElement(Position);

/// <summary>Constraint kinds.</summary>
public enum ConstraintKind
{
    /// <summary>NULL.</summary>
    Null,

    /// <summary>NOT NULL.</summary>
    NotNull,

    /// <summary>DEFAULT.</summary>
    Default,

    /// <summary>GENERATED … AS IDENTITY.</summary>
    Identity,

    /// <summary>GENERATED ALWAYS AS (…) STORED.</summary>
    Generated,

    /// <summary>CHECK.</summary>
    Check,

    /// <summary>PRIMARY KEY.</summary>
    PrimaryKey,

    /// <summary>UNIQUE.</summary>
    Unique,

    /// <summary>EXCLUDE.</summary>
    Exclusion,

    /// <summary>FOREIGN KEY or REFERENCES.</summary>
    ForeignKey,
}

/// <summary>Actions of a foreign key.</summary>
public enum ForeignKeyAction
{
    /// <summary>NO ACTION, the default.</summary>
    NoAction,

    /// <summary>RESTRICT.</summary>
    Restrict,

    /// <summary>CASCADE.</summary>
    Cascade,

    /// <summary>SET NULL.</summary>
    SetNull,

    /// <summary>SET DEFAULT.</summary>
    SetDefault,
}

/// <summary>MATCH of a foreign key.</summary>
public enum ForeignKeyMatch
{
    /// <summary>SIMPLE, the default.</summary>
    Simple,

    /// <summary>FULL.</summary>
    Full,

    /// <summary>PARTIAL.</summary>
    Partial,
}

/// <summary>A constraint of a column, table or domain. Which members are set depends on the kind.</summary>
public sealed record Constraint(ConstraintKind Kind, int Position) : SyntaxNode(Position)
{
    /// <summary>CONSTRAINT name.</summary>
    public string? Name { get; init; }

    /// <summary>DEFAULT, CHECK or generation expression.</summary>
    public Expression? Expression { get; init; }

    /// <summary>CHECK … NO INHERIT.</summary>
    public bool IsNoInherit { get; init; }

    /// <summary>GENERATED ALWAYS (rather than BY DEFAULT) AS IDENTITY.</summary>
    public bool IsGeneratedAlways { get; init; }

    /// <summary>Sequence options of an identity.</summary>
    public SyntaxList<SequenceOption> SequenceOptions { get; init; }

    /// <summary>Key columns; empty for a column's own constraint.</summary>
    public SyntaxList<string> Columns { get; init; }

    /// <summary>INCLUDE columns.</summary>
    public SyntaxList<string> Including { get; init; }

    /// <summary>UNIQUE NULLS NOT DISTINCT.</summary>
    public bool IsNullsNotDistinct { get; init; }

    /// <summary>WITH options of the index.</summary>
    public SyntaxList<DefinitionElement> Options { get; init; }

    /// <summary>USING INDEX TABLESPACE.</summary>
    public string? IndexTablespace { get; init; }

    /// <summary>USING INDEX: an index that exists.</summary>
    public string? IndexName { get; init; }

    /// <summary>EXCLUDE: access method.</summary>
    public string? AccessMethod { get; init; }

    /// <summary>EXCLUDE: elements.</summary>
    public SyntaxList<ExclusionElement> Exclusions { get; init; }

    /// <summary>EXCLUDE: predicate.</summary>
    public Expression? Where { get; init; }

    /// <summary>REFERENCES: table.</summary>
    public RelationName? ReferencedTable { get; init; }

    /// <summary>REFERENCES: columns.</summary>
    public SyntaxList<string> ReferencedColumns { get; init; }

    /// <summary>MATCH.</summary>
    public ForeignKeyMatch Match { get; init; }

    /// <summary>ON UPDATE.</summary>
    public ForeignKeyAction OnUpdate { get; init; }

    /// <summary>ON DELETE.</summary>
    public ForeignKeyAction OnDelete { get; init; }

    /// <summary>Columns of ON DELETE SET NULL|DEFAULT (…).</summary>
    public SyntaxList<string> OnDeleteColumns { get; init; }

    /// <summary>DEFERRABLE.</summary>
    public bool IsDeferrable { get; init; }

    /// <summary>INITIALLY DEFERRED.</summary>
    public bool IsInitiallyDeferred { get; init; }

    /// <summary>NOT VALID.</summary>
    public bool IsNotValid { get; init; }
}

/// <summary><c>element WITH operator</c> of EXCLUDE.</summary>
public sealed record ExclusionElement(IndexElement Element, OperatorName Operator, int Position) : SyntaxNode(Position);

/// <summary>Partition strategies are kept by name, lower case: <c>list</c>, <c>range</c>, <c>hash</c>.</summary>
public sealed record PartitionSpecification(string Strategy, SyntaxList<PartitionElement> Elements, int Position) : SyntaxNode(Position);

/// <summary>A partition key: a column name or an expression.</summary>
public sealed record PartitionElement(
    string? Column, Expression? Expression, QualifiedName? Collation, QualifiedName? OperatorClass, int Position) : SyntaxNode(Position);

/// <summary>Kinds of partition bounds.</summary>
public enum PartitionBoundKind
{
    /// <summary>DEFAULT.</summary>
    Default,

    /// <summary>IN (…).</summary>
    List,

    /// <summary>FROM (…) TO (…); MINVALUE and MAXVALUE are column references, as in PostgreSQL.</summary>
    Range,

    /// <summary>WITH (MODULUS m, REMAINDER r).</summary>
    Hash,
}

/// <summary>Bound of a partition.</summary>
public sealed record PartitionBound(PartitionBoundKind Kind, int Position) : SyntaxNode(Position)
{
    /// <summary>IN values.</summary>
    public SyntaxList<Expression> Values { get; init; }

    /// <summary>FROM values.</summary>
    public SyntaxList<Expression> From { get; init; }

    /// <summary>TO values.</summary>
    public SyntaxList<Expression> To { get; init; }

    /// <summary>Hash modulus.</summary>
    public int Modulus { get; init; }

    /// <summary>Hash remainder.</summary>
    public int Remainder { get; init; }
}

/// <summary>An element of an index key: column or expression.</summary>
public sealed record IndexElement(string? Column, Expression? Expression, int Position) : SyntaxNode(Position)
{
    /// <summary>COLLATE.</summary>
    public QualifiedName? Collation { get; init; }

    /// <summary>Operator class.</summary>
    public QualifiedName? OperatorClass { get; init; }

    /// <summary>Options of the operator class.</summary>
    public SyntaxList<DefinitionElement> OperatorClassOptions { get; init; }

    /// <summary>ASC or DESC.</summary>
    public SortDirection Direction { get; init; }

    /// <summary>NULLS FIRST or LAST.</summary>
    public NullsOrder Nulls { get; init; }
}

/// <summary>CREATE INDEX.</summary>
public sealed record CreateIndexStatement(RelationName Relation, SyntaxList<IndexElement> Elements, int Position) : Statement(Position)
{
    /// <summary>Name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>UNIQUE.</summary>
    public bool IsUnique { get; init; }

    /// <summary>CONCURRENTLY.</summary>
    public bool IsConcurrent { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>USING method; <c>btree</c> if not given.</summary>
    public string AccessMethod { get; init; } = "btree";

    /// <summary>INCLUDE.</summary>
    public SyntaxList<IndexElement> Including { get; init; }

    /// <summary>NULLS NOT DISTINCT.</summary>
    public bool IsNullsNotDistinct { get; init; }

    /// <summary>WITH options.</summary>
    public SyntaxList<DefinitionElement> Options { get; init; }

    /// <summary>TABLESPACE.</summary>
    public string? Tablespace { get; init; }

    /// <summary>WHERE.</summary>
    public Expression? Where { get; init; }
}

/// <summary>CHECK OPTION of a view.</summary>
public enum ViewCheckOption
{
    /// <summary>None.</summary>
    None,

    /// <summary>LOCAL.</summary>
    Local,

    /// <summary>CASCADED.</summary>
    Cascaded,
}

/// <summary>CREATE VIEW.</summary>
public sealed record CreateViewStatement(RelationName Relation, SelectStatement Query, int Position) : Statement(Position)
{
    /// <summary>OR REPLACE.</summary>
    public bool OrReplace { get; init; }

    /// <summary>RECURSIVE: the query refers to the view as to a recursive WITH item.</summary>
    public bool IsRecursive { get; init; }

    /// <summary>Column names.</summary>
    public SyntaxList<string> Columns { get; init; }

    /// <summary>WITH options.</summary>
    public SyntaxList<DefinitionElement> Options { get; init; }

    /// <summary>WITH CHECK OPTION.</summary>
    public ViewCheckOption CheckOption { get; init; }
}

/// <summary>REFRESH MATERIALIZED VIEW.</summary>
public sealed record RefreshMaterializedViewStatement(
    RelationName Relation, bool IsConcurrent, bool WithNoData, int Position) : Statement(Position);

/// <summary>Options of sequences.</summary>
public enum SequenceOptionKind
{
    /// <summary>AS type.</summary>
    As,

    /// <summary>CACHE n.</summary>
    Cache,

    /// <summary>CYCLE.</summary>
    Cycle,

    /// <summary>NO CYCLE.</summary>
    NoCycle,

    /// <summary>INCREMENT n.</summary>
    Increment,

    /// <summary>MAXVALUE n.</summary>
    MaxValue,

    /// <summary>NO MAXVALUE.</summary>
    NoMaxValue,

    /// <summary>MINVALUE n.</summary>
    MinValue,

    /// <summary>NO MINVALUE.</summary>
    NoMinValue,

    /// <summary>OWNED BY name (or NONE).</summary>
    OwnedBy,

    /// <summary>SEQUENCE NAME name (written by pg_dump for identities).</summary>
    SequenceName,

    /// <summary>START n.</summary>
    Start,

    /// <summary>RESTART [n].</summary>
    Restart,

    /// <summary>SET GENERATED ALWAYS, in ALTER COLUMN.</summary>
    SetGeneratedAlways,

    /// <summary>SET GENERATED BY DEFAULT, in ALTER COLUMN.</summary>
    SetGeneratedByDefault,
}

/// <summary>
/// A sequence option; <paramref name="Value"/> is a number literal, a <see cref="TypeName"/> or a <see cref="QualifiedName"/>, or null.
/// </summary>
public sealed record SequenceOption(SequenceOptionKind Kind, SyntaxNode? Value, int Position) : SyntaxNode(Position);

/// <summary>CREATE SEQUENCE.</summary>
public sealed record CreateSequenceStatement(
    RelationName Sequence, SyntaxList<SequenceOption> Options, bool IfNotExists, int Position) : Statement(Position);

/// <summary>ALTER SEQUENCE name options.</summary>
public sealed record AlterSequenceStatement(
    RelationName Sequence, SyntaxList<SequenceOption> Options, bool IfExists, int Position) : Statement(Position);

/// <summary>TRUNCATE.</summary>
public sealed record TruncateStatement(
    SyntaxList<RelationName> Relations, bool RestartIdentity, DropBehavior Behavior, int Position) : Statement(Position);

/// <summary>CREATE STATISTICS.</summary>
public sealed record CreateStatisticsStatement(
    QualifiedName? Name, SyntaxList<string> Kinds, SyntaxList<IndexElement> Elements, SyntaxList<FromItem> From, bool IfNotExists, int Position)
    : Statement(Position);

/// <summary>ALTER STATISTICS … SET STATISTICS n.</summary>
public sealed record AlterStatisticsStatement(QualifiedName Name, int Target, bool IfExists, int Position) : Statement(Position);
