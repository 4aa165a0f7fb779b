using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Execution.Operators;

namespace Strata.Engine.Planning.Physical;

/// <summary>Addresses that a GIN, GiST, SP-GiST or BRIN index finds.</summary>
internal sealed class EntryBitmapPlan : BitmapPlan
{
    public required RelationInfo Relation { get; init; }

    public required IndexInfo Index { get; init; }

    /// <summary>What the index is asked, all of which must hold.</summary>
    public required IReadOnlyList<EntryCondition> Tests { get; init; }

    public override string Name => $"Bitmap Index Scan on {Index.Name}";

    public override void Describe(PlanDescription description) => description.Add("Index Cond", Conditions);

    public override Operator CreateOperator(InstanceBuilder builder)
    {
        Storage.BTree.BTreeIndex tree = builder.State.Services.Handles.Index(Relation.Database, Index.Storage);
        if (Index.Method != IndexMethod.Brin)
            return new BitmapEntryScanOperator(builder.State, tree, [.. Tests.Select(test => test.Bind(Index.Keys[test.Column]))]);
        return new BitmapSummaryScanOperator(
            builder.State, builder.State.Services.Handles.Heap(Relation.Database, Relation.Storage), tree, Index, [.. Tests], [.. Tests.Select(static test => test.Value?.CreateInstance())]);
    }
}
