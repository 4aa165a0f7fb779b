using System.Runtime.InteropServices;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// An aggregate over the frames of one partition. A frame that only grows has one state that grows with it; short frames are computed anew; long ones that move are put together from a tree of
/// partial states over the partition's rows, in time logarithmic in the frame. For one thread.
/// </summary>
internal sealed unsafe class WindowAggregation(WindowTask task, WindowPartition partition, SpillableReader rows, MemoryAccount? account) : IDisposable
{
    /// <summary>Frames up to this many rows are computed directly.</summary>
    private const int DirectRowsMax = 16;

    private readonly AggregateContext _context = new(account);
    private readonly AggregateContext _frameContext = new(account);
    private readonly AggregateFunction _function = task.Aggregate!;
    private readonly SelectionBuffer _selection = new();
    private readonly ErrorSink _errors = new();
    private readonly Vector[] _arguments = new Vector[task.ArgumentSlots.Length];
    private nint[] _tree = [];
    private bool _hasTree;
    private byte* _state;
    private RowRange _covered;
    private (RowRange, RowRange, RowRange) _last;

    /// <summary>Begins a partition.</summary>
    public void Begin(IFunctionContext functions)
    {
        _context.Reset();
        _frameContext.Reset();
        _context.Functions = _frameContext.Functions = functions;
        _state = null;
        _hasTree = false;
    }

    /// <summary>The aggregate over a frame, into row 0 of <paramref name="result"/>.</summary>
    public void Compute(WindowFrame frame, Vector result)
    {
        if (task.IsGrowing)
        {
            Grow(frame.Ranges.First);
            _function.Finish(_context, _state, result, 0, _errors);
        }
        else
        {
            if (_state == null || frame.Ranges != _last)
                Rebuild(frame);
            _function.Finish(_hasTree ? _context : _frameContext, _state, result, 0, _errors);
        }

        _errors.ThrowIfAny();
    }

    private void Grow(RowRange frame)
    {
        if (_state == null || frame.End < _covered.End || frame.Start != _covered.Start)
        {
            _state = NewState(_context);
            _covered = new RowRange(frame.Start, frame.Start);
        }

        AddRows(_context, _state, new RowRange(_covered.End, frame.End));
        _covered = frame;
    }

    private void Rebuild(WindowFrame frame)
    {
        _last = frame.Ranges;
        (RowRange first, RowRange second, RowRange third) = frame.Ranges;
        bool isLong = first.Count + second.Count + third.Count > DirectRowsMax && _function.CanCombine;
        if (isLong && !_hasTree)
            BuildTree();
        AggregateContext context = _context;
        if (!_hasTree)
        {
            // Nothing refers to the states of earlier frames: their memory is used again.
            _frameContext.Reset();
            context = _frameContext;
        }

        _state = NewState(context);
        foreach (RowRange range in (ReadOnlySpan<RowRange>)[first, second, third])
        {
            if (range.Count > DirectRowsMax && _hasTree)
                Combine(range);
            else
                AddRows(context, _state, range);
        }
    }

    private byte* NewState(AggregateContext context)
    {
        byte* state = context.Arena.Allocate(Math.Max(8, _function.StateSizeBytes));
        NativeMemory.Clear(state, (nuint)_function.StateSizeBytes);
        _function.Initialize(context, state);
        return state;
    }

    // Node i has the rows of nodes 2i and 2i + 1; the leaves stand from Count on.
    private void BuildTree()
    {
        _hasTree = true;
        int leaves = partition.Count;
        if (_tree.Length < 2 * leaves)
            _tree = new nint[2 * leaves];
        for (int i = 0; i < leaves; i++)
        {
            byte* leaf = NewState(_context);
            AddRows(_context, leaf, new RowRange(partition.Start + i, partition.Start + i + 1));
            _tree[leaves + i] = (nint)leaf;
        }

        for (int i = leaves - 1; i > 0; i--)
        {
            byte* node = NewState(_context);
            _function.Combine(_context, (byte*)_tree[2 * i], node);
            _function.Combine(_context, (byte*)_tree[(2 * i) + 1], node);
            _tree[i] = (nint)node;
        }
    }

    // The nodes that cover a range, from left to right: what is found on the right comes in the opposite order.
    private void Combine(RowRange range)
    {
        Span<int> right = stackalloc int[64];
        int rights = 0;
        int leaves = partition.Count;
        int low = range.Start - partition.Start + leaves;
        int high = range.End - partition.Start + leaves;
        for (; low < high; low >>= 1, high >>= 1)
        {
            if ((low & 1) != 0)
                _function.Combine(_context, (byte*)_tree[low++], _state);
            if ((high & 1) != 0)
                right[rights++] = --high;
        }

        while (rights > 0)
            _function.Combine(_context, (byte*)_tree[right[--rights]], _state);
    }

    private void AddRows(AggregateContext context, byte* state, RowRange range)
    {
        for (int row = range.Start; row < range.End;)
        {
            Batch chunk = rows.ChunkOf(row, out int offset);
            int count = Math.Min(range.End - row, chunk.StoredCount - offset);
            int* selected = _selection.Reserve(count);
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                if (task.FilterSlot < 0 || (!chunk[task.FilterSlot].IsNull(offset + i) && chunk[task.FilterSlot].Get<byte>(offset + i) != 0))
                    selected[kept++] = offset + i;
            }

            for (int i = 0; i < _arguments.Length; i++)
                _arguments[i] = chunk[task.ArgumentSlots[i]];
            if (kept > 0)
                _function.UpdateSingle(context, _arguments, new Selection(selected, kept), state, _errors);
            _errors.ThrowIfAny();
            row += count;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _context.Reset();
        _frameContext.Reset();
        _state = null;
        _hasTree = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _frameContext.Dispose();
        _selection.Dispose();
    }
}
