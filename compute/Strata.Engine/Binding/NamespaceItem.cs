using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>A column that names may refer to.</summary>
/// <param name="Name">Name; empty for columns that have none, such as dropped ones.</param>
/// <param name="Column">Number in the query.</param>
/// <param name="Type">Type.</param>
internal readonly record struct NamespaceColumn(string Name, int Column, SqlType Type);

/// <summary>One item of a FROM clause as names see it (PostgreSQL's ParseNamespaceItem).</summary>
internal sealed class NamespaceItem(string name, IReadOnlyList<NamespaceColumn> columns)
{
    /// <summary>Alias, or the relation's name; empty for an unnamed join.</summary>
    public string Name { get; } = name;

    /// <summary>Columns in the order of <c>*</c>.</summary>
    public IReadOnlyList<NamespaceColumn> Columns { get; } = columns;

    /// <summary>System columns of a table; not part of <c>*</c>.</summary>
    public IReadOnlyList<NamespaceColumn> SystemColumns { get; init; } = [];

    /// <summary>The table itself when there is no alias, so that <c>schema.table.column</c> finds it.</summary>
    public RelationInfo? Relation { get; init; }

    /// <summary>It is the result of functions in FROM.</summary>
    public bool IsFunction { get; init; }

    /// <summary>Type of the item as a value; 0 for an anonymous record.</summary>
    public uint RowTypeOid { get; init; }

    /// <summary>A function in FROM whose result is a plain value: the item as a value is that value.</summary>
    public bool IsScalarFunction { get; init; }

    /// <summary>A join: hints name the tables in it instead.</summary>
    public bool IsJoin { get; init; }

    /// <summary>Its name can be used as a qualifier.</summary>
    public bool IsRelationVisible { get; set; } = true;

    /// <summary>Its columns can be used without a qualifier.</summary>
    public bool AreColumnsVisible { get; set; } = true;

    /// <summary>Only LATERAL items may see it (it stands to the left in the same FROM).</summary>
    public bool IsLateralOnly { get; set; }

    /// <summary>False in a RIGHT or FULL join's right side: LATERAL may not refer to it.</summary>
    public bool IsLateralAllowed { get; set; } = true;

    /// <summary>Number of the scan when it is a table, else -1.</summary>
    public int Scan { get; init; } = -1;

    /// <summary>The tables that its rows may be of, when it is a table with descendants.</summary>
    public IReadOnlyList<RelationInfo>? Members { get; init; }

    /// <summary>The table, when it is one, with or without an alias.</summary>
    public RelationInfo? Table { get; init; }
}
