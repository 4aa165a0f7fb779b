using System.Runtime.ExceptionServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Runs a pipeline over a large scan with the help of other threads and gives its rows out in the order of the scan, so that nothing above can tell how many threads there were. The table is cut into morsels;
/// whoever is free takes the next one. Rows of a helper's morsel wait in a store until their turn; the statement's own thread works on the morsel whose turn it is if nobody has taken it, and on a later one
/// while another thread is still at it, so one slow morsel stalls nobody. Only used below operators that read all of their input at once: helpers hold threads until the end.
/// </summary>
internal sealed class GatherOperator : Operator
{
    private readonly ExecutionState _state;
    private readonly ParallelGroup _group;
    private readonly PipelineCopy _own;
    private readonly Func<PipelineCopy> _makeCopy;
    private readonly MorselQueue _morsels;
    private readonly List<Helper> _helpers = [];
    private int _started;
    private bool _isRunning;
    private int _turn;
    private bool _isStreaming;
    private RowStore? _store;
    private int _chunk;

    public GatherOperator(ExecutionState state, ParallelGroup group, PipelineCopy own, Func<PipelineCopy> makeCopy, SqlType[] types)
    {
        _state = state;
        _group = group;
        _own = own;
        _makeCopy = makeCopy;
        _morsels = new MorselQueue(types, state);
    }

    public override void Open()
    {
        Reset();
        _group.Reset();
        _own.Pipeline.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_isRunning)
            Start();
        while (true)
        {
            if (_store is not null)
            {
                if (_chunk < _store.ChunkCount)
                    return _store.Chunk(_chunk++);
                _morsels.GiveBack(_store);
                _store = null;
                _turn++;
                continue;
            }

            if (_isStreaming)
            {
                if (_own.Pipeline.Next(Batch.RowsMax) is { } batch)
                    return batch;
                _isStreaming = false;
                _morsels.Finish(_turn);
                _turn++;
                continue;
            }

            if (_turn >= _morsels.Count)
            {
                StopHelpers();
                return null;
            }

            _state.CheckCancel();
            Take();
        }
    }

    internal override void Prepare() => _own.Pipeline.Prepare();

    public override void Rescan()
    {
        StopHelpers();
        Reset();
        _group.Reset();
        _own.Pipeline.Rescan();
    }

    public override void Close()
    {
        StopHelpers();
        Reset();
        _own.Pipeline.Close();
    }

    public override void Dispose()
    {
        _own.Pipeline.Dispose();
        foreach (Helper helper in _helpers)
            helper.Dispose();
        _helpers.Clear();
        _morsels.Dispose();
    }

    private void Reset()
    {
        _isRunning = false;
        _turn = 0;
        _isStreaming = false;
        _store = null;
        _chunk = 0;
    }

    private void Start()
    {
        _isRunning = true;
        // Hash tables on the way are built here, once; helpers only read them.
        _own.Pipeline.Prepare();
        // A join that went to disk needs all of its left side in one go.
        _morsels.Open(_own.CountBlocks(_state), isWhole: _group.IsSerial);
        _started = 0;
        if (_state.Services.Workers is not { } workers || _morsels.Count < 2)
            return;
        int helpers = Math.Min(Math.Min(workers.ThreadsMax, ParallelAggregateOperator.HelpersAllowed(_state)), _morsels.Count - 1);
        while (_started < helpers)
        {
            if (_started == _helpers.Count)
                _helpers.Add(new Helper(_makeCopy(), _morsels));
            if (!_helpers[_started].TryStart(workers, _state))
                break;
            _started++;
        }
    }

    /// <summary>Gets at the morsel whose turn it is.</summary>
    private void Take()
    {
        switch (_morsels.TakeTurn(_turn, out RowStore? store, out ExceptionDispatchInfo? failure, out int other))
        {
            case MorselState.Free:
                _own.Begin(_morsels.RangeOf(_turn));
                _isStreaming = true;
                return;
            case MorselState.Done:
                failure?.Throw();
                _store = store;
                _chunk = 0;
                return;
            default:
                if (other >= 0)
                    _morsels.Work(other, _own);
                else
                    _morsels.WaitFor(_turn, _state.Cancellation);
                return;
        }
    }

    private void StopHelpers()
    {
        _morsels.Stop();
        // Nothing of this statement may end while a helper still works for it.
        for (int i = 0; i < _started; i++)
            _helpers[i].Wait();
        _started = 0;
        if (_store is not null)
            _morsels.GiveBack(_store);
        _store = null;
        _morsels.Clear();
    }

    /// <summary>A copy of the pipeline that another thread runs.</summary>
    private sealed class Helper(PipelineCopy copy, MorselQueue morsels) : IDisposable
    {
        private readonly ManualResetEventSlim _done = new(true);
        private ExecutionState? _leader;

        public bool TryStart(QueryWorkers workers, ExecutionState leader)
        {
            _leader = leader;
            _done.Reset();
            if (workers.TryRun(Run))
                return true;
            _done.Set();
            return false;
        }

        public void Wait() => _done.Wait();

        public void Dispose()
        {
            copy.Pipeline.Dispose();
            copy.State.Dispose();
            _done.Dispose();
        }

        private void Run()
        {
            try
            {
                copy.State.BeginAsHelper(_leader!);
                DepthGuard.Watch(copy.State.Cancellation);
                copy.Pipeline.Open();
                while (morsels.TryClaim(out int morsel))
                    morsels.Work(morsel, copy);
            }
#pragma warning disable CA1031 // Whatever happens here belongs to the statement: the leader raises it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                morsels.Fail(ExceptionDispatchInfo.Capture(error));
            }
            finally
            {
                DepthGuard.Watch(CancellationToken.None);
                copy.Pipeline.Close();
                if (copy.State.IsOpen)
                    copy.State.End();
                _done.Set();
            }
        }
    }
}
