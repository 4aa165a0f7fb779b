using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Which columns a hash join works with. Slots are of the inputs.</summary>
/// <param name="LeftKeys">Keys of the left input.</param>
/// <param name="RightKeys">Keys of the right input, in the same order.</param>
/// <param name="LeftOutput">Left columns that come out, and first in the pairs that the residual condition sees.</param>
/// <param name="RightOutput">Right columns that are kept, come out (but of semi and anti joins) and follow in the pairs.</param>
/// <param name="LeftResidual">Left columns that only the residual condition of a semi or anti join reads; they stand before the right ones.</param>
internal sealed record HashJoinColumns(int[] LeftKeys, int[] RightKeys, int[] LeftOutput, int[] RightOutput, int[] LeftResidual);

/// <summary>
/// Joins by a hash table over the right input. For each batch of the left input it first delivers the matching pairs and then, for outer, semi and anti
/// joins, the left rows by whether they had a match; right and full joins end with the right rows that had none.
/// </summary>
internal sealed unsafe class HashJoinOperator : Operator
{
    private const int NoRow = -1;

    private enum Step
    {
        Build,
        Pull,
        Pairs,
        LeftRows,
        RightRows,
        EndPass,
        Switched,
        Indexed,
        Done,
    }

    private readonly ExecutionState _state;
    private readonly JoinType _type;
    private readonly Operator _left;
    private readonly Operator? _right;
    private readonly HashJoinColumns _columns;
    private readonly ExpressionInstance? _residual;
    private readonly (int Key, RuntimeFilter Filter)[] _filters;
    private readonly OperatorMemory _memory;
    private readonly JoinHashTable _table;
    private readonly JoinProbe _probe;
    private readonly SqlType[] _leftTypes;
    private readonly bool _isShared;
    private readonly Batch _pairs;
    private readonly Batch _single;
    private readonly Batch _stored;
    private readonly ErrorSink _errors = new();
    private readonly SelectionBuffer _selected = new();
    private readonly int[] _pairLeft = new int[Batch.RowsMax];
    private readonly int[] _pairRight = new int[Batch.RowsMax];
    private readonly int[] _pairPosition = new int[Batch.RowsMax];
    private readonly int[] _chains = new int[Batch.RowsMax];
    private readonly bool[] _leftMatched = new bool[Batch.RowsMax];
    private bool[] _rightMatched = [];
    private Batch? _batch;
    private Step _step;
    private int _position;
    private bool _inChain;
    private int _chain;
    private int _rightRow;
    private JoinSpill? _spill;
    private bool _scattered;
    private IndexedProbe? _indexed;
    private bool _isIndexed;

    public HashJoinOperator(
        ExecutionState state, JoinType type, Operator left, Operator? right, HashJoinColumns columns, ExpressionInstance? residual, (int Key, RuntimeFilter Filter)[] filters,
        SqlType[] leftTypes, SqlType[] rightTypes, JoinHashTable? shared, bool matchesNulls = false)
    {
        _state = state;
        _type = type;
        _left = left;
        _right = right;
        _columns = columns;
        _residual = residual;
        _filters = filters;
        _leftTypes = leftTypes;
        _memory = new OperatorMemory(state, "HashBatchContext", isHash: true);
        SqlType[] stored = Array.ConvertAll(columns.RightOutput, slot => rightTypes[slot]);
        SqlType[] shown = Array.ConvertAll(columns.LeftOutput, slot => leftTypes[slot]);
        _stored = new Batch(new Vector[stored.Length]);
        _isShared = shared is not null;
        _table = shared ?? new JoinHashTable(_memory.Account, stored, columns.RightKeys, Array.ConvertAll(columns.RightKeys, slot => rightTypes[slot]), matchesNulls);
        _probe = new JoinProbe(_table, columns.LeftKeys);
        _pairs = new Batch([.. shown, .. Array.ConvertAll(columns.LeftResidual, slot => leftTypes[slot]), .. stored], state.Memory);
        _single = new Batch(new Vector[shown.Length]);
    }

    /// <summary>Told when the right side does not fit into memory: no other thread can use the table then.</summary>
    public Action? Spilled { get; init; }

    /// <summary>How the left rows are found when the right side has few; null: by reading the left side.</summary>
    public Planning.Physical.IndexAlternative? Alternative { get; set; }

