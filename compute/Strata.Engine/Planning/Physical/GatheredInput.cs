using Strata.Engine.Execution;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Storage.Heap;

namespace Strata.Engine.Planning.Physical;

/// <summary>Makes the input of an operator that reads all of it at once: with the help of other threads when it is a pipeline over a large scan. Its rows come in the same order either way.</summary>
internal static class GatheredInput
{
    /// <summary>The operator of <paramref name="input"/>; <paramref name="drivingScan"/> is the scan whose blocks threads may share, or null.</summary>
    public static Operator Create(InstanceBuilder builder, PhysicalNode input, SeqScanPlan? drivingScan)
    {
        if (drivingScan is null || builder.Group is not null || builder.IsMeasured || builder.State.Services.Workers is null)
            return builder.Create(input);
        HeapRelation heap = builder.State.Services.Handles.Heap(drivingScan.Relation.Database, drivingScan.Relation.Storage);
        var group = new ParallelGroup(drivingScan);
        PipelineCopy own = CreateCopy(builder, input, group, heap);
        return new GatherOperator(
            builder.State, group, own,
            () =>
            {
                var state = new ExecutionState(builder.State.Services, builder.Plan.SharedRowCount) { Memory = builder.State.Memory };
                state.Evaluation.Host = state;
                var copy = new InstanceBuilder(state, builder.Plan, withStatistics: false) { Parent = builder };
                state.Builder = copy;
                return CreateCopy(copy, input, group.ForCopy(), heap);
            },
            builder.TypesOf(input));
    }

    private static PipelineCopy CreateCopy(InstanceBuilder builder, PhysicalNode input, ParallelGroup group, HeapRelation heap)
    {
        builder.Group = group;
        Operator pipeline = builder.Create(input);
        builder.Group = null;
        return new PipelineCopy(builder.State, pipeline, group.Blocks, heap);
    }
}
