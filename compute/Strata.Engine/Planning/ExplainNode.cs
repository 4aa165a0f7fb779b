using System.Globalization;
using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Physical;
using SortKey = Strata.Engine.Planning.Algebra.SortKey;

namespace Strata.Engine.Planning;

/// <summary>
/// A node of a plan as EXPLAIN's structured formats show it: properties in PostgreSQL's names and order, then the nodes below. Values are strings, numbers,
/// booleans, or lists of strings.
/// </summary>
internal sealed class ExplainNode
{
    /// <summary>Properties in order.</summary>
    public List<(string Name, object Value)> Properties { get; } = [];

    /// <summary>Nodes below.</summary>
    public List<ExplainNode> Plans { get; } = [];

    /// <summary>The tree of a plan; with an instance that has run, what it measured is added.</summary>
    public static ExplainNode Of(PhysicalPlan plan, ExecutionInstance? execution, bool verbose, bool costs, bool timing)
    {
        var printer = new ExpressionPrinter(plan.Metadata, plan.ParameterTypes.Count, verbose || PlanPrinter.CountRelations(plan.Root) > 1);
        var maker = new Maker(printer, execution?.Builder.Operators, verbose, costs, timing);
        ExplainNode root = maker.Make(plan.Root, null, null);
        foreach ((string label, PhysicalNode subplan) in plan.Subplans)
            root.Plans.Add(maker.Make(subplan, label.StartsWith("SubPlan", StringComparison.Ordinal) ? "SubPlan" : "InitPlan", label));
        return root;
    }

    private sealed class Maker(ExpressionPrinter printer, Dictionary<PhysicalNode, Operator>? operators, bool verbose, bool costs, bool timing)
    {
        public ExplainNode Make(PhysicalNode node, string? relationship, string? subplan)
        {
            Vectors.DepthGuard.Check();
            var filters = new List<Expression>();
            long removed = 0;
            PhysicalNode shown = node;
            while (shown is FilterPlan or WithPlan or ProjectPlan { Input: not OneRowPlan })
            {
                if (shown is FilterPlan filter)
                {
                    filters.InsertRange(0, filter.Conditions);
                    removed += Statistics(filter)?.RowsRemoved ?? 0;
                }

                shown = shown is WithPlan with ? with.Body : ((UnaryPlan)shown).Input;
            }

            var result = new ExplainNode();
            List<(string, object)> properties = result.Properties;
            AddKind(shown, properties);
            int at = properties.FindIndex(static property => property.Item1 == "Parallel Aware");
            if (subplan is not null)
                properties.Insert(at, ("Subplan Name", subplan));
            if (relationship is not null)
                properties.Insert(at, ("Parent Relationship", relationship));
            AddEstimates(node, Statistics(node) ?? Statistics(shown), properties);
            if (verbose)
                properties.Add(("Output", node.Columns.Select(printer.Column).ToArray()));
            AddDetails(shown, filters, removed, properties);
            for (int i = 0; i < shown.Inputs.Count; i++)
            {
                if (shown.Inputs[i] is OneRowPlan)
                    continue;
                string place = i == 0 ? "Outer" : "Inner";
                if (shown is AppendPlan or SetOperationPlan)
                    place = "Member";
                result.Plans.Add(shown is HashJoinPlan && i == 1 ? HashOf(shown.Inputs[i], Statistics(shown)) : Make(shown.Inputs[i], place, null));
            }

            return result;
        }

        private ExplainNode HashOf(PhysicalNode built, OperatorStatistics? join)
        {
            var hash = new ExplainNode();
            hash.Properties.AddRange([("Node Type", "Hash"), ("Parent Relationship", "Inner"), ("Parallel Aware", false), ("Async Capable", false)]);
            AddEstimates(built, Statistics(built), hash.Properties);
            AddSpace(join, hash.Properties);
            hash.Plans.Add(Make(built, "Outer", null));
            return hash;
        }

