using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using SortKey = Strata.Engine.Planning.Algebra.SortKey;

namespace Strata.Engine.Planning.Explain;

/// <summary>
/// Makes the tree that EXPLAIN shows, in PostgreSQL's shape: projections and filters are parts of the node below, the built side of a hash join stands under a Hash node, properties have PostgreSQL's names
/// and order. For one plan.
/// </summary>
internal sealed class ExplainBuilder
{
    private readonly PhysicalPlan _plan;
    private readonly ExplainRun _run;
    private readonly ExplainExpressions _expressions;
    private readonly Dictionary<PhysicalNode, Operator>? _operators;
    private PhysicalNode? _root;
    private readonly Dictionary<PhysicalNode, string> _open = new(ReferenceEqualityComparer.Instance);

    private ExplainBuilder(PhysicalPlan plan, ExplainRun run)
    {
        _plan = plan;
        _run = run;
        _operators = run.Execution?.Builder.Operators;
        _expressions = new ExplainExpressions(plan, run, run.Verbose || CountRelations(plan) > 1);
        foreach ((string label, PhysicalNode subplan) in plan.Subplans)
            _open.TryAdd(subplan, label);
    }

    /// <summary>The tree of a plan, or of what it stores into a table when <paramref name="inputOnly"/> is set.</summary>
    public static ExplainNode Build(PhysicalPlan plan, ExplainRun run, bool inputOnly = false)
    {
        PhysicalNode root = inputOnly ? plan.Root.Inputs[0] : plan.Root;
        return new ExplainBuilder(plan, run) { _root = root }.Make(root, null, null);
    }

    // With more than one relation, columns are shown with theirs.
    private static int CountRelations(PhysicalPlan plan) => CountRelations(plan.Root) + plan.Subplans.Sum(static subplan => CountRelations(subplan.Plan));

    private static int CountRelations(PhysicalNode node)
    {
        int count = node is TableScanPlan or SystemScanPlan or CteScanPlan or FunctionScanPlan or ValuesPlan ? 1 : 0;
        if (node is TreeScanPlan { Parts.Count: > 0 } tree)
            return CountRelations(tree.Parts[0]);
        foreach (PhysicalNode input in node.Inputs)
            count += CountRelations(input);
        return count;
    }

    private ExplainNode Make(PhysicalNode node, string? relationship, string? subplanName)
    {
        Vectors.DepthGuard.Check();
        var filters = new List<IReadOnlyList<Expression>>();
        var collapsed = new List<PhysicalNode>();
        PhysicalNode shown = node;
        long removed = 0;
        while (shown is FilterPlan or WithPlan or HeldCopyPlan or ProjectPlan { Input: not OneRowPlan })
        {
            collapsed.Add(shown);
            if (shown is FilterPlan filter)
            {
                filters.Insert(0, filter.Conditions);
                removed += Statistics(filter)?.RowsRemoved ?? 0;
            }

            shown = shown is WithPlan with ? with.Body : ((UnaryPlan)shown).Input;
        }

        OperatorStatistics? statistics = Statistics(node) ?? Statistics(shown);
        var result = new ExplainNode { Heading = Heading(shown) + Costs(node) + Actual(statistics) };
        AddHead(result, shown, relationship, subplanName);
        AddEstimates(result.Head, node, statistics);
        if (_run.Verbose)
            AddOutput(result, node, [.. collapsed, shown]);
        AddDetails(result, shown, filters, removed);
        AddUsage(result, statistics);
        AddSubplans(result, node, collapsed, shown, relationship is null);
        AddInputs(result, shown);
        return result;
    }

    private void AddInputs(ExplainNode result, PhysicalNode shown)
    {
        for (int i = 0; i < shown.Inputs.Count; i++)
        {
            PhysicalNode input = shown.Inputs[i];
            if (input is OneRowPlan)
                continue;
            string place = shown is AppendPlan or TreeScanPlan or SetOperationPlan or BitmapCombinePlan ? "Member" : i == 0 ? "Outer" : "Inner";
            result.Plans.Add(shown is HashJoinPlan && i == 1 ? HashOf(input, shown) : Make(input, place, null));
        }
    }

