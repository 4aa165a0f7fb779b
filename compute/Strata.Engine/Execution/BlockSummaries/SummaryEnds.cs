using Strata.Engine.Execution.Keys;

namespace Strata.Engine.Execution.BlockSummaries;

/// <summary>The ends of one value: low ones by dimension, then high ones. Reused; not thread-safe.</summary>
internal sealed class SummaryEnds
{
    /// <summary>Dimensions that a value has at most, twice.</summary>
    private const int EndsMax = 4;

    private readonly KeyBuffer _buffer = new();
    private readonly int[] _starts = new int[EndsMax + 1];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int index] => _buffer.Written[_starts[index].._starts[index + 1]];

    public void Clear()
    {
        _buffer.Clear();
        Count = 0;
    }

    /// <summary>Begins an end; its bytes are appended to the buffer that is returned.</summary>
    public KeyBuffer Begin() => _buffer;

    public void End() => _starts[++Count] = _buffer.Length;
}