    /// <summary>A right side that does not fit into memory ends the join before it began: <see cref="IsTooLarge"/>.</summary>
    public bool MustFit { get; set; }

    /// <summary>The right side does not fit into memory, and had to.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>Changes the sides when the right one is far larger than thought; null when they must stay.</summary>
    public JoinSwitch? Switch { get; set; }

    /// <summary>What the operator holds.</summary>
    public OperatorMemory Memory => _memory;

    /// <summary>The built side, for copies of the join in other threads.</summary>
    public JoinHashTable Table => _table;

    private bool IsSemi => _type is JoinType.Semi or JoinType.Anti;

    private bool KeepsLeft => _type is JoinType.Left or JoinType.Full or JoinType.Semi or JoinType.Anti;

    private bool KeepsRight => _type is JoinType.Full or JoinType.Right;

    public override void Open()
    {
        Clear();
        _left.Open();
        _right?.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        while (true)
        {
            Batch? result = null;
            switch (_step)
            {
                case Step.Build:
                    Build();
                    break;
                case Step.Pull:
                    Pull(rowsMax);
                    break;
                case Step.Pairs:
                    result = NextPairs(rowsMax);
                    break;
                case Step.LeftRows:
                    result = NextLeftRows(rowsMax);
                    break;
                case Step.RightRows:
                    result = NextRightRows(rowsMax);
                    break;
                case Step.EndPass:
                    EndPass();
                    break;
                case Step.Switched:
                    result = Switch!.NextRest(rowsMax);
                    if (result is null)
                        _step = Step.Done;
                    break;
                case Step.Indexed:
                    result = _indexed!.Next(_table, rowsMax);
                    if (result is null)
                        _step = Step.Done;
                    break;
                default:
                    return null;
            }

            if (result is not null)
                return result;
            _state.CheckCancel();
        }
    }

    internal override void NextMorsel()
    {
        // All left rows came through the index.
        if (_isIndexed)
            return;
        if (_step == Step.Done)
            _step = Step.Pull;
        _left.NextMorsel();
    }

    internal override void Prepare()
    {
        if (_step == Step.Build)
            Build();
        _left.Prepare();
    }

    public override void Rescan()
    {
        Clear();
        _left.Rescan();
        _right?.Rescan();
    }

    public override void Close()
    {
        _left.Close();
        _right?.Close();
        Clear();
    }

    public override void Dispose()
    {
        _left.Dispose();
        _right?.Dispose();
        _residual?.Dispose();
        _spill?.Dispose();
        _indexed?.Dispose();
        Switch?.Dispose();
        if (!_isShared)
            _table.Dispose();
        _pairs.Dispose();
        _selected.Dispose();
    }

    private void Clear()
    {
        _step = Step.Build;
        _batch = null;
        _errors.Reset();
        Switch?.Clear();
        _indexed?.Close();
        _isIndexed = false;
        IsTooLarge = false;
        if (_isShared)
            return;
        _table.Reset();
        foreach ((_, RuntimeFilter filter) in _filters)
            filter.Reset();
        _spill?.Dispose();
        _spill = null;
        _scattered = false;
        _memory.Account.ResetPeak();
    }

    /// <summary>An empty right side ends inner and semi joins without reading the left one.</summary>
    private bool CanMatch() => _table.RowCount > 0 || _type is JoinType.Left or JoinType.Full or JoinType.Anti;

    private void Build()
    {
        _step = Step.Pull;
        if (_isShared)
            return;
        while (_right!.Next(Batch.RowsMax) is { } batch)
        {
            _state.CheckCancel();
            for (int i = 0; i < _stored.Columns.Length; i++)
                _stored.Columns[i] = batch[_columns.RightOutput[i]];
            _stored.SetCount(batch.StoredCount);
            _stored.Select(batch.Selection);
            if (_spill is not null)
            {
                _spill.AddRight(batch, _stored);
                continue;
            }

            _table.Add(batch, _stored);
            if (_memory.MustSpill(_table.RowCount))
            {
                if (MustFit)
                {
                    IsTooLarge = true;
                    return;
                }

                BeginSpill();
            }
            else if (Switch?.Decide(_table.RowCount) == true)
                break;
        }

        if (_spill is null && Alternative is { } alternative && _table.RowCount <= alternative.RowsMax && Switch is not { IsSwitched: true })
        {
            BeginIndexed(alternative);
        }
        else if (_spill is null)
        {
            // The filter would have to know all rows of the right side.
            _table.Complete(Switch is { IsSwitched: true } ? [] : _filters);
            ClearRightMatched();
        }

        Report();
    }