    private ExplainNode HashOf(PhysicalNode built, PhysicalNode join)
    {
        // All of the input is hashed before the first row comes.
        var hash = new ExplainNode { Heading = "Hash" + Costs(built, built.TotalCost) + Actual(Statistics(built)) };
        hash.Head.AddRange([new("Node Type", "Hash"), new("Parent Relationship", "Inner"), new("Parallel Aware", false), new("Async Capable", false)]);
        AddEstimates(hash.Head, built, Statistics(built), built.TotalCost);
        AddSpace(hash, Statistics(join));
        AddUsage(hash, Statistics(built));
        hash.Plans.Add(Make(built, "Outer", null));
        return hash;
    }

    /// <summary>Uncorrelated subqueries and WITH items stand at the top, the others at the node whose expressions they are in.</summary>
    private void AddSubplans(ExplainNode result, PhysicalNode node, List<PhysicalNode> collapsed, PhysicalNode shown, bool isRoot)
    {
        var here = new List<PhysicalNode>();
        foreach (PhysicalNode part in collapsed.Append(shown))
        {
            if (part is WithPlan with)
                here.AddRange(with.Items.Select(static item => item.Plan));
            here.AddRange(PlanExpressions.Subplans(part));
        }

        if (isRoot && ReferenceEquals(node, _root))
            here.AddRange(_plan.Subplans.Where(static subplan => !subplan.Label.StartsWith("SubPlan", StringComparison.Ordinal)).Select(static subplan => subplan.Plan));
        foreach (PhysicalNode plan in here)
        {
            if (!_open.Remove(plan, out string? label))
                continue;
            if (label.StartsWith("SubPlan", StringComparison.Ordinal))
                result.SubPlans.Add((label, Make(plan, "SubPlan", label)));
            else
                result.InitPlans.Add((Returning(label), Make(plan, "InitPlan", Returning(label))));
        }
    }

    // InitPlan 1 gives $0.
    private static string Returning(string label) => label.StartsWith("InitPlan ", StringComparison.Ordinal)
        ? $"{label} (returns ${int.Parse(label.AsSpan("InitPlan ".Length), CultureInfo.InvariantCulture) - 1})" : label;

    private string Heading(PhysicalNode node)
    {
        if (_run.Verbose && RelationOf(node) is { } relation && node.Name.IndexOf(" on ", StringComparison.Ordinal) is var at and > 0)
            return node.Name[..(at + 4)] + TypeNames.QuoteIdentifier(_run.Catalog.FindSchema(relation.SchemaOid)?.Name ?? "") + "." + node.Name[(at + 4)..];
        return node.Name;
    }

    private static RelationInfo? RelationOf(PhysicalNode node) => node switch
    {
        TableScanPlan scan => scan.Relation,
        SystemScanPlan system => system.Relation,
        ModifyPlan modify => modify.Target.Relation,
        TreeModifyPlan tree => tree.Targets.Root,
        _ => null,
    };

    private static string? AliasOf(PhysicalNode node) => node switch
    {
        TableScanPlan scan => scan.Alias,
        SystemScanPlan system => system.Alias,
        ModifyPlan modify => modify.Alias,
        TreeModifyPlan tree => tree.Alias,
        FunctionScanPlan function => function.Alias,
        CteScanPlan cte => cte.CteName,
        ValuesPlan => "*VALUES*",
        _ => null,
    };

