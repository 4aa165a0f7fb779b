using System.Runtime.ExceptionServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>
/// The morsels of a gathered scan and the rows that wait for their turn. At most <see cref="Window"/> morsels are worked on or wait at a time; a thread that would go further waits. Thread-safe.
/// </summary>
internal sealed class MorselQueue(SqlType[] types, ExecutionState state) : IDisposable
{
    /// <summary>Blocks in a morsel: about a millisecond's work.</summary>
    private const uint BlocksPerMorsel = 64;

    private const int Window = 16;

    private readonly Lock _gate = new();
    // Each has waiters of one kind only: whoever resets one has seen, under the gate, that none of them could go on.
    private readonly ManualResetEventSlim _hasRoom = new(false);
    private readonly ManualResetEventSlim _isDone = new(false);
    private readonly Stack<RowStore> _free = new();
    private readonly Dictionary<int, (RowStore? Store, ExceptionDispatchInfo? Failure)> _done = [];
    private uint _blocks;
    private uint _morselBlocks;
    private int _next;
    private int _turn;
    private bool _isStopped;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Number of morsels.</summary>
    public int Count { get; private set; }

    /// <summary>Begins with a table of so many blocks; as one morsel, if it must be <paramref name="isWhole"/>.</summary>
    public void Open(uint blocks, bool isWhole)
    {
        _blocks = blocks;
        _morselBlocks = isWhole ? Math.Max(blocks, 1) : BlocksPerMorsel;
        Count = (int)((blocks + _morselBlocks - 1) / _morselBlocks);
        _next = 0;
        _turn = 0;
        _isStopped = false;
        _failure = null;
    }

    /// <summary>The blocks of a morsel.</summary>
    public (uint First, uint End) RangeOf(int morsel) => ((uint)morsel * _morselBlocks, Math.Min(_blocks, ((uint)morsel + 1) * _morselBlocks));

    /// <summary>For a helper: the next morsel, waiting while too many wait for their turn. False at the end.</summary>
    public bool TryClaim(out int morsel)
    {
        while (true)
        {
            lock (_gate)
            {
                morsel = _next;
                if (_isStopped || _next >= Count)
                    return false;
                if (_next < _turn + Window)
                {
                    _next++;
                    return true;
                }

                _hasRoom.Reset();
            }

            _hasRoom.Wait(state.Cancellation);
        }
    }

    /// <summary>
    /// For the statement's thread: what there is to do for the morsel whose turn it is. Free: it is the caller's now. Taken: <paramref name="other"/> is a later morsel that is the caller's now, or -1.
    /// </summary>
    public MorselState TakeTurn(int turn, out RowStore? store, out ExceptionDispatchInfo? failure, out int other)
    {
        store = null;
        failure = null;
        other = -1;
        lock (_gate)
        {
            _turn = turn;
            _hasRoom.Set();
            if (_failure is not null)
            {
                failure = _failure;
                return MorselState.Done;
            }

            if (_done.Remove(turn, out (RowStore? Store, ExceptionDispatchInfo? Failure) done))
            {
                (store, failure) = done;
                return MorselState.Done;
            }

            if (_next == turn)
            {
                _next++;
                return MorselState.Free;
            }

            if (_next < Count && _next < turn + Window)
                other = _next++;
            return MorselState.Taken;
        }
    }

    /// <summary>Runs a morsel into a store, which then waits for its turn. A failure waits there too: the rows before it come first.</summary>
    public void Work(int morsel, PipelineCopy copy)
    {
        RowStore store;
        lock (_gate)
            store = _free.Count > 0 ? _free.Pop() : new RowStore(types, state.Memory);
        ExceptionDispatchInfo? failure = null;
        try
        {
            copy.Begin(RangeOf(morsel));
            while (!Volatile.Read(ref _isStopped) && copy.Pipeline.Next(Batch.RowsMax) is { } batch)
                store.Append(batch);
        }
#pragma warning disable CA1031 // Whatever happens here belongs to the statement: its thread raises it when it gets there.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(error);
        }

        lock (_gate)
        {
            _done.Add(morsel, (store, failure));
            _isDone.Set();
        }
    }

    /// <summary>Waits until something changes about a morsel that another thread is at.</summary>
    public void WaitFor(int turn, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_done.ContainsKey(turn) || _failure is not null)
                return;
            _isDone.Reset();
        }

        _isDone.Wait(cancellation);
    }

    /// <summary>The statement's thread has given out the rows of its own morsel.</summary>
    public void Finish(int turn)
    {
        lock (_gate)
        {
            _turn = turn + 1;
            _hasRoom.Set();
        }
    }

    /// <summary>Takes a store back whose rows were given out.</summary>
    public void GiveBack(RowStore store)
    {
        store.Clear();
        lock (_gate)
            _free.Push(store);
    }

    /// <summary>A helper could not even begin.</summary>
    public void Fail(ExceptionDispatchInfo failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            _isDone.Set();
        }
    }

    /// <summary>No further morsel is begun, and those at hand end early.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _hasRoom.Set();
        }
    }

    /// <summary>Lets go of all rows; nobody works any more.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach ((RowStore? store, _) in _done.Values)
                store?.Dispose();
            _done.Clear();
            while (_free.TryPop(out RowStore? store))
                store.Dispose();
        }
    }

    public void Dispose()
    {
        Clear();
        _hasRoom.Dispose();
        _isDone.Dispose();
    }
}
