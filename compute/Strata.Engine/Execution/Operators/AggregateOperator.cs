using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>One aggregate as the operator runs it.</summary>
internal sealed class AggregateTask(
    AggregateFunction function, ExpressionInstance[] arguments, int argumentCount, ExpressionInstance? filter, bool isDistinct, KeyColumn[] order) : IDisposable
{
    /// <summary>The aggregate.</summary>
    public AggregateFunction Function { get; } = function;

    /// <summary>Arguments; those behind <see cref="ArgumentCount"/> are only sorted by.</summary>
    public ExpressionInstance[] Arguments { get; } = arguments;

    /// <summary>The function's own arguments.</summary>
    public int ArgumentCount { get; } = argumentCount;

    /// <summary>FILTER.</summary>
    public ExpressionInstance? Filter { get; } = filter;

    /// <summary>DISTINCT.</summary>
    public bool IsDistinct { get; } = isDistinct;

    /// <summary>ORDER BY, over the arguments.</summary>
    public KeyColumn[] Order { get; } = order;

    /// <summary>Room for the arguments' vectors of one batch.</summary>
    public Vector[] Values { get; } = new Vector[arguments.Length];

    /// <summary>Offset of its state among a group's.</summary>
    public int StateOffset { get; set; }

    /// <summary>The number of an earlier task whose state is this one's too, or -1.</summary>
    public int SharedWith { get; init; } = -1;

    public void Dispose()
    {
        foreach (ExpressionInstance argument in Arguments)
            argument.Dispose();
        Filter?.Dispose();
    }
}

/// <summary>
/// Groups rows by hashing their key columns and computes aggregates. Without key columns there is one group, even of no rows. Groups come out in the order
/// of their first rows.
/// </summary>
internal sealed unsafe class AggregateOperator : UnaryOperator
{
    private const int StatesAtFirst = 16;
    private const int StatesKeptMax = 1 << 16;

    private readonly ExecutionState _state;
    private readonly OperatorMemory _memory;
    private readonly SqlType[] _inputTypes;
    private readonly HashKeyBuilder? _keys;
    private readonly PackedKeys? _packedKeys;
    private readonly PackedTable _packed;
    private HashKeyBuilder? _storedKeys;
    private PackedKeys? _storedPacked;
    private int[]? _storedSlots;
    private readonly int[] _groupSlots;
    private readonly AggregateTask[] _tasks;
    private readonly SqlType[] _types;
    private readonly AggregateContext _context;
    private readonly Arena _states;
    private readonly KeyTable _table;
    private readonly GroupCache? _cache;
    private readonly RowStore _groups;
    private readonly Batch _groupRow;
    private readonly Batch _output;
    private readonly ErrorSink _errors = new();
    private readonly OrderedInput?[] _ordered;
    private readonly DistinctInput?[] _distinct;
    private readonly SelectionBuffer _selected = new();
    private readonly int _stateBytes;
    private readonly int[] _groupOfRow = new int[Batch.RowsMax];
    private readonly nint[] _statePointers = new nint[Batch.RowsMax];
    private nint[] _groupStates = new nint[StatesAtFirst];
    private DeferredRows? _spill;
    private bool _isFull;
    private long _taken;
    private bool _built;
    private int _next;

    public AggregateOperator(
        ExecutionState state, Operator input, SqlType[] inputTypes, int[] groupSlots, SqlType[] groupTypes, AggregateTask[] tasks)
        : base(input)
    {
        _state = state;
        _memory = new OperatorMemory(state, "HashAgg hash table", isHash: true);
        _inputTypes = inputTypes;
        _groupSlots = groupSlots;
        _tasks = tasks;
        _keys = groupSlots.Length == 0 ? null : new HashKeyBuilder(groupSlots);
        _packed = new PackedTable(_memory.Account);
        if (HashKeyBuilder.PackedBytes(groupTypes) is > 0 and <= sizeof(ulong))
            _packedKeys = new PackedKeys(groupSlots);
        else
            _cache = GroupCache.For(groupTypes);
        _types = [.. groupTypes, .. tasks.Select(task => task.Function.ResultType)];
        _context = new AggregateContext(_memory.Account);
        _states = new Arena(_memory.Account);
        _table = new KeyTable(_memory.Account);
        _groups = new RowStore(groupTypes, _memory.Account);
        _groupRow = new Batch(new Vector[groupTypes.Length]);
        _output = new Batch(_types, _memory.Account);
        _ordered = tasks.Select(task => task.Order.Length == 0 ? null : new OrderedInput(state, task)).ToArray();
        _distinct = tasks.Select(task => task.IsDistinct && task.Order.Length == 0 ? new DistinctInput(state, _memory, task) : null).ToArray();
        foreach (AggregateTask task in tasks)
        {
            if (task.SharedWith >= 0)
            {
                task.StateOffset = tasks[task.SharedWith].StateOffset;
                continue;
            }

            task.StateOffset = _stateBytes;
            _stateBytes += task.Function.StateSizeBytes;
        }
    }

