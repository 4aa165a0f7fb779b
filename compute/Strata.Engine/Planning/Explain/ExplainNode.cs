namespace Strata.Engine.Planning.Explain;

/// <summary>
/// A property of a plan's node: its name in all formats and a value for the structured ones (text, <see cref="ExplainNumber"/>, boolean or list of texts). <paramref name="Text"/>: the whole line of the
/// text format when it is not "name: value"; empty for none.
/// </summary>
internal readonly record struct ExplainProperty(string Name, object Value, string? Text = null)
{
    /// <summary>The line of the text format; empty for none.</summary>
    public string Line => Text ?? $"{Name}: {Value switch { string[] list => string.Join(", ", list), ExplainNumber number => number.Text, bool truth => truth ? "true" : "false", _ => (string)Value }}";
}

/// <summary>A number as EXPLAIN writes it: without quotes in JSON.</summary>
internal readonly record struct ExplainNumber(string Text)
{
    public static ExplainNumber Of(double value, string format) => new(value.ToString(format, System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>A node of a plan as EXPLAIN shows it in every format.</summary>
internal sealed class ExplainNode
{
    /// <summary>The first line of the text format, with costs and what was measured.</summary>
    public required string Heading { get; init; }

    /// <summary>What the structured formats say in place of the heading.</summary>
    public List<ExplainProperty> Head { get; } = [];

    /// <summary>Further properties, in all formats.</summary>
    public List<ExplainProperty> Details { get; } = [];

    /// <summary>Plans that run before the node or for its expressions, with the labels that the text format gives them.</summary>
    public List<(string Label, ExplainNode Plan)> InitPlans { get; } = [];

    /// <summary>Inputs.</summary>
    public List<ExplainNode> Plans { get; } = [];

    /// <summary>Plans of subqueries in the node's expressions.</summary>
    public List<(string Label, ExplainNode Plan)> SubPlans { get; } = [];

    /// <summary>All plans below, in the structured formats' order.</summary>
    public IEnumerable<ExplainNode> AllPlans => InitPlans.Select(static p => p.Plan).Concat(Plans).Concat(SubPlans.Select(static p => p.Plan));

    /// <summary>All properties, in the structured formats' order.</summary>
    public IEnumerable<ExplainProperty> Properties => Head.Concat(Details);
}