    private void AddHead(ExplainNode result, PhysicalNode node, string? relationship, string? subplanName)
    {
        List<ExplainProperty> head = result.Head;
        (string kind, string? strategy, string? operation) = KindOf(node);
        head.Add(new("Node Type", kind));
        if (strategy is not null)
            head.Add(new("Strategy", strategy));
        if (node is AggregatePlan or DistinctPlan { IsSorted: false })
            head.Add(new("Partial Mode", "Simple"));
        if (operation is not null)
            head.Add(new("Operation", operation));
        if (relationship is not null)
            head.Add(new("Parent Relationship", relationship));
        if (subplanName is not null)
            head.Add(new("Subplan Name", subplanName));
        head.Add(new("Parallel Aware", false));
        head.Add(new("Async Capable", false));
        if (node is IndexScanPlan index)
        {
            head.Add(new("Scan Direction", index.Backward ? "Backward" : "Forward"));
            head.Add(new("Index Name", index.Index.Name));
        }
        else if (node is BitmapIndexScanPlan bitmap)
        {
            head.Add(new("Index Name", bitmap.Scan.Index.Name));
        }

        AddTarget(head, node);
        if (node is JoinPlan join)
            head.Add(new("Join Type", join.Type.ToString()));
        else if (node is SetOperationPlan set)
            head.Add(new("Command", (set.IsIntersect ? "Intersect" : "Except") + (set.IsAll ? " All" : "")));
    }

    private void AddTarget(List<ExplainProperty> head, PhysicalNode node)
    {
        if (RelationOf(node) is { } relation)
        {
            head.Add(new("Relation Name", relation.Name));
            if (_run.Verbose)
                head.Add(new("Schema", _run.Catalog.FindSchema(relation.SchemaOid)?.Name ?? ""));
        }
        else if (node is FunctionScanPlan { Calls: [{ Function: { } function }] })
        {
            head.Add(new("Function Name", function.Name));
        }
        else if (node is CteScanPlan cte)
        {
            head.Add(new("CTE Name", cte.CteName));
        }

        if (AliasOf(node) is { } alias)
            head.Add(new("Alias", alias));
    }

    private static (string Kind, string? Strategy, string? Operation) KindOf(PhysicalNode node)
    {
        string name = node.Name;
        switch (node)
        {
            case AggregatePlan:
                return ("Aggregate", name switch { "Aggregate" => "Plain", "GroupAggregate" => "Sorted", "MixedAggregate" => "Mixed", _ => "Hashed" }, null);
            case DistinctPlan distinct:
                return distinct.IsSorted ? ("Unique", null, null) : ("Aggregate", "Hashed", null);
            case SetOperationPlan:
                return ("SetOp", "Hashed", null);
            case ModifyPlan or TreeModifyPlan:
                return ("ModifyTable", null, name[..name.IndexOf(' ', StringComparison.Ordinal)]);
            case IndexScanPlan:
                return (name.StartsWith("Index Only", StringComparison.Ordinal) ? "Index Only Scan" : "Index Scan", null, null);
            case HashJoinPlan:
                return ("Hash Join", null, null);
            case NestedLoopPlan:
                return ("Nested Loop", null, null);
            case JoinPlan:
                return ("Merge Join", null, null);
        }

        int end = name.IndexOf(" on ", StringComparison.Ordinal);
        return (end > 0 ? name[..end] : name, null, null);
    }

    private void AddEstimates(List<ExplainProperty> head, PhysicalNode node, OperatorStatistics? statistics, double? startup = null)
    {
        if (_run.Costs)
        {
            head.Add(new("Startup Cost", ExplainNumber.Of(startup ?? node.StartupCost, "F2")));
            head.Add(new("Total Cost", ExplainNumber.Of(node.TotalCost, "F2")));
            head.Add(new("Plan Rows", ExplainNumber.Of(RowsOf(node), "F0")));
            head.Add(new("Plan Width", ExplainNumber.Of(WidthOf(node), "F0")));
        }

        if (_operators is null)
            return;
        double loops = Math.Max(1, statistics?.Loops ?? 0);
        if (_run.Timing)
        {
            head.Add(new("Actual Startup Time", ExplainNumber.Of((statistics?.Milliseconds(statistics.StartupTicks) ?? 0) / loops, "F3")));
            head.Add(new("Actual Total Time", ExplainNumber.Of((statistics?.Milliseconds(statistics.TotalTicks) ?? 0) / loops, "F3")));
        }

        double rows = Math.Round((statistics?.Rows ?? 0) / loops);
        head.Add(new("Actual Rows", ExplainNumber.Of(rows, "F0")));
        head.Add(new("Actual Loops", ExplainNumber.Of(statistics?.Loops ?? 0, "F0")));
        // Ours: how far the estimate is off, as a factor either way.
        if (_run is { Costs: true, Verbose: true } && statistics is { Loops: > 0 })
            head.Add(new("Estimate Error", ExplainNumber.Of(EstimateError(node.Rows, rows), "F2")));
    }

