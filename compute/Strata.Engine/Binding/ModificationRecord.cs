using Strata.Engine.Catalog;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>
/// INSERT, UPDATE or DELETE as it was bound, for the printer of definitions. <paramref name="level"/> has its WITH items, its FROM or USING items, its condition and, as targets, what it returns.
/// </summary>
internal sealed class ModificationRecord(Statement syntax, QueryRecord level)
{
    public Statement Syntax { get; } = syntax;

    public QueryRecord Level { get; } = level;

    /// <summary>The table; null when rows are changed through a view, which can't be printed.</summary>
    public RangeRecord? Target { get; private set; }

    /// <summary>The row that ON CONFLICT DO UPDATE kept out.</summary>
    public RangeRecord? Excluded { get; set; }

    /// <summary>Columns that an INSERT gives values for.</summary>
    public IReadOnlyList<ColumnInfo> Columns { get; set; } = [];

    /// <summary>Rows of VALUES; null for DEFAULT.</summary>
    public List<Expression?[]> Rows { get; } = [];

    /// <summary>The query of INSERT … SELECT.</summary>
    public QueryRecord? Source { get; set; }

    /// <summary>SET, of UPDATE or of ON CONFLICT.</summary>
    public List<AssignmentRecord> Assignments { get; } = [];

    /// <summary>WHERE of ON CONFLICT DO UPDATE.</summary>
    public Expression? ConflictWhere { get; set; }

    /// <summary>Names the table that is changed. <paramref name="item"/>: its columns, as one clause knows them.</summary>
    public void SetTarget(RelationName name, string? alias, NamespaceItem item, RelationInfo relation) =>
        Target = new RangeRecord(new TableItem(name, -1) { Alias = alias is null ? null : new Alias(alias, [], -1) }, item) { RelationOid = relation.Oid };
}

/// <summary>An assignment of SET: one column and its value (null for DEFAULT), or several and a query.</summary>
internal sealed record AssignmentRecord(IReadOnlyList<ColumnInfo> Columns, Expression? Value, QueryRecord? Query);
