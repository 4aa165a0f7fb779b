using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>Base of scans of heap tables.</summary>
internal abstract class TableScanPlan : PhysicalNode
{
    public required RelationInfo Relation { get; init; }

    public required string Alias { get; init; }

    public required int Scan { get; init; }

    /// <summary>OID of the table when it is scanned as a member of a tree, else 0.</summary>
    public uint Member { get; init; }

    public required RowDecoder Decoder { get; init; }

    /// <summary>Conditions that the rows read must meet.</summary>
    public CompiledExpression? Filter { get; init; }

    /// <summary>All conditions of the scan, index conditions too: what a changed row must meet.</summary>
    public CompiledExpression? Recheck { get; init; }

    /// <summary>Text of the conditions, for EXPLAIN.</summary>
    public IReadOnlyList<Expression> FilterConditions { get; init; } = [];

    /// <summary>The rows are going to be changed.</summary>
    public bool ForUpdate { get; init; }

    protected string Target => Alias == Relation.Name ? Relation.Name : $"{Relation.Name} {Alias}";

    public override void Describe(PlanDescription description)
    {
        if (FilterConditions.Count > 0)
            description.Add("Filter", FilterConditions);
    }
}

/// <summary>Sequential scan.</summary>
internal sealed class SeqScanPlan : TableScanPlan
{
    /// <summary>Columns that are read, those that only the filter needs too.</summary>
    public required IReadOnlyList<int> DecodedColumns { get; init; }

    /// <summary>Filters that hash joins above fill: the place of the key among the decoded columns, and the filter's number.</summary>
    public List<(int Column, int Filter, double Kept)> RuntimeFilters { get; } = [];

    public override string Name => $"Seq Scan on {Target}";

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        int[] visible = new int[Columns.Count];
        for (int i = 0; i < visible.Length; i++)
        {
            while (DecodedColumns[visible[i]] != Columns[i])
                visible[i]++;
        }

        var filters = new (int, RuntimeFilter)[RuntimeFilters.Count];
        for (int i = 0; i < filters.Length; i++)
            filters[i] = (RuntimeFilters[i].Column, builder.RuntimeFilter(RuntimeFilters[i].Filter));
        return new SeqScanOperator(
            builder.State, builder.State.Services.Handles.Heap(Relation.Database, Relation.Storage), Decoder, builder.TypesOf(DecodedColumns), visible,
            Filter is null || Conjunction.Split(Filter.Expression).Count == 0 ? null : new ScanConditions(Filter.Expression), filters, Recheck?.CreateInstance(), Scan, ForUpdate, builder.BlocksOf(this))
        { Member = Member };
    }
}

/// <summary>Scan of ranges of a B-tree, or a lookup of a whole unique key.</summary>
internal sealed class IndexScanPlan : TableScanPlan
{
    public required IndexInfo Index { get; init; }

    public required IReadOnlyList<(IReadOnlyList<CompiledExpression> Values, bool IsNull)> Equalities { get; init; }

    public CompiledExpression? Lower { get; init; }

    public bool LowerInclusive { get; init; }

    public CompiledExpression? Upper { get; init; }

    public bool UpperInclusive { get; init; }

    public bool Backward { get; init; }

    /// <summary>At most one row: a whole key of a unique index with one value for each column.</summary>
    public bool IsLookup { get; init; }

    public required KeyColumn[] Order { get; init; }

    public required PhysicalType[] KeyTypes { get; init; }

    /// <summary>Text of the index conditions, for EXPLAIN.</summary>
    public IReadOnlyList<Expression> IndexConditions { get; init; } = [];

    /// <summary>How the columns come out of the keys when the table need not be read; null for a scan that reads it.</summary>
    public IndexOnlyColumns? KeyColumns { get; init; }

    /// <summary>Cost of reading the index alone.</summary>
    public double IndexCost { get; init; }

    /// <summary>Rows that the index conditions find, and their share of the table.</summary>
    public double IndexRows { get; init; }

    public double IndexShare { get; init; } = 1;

    /// <summary>The part of the cost that is reads from the page server; each run of the scan has it again.</summary>
    public double RemoteCost { get; init; }

    public override string Name =>
        $"Index {(KeyColumns is null ? "" : "Only ")}Scan {(Backward ? "Backward " : "")}using {Index.Name} on {Target}";

    public override void Describe(PlanDescription description)
    {
        if (IndexConditions.Count > 0)
            description.Add("Index Cond", IndexConditions);
        base.Describe(description);
    }

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        ExecutionState state = builder.State;
        IndexRange range = CreateRange(state);
        var heap = state.Services.Handles.Heap(Relation.Database, Relation.Storage);
        BTreeIndex index = state.Services.Handles.Index(Relation.Database, Index.Storage);
        ScanDirection direction = Backward ? ScanDirection.Backward : ScanDirection.Forward;
        if (KeyColumns is not null)
        {
            return new IndexOnlyScanOperator(
                state, heap, index, range, direction, KeyColumns.CreateDecoder(), Decoder, builder.TypesOf(this), Filter?.CreateInstance(), Recheck?.CreateInstance(), Scan)
            { Member = Member };
        }

