using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>The bound of a partition, kept as <c>pg_get_expr(relpartbound)</c> shows it: <c>FOR VALUES FROM (1) TO (10)</c>, <c>DEFAULT</c>. Immutable; thread-safe.</summary>
public sealed class PartitionBoundInfo(string text) : IEquatable<PartitionBoundInfo>
{
    private PartitionBound? _syntax;

    /// <summary>The text.</summary>
    public string Text { get; } = text;

    /// <summary>The syntax tree; parsed at the first use and kept.</summary>
    public PartitionBound Syntax => _syntax ??= ((CreateTableStatement)SqlParser.ParseStatement($"CREATE TABLE p PARTITION OF t {Text}")).Bound!;

    /// <summary>True for the default partition.</summary>
    public bool IsDefault => Text == "DEFAULT";

    public bool Equals(PartitionBoundInfo? other) => other is not null && other.Text == Text;

    public override bool Equals(object? obj) => Equals(obj as PartitionBoundInfo);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
