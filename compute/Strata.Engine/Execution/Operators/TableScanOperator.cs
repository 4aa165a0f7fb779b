using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Operators;

/// <summary>What scans of a table have in common: decoding into a batch, the filter, slices of what was read, and re-checks.</summary>
internal abstract class TableScanOperator(
    ExecutionState state, HeapRelation heap, RowDecoder decoder, SqlType[] types, ExpressionInstance? filter, ExpressionInstance? recheck, int scan)
    : Operator
{
    private const long BatchBytesMax = 8 << 20;

    private readonly Batch _batch = new(types, state.Memory);
    private readonly ErrorSink _errors = new();
    private readonly SelectionBuffer _identity = new();
    private HeapFetch _fetch;
    private Selection _ready;
    private int _delivered;
    private bool _rechecked;

    protected ExecutionState State => state;

    /// <summary>OID of the table when it is scanned as a member of a tree, else 0.</summary>
    public uint Member { get; init; }

    protected HeapRelation Heap => heap;

    /// <summary>The batch that rows are decoded into.</summary>
    protected Batch Rows => _batch;

    protected RowDecoder Decoder => decoder;

    /// <summary>Reads the table's large values as of the snapshot.</summary>
    protected Detoast Detoast => new(heap, state.ReadPoint, state.Cancellation);

    /// <summary>Whether the rows read so far hold so many bytes that the next ones had better wait for the next batch.</summary>
    protected bool IsBatchLarge
    {
        get
        {
            long held = 0;
            foreach (Vector column in _batch.Columns)
                held += column.StringBytesHeld;
            return held > BatchBytesMax;
        }
    }

    /// <summary>
    /// Reads at least one row into <see cref="Rows"/> when there is one; pins nothing when it returns. Returns the number of rows, 0 at the end.
    /// </summary>
    protected virtual int Load(int rowsMax) => 0;

    /// <summary>Begins or begins again.</summary>
    protected abstract void Restart();

    public override void Open()
    {
        Clear();
        Restart();
    }

    protected sealed override Batch? NextBatch(int rowsMax)
    {
        while (true)
        {
            if (_delivered < _ready.Count)
                return Deliver(rowsMax);
            _errors.ThrowIfAny();
            if (state.Recheck is { } rows && rows.TryGet(scan, out Tid version))
            {
                if (_rechecked)
                    return null;
                _rechecked = true;
                if (version.IsNone || rows.MemberOf(scan) != Member)
                    return null;
                LoadVersion(version);
                continue;
            }

            state.CheckCancel();
            _delivered = 0;
            if (!LoadFiltered(rowsMax, _errors, out _ready))
                return null;
        }
    }

    /// <summary>
    /// Reads rows into <see cref="Rows"/> and says which of them pass the filter; false at the end. Rows before a failing one count, its error goes to the sink.
    /// </summary>
    protected virtual bool LoadFiltered(int rowsMax, ErrorSink errors, out Selection ready)
    {
        int count = Load(rowsMax);
        _batch.SetCount(count);
        Take(filter);
        ready = _ready;
        return count > 0;
    }

    public override void Rescan()
    {
        Clear();
        Restart();
    }

    public override void Close() => Clear();

    public override void Dispose()
    {
        _batch.Dispose();
        filter?.Dispose();
        recheck?.Dispose();
        _identity.Dispose();
    }

    private void Clear()
    {
        _ready = default;
        _delivered = 0;
        _rechecked = false;
        _errors.Reset();
    }

    private void Take(ExpressionInstance? condition)
    {
        _delivered = 0;
        int before = _batch.Count;
        _ready = condition is null ? _batch.Selection : condition.Filter(state.Evaluation, _batch, _batch.Selection, _errors);
        if (_errors.HasError)
            _ready = _ready.Below(_errors.Row);
        if (Statistics is not null)
            Statistics.RowsRemoved += before - _ready.Count;
    }

    private unsafe Batch Deliver(int rowsMax)
    {
        int count = Math.Min(rowsMax, _ready.Count - _delivered);
        if (_delivered == 0 && count == _ready.Count)
        {
            _batch.Select(_ready);
        }
        else if (_ready.IsRange)
        {
            int* rows = _identity.Reserve(count);
            for (int i = 0; i < count; i++)
                rows[i] = _delivered + i;
            _batch.Select(new Selection(rows, count));
        }
        else
        {
            _batch.Select(new Selection(_ready.Rows + _delivered, count));
        }

        _delivered += count;
        return _batch;
    }

    private void LoadVersion(Tid version)
    {
        _batch.Reset(1);
        try
        {
            if (_fetch.FetchVersion(heap, version, state.Cancellation))
            {
                decoder.Decode(_fetch.Row, _batch, 0, Detoast);
                _batch.SetCount(1);
            }
        }
        finally
        {
            _fetch.Release();
        }

        Take(recheck);
    }
}
