using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Platform;

namespace Strata.Engine.Execution;

/// <summary>
/// One execution of a plan: <see cref="Begin"/>, set parameters, <see cref="Next"/> until null, <see cref="Close"/>, which gives it back to the plan's
/// pool. Between calls it holds no latch, pin or stack state, so it may rest for any time. The steady state allocates nothing. Not thread-safe.
/// </summary>
/// <remarks>An exception ends the statement: only <see cref="Close"/> may follow.</remarks>
public sealed class ExecutionInstance : IDisposable
{
    // A statement that has held this much gives what it freed back to the system.
    private const long TrimBytesMin = 32 << 20;
    private const long GarbageBytesMin = 96 << 20;

    private readonly InstancePool? _pool;
    private readonly Operator _root;
    private bool _opened;
    private bool _finished;
    private bool _failed;

    internal ExecutionInstance(PhysicalPlan plan, ExecutionServices services, InstancePool? pool, bool withStatistics)
    {
        Plan = plan;
        _pool = pool;
        State = new ExecutionState(services, plan.SharedRowCount);
        State.Evaluation.Host = State;
        Builder = new InstanceBuilder(State, plan, withStatistics);
        State.Builder = Builder;
        _root = Builder.Create(plan.Root);
    }

    /// <summary>An error ended it: it gives no more rows.</summary>
    public bool HasFailed => _failed;

    /// <summary>The plan.</summary>
    public PhysicalPlan Plan { get; }

    /// <summary>Shared state of the operators.</summary>
    public ExecutionState State { get; }

    /// <summary>The builder, for EXPLAIN ANALYZE.</summary>
    internal InstanceBuilder Builder { get; }

    /// <summary>Rows inserted, updated or deleted so far.</summary>
    public long RowsAffected => State.RowsAffected;

    /// <summary>Slots of the result columns in the batches.</summary>
    public ReadOnlySpan<int> ResultSlots => Plan.ResultSlots;

    /// <summary>Begins: parameters are null until they are set.</summary>
    public void Begin(
        Transaction transaction, in Snapshot snapshot, IFunctionContext functions, SystemScanContext? systemScan, CancellationToken cancellation)
    {
        Format.Invariant.Check(!State.IsOpen);
        State.Begin(transaction, snapshot, systemScan, cancellation);
        State.Evaluation.Functions = functions;
        State.Spill.Begin(State.Services.TemporaryFiles, functions.TemporarySpace, functions.Execution);
        State.Evaluation.DeclareParameters(Plan.AllParameterTypes);
        _opened = false;
        _finished = false;
    }

    /// <summary>Sets a parameter ($1 has index 0). After <see cref="Begin"/>, before the first <see cref="Next"/>.</summary>
    public void SetParameter(int index, in Datum value) => State.Evaluation.SetParameter(index, value);

    /// <summary>Sets the first parameters. After <see cref="Begin"/>, before the first <see cref="Next"/>.</summary>
    internal void SetParameters(ReadOnlySpan<Datum> values)
    {
        for (int i = 0; i < values.Length; i++)
            SetParameter(i, values[i]);
    }

    /// <summary>Copies of the first <paramref name="count"/> parameters.</summary>
    internal Datum[] CopyParameters(int count)
    {
        var values = new Datum[count];
        for (int i = 0; i < count; i++)
            values[i] = Datum.FromVector(ParameterVector(i), 0);
        return values;
    }

    /// <summary>A parameter's constant vector, for storing a value without a <see cref="Datum"/>: call <see cref="Vector.ResetConstant"/> first.</summary>
    public Vector ParameterVector(int index) => State.Evaluation.Parameters[index];

    /// <summary>Rows of a COPY FROM.</summary>
    public void Feed(RowFeed feed) => State.Feed = feed;

    /// <summary>
    /// The next 1 to <paramref name="rowsMax"/> rows, or null at the end. A modification without RETURNING runs to completion at the first call and returns
    /// null. The batch lives until the next call.
    /// </summary>
    public Batch? Next(int rowsMax)
    {
        if (_finished)
            return null;
        try
        {
            if (!_opened)
            {
                _opened = true;
                _root.Open();
                foreach (int cte in Plan.ModifyingCtes)
                    State.Shared[cte]!.FillAll();
            }

            Batch? batch = _root.Next(Math.Min(rowsMax, Batch.RowsMax));
            _finished = batch is null;
            return batch;
        }
        catch
        {
            // What a failure left behind in operators is not worth knowing: the instance is not used again.
            _failed = true;
            throw;
        }
    }

    /// <summary>Ends the execution in whatever state it is, and gives the instance back.</summary>
    public void Close()
    {
        if (!State.IsOpen)
            return;
        if (_opened)
            _root.Close();
        State.End();
        GiveBack();
        if (_pool is not null && (_failed || !_pool.Return(this)))
            Dispose();
    }

    /// <summary>What a large statement has freed goes back to the system; where memory is limited, what it left to the garbage collector too.</summary>
    private void GiveBack()
    {
        bool wasLarge = State.Memory.PeakBytes > TrimBytesMin;
        State.Memory.ResetPeak();
        if (!wasLarge)
            return;
        if (State.Services.Memory is { LimitBytes: < long.MaxValue } && GC.GetTotalMemory(forceFullCollection: false) > GarbageBytesMin)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }

    /// <summary>Frees an instance that is not pooled.</summary>
    public void Dispose()
    {
        _root.Dispose();
        State.Dispose();
    }
}
