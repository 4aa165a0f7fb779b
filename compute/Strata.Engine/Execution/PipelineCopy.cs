using Strata.Engine.Execution.Operators;
using Strata.Engine.Storage.Heap;

namespace Strata.Engine.Execution;

/// <summary>One thread's copy of a pipeline over a scan that several threads share: its operators, and the blocks that its scan is to read next. For one thread at a time.</summary>
internal sealed class PipelineCopy(ExecutionState state, Operator pipeline, BlockRange blocks, HeapRelation heap)
{
    public ExecutionState State => state;

    public Operator Pipeline => pipeline;

    /// <summary>Blocks of the table as the statement sees it.</summary>
    public uint CountBlocks(ExecutionState leader) => heap.CountBlocks(leader.Snapshot.ReadPoint, leader.Cancellation);

    /// <summary>Makes the pipeline read a range of blocks next; it gives null at the end of each.</summary>
    public void Begin((uint First, uint End) range)
    {
        blocks.SetOnly(range.First, range.End);
        pipeline.NextMorsel();
    }
}