    private int GroupCount => _keys is null ? 1 : _packedKeys is not null ? _packed.Count : _table.Count;

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        if (!_built)
            Build();
        int count;
        while ((count = Math.Min(Math.Min(rowsMax, Batch.RowsMax), GroupCount - _next)) <= 0)
        {
            if (!BuildNextPart())
                return null;
        }

        _output.Reset(count);
        for (int column = 0; column < _groupSlots.Length; column++)
        {
            for (int i = 0; i < count; i++)
                _output[column].CopyRow(_groups.ChunkOf(_next + i)[column], RowStore.Offset(_next + i), i);
        }

        for (int t = 0; t < _tasks.Length; t++)
        {
            Vector result = _output[_groupSlots.Length + t];
            for (int i = 0; i < count; i++)
                _tasks[t].Function.Finish(_context, (byte*)_groupStates[_next + i] + _tasks[t].StateOffset, result, i, _errors);
        }

        _next += count;
        _output.SetCount(count);
        _output.Select(BatchErrors.Cut(_errors, _output.Selection));
        return _output;
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (AggregateTask task in _tasks)
            task.Dispose();
        _context.Dispose();
        _states.Dispose();
        _table.Dispose();
        _packed.Dispose();
        _groups.Dispose();
        _output.Dispose();
        _selected.Dispose();
        foreach (OrderedInput? ordered in _ordered)
            ordered?.Dispose();
        foreach (DistinctInput? distinct in _distinct)
            distinct?.Dispose();
        _spill?.Dispose();
        FreeStates();
    }

    private void FreeStates()
    {
        _memory.Account.Release((_groupStates.Length - StatesAtFirst) * (long)sizeof(nint));
        _groupStates = new nint[StatesAtFirst];
    }

    protected override void Clear()
    {
        _built = false;
        _isFull = false;
        _spill?.Dispose();
        _spill = null;
        ClearGroups();
        _memory.Account.ResetPeak();
    }

    /// <summary>Forgets the groups at hand.</summary>
    private void ClearGroups()
    {
        _next = 0;
        _taken = 0;
        if (_groupStates.Length > StatesKeptMax)
            FreeStates();
        _table.Clear();
        _cache?.Clear();
        _packed.Clear();
        _groups.Clear();
        _context.Reset();
        _states.Reset();
        _errors.Reset();
        foreach (OrderedInput? ordered in _ordered)
            ordered?.Clear();
        foreach (DistinctInput? distinct in _distinct)
            distinct?.Clear();
    }

    /// <summary>Forgets the groups, all of which were given out: the input goes on with rows of others.</summary>
    public void BeginAgain() => Clear();

    /// <summary>Builds what lies below before other threads use it.</summary>
    public void PrepareInput() => Input.Prepare();

    /// <summary>Reads the whole input into groups.</summary>
    public void BuildPartial()
    {
        _built = true;
        _context.Functions = _state.Evaluation.Functions;
        if (_keys is null)
            AddGroup(0);
        while (Input.Next(Batch.RowsMax) is { } batch)
            Take(batch);
    }

    /// <summary>Called before the first group is turned away: the groups of other threads must be here by then.</summary>
    public Action? BeforeFull { get; set; }

    /// <summary>True for a copy whose groups another operator takes over: it turns no group away, but takes no further blocks when it is full.</summary>
    public bool IsHelper { get; init; }

    private void Take(Batch batch)
    {
        _state.CheckCancel();
        AssignGroups(batch);
        for (int t = 0; t < _tasks.Length; t++)
        {
            if (_tasks[t].SharedWith >= 0)
                continue;
            Update(t, batch);
            _errors.ThrowIfAny();
        }

        _taken += batch.Count;
        if (_memory.MustSpill(_taken))
            MakeRoom();
    }

    /// <summary>No new groups from now on: their rows go to disk. When that was not enough, neither are new values of DISTINCT remembered.</summary>
    private void MakeRoom()
    {
        if (IsHelper)
        {
            _state.TakesNoMoreBlocks = true;
        }
        else if (_keys is not null && !_isFull)
        {
            BeforeFull?.Invoke();
            _spill ??= new DeferredRows(_state, _inputTypes, _memory);
            _isFull = _spill.TryBeginLevel();
        }
        else
        {
            foreach (DistinctInput? distinct in _distinct)
                distinct?.MakeFull();
        }
    }

    /// <summary>Works on rows that were turned away before; false when there are none left.</summary>
    private bool BuildNextPart()
    {
        if (_spill is null || !_spill.TryOpenPart())
            return false;
        ClearGroups();
        _isFull = false;
        while (_spill.NextRows(Batch.RowsMax) is { } batch)
            Take(batch);
        FinishBuild();
        return true;
    }

    /// <summary>Feeds aggregates with an order of their own, once all rows are there.</summary>
    public void FinishBuild()
    {
        for (int t = 0; t < _tasks.Length; t++)
        {
            _ordered[t]?.Replay(_context, _groupStates, _tasks[t].StateOffset, _errors);
            _distinct[t]?.Replay(_context, _groupStates, _tasks[t].StateOffset, _errors);
        }

        _errors.ThrowIfAny();
        if (_isFull)
            _spill!.EndLevel();
        if (Statistics is not null && _keys is not null)
            Statistics.Space = SpaceReport.OfGroups(_spill?.Batches ?? 1, _memory.Account.PeakBytes, _spill?.DiskBytes ?? 0);
    }

    /// <summary>Adds the groups of another operator over the same plan, which has read other rows: a store's chunk at a time.</summary>
    public void Merge(AggregateOperator other)
    {
        _context.Source = other._context;
        if (_keys is null)
        {
            _groupOfRow[0] = 0;
            Combine(other, 0, 1);
        }
        else
        {
            for (int chunk = 0; chunk < other._groups.ChunkCount; chunk++)
            {
                AssignStored(other._groups.Chunk(chunk));
                Combine(other, chunk * Batch.RowsMax, other._groups.Chunk(chunk).StoredCount);
            }
        }

        _context.Source = null;
    }

    private void Combine(AggregateOperator other, int first, int count)
    {
        foreach (AggregateTask task in _tasks)
        {
            if (task.SharedWith >= 0)
                continue;
            for (int i = 0; i < count; i++)
                task.Function.Combine(_context, (byte*)other._groupStates[first + i] + task.StateOffset, (byte*)_groupStates[_groupOfRow[i]] + task.StateOffset);
        }
    }

    /// <summary>The groups of the rows of a store of group columns; new ones are added.</summary>
    private void AssignStored(Batch stored)
    {
        _storedSlots ??= [.. Enumerable.Range(0, _groupSlots.Length)];
        if (_packedKeys is not null)
        {
            _storedPacked ??= new PackedKeys(_storedSlots);
            AssignPackedGroups(_storedPacked, stored, stored);
            return;
        }

        _storedKeys ??= new HashKeyBuilder(_storedSlots);
        for (int row = 0; row < stored.StoredCount; row++)
        {
            int number = _table.FindOrAdd(_storedKeys.Build(stored, row), out bool added);
            if (added)
            {
                AddGroup(number);
                _groups.AppendRow(stored, row);
            }

            _groupOfRow[row] = number;
        }
    }

    private void Build()
    {
        BuildPartial();
        FinishBuild();
    }

    private void AddGroup(int number)
    {
        if (number >= _groupStates.Length)
        {
            _memory.Account.Charge(_groupStates.Length * (long)sizeof(nint));
            Array.Resize(ref _groupStates, _groupStates.Length * 2);
        }

        byte* states = _states.Allocate(Math.Max(_stateBytes, 8));
        NativeMemory.Clear(states, (nuint)_stateBytes);
        foreach (AggregateTask task in _tasks)
        {
            if (task.SharedWith < 0)
                task.Function.Initialize(_context, states + task.StateOffset);
        }

        _groupStates[number] = (nint)states;
    }

    private void AssignGroups(Batch batch)
    {
        if (_keys is null)
            return;
        for (int column = 0; column < _groupSlots.Length; column++)
            _groupRow.Columns[column] = batch[_groupSlots[column]];
        _groupRow.SetCount(batch.StoredCount);
        if (_isFull)
        {
            AssignKnownGroups(batch);
            return;
        }

        if (_packedKeys is not null)
        {
            AssignPackedGroups(_packedKeys, batch, _groupRow);
            return;
        }

        GroupCache? cache = _cache is { IsUseful: true } ? _cache : null;
        cache?.Read(batch, _groupSlots);
        for (int i = 0; i < batch.Count; i++)
        {
            int row = batch.Selection[i];
            int number = cache is null ? -1 : cache.Find(i);
            if (number >= 0)
            {
                _groupOfRow[row] = number;
                continue;
            }

            number = _table.FindOrAdd(_keys.Build(batch, row), out bool added);
            if (added)
            {
                AddGroup(number);
                _groups.AppendRow(_groupRow, row);
            }

            cache?.Add(i, number);
            _groupOfRow[row] = number;
        }
    }

    private void AssignPackedGroups(PackedKeys packed, Batch batch, Batch groupColumns)
    {
        packed.Read(batch);
        ulong[] keys = packed.Keys;
        Selection selection = batch.Selection;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (i + PackedTable.PrefetchDistance < selection.Count)
                _packed.Prefetch(keys[i + PackedTable.PrefetchDistance]);
            int number = _packed.FindOrAdd(keys[i], packed.HasNulls ? packed.Nulls[i] : 0, _packed.Count, out bool added);
            if (added)
            {
                AddGroup(number);
                _groups.AppendRow(groupColumns, row);
            }

            _groupOfRow[row] = number;
        }
    }

    /// <summary>Finds the groups that are there; the other rows leave the batch for the disk.</summary>
    private void AssignKnownGroups(Batch batch)
    {
        Selection selection = batch.Selection;
        int* known = _selected.Reserve(selection.Count);
        int count = 0;
        _packedKeys?.Read(batch);
        Span<sbyte> parts = _spill!.Parts;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            int number;
            ulong hash;
            if (_packedKeys is not null)
            {
                int nulls = _packedKeys.HasNulls ? _packedKeys.Nulls[i] : 0;
                hash = VectorHash.Int64(_packedKeys.Keys[i] + (ulong)nulls);
                number = _packed.Find(_packedKeys.Keys[i], nulls);
            }
            else
            {
                ReadOnlySpan<byte> key = _keys!.Build(batch, row);
                hash = VectorHash.Bytes(key);
                number = _table.Find(key);
            }

            parts[i] = number >= 0 ? SpillPartitions.None : SpillPartitions.Of(hash, _spill.Level);
            if (number < 0)
                continue;
            _groupOfRow[row] = number;
            known[count++] = row;
        }

        if (count == selection.Count)
            return;
        _spill.Append(batch, selection);
        batch.Select(new Selection(known, count));
    }

    private void Update(int t, Batch batch)
    {
        AggregateTask task = _tasks[t];
        Selection selection = batch.Selection;
        if (task.Filter is not null)
            selection = task.Filter.Filter(_state.Evaluation, batch, selection, _errors);
        if (selection.IsEmpty || _errors.HasError)
            return;
        Vector[] arguments = task.Values;
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = task.Arguments[i].Evaluate(_state.Evaluation, batch, selection, _errors);
        if (_errors.HasError)
            return;
        if (_ordered[t] is { } ordered)
        {
            ordered.Add(arguments, selection, _keys is null ? null : _groupOfRow);
            return;
        }

        if (_distinct[t] is { } seen)
        {
            selection = seen.DropSeen(arguments, selection, _keys is null ? null : _groupOfRow);
            if (selection.IsEmpty)
                return;
        }

        ReadOnlySpan<Vector> own = arguments.AsSpan(0, task.ArgumentCount);
        if (_keys is null)
        {
            task.Function.UpdateSingle(_context, own, selection, (byte*)_groupStates[0] + task.StateOffset, _errors);
            return;
        }

        for (int i = 0; i < selection.Count; i++)
            _statePointers[i] = _groupStates[_groupOfRow[selection[i]]] + task.StateOffset;
        fixed (nint* pointers = _statePointers)
            task.Function.Update(_context, own, selection, (byte**)pointers, _errors);
    }
}