    /// <summary>The factor between an estimate and what came, at least 1 (q-error).</summary>
    internal static double EstimateError(double estimated, double actual)
    {
        double expected = Math.Max(1, estimated), found = Math.Max(1, actual);
        return Math.Max(expected / found, found / expected);
    }

    private static double RowsOf(PhysicalNode node) => Math.Max(0, Math.Round(node.Rows));

    private void AddOutput(ExplainNode result, PhysicalNode node, List<PhysicalNode> parts)
    {
        if (node.Columns.Count == 0)
            return;
        var own = new HashSet<int>();
        foreach (PhysicalNode part in parts)
            if (part is ProjectPlan or AggregatePlan)
                own.UnionWith(part.Columns);
        result.Details.Add(new("Output", node.Columns.Select(column => _expressions.Output(column, own)).ToArray()));
    }

    private void AddDetails(ExplainNode result, PhysicalNode node, List<IReadOnlyList<Expression>> filters, long removed)
    {
        var description = new PlanDescription();
        node.Describe(description);
        foreach ((string label, object value) in description.Items)
        {
            if (label == "Filter")
                filters.Insert(0, (IReadOnlyList<Expression>)value);
            else
                result.Details.Add(new(label, value switch
                {
                    IReadOnlyList<Expression> conditions => _expressions.Conditions(conditions, IsScan(node)),
                    IReadOnlyList<SortKey> keys when label == "Group Key" => keys.Select(_expressions.GroupedBy).ToArray(),
                    IReadOnlyList<SortKey> keys => keys.Select(_expressions.SortedBy).ToArray(),
                    IEnumerable<string> texts => texts.ToArray(),
                    _ => value.ToString() ?? "",
                }));
        }

        if (node is DistinctPlan { IsSorted: false } distinct)
            result.Details.Add(new("Group Key", distinct.Keys.Select(key => _expressions.GroupedBy(new SortKey(distinct.Input.Columns[key.Slot], false, false))).ToArray()));
        OperatorStatistics? statistics = Statistics(node);
        if (node is JoinPlan && statistics?.RowsRemoved > 0 && description.Items.Any(static item => item.Label == "Join Filter"))
        {
            result.Details.Add(new("Rows Removed by Join Filter", ExplainNumber.Of(statistics.RowsRemoved, "F0")));
        }
        else
        {
            removed += statistics?.RowsRemoved ?? 0;
        }

        if (node is OneRowPlan or ProjectPlan && filters.Count > 0)
        {
            result.Details.Add(new("One-Time Filter", _expressions.Conditions([.. filters.SelectMany(static filter => filter)])));
        }
        else if (filters.Count > 0)
        {
            result.Details.Add(new("Filter", _expressions.Conditions([.. filters.SelectMany(static filter => filter)], IsScan(node), node is AggregatePlan ? [.. node.Columns] : null)));
            if (_operators is not null)
                result.Details.Add(new("Rows Removed by Filter", ExplainNumber.Of(removed, "F0"), removed > 0 ? null : ""));
        }

        if (node is IndexScanPlan && _operators is not null && node.Name.StartsWith("Index Only", StringComparison.Ordinal))
            result.Details.Add(new("Heap Fetches", ExplainNumber.Of(statistics?.HeapFetches ?? 0, "F0")));
        if (node is MemoizePlan)
            AddMemory(result, statistics);
        if (statistics?.Adapted is { } adapted)
            result.Details.Add(new("Adapted", adapted));
        if (node is not HashJoinPlan)
            AddSpace(result, statistics);
    }

