using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// Sorts all rows of its input by normalized keys; equal rows keep their order. With a bound it keeps only that many rows at a time (top-N).
/// </summary>
internal sealed unsafe class SortOperator(
    ExecutionState state, Operator input, SqlType[] types, KeyBuilder keys, Func<long>? bound) : Operator
{
    private const int BoundMax = 1 << 16;
    private const int CompactionSlack = 4096;

    private readonly Batch _output = new(types);
    private readonly Arena _keyBytes = new(state.Memory);
    private RowStore _rows = new(types, state.Memory);
    private RowStore? _spare;
    private Item[] _items = new Item[64];
    private int _count;
    private int _next;
    private bool _sorted;

    [StructLayout(LayoutKind.Sequential)]
    private struct Item
    {
        public ulong Prefix;
        public byte* Key;
        public int Length;
        public int Row;
    }

    private readonly struct ByKey : IComparer<Item>
    {
        public int Compare(Item x, Item y)
        {
            if (x.Prefix != y.Prefix)
                return x.Prefix < y.Prefix ? -1 : 1;
            int order = new ReadOnlySpan<byte>(x.Key, x.Length).SequenceCompareTo(new ReadOnlySpan<byte>(y.Key, y.Length));
            return order != 0 ? order : x.Row.CompareTo(y.Row);
        }
    }

    public override void Open()
    {
        Clear();
        input.Open();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_sorted)
            Sort();
        int count = Math.Min(Math.Min(rowsMax, Batch.RowsMax), _count - _next);
        if (count <= 0)
            return null;
        _output.Reset(count);
        for (int column = 0; column < types.Length; column++)
        {
            Vector target = _output[column];
            for (int i = 0; i < count; i++)
            {
                int row = _items[_next + i].Row;
                target.CopyRow(_rows.ChunkOf(row)[column], RowStore.Offset(row), i);
            }
        }

        _next += count;
        _output.SetCount(count);
        return _output;
    }

    public override void Rescan()
    {
        Clear();
        input.Rescan();
    }

    public override void Close()
    {
        input.Close();
        Clear();
    }

    public override void Dispose()
    {
        input.Dispose();
        _output.Dispose();
        _keyBytes.Dispose();
        _rows.Dispose();
        _spare?.Dispose();
    }

    private void Clear()
    {
        _rows.Clear();
        _keyBytes.Reset();
        _count = 0;
        _next = 0;
        _sorted = false;
    }

    private void Sort()
    {
        long limit = bound?.Invoke() ?? long.MaxValue;
        while (input.Next(Batch.RowsMax) is { } batch)
        {
            state.CheckCancel();
            Add(batch);
            if (limit <= BoundMax && _count > (limit * 2) + CompactionSlack)
                Compact((int)limit);
        }

        Order();
        if (limit < _count)
            _count = (int)limit;
        _sorted = true;
        Statistics?.Notes.Add(limit <= BoundMax ? "Sort Method: top-N heapsort" : "Sort Method: quicksort");
    }

    private void Add(Batch batch)
    {
        int first = _rows.Append(batch);
        if (_count + batch.Count > _items.Length)
            Array.Resize(ref _items, Math.Max(_items.Length * 2, _count + batch.Count));
        for (int i = 0; i < batch.Count; i++)
            AddKey(keys.Build(batch, batch.Selection[i]), first + i);
    }

    private void AddKey(ReadOnlySpan<byte> key, int row)
    {
        byte* copy = _keyBytes.Allocate(Math.Max(key.Length, 1));
        key.CopyTo(new Span<byte>(copy, key.Length));
        Span<byte> prefix = stackalloc byte[8];
        prefix.Clear();
        key[..Math.Min(8, key.Length)].CopyTo(prefix);
        _items[_count++] = new Item
        {
            Prefix = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(prefix),
            Key = copy,
            Length = key.Length,
            Row = row,
        };
    }

    private void Order() => _items.AsSpan(0, _count).Sort(new ByKey());

    /// <summary>Drops all but the first rows of the order: their bytes move to fresh storage.</summary>
    private void Compact(int limit)
    {
        Order();
        _spare ??= new RowStore(types, state.Memory);
        _spare.Clear();
        var kept = new (byte[] Key, int Row)[limit];
        for (int i = 0; i < limit; i++)
            kept[i] = (new ReadOnlySpan<byte>(_items[i].Key, _items[i].Length).ToArray(), _items[i].Row);
        _keyBytes.Reset();
        _count = 0;
        foreach ((byte[] key, int row) in kept)
            AddKey(key, _spare.AppendRow(_rows.ChunkOf(row), RowStore.Offset(row)));
        (_rows, _spare) = (_spare, _rows);
    }
}
