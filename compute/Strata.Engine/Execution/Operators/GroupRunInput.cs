using Strata.Engine.Execution.Keys;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Gives rows that come in the order of their groups in runs: each ends where a group ends, so that whoever groups them is done with all groups of a run before the next begins. Runs get longer, so that
/// the first groups come early and the others without much ado.
/// </summary>
internal sealed unsafe class GroupRunInput(Operator input, int[] groupSlots) : UnaryOperator(input)
{
    private const int FirstRunRows = 64;
    private const int RunRowsMax = 1 << 14;

    private readonly HashKeyBuilder _keys = new(groupSlots);
    private readonly KeyBuffer _last = new();
    private readonly SelectionBuffer _restRows = new();
    private Batch? _batch;
    private Selection _rest;
    private int _rows;
    private int _runRows = FirstRunRows;
    private bool _isRunOver;
    private bool _isOver;

    /// <summary>Goes on with the next run; false when there is none.</summary>
    public bool BeginRun()
    {
        if (_isOver)
            return false;
        _isRunOver = false;
        _rows = 0;
        _runRows = Math.Min(_runRows * 2, RunRowsMax);
        return true;
    }

    internal override void Prepare() => Input.Prepare();

    protected override Batch? NextBatch(int rowsMax)
    {
        if (_isRunOver)
            return null;
        if (_batch is { } pending)
        {
            // What the run before left is of one group.
            _batch = null;
            _rows += _rest.Count;
            pending.Select(_rest);
            return pending;
        }

        Batch? batch = Input.Next(Math.Min(rowsMax, _runRows));
        if (batch is null)
        {
            _isRunOver = _isOver = true;
            return null;
        }

        _rows += batch.Count;
        int cut = _rows < _runRows ? 0 : LastGroup(batch);
        if (cut > 0)
            Cut(batch, cut);
        return batch;
    }

    /// <summary>Where the last group of a batch begins.</summary>
    private int LastGroup(Batch batch)
    {
        Selection selection = batch.Selection;
        int at = selection.Count - 1;
        _last.Clear();
        _last.Write(_keys.Build(batch, selection[at]));
        while (at > 0 && _keys.Build(batch, selection[at - 1]).SequenceEqual(_last.Written))
            at--;
        return at;
    }

    private void Cut(Batch batch, int cut)
    {
        Selection all = batch.Selection;
        int count = all.Count - cut;
        int* rows = _restRows.Reserve(count);
        for (int i = 0; i < count; i++)
            rows[i] = all[cut + i];
        _rest = new Selection(rows, count);
        _batch = batch;
        _isRunOver = true;
        batch.Select(all.IsRange ? new Selection(cut) : new Selection(all.Rows, cut));
    }

    public override void Dispose()
    {
        base.Dispose();
        _restRows.Dispose();
    }

    protected override void Clear()
    {
        _batch = null;
        _rest = default;
        _rows = 0;
        _runRows = FirstRunRows;
        _isRunOver = false;
        _isOver = false;
    }
}