    private static bool IsScan(PhysicalNode node) => node is TableScanPlan or SystemScanPlan or FunctionScanPlan or CteScanPlan or ValuesPlan || node.Name.StartsWith("Bitmap", StringComparison.Ordinal);

    private static void AddSpace(ExplainNode result, OperatorStatistics? statistics)
    {
        if (statistics?.Space is not { } space)
            return;
        // One line in the text format, several properties in the others.
        string line = space.Text;
        foreach ((string name, object value) in space.Properties)
        {
            result.Details.Add(new(name, value is long number ? ExplainNumber.Of(number, "F0") : value, line));
            line = "";
        }
    }

    private void AddUsage(ExplainNode result, OperatorStatistics? statistics)
    {
        if (_operators is null)
            return;
        Storage.ResourceUsage used = statistics is null ? default : statistics.Usage;
        if (_run.Buffers)
            result.Details.AddRange(ExplainUsage.Buffers(used));
        if (_run.Wal)
            result.Details.AddRange(ExplainUsage.Wal(used));
    }

    private static void AddMemory(ExplainNode result, OperatorStatistics? statistics)
    {
        if (statistics is not { CacheMisses: > 0 })
            return;
        long kilobytes = (statistics.CacheBytes + 1023) / 1024;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"Hits: {statistics.CacheHits}  Misses: {statistics.CacheMisses}  Evictions: {statistics.CacheEvictions}  Overflows: 0  Memory Usage: {kilobytes}kB");
        (string Name, long Value)[] values =
        [
            ("Cache Hits", statistics.CacheHits), ("Cache Misses", statistics.CacheMisses), ("Cache Evictions", statistics.CacheEvictions), ("Cache Overflows", 0), ("Peak Memory Usage", kilobytes),
        ];
        foreach ((string name, long value) in values)
        {
            result.Details.Add(new(name, ExplainNumber.Of(value, "F0"), line));
            line = "";
        }
    }

    private OperatorStatistics? Statistics(PhysicalNode node) => _operators?.GetValueOrDefault(node)?.Statistics;

    private string Costs(PhysicalNode node, double? startup = null) => !_run.Costs ? "" : string.Create(
        CultureInfo.InvariantCulture, $"  (cost={startup ?? node.StartupCost:F2}..{node.TotalCost:F2} rows={RowsOf(node):F0} width={WidthOf(node)})");

    /// <summary>Bytes of the columns that a node gives out.</summary>
    private int WidthOf(PhysicalNode node)
    {
        int width = 0;
        foreach (int column in node.Columns)
        {
            QueryColumn found = _plan.Metadata[column];
            width += found.TableOid != 0 && _run.Catalog.FindRelation(found.TableOid) is { } relation ? ColumnWidth.Of(relation, found.AttributeNumber) : ColumnWidth.Of(found.Type);
        }

        return width;
    }

    private string Actual(OperatorStatistics? statistics)
    {
        if (_operators is null)
            return "";
        if (statistics is null || statistics.Loops == 0)
            return " (never executed)";
        double loops = statistics.Loops;
        if (!_run.Timing)
            return string.Create(CultureInfo.InvariantCulture, $" (actual rows={Math.Round(statistics.Rows / loops):F0} loops={statistics.Loops})");
        return string.Create(
            CultureInfo.InvariantCulture,
            $" (actual time={statistics.Milliseconds(statistics.StartupTicks) / loops:F3}..{statistics.Milliseconds(statistics.TotalTicks) / loops:F3} rows={Math.Round(statistics.Rows / loops):F0} loops={statistics.Loops})");
    }
}