    /// <summary>The right side has so few rows that the left ones are looked up: by this thread alone.</summary>
    private void BeginIndexed(Planning.Physical.IndexAlternative alternative)
    {
        _isIndexed = true;
        _step = _table.RowCount == 0 ? Step.Done : Step.Indexed;
        _indexed ??= new IndexedProbe(_state, alternative, [.. _columns.LeftOutput.Select(slot => _leftTypes[slot]), .. _table.Rows.Types]);
        Spilled?.Invoke();
        if (Statistics is not null)
            Statistics.Adapted = $"Nested Loop over an index, {_table.RowCount} rows hashed";
    }

    private void BeginSpill()
    {
        _spill = new JoinSpill(_state, _memory, _table, _probe, _columns, _leftTypes, KeepsLeft && _type != JoinType.Semi, KeepsRight);
        _spill.TakeTable();
        Spilled?.Invoke();
    }

    private void Report()
    {
        if (Statistics is not null)
            Statistics.Space = SpaceReport.OfHash(_table.Buckets, Math.Max(1, _spill?.Batches ?? 1), _memory.Account.PeakBytes);
    }

    private void ClearRightMatched()
    {
        if (!KeepsRight)
            return;
        if (_rightMatched.Length < _table.RowCount)
            _rightMatched = new bool[_table.RowCount];
        Array.Clear(_rightMatched, 0, _table.RowCount);
    }

    /// <summary>Splits the left input into files, as the right one has been.</summary>
    private void Scatter(JoinSpill spill)
    {
        _scattered = true;
        while (NextLeft(Batch.RowsMax) is { } batch)
        {
            _state.CheckCancel();
            spill.AddLeft(batch);
        }

        spill.CompleteInputs();
        NextPass(spill);
        Report();
    }

    private void NextPass(JoinSpill spill)
    {
        _step = spill.TryNextPass() ? Step.Pull : Step.Done;
        if (_step == Step.Pull)
            ClearRightMatched();
    }

    private void Pull(int rowsMax)
    {
        if (_spill is not null && !_scattered)
        {
            Scatter(_spill);
            return;
        }

        _batch = _spill is not null ? _spill.NextLeft(rowsMax) : CanMatch() ? NextLeft(rowsMax) : null;
        _position = 0;
        _inChain = false;
        if (_batch is null)
        {
            _rightRow = 0;
            if (KeepsRight)
                _step = Step.RightRows;
            else
                EndPass();
            return;
        }

        if (_spill is not null)
            _spill.ReadMatched(_leftMatched.AsSpan(0, _batch.Count));
        else
            Array.Clear(_leftMatched, 0, _batch.Count);
        _probe.FindAll(_batch, _chains);
        if (IsSemi && _residual is null)
        {
            for (int i = 0; i < _batch.Count; i++)
                _leftMatched[i] |= _chains[i] >= 0;
            _step = Step.LeftRows;
            return;
        }

        _step = Step.Pairs;
    }

    private Batch? NextLeft(int rowsMax) => Switch is null ? _left.Next(rowsMax) : Switch.NextLeft(rowsMax);

    /// <summary>All left rows have met the table: the join is done, or goes on with other rows on both sides.</summary>
    private void EndPass()
    {
        if (_spill is null)
            _step = Switch is { IsSwitched: true } ? Step.Switched : Step.Done;
        else
            NextPass(_spill);
    }

    private Batch? NextPairs(int rowsMax)
    {
        Batch batch = _batch!;
        Selection selection = batch.Selection;
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        int count = 0;
        int total = selection.Count;
        while (count < limit && _position < total)
        {
            if (!_inChain)
            {
                _chain = _chains[_position];
                _inChain = true;
            }

            if (_chain < 0)
            {
                _position++;
                _inChain = false;
                continue;
            }

            _pairLeft[count] = selection[_position];
            _pairPosition[count] = _position;
            _pairRight[count++] = _chain;
            _chain = _table.Next(_chain);
        }

        if (_position >= total)
        {
            _step = KeepsLeft ? Step.LeftRows : Step.Pull;
            _position = 0;
        }

        return count == 0 ? null : JoinPairs(count);
    }

