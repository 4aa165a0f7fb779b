namespace Strata.Engine.Planning.Explain;

/// <summary>Writes EXPLAIN's text format as PostgreSQL lays it out. Stateless.</summary>
internal static class ExplainText
{
    private const int LevelIndent = 6;
    private const string Arrow = "->  ";

    /// <summary>The lines of a plan.</summary>
    public static List<string> Lines(ExplainNode root)
    {
        var lines = new List<string> { root.Heading };
        Below(root, 2, lines);
        return lines;
    }

    private static void Below(ExplainNode node, int indent, List<string> lines)
    {
        Vectors.DepthGuard.Check();
        string spaces = new(' ', indent);
        foreach (ExplainProperty property in node.Details)
        {
            if (property.Line is { Length: > 0 } line)
                lines.Add(spaces + line);
        }

        foreach ((string label, ExplainNode plan) in node.InitPlans)
            Labelled(label, plan, indent, lines);
        foreach (ExplainNode plan in node.Plans)
        {
            lines.Add(spaces + Arrow + plan.Heading);
            Below(plan, indent + LevelIndent, lines);
        }

        foreach ((string label, ExplainNode plan) in node.SubPlans)
            Labelled(label, plan, indent, lines);
    }

    private static void Labelled(string label, ExplainNode plan, int indent, List<string> lines)
    {
        lines.Add(new string(' ', indent) + label);
        lines.Add(new string(' ', indent + 2) + Arrow + plan.Heading);
        Below(plan, indent + 2 + LevelIndent, lines);
    }
}
