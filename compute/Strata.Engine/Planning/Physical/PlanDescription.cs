namespace Strata.Engine.Planning.Physical;

/// <summary>The properties that EXPLAIN shows of a node, in order.</summary>
public sealed class PlanDescription
{
    private readonly List<(string Label, object Value)> _items = [];

    /// <summary>Labels with their values: strings, numbers, lists of strings.</summary>
    public IReadOnlyList<(string Label, object Value)> Items => _items;

    /// <summary>Adds a property.</summary>
    public void Add(string label, object value) => _items.Add((label, value));
}