    /// <summary>Shows the pairs found: left values as they stand in the left batch, right ones as they stand in the table.</summary>
    private void ShowPairs(int count)
    {
        Batch batch = _batch!;
        int column = 0;
        ReadOnlySpan<int> left = _pairLeft.AsSpan(0, count);
        foreach (int slot in _columns.LeftOutput)
            _pairs[column++].Gather(batch[slot], left);
        foreach (int slot in _columns.LeftResidual)
            _pairs[column++].Gather(batch[slot], left);
        ReadOnlySpan<int> right = _pairRight.AsSpan(0, count);
        for (int i = 0; i < _columns.RightOutput.Length; i++)
            _table.Rows.Gather(i, right, _pairs[column++]);
        _pairs.SetCount(count);
    }

    private Batch? JoinPairs(int count)
    {
        ShowPairs(count);
        Selection selection = _pairs.Selection;
        if (_residual is not null)
        {
            selection = _residual.Filter(_state.Evaluation, _pairs, selection, _errors);
            if (_errors.HasError)
            {
                selection = selection.Below(_errors.Row);
                if (selection.IsEmpty || IsSemi)
                    _errors.ThrowIfAny();
            }
        }

        if (KeepsLeft || KeepsRight)
        {
            for (int i = 0; i < selection.Count; i++)
            {
                int pair = selection[i];
                _leftMatched[_pairPosition[pair]] = true;
                if (KeepsRight)
                    _rightMatched[_pairRight[pair]] = true;
            }
        }

        if (selection.IsEmpty || IsSemi)
            return null;
        _pairs.Select(selection);
        return _pairs;
    }

    private Batch? NextLeftRows(int rowsMax)
    {
        Batch batch = _batch!;
        if (_spill is { IsLastPass: false })
        {
            _spill.WriteMatched(_leftMatched.AsSpan(0, batch.Count));
            _step = Step.Pull;
            return null;
        }

        bool wanted = _type == JoinType.Semi;
        int* rows = _selected.Reserve(batch.Count);
        int count = 0;
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        for (; _position < batch.Count && count < limit; _position++)
        {
            rows[count] = batch.Selection[_position];
            count += _leftMatched[_position] == wanted ? 1 : 0;
        }

        if (_position >= batch.Count)
            _step = Step.Pull;
        if (count == 0)
            return null;
        if (IsSemi)
        {
            for (int i = 0; i < _columns.LeftOutput.Length; i++)
                _single.Columns[i] = batch[_columns.LeftOutput[i]];
            _single.SetCount(batch.StoredCount);
            _single.Select(new Selection(rows, count));
            return _single;
        }

        new ReadOnlySpan<int>(rows, count).CopyTo(_pairLeft);
        Array.Fill(_pairRight, NoRow, 0, count);
        ShowPairs(count);
        return _pairs;
    }

    private Batch? NextRightRows(int rowsMax)
    {
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        int count = 0;
        for (; _rightRow < _table.RowCount && count < limit; _rightRow++)
        {
            _pairRight[count] = _rightRow;
            count += _rightMatched[_rightRow] ? 0 : 1;
        }

        if (_rightRow >= _table.RowCount)
            _step = Step.Done;
        if (count > 0)
            ShowRightRows(count);
        if (_step == Step.Done && _spill is not null)
            _step = Step.EndPass;
        return count > 0 ? _pairs : null;
    }

    private void ShowRightRows(int count)
    {
        for (int i = 0; i < _columns.LeftOutput.Length; i++)
        {
            Vector target = _pairs[i];
            target.Reset(count);
            for (int row = 0; row < count; row++)
                target.SetNull(row);
        }

        for (int i = 0; i < _columns.RightOutput.Length; i++)
            _table.Rows.Gather(i, _pairRight.AsSpan(0, count), _pairs[_columns.LeftOutput.Length + _columns.LeftResidual.Length + i]);
        _pairs.SetCount(count);
    }
}
