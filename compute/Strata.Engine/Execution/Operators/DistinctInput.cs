using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// The values that an aggregate with DISTINCT (and without an order) has seen, by group. When it is full, values that it does not know go to disk, and are fed to the aggregate at the end, part by part.
/// Not thread-safe.
/// </summary>
internal sealed unsafe class DistinctInput : IDisposable
{
    private readonly ExecutionState _state;
    private readonly OperatorMemory _memory;
    private readonly AggregateTask _task;
    private readonly KeyTable _seen;
    private readonly KeyBuffer _key = new();
    private readonly SelectionBuffer _fresh = new();
    private readonly SqlType[] _types;
    private readonly Vector[] _arguments;
    private DeferredRows? _deferred;
    private Vector? _groups;
    private Batch? _line;
    private nint[] _states = [];
    private bool _isFull;

    public DistinctInput(ExecutionState state, OperatorMemory memory, AggregateTask task)
    {
        _state = state;
        _memory = memory;
        _task = task;
        _seen = new KeyTable(memory.Account);
        _types = [SqlType.Int4, .. task.Arguments.Select(static argument => argument.Type)];
        _arguments = new Vector[task.ArgumentCount];
    }

    /// <summary>No further values are remembered.</summary>
    public void MakeFull()
    {
        if (_isFull || _seen.Count == 0)
            return;
        _deferred ??= new DeferredRows(_state, _types, _memory);
        _groups ??= new Vector(SqlType.Int4, _memory.Account);
        _line ??= new Batch(new Vector[_types.Length]);
        _isFull = _deferred.TryBeginLevel();
    }

    /// <summary>The rows whose values are new to their groups (none named: group 0) and may be fed now.</summary>
    public Selection DropSeen(ReadOnlySpan<Vector> arguments, Selection selection, int[]? groupOfRow)
    {
        int* rows = _fresh.Reserve(selection.Count);
        int count = 0;
        bool turnedAway = false;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            ReadOnlySpan<byte> key = KeyOf(arguments, row, groupOfRow is null ? 0 : groupOfRow[row]);
            if (!_isFull)
            {
                _seen.FindOrAdd(key, out bool added);
                if (added)
                    rows[count++] = row;
                continue;
            }

            bool isKnown = _seen.Find(key) >= 0;
            _deferred!.Parts[i] = isKnown ? SpillPartitions.None : SpillPartitions.Of(VectorHash.Bytes(key), _deferred.Level);
            turnedAway |= !isKnown;
        }

        if (turnedAway)
            TurnAway(arguments, selection, groupOfRow);
        return new Selection(rows, count);
    }

    private ReadOnlySpan<byte> KeyOf(ReadOnlySpan<Vector> arguments, int row, int group)
    {
        _key.Clear();
        MemoryMarshal.Write(_key.Reserve(sizeof(int)), in group);
        _key.Advance(sizeof(int));
        foreach (Vector argument in arguments)
            KeyEncoder.Append(argument, row, false, false, _key);
        return _key.Written;
    }

    private void TurnAway(ReadOnlySpan<Vector> arguments, Selection selection, int[]? groupOfRow)
    {
        _groups!.Reset(selection.End);
        for (int i = 0; i < selection.Count; i++)
            _groups.Set(selection[i], groupOfRow is null ? 0 : groupOfRow[selection[i]]);
        _line!.Columns[0] = _groups;
        for (int i = 0; i < arguments.Length; i++)
            _line.Columns[i + 1] = arguments[i];
        _line.SetCount(selection.End);
        _deferred!.Append(_line, selection);
    }

    /// <summary>Feeds the values that were turned away.</summary>
    public void Replay(AggregateContext context, nint[] groupStates, int stateOffset, ErrorSink errors)
    {
        EndLevel();
        if (_deferred is null)
            return;
        var groupOfRow = new int[Batch.RowsMax];
        if (_states.Length == 0)
            _states = new nint[Batch.RowsMax];
        while (_deferred.TryOpenPart())
        {
            _seen.Clear();
            while (_deferred.NextRows(Batch.RowsMax) is { } batch)
            {
                _state.CheckCancel();
                for (int i = 0; i < batch.Count; i++)
                    groupOfRow[batch.Selection[i]] = batch[0].Get<int>(batch.Selection[i]);
                Selection fresh = DropSeen(batch.Columns.AsSpan(1), batch.Selection, groupOfRow);
                Feed(context, batch, fresh, groupOfRow, groupStates, stateOffset, errors);
                if (_memory.MustSpill(_seen.Count))
                    MakeFull();
            }

            EndLevel();
        }
    }

    private void Feed(AggregateContext context, Batch batch, Selection fresh, int[] groupOfRow, nint[] groupStates, int stateOffset, ErrorSink errors)
    {
        if (fresh.IsEmpty)
            return;
        for (int i = 0; i < _arguments.Length; i++)
            _arguments[i] = batch[i + 1];
        for (int i = 0; i < fresh.Count; i++)
            _states[i] = groupStates[groupOfRow[fresh[i]]] + stateOffset;
        fixed (nint* states = _states)
            _task.Function.Update(context, _arguments, fresh, (byte**)states, errors);
        errors.ThrowIfAny();
    }

    private void EndLevel()
    {
        if (_isFull)
            _deferred!.EndLevel();
        _isFull = false;
    }

    /// <summary>Forgets all values.</summary>
    public void Clear()
    {
        _seen.Clear();
        _deferred?.Clear();
        _isFull = false;
    }

    public void Dispose()
    {
        _seen.Dispose();
        _fresh.Dispose();
        _deferred?.Dispose();
        _groups?.Dispose();
    }
}