        private static void AddKind(PhysicalNode node, List<(string, object)> properties)
        {
            (string kind, string? strategy) = node switch
            {
                SeqScanPlan or SystemScanPlan => ("Seq Scan", null),
                IndexScanPlan => ("Index Scan", null),
                HashJoinPlan => ("Hash Join", null),
                NestedLoopPlan => ("Nested Loop", null),
                AggregatePlan aggregate => ("Aggregate", aggregate.GroupSlots.Length == 0 ? "Plain" : "Hashed"),
                DistinctPlan distinct => distinct.IsSorted ? ("Unique", null) : ("Aggregate", "Hashed"),
                SetOperationPlan => ("SetOp", "Hashed"),
                ValuesPlan => ("Values Scan", null),
                FunctionScanPlan => ("Function Scan", null),
                CteScanPlan cte => (cte.IsWorkTable ? "WorkTable Scan" : "CTE Scan", null),
                _ when node.Name.Contains(" on ", StringComparison.Ordinal) && node.Name.Split(' ')[0] is "Insert" or "Update" or "Delete" or "Merge" => ("ModifyTable", null),
                _ => (node.Name, null),
            };
            properties.Add(("Node Type", kind));
            if (kind == "ModifyTable")
                properties.Add(("Operation", node.Name.Split(' ')[0]));
            if (strategy is not null)
                properties.Add(("Strategy", strategy));
            if (node is AggregatePlan)
                properties.Add(("Partial Mode", "Simple"));
            properties.Add(("Parallel Aware", false));
            properties.Add(("Async Capable", false));
            switch (node)
            {
                case JoinPlan join:
                    properties.Add(("Join Type", join.Type.ToString()));
                    break;
                case IndexScanPlan index:
                    properties.Add(("Scan Direction", index.Backward ? "Backward" : "Forward"));
                    properties.Add(("Index Name", index.Index.Name));
                    break;
                case CteScanPlan cte:
                    properties.Add(("CTE Name", cte.CteName));
                    break;
            }

            if (node is TableScanPlan scan)
                properties.AddRange([("Relation Name", scan.Relation.Name), ("Alias", scan.Alias)]);
            else if (node is SystemScanPlan system)
                properties.AddRange([("Relation Name", system.Relation.Name), ("Alias", system.Alias)]);
        }

        private void AddEstimates(PhysicalNode node, OperatorStatistics? statistics, List<(string, object)> properties)
        {
            if (costs)
            {
                properties.Add(("Startup Cost", Number(node.StartupCost, "F2")));
                properties.Add(("Total Cost", Number(node.TotalCost, "F2")));
                properties.Add(("Plan Rows", Number(Math.Max(0, Math.Round(node.Rows)), "F0")));
                properties.Add(("Plan Width", Number(node.WidthBytes, "F0")));
            }

            if (operators is null)
                return;
            double loops = Math.Max(1, statistics?.Loops ?? 0);
            if (timing)
            {
                properties.Add(("Actual Startup Time", Number((statistics?.Milliseconds(statistics.StartupTicks) ?? 0) / loops, "F3")));
                properties.Add(("Actual Total Time", Number((statistics?.Milliseconds(statistics.TotalTicks) ?? 0) / loops, "F3")));
            }

            properties.Add(("Actual Rows", Number(Math.Round((statistics?.Rows ?? 0) / loops), "F0")));
            properties.Add(("Actual Loops", Number(statistics?.Loops ?? 0, "F0")));
        }

        private void AddDetails(PhysicalNode node, List<Expression> filters, long removed, List<(string, object)> properties)
        {
            var description = new PlanDescription();
            node.Describe(description);
            foreach ((string label, object value) in description.Items)
            {
                if (label == "Filter")
                    filters.InsertRange(0, (IReadOnlyList<Expression>)value);
                else
                    properties.Add((label, value switch
                    {
                        IReadOnlyList<Expression> conditions => printer.Print(conditions),
                        IReadOnlyList<SortKey> keys => keys.Select(printer.Key).ToArray(),
                        _ => value.ToString() ?? "",
                    }));
            }

            if (filters.Count > 0)
            {
                properties.Add(("Filter", printer.Print(filters)));
                if (operators is not null)
                    properties.Add(("Rows Removed by Filter", Number(removed + (Statistics(node)?.RowsRemoved ?? 0), "F0")));
            }

            // The memory of a hash join is its hash table's.
            if (node is not HashJoinPlan)
                AddSpace(Statistics(node), properties);
        }

        private static void AddSpace(OperatorStatistics? statistics, List<(string, object)> properties)
        {
            foreach ((string name, object value) in statistics?.Space?.Properties ?? [])
                properties.Add((name, value is long number ? Number(number, "F0") : value));
        }

        private OperatorStatistics? Statistics(PhysicalNode node) => operators?.GetValueOrDefault(node)?.Statistics;

        private static ExplainNumber Number(double value, string format) => new(value.ToString(format, CultureInfo.InvariantCulture));
    }
}

/// <summary>A number as EXPLAIN writes it: without quotes in JSON.</summary>
internal readonly record struct ExplainNumber(string Text);
