using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Physical;

/// <summary>Makes the operators of one execution instance out of a plan. Not thread-safe.</summary>
public sealed class InstanceBuilder(ExecutionState state, PhysicalPlan plan, bool withStatistics)
{
    /// <summary>State shared by the operators.</summary>
    public ExecutionState State { get; } = state;

    /// <summary>The plan.</summary>
    public PhysicalPlan Plan { get; } = plan;

    /// <summary>Operators by node, for EXPLAIN ANALYZE.</summary>
    public Dictionary<PhysicalNode, Operator> Operators { get; } = [];

    /// <summary>The operator of a node.</summary>
    public Operator Create(PhysicalNode node)
    {
        DepthGuard.Check();
        using var charged = new VectorAccountScope(State.Memory);
        Operator result = node.CreateOperator(this);
        result.Owner = State;
        if (!node.CountsRows && result is Execution.Operators.ModifyOperator modify)
            modify.CountsRows = false;
        if (withStatistics)
        {
            result.Statistics = new OperatorStatistics(State.Services.Time);
            Operators[node] = result;
        }

        return result;
    }

    /// <summary>
    /// Makes the operators of a re-check: not measured, with runtime filters of their own, as the main run's say which rows it drops, and with the main run's rows of WITH items.
    /// </summary>
    public InstanceBuilder ForRecheck() => new(State, Plan, withStatistics: false) { IsRecheck = true };

    /// <summary>The operators are those of a re-check.</summary>
    internal bool IsRecheck { get; private init; }

    /// <summary>Counters of a node's operator and of all below it; none when nothing is measured.</summary>
    internal IReadOnlyList<OperatorStatistics> StatisticsOf(PhysicalNode node)
    {
        if (!withStatistics)
            return [];
        var found = new List<OperatorStatistics>();
        Add(node);
        return found;

        void Add(PhysicalNode part)
        {
            if (Operators.TryGetValue(part, out Operator? known) && known.Statistics is { } statistics)
                found.Add(statistics);
            foreach (PhysicalNode input in part.Inputs)
                Add(input);
        }
    }

    /// <summary>Filters between hash joins and scans by number.</summary>
    private readonly Dictionary<int, RuntimeFilter> _runtimeFilters = [];

    /// <summary>The filter of a number, shared by the join that fills it and the scans that use it.</summary>
    internal RuntimeFilter RuntimeFilter(int number)
    {
        if (Parent is not null)
            return Parent.RuntimeFilter(number);
        if (!_runtimeFilters.TryGetValue(number, out RuntimeFilter? filter))
        {
            filter = new RuntimeFilter();
            _runtimeFilters.Add(number, filter);
        }

        return filter;
    }

    /// <summary>The builder of the statement's own thread, when this one makes a copy for a helper.</summary>
    internal InstanceBuilder? Parent { get; init; }

    /// <summary>The rest of an input, set while the operators are made that take over from its reader.</summary>
    internal Operator? Rest { get; set; }

    /// <summary>Set while the copies of a pipeline are made.</summary>
    internal ParallelGroup? Group { get; set; }

    /// <summary>True when operators are measured: they all run on one thread then.</summary>
    internal bool IsMeasured => withStatistics;

    /// <summary>The ranges of a scan that several threads share, or null for a scan of its own.</summary>
    internal Execution.Operators.BlockRange? BlocksOf(PhysicalNode scan) => Group is { } group && group.IsDriving(scan) ? group.Blocks : null;

    /// <summary>Types of a node's columns.</summary>
    public SqlType[] TypesOf(PhysicalNode node) => TypesOf(node.Columns);

    /// <summary>Types of columns.</summary>
    public SqlType[] TypesOf(IReadOnlyList<int> columns)
    {
        var types = new SqlType[columns.Count];
        for (int i = 0; i < types.Length; i++)
            types[i] = Plan.Metadata[columns[i]].Type;
        return types;
    }

    /// <summary>Instances of compiled expressions.</summary>
    public static ExpressionInstance[] Instances(IReadOnlyList<CompiledExpression> expressions)
    {
        var instances = new ExpressionInstance[expressions.Count];
        for (int i = 0; i < instances.Length; i++)
            instances[i] = expressions[i].CreateInstance();
        return instances;
    }
}
