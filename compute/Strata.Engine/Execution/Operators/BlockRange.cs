using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;

namespace Strata.Engine.Execution.Operators;

/// <summary>Hands the blocks of a table out in ranges (morsels) to the threads that scan it together. Thread-safe.</summary>
internal sealed class BlockRange
{
    /// <summary>Blocks in one range: about a millisecond's work.</summary>
    private const int BlocksPerRange = 64;

    private readonly Lock _gate = new();
    private bool _isOpen;
    private bool _isOnly;
    private uint _next;
    private uint _end;

    /// <summary>Begins anew. Nobody scans meanwhile.</summary>
    public void Reset()
    {
        _isOpen = _isOnly = false;
        _next = _end = 0;
    }

    /// <summary>Hands one range out, then no more.</summary>
    public void SetOnly(uint first, uint end)
    {
        lock (_gate)
        {
            _isOpen = true;
            _isOnly = true;
            _next = first;
            _end = end;
        }
    }

    /// <summary>The next range, or false when all are taken.</summary>
    public bool TryNext(HeapRelation heap, in Snapshot snapshot, CancellationToken cancellation, out uint first, out uint end)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                _isOpen = true;
                _end = heap.CountBlocks(snapshot.ReadPoint, cancellation);
            }

            first = _next;
            end = _isOnly ? _end : Math.Min(_end, first + BlocksPerRange);
            _next = end;
            return first < end;
        }
    }
}
