using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
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
internal sealed unsafe class AggregateOperator : Operator
{
    private readonly ExecutionState _state;
    private readonly Operator _input;
    private readonly HashKeyBuilder? _keys;
    private readonly PackedKeys? _packedKeys;
    private readonly PackedTable _packed;
    private HashKeyBuilder? _storedKeys;
    private PackedKeys? _storedPacked;
    private Batch? _mergeRow;
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
    private readonly KeyTable?[] _distinct;
    private readonly KeyBuffer _distinctKey = new();
    private readonly SelectionBuffer _selected = new();
    private readonly int _stateBytes;
    private readonly int[] _groupOfRow = new int[Batch.RowsMax];
    private readonly nint[] _statePointers = new nint[Batch.RowsMax];
    private nint[] _groupStates = new nint[16];
    private bool _built;
    private int _next;

    public AggregateOperator(
        ExecutionState state, Operator input, int[] groupSlots, SqlType[] groupTypes, AggregateTask[] tasks)
    {
        _state = state;
        _input = input;
        _groupSlots = groupSlots;
        _tasks = tasks;
        _keys = groupSlots.Length == 0 ? null : new HashKeyBuilder(groupSlots);
        _packed = new PackedTable(state.Memory);
        if (HashKeyBuilder.PackedBytes(groupTypes) is > 0 and <= sizeof(ulong))
            _packedKeys = new PackedKeys(groupSlots);
        else
            _cache = GroupCache.For(groupTypes);
        _types = [.. groupTypes, .. tasks.Select(task => task.Function.ResultType)];
        _context = new AggregateContext(state.Memory);
        _states = new Arena(state.Memory);
        _table = new KeyTable(state.Memory);
        _groups = new RowStore(groupTypes, state.Memory);
        _groupRow = new Batch(new Vector[groupTypes.Length]);
        _output = new Batch(_types, state.Memory);
        _ordered = tasks.Select(task => task.Order.Length == 0 ? null : new OrderedInput(task, state.Memory)).ToArray();
        _distinct = tasks.Select(task => task.IsDistinct && task.Order.Length == 0 ? new KeyTable(state.Memory) : null).ToArray();
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

    public override void Open()
    {
        Clear();
        _input.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        if (!_built)
            Build();
        int count = Math.Min(Math.Min(rowsMax, Batch.RowsMax), GroupCount - _next);
        if (count <= 0)
            return null;
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

    public override void Rescan()
    {
        Clear();
        _input.Rescan();
    }

    public override void Close()
    {
        _input.Close();
        Clear();
    }

    public override void Dispose()
    {
        _input.Dispose();
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
        foreach (KeyTable? table in _distinct)
            table?.Dispose();
    }

    private void Clear()
    {
        _built = false;
        _next = 0;
        _table.Clear();
        _cache?.Clear();
        _packed.Clear();
        _groups.Clear();
        _context.Reset();
        _states.Reset();
        _errors.Reset();
        foreach (OrderedInput? ordered in _ordered)
            ordered?.Clear();
        foreach (KeyTable? table in _distinct)
            table?.Clear();
    }

    /// <summary>Builds what lies below before other threads use it.</summary>
    public void PrepareInput() => _input.Prepare();

    /// <summary>Reads the whole input into groups.</summary>
    public void BuildPartial()
    {
        _built = true;
        _context.Functions = _state.Evaluation.Functions;
        if (_keys is null)
            AddGroup(0);
        while (_input.Next(Batch.RowsMax) is { } batch)
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
        }
    }

    /// <summary>Feeds aggregates with an order of their own, once all rows are there.</summary>
    public void FinishBuild()
    {
        for (int t = 0; t < _tasks.Length; t++)
            _ordered[t]?.Replay(_context, _groupStates, _tasks[t].StateOffset, _errors);
        _errors.ThrowIfAny();
    }

    /// <summary>Adds the groups of another operator over the same plan, which has read other rows.</summary>
    public void Merge(AggregateOperator other)
    {
        _context.Source = other._context;
        for (int from = 0; from < other.GroupCount; from++)
        {
            int to = 0;
            if (_keys is not null)
            {
                Batch chunk = other._groups.ChunkOf(from);
                int row = RowStore.Offset(from);
                to = FindOrAddGroup(chunk, row);
            }

            foreach (AggregateTask task in _tasks)
            {
                if (task.SharedWith < 0)
                    task.Function.Combine(_context, (byte*)other._groupStates[from] + task.StateOffset, (byte*)_groupStates[to] + task.StateOffset);
            }
        }

        _context.Source = null;
    }

    /// <summary>The group of a row that stands in a store of group columns.</summary>
    private int FindOrAddGroup(Batch stored, int row)
    {
        _storedKeys ??= new HashKeyBuilder([.. Enumerable.Range(0, _groupSlots.Length)]);
        bool added;
        int number;
        if (_packedKeys is not null)
        {
            _storedPacked ??= new PackedKeys([.. Enumerable.Range(0, _groupSlots.Length)]);
            _mergeRow ??= new Batch(new Vector[_groupSlots.Length]);
            for (int i = 0; i < _groupSlots.Length; i++)
                _mergeRow.Columns[i] = stored[i];
            _mergeRow.SetCount(stored.StoredCount);
            _mergeRow.Select(new Selection(&row, 1));
            _storedPacked.Read(_mergeRow);
            number = _packed.FindOrAdd(_storedPacked.Keys[0], _storedPacked.HasNulls ? _storedPacked.Nulls[0] : 0, _packed.Count, out added);
        }
        else
        {
            number = _table.FindOrAdd(_storedKeys.Build(stored, row), out added);
        }

        if (added)
        {
            AddGroup(number);
            _groups.AppendRow(stored, row);
        }

        return number;
    }

    private void Build()
    {
        BuildPartial();
        FinishBuild();
    }

    private void AddGroup(int number)
    {
        if (number >= _groupStates.Length)
            Array.Resize(ref _groupStates, _groupStates.Length * 2);
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
        if (_packedKeys is not null)
        {
            AssignPackedGroups(_packedKeys, batch);
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

    private void AssignPackedGroups(PackedKeys packed, Batch batch)
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
                _groups.AppendRow(_groupRow, row);
            }

            _groupOfRow[row] = number;
        }
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
            selection = DropSeen(seen, arguments, selection);
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

    private Selection DropSeen(KeyTable seen, Vector[] arguments, Selection selection)
    {
        int* rows = _selected.Reserve(selection.Count);
        int count = 0;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            _distinctKey.Clear();
            int group = _keys is null ? 0 : _groupOfRow[row];
            MemoryMarshal.Write(_distinctKey.Reserve(sizeof(int)), in group);
            _distinctKey.Advance(sizeof(int));
            foreach (Vector argument in arguments)
                KeyEncoder.Append(argument, row, false, false, _distinctKey);
            seen.FindOrAdd(_distinctKey.Written, out bool added);
            if (added)
                rows[count++] = row;
        }

        return new Selection(rows, count);
    }

