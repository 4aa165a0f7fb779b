using System.Globalization;
using System.Text;
using Strata.Engine.Execution;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Sessions;

/// <summary>Plans as EXPLAIN's text, in PostgreSQL's layout.</summary>
internal sealed class PlanPrinter
{
    private const int IndentPerLevel = 6;

    private readonly List<string> _lines = [];
    private readonly ExecutionInstance? _execution;
    private readonly bool _costs;

    private PlanPrinter(ExecutionInstance? execution, bool costs)
    {
        _execution = execution;
        _costs = costs;
    }

    /// <summary>The lines; with the measurements of an execution that has ended when one is given.</summary>
    public static List<string> Print(PhysicalPlan plan, ExecutionInstance? execution, bool costs)
    {
        var printer = new PlanPrinter(execution, costs);
        printer.Append(plan.Root, 0);
        foreach ((string label, PhysicalNode subplan) in plan.Subplans)
        {
            printer._lines.Add("  " + label);
            printer.Append(subplan, 1);
        }

        return printer._lines;
    }

    private void Append(PhysicalNode node, int level)
    {
        string prefix = level == 0 ? "" : new string(' ', ((level - 1) * IndentPerLevel) + 2) + "->  ";
        var line = new StringBuilder(prefix).Append(node.Name);
        if (_costs)
            line.Append(CultureInfo.InvariantCulture, $"  (cost={node.StartupCost:0.00}..{node.TotalCost:0.00} rows={Math.Max(1, Math.Round(node.Rows)):0} width={node.WidthBytes})");
        if (_execution?.Builder.Operators.GetValueOrDefault(node)?.Statistics is { } statistics)
            line.Append(statistics.Loops == 0
                ? " (never executed)"
                : string.Create(CultureInfo.InvariantCulture, $" (actual rows={(double)statistics.Rows / statistics.Loops:0} loops={statistics.Loops})"));
        _lines.Add(line.ToString());
        var description = new PlanDescription();
        node.Describe(description);
        string indent = new(' ', level == 0 ? 2 : ((level - 1) * IndentPerLevel) + 2 + IndentPerLevel);
        foreach ((string label, object value) in description.Items)
            _lines.Add($"{indent}{label}: {Text(value)}");
        foreach (PhysicalNode input in node.Inputs)
            Append(input, level + 1);
    }

    private static string Text(object value) => value is IEnumerable<string> list ? string.Join(", ", list) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
