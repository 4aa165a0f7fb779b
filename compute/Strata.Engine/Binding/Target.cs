using Strata.Engine.Expressions;

namespace Strata.Engine.Binding;

/// <summary>An entry of a target list while a query level is bound (PostgreSQL's TargetEntry).</summary>
internal sealed class Target(Expression value, string name, int position)
{
    /// <summary>Its value; replaced while grouping and windows are worked out.</summary>
    public Expression Value { get; set; } = value;

    /// <summary>Result name.</summary>
    public string Name { get; } = name;

    /// <summary>Where it stands in the text.</summary>
    public int Position { get; } = position;

    /// <summary>Only sorted or grouped by; not shown.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Its column once projected; -1 before.</summary>
    public int Column { get; set; } = -1;
}
