using System.Globalization;
using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using SortKey = Strata.Engine.Planning.Algebra.SortKey;

namespace Strata.Engine.Planning;

/// <summary>Prints plans as PostgreSQL's EXPLAIN does in its text format.</summary>
public static class PlanPrinter
{
    /// <summary>
    /// The lines of EXPLAIN. With an instance that has run (<see cref="PhysicalPlan.CreateMeasured"/>), what it measured is added.
    /// </summary>
    public static IEnumerable<string> Print(PhysicalPlan plan, ExecutionInstance? execution, bool verbose, bool costs, bool timing = true)
    {
        var lines = new List<string>();
        bool qualified = verbose || CountRelations(plan.Root) > 1;
        var printer = new ExpressionPrinter(plan.Metadata, plan.ParameterTypes.Count, qualified);
        var writer = new Writer(lines, printer, execution?.Builder.Operators, costs, timing);
        writer.Write(plan.Root, 0, isRoot: true, [], plan.Subplans);
        return lines;
    }

    /// <summary>Relations in a plan: with more than one, columns are shown with theirs.</summary>
    internal static int CountRelations(PhysicalNode node)
    {
        int count = node is TableScanPlan or SystemScanPlan or CteScanPlan or FunctionScanPlan ? 1 : 0;
        foreach (PhysicalNode input in node.Inputs)
            count += CountRelations(input);
        return count;
    }

    private sealed class Writer(
        List<string> lines, ExpressionPrinter printer, Dictionary<PhysicalNode, Operator>? operators, bool costs, bool timing)
    {
        private const int LevelIndent = 6;

        /// <summary>Writes a node; projections and filters show as part of the node below.</summary>
        public void Write(
            PhysicalNode node, int indent, bool isRoot, List<IReadOnlyList<Expression>> filters, List<(string Label, PhysicalNode Plan)>? subplans)
        {
            PhysicalNode shown = node;
            long removed = 0;
            while (true)
            {
                if (shown is FilterPlan filter)
                {
                    filters.Add(filter.Conditions);
                    removed += Statistics(filter)?.RowsRemoved ?? 0;
                    shown = filter.Input;
                }
                else if (shown is ProjectPlan { Input: not OneRowPlan } project)
                {
                    shown = project.Input;
                }
                else if (shown is WithPlan with)
                {
                    shown = with.Body;
                }
                else
                {
                    break;
                }
            }

            string prefix = isRoot ? "" : new string(' ', indent - 4) + "->  ";
            lines.Add(prefix + shown.Name + Costs(node) + Actual(node, shown));
            string detail = new(' ', isRoot ? 2 : indent + 2);
            WriteDetails(shown, detail, filters, removed);
            if (subplans is not null)
            {
                foreach ((string label, PhysicalNode plan) in subplans)
                {
                    lines.Add(detail + label);
                    Write(plan, (isRoot ? 2 : indent + 2) + LevelIndent, isRoot: false, [], null);
                }
            }

            int below = isRoot ? LevelIndent : indent + LevelIndent;
            for (int i = 0; i < shown.Inputs.Count; i++)
            {
                PhysicalNode input = shown.Inputs[i];
                if (input is OneRowPlan)
                    continue;
                if (shown is HashJoinPlan && i == 1)
                {
                    lines.Add(new string(' ', below - 4) + "->  Hash" + Costs(input) + Actual(input, input));
                    if (Statistics(shown)?.Space is { } space)
                        lines.Add(new string(' ', below + 2) + space.Text);
                    Write(input, below + LevelIndent, isRoot: false, [], null);
                    continue;
                }

                Write(input, below, isRoot: false, [], null);
            }
        }

        private void WriteDetails(PhysicalNode node, string indent, List<IReadOnlyList<Expression>> filters, long removed)
        {
            var description = new PlanDescription();
            node.Describe(description);
            foreach ((string label, object value) in description.Items)
            {
                if (label == "Filter")
                {
                    filters.Insert(0, (IReadOnlyList<Expression>)value);
                    continue;
                }

                lines.Add($"{indent}{label}: {Text(value)}");
            }

            if (filters.Count > 0)
            {
                lines.Add($"{indent}Filter: {printer.Print(filters.SelectMany(filter => filter).ToArray())}");
                removed += Statistics(node)?.RowsRemoved ?? 0;
                if (removed > 0)
                    lines.Add($"{indent}Rows Removed by Filter: {removed.ToString(CultureInfo.InvariantCulture)}");
            }

            // The memory of a hash join is its hash table's.
            if (node is not HashJoinPlan && Statistics(node)?.Space is { } space)
                lines.Add(indent + space.Text);
        }

        private string Text(object value) => value switch
        {
            IReadOnlyList<Expression> conditions => printer.Print(conditions),
            IReadOnlyList<SortKey> keys => string.Join(", ", keys.Select(printer.Key)),
            _ => value.ToString() ?? "",
        };

        private OperatorStatistics? Statistics(PhysicalNode node) => operators?.GetValueOrDefault(node)?.Statistics;

        private string Costs(PhysicalNode node) => !costs ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"  (cost={node.StartupCost:F2}..{node.TotalCost:F2} rows={Math.Max(0, Math.Round(node.Rows)):F0} width={node.WidthBytes})");

        private string Actual(PhysicalNode outer, PhysicalNode shown)
        {
            if (operators is null)
                return "";
            OperatorStatistics? statistics = Statistics(outer) ?? Statistics(shown);
            if (statistics is null || statistics.Loops == 0)
                return " (never executed)";
            double loops = statistics.Loops;
            if (!timing)
                return string.Create(CultureInfo.InvariantCulture, $" (actual rows={Math.Round(statistics.Rows / loops):F0} loops={statistics.Loops})");
            return string.Create(
                CultureInfo.InvariantCulture,
                $" (actual time={statistics.Milliseconds(statistics.StartupTicks) / loops:F3}..{statistics.Milliseconds(statistics.TotalTicks) / loops:F3} rows={Math.Round(statistics.Rows / loops):F0} loops={statistics.Loops})");
        }
    }
}