        return IsLookup
            ? new IndexLookupOperator(
                state, heap, index, range, Decoder, builder.TypesOf(this), Filter?.CreateInstance(), Recheck?.CreateInstance(), Scan, ForUpdate)
            { Member = Member }
            : new IndexScanOperator(
                state, heap, index, range, direction, Decoder, builder.TypesOf(this), Filter?.CreateInstance(), Recheck?.CreateInstance(), Scan, ForUpdate)
            { Member = Member };
    }

    /// <summary>The key ranges of one scan.</summary>
    public IndexRange CreateRange(ExecutionState state)
    {
        var equalities = new IndexEquality[Equalities.Count];
        for (int i = 0; i < equalities.Length; i++)
            equalities[i] = new IndexEquality(InstanceBuilder.Instances(Equalities[i].Values), Equalities[i].IsNull);
        return new IndexRange(
            state.Evaluation, Order, KeyTypes, equalities, Lower?.CreateInstance(), LowerInclusive, Upper?.CreateInstance(), UpperInclusive);
    }
}

/// <summary>Scan of a system table.</summary>
internal sealed class SystemScanPlan : PhysicalNode
{
    public required RelationInfo Relation { get; init; }

    public required string Alias { get; init; }

    public required short[] Attributes { get; init; }

    public CompiledExpression? Filter { get; init; }

    public IReadOnlyList<Expression> FilterConditions { get; init; } = [];

    public override string Name => Alias == Relation.Name ? $"Seq Scan on {Relation.Name}" : $"Seq Scan on {Relation.Name} {Alias}";

    public override void Describe(PlanDescription description)
    {
        if (FilterConditions.Count > 0)
            description.Add("Filter", FilterConditions);
    }

    public override Operator CreateOperator(InstanceBuilder builder) =>
        new SystemScanOperator(builder.State, Relation, Attributes, builder.TypesOf(this), Filter?.CreateInstance());
}

/// <summary>Rows of expressions.</summary>
internal sealed class ValuesPlan : PhysicalNode
{
    /// <summary>The rows, when all are constants; else none.</summary>
    public required IReadOnlyList<IReadOnlyList<Expression>> Constants { get; init; }

    /// <summary>The rows, unless all are constants.</summary>
    public required CompiledExpression[][] ValueRows { get; init; }

    public override string Name => "Values Scan on \"*VALUES*\"";

    public override Operator CreateOperator(InstanceBuilder builder) => Constants.Count > 0
        ? new ConstantRowsOperator(builder.State, builder.TypesOf(this), Constants)
        : new ValuesOperator(builder.State, builder.TypesOf(this), ValueRows.Select(InstanceBuilder.Instances).ToArray());
}

/// <summary>One row without columns.</summary>
internal sealed class OneRowPlan : PhysicalNode
{
    public override string Name => "Result";

    public override Operator CreateOperator(InstanceBuilder builder) => new OneRowOperator();
}

/// <summary>Functions in FROM.</summary>
internal sealed class FunctionScanPlan : PhysicalNode
{
    public required IReadOnlyList<SetCallPlan> Calls { get; init; }

    public required int[] ColumnCounts { get; init; }

    public required bool HasOrdinality { get; init; }

    public required string Alias { get; init; }

    public override string Name => Calls.Count == 1 && Calls[0].Function is { } function
        ? function.Name == Alias ? $"Function Scan on {function.Name}" : $"Function Scan on {function.Name} {Alias}"
        : $"Function Scan on {Alias}";

    public override Operator CreateOperator(InstanceBuilder builder) => new FunctionScanOperator(
        builder.State, Calls.Select(call => call.Create()).ToArray(), ColumnCounts, HasOrdinality, builder.TypesOf(this));
}

/// <summary>Reads a WITH item or a work table.</summary>
internal sealed class CteScanPlan : PhysicalNode
{
    public required int Cte { get; init; }

    public required string CteName { get; init; }

    public required bool IsWorkTable { get; init; }

    public required int[] Slots { get; init; }

    public override string Name => IsWorkTable ? $"WorkTable Scan on {CteName}" : $"CTE Scan on {CteName}";

    public override Operator CreateOperator(InstanceBuilder builder) => new CteScanOperator(builder.State, Cte, Slots);
}

/// <summary>Rows fed in by COPY FROM.</summary>
internal sealed class FeedPlan : PhysicalNode
{
    public override string Name => "Copy";

    public override Operator CreateOperator(InstanceBuilder builder) => new FeedOperator(builder.State);
}