    /// <summary>Rows of an aggregate with ORDER BY: kept until all are there, then sorted by group and order and fed one by one.</summary>
    private sealed class OrderedInput(AggregateTask task, MemoryAccount? account) : IDisposable
    {
        private readonly RowStore _rows = new([.. task.Arguments.Select(argument => argument.Type)], account);
        private readonly List<int> _groupOfStored = [];
        private readonly KeyBuffer _key = new();

        public void Add(Vector[] arguments, Selection selection, int[]? groupOfRow)
        {
            var batch = new Batch(arguments);
            batch.SetCount(selection.End);
            batch.Select(selection);
            _rows.Append(batch);
            for (int i = 0; i < selection.Count; i++)
                _groupOfStored.Add(groupOfRow is null ? 0 : groupOfRow[selection[i]]);
        }

        public void Replay(AggregateContext context, nint[] groupStates, int stateOffset, ErrorSink errors)
        {
            var order = new (int Group, byte[] Key, int Row)[_rows.Count];
            for (int row = 0; row < order.Length; row++)
            {
                _key.Clear();
                Batch chunk = _rows.ChunkOf(row);
                foreach (KeyColumn column in task.Order)
                    KeyEncoder.Append(chunk[column.Slot], RowStore.Offset(row), column.Descending, column.NullsFirst, _key);
                order[row] = (_groupOfStored[row], _key.Written.ToArray(), row);
            }

            Array.Sort(order, static (a, b) =>
            {
                int byGroup = a.Group.CompareTo(b.Group);
                if (byGroup != 0)
                    return byGroup;
                int byKey = a.Key.AsSpan().SequenceCompareTo(b.Key);
                return byKey != 0 ? byKey : a.Row.CompareTo(b.Row);
            });
            byte[]? lastKey = null;
            int lastGroup = -1;
            var arguments = new Vector[task.ArgumentCount];
            foreach ((int group, byte[] key, int row) in order)
            {
                Batch chunk = _rows.ChunkOf(row);
                int offset = RowStore.Offset(row);
                if (task.IsDistinct)
                {
                    byte[] whole = WholeKey(chunk, offset);
                    if (group == lastGroup && lastKey is not null && whole.AsSpan().SequenceEqual(lastKey))
                        continue;
                    lastKey = whole;
                    lastGroup = group;
                }

                for (int i = 0; i < arguments.Length; i++)
                    arguments[i] = chunk[i];
                task.Function.UpdateSingle(context, arguments, new Selection(&offset, 1), (byte*)groupStates[group] + stateOffset, errors);
                errors.ThrowIfAny();
            }
        }

        public void Clear()
        {
            _rows.Clear();
            _groupOfStored.Clear();
        }

        public void Dispose() => _rows.Dispose();

        private byte[] WholeKey(Batch chunk, int offset)
        {
            _key.Clear();
            for (int i = 0; i < task.ArgumentCount; i++)
                KeyEncoder.Append(chunk[i], offset, false, false, _key);
            return _key.Written.ToArray();
        }
    }
}
