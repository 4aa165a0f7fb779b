using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Heap;

/// <summary>
/// Row bodies of one layout version, side by side in one buffer that grows and is reused: what encoders fill and heaps store. Not thread-safe.
/// </summary>
public sealed class RowBatch
{
    private byte[] _bytes = new byte[1024];
    private int[] _ends = new int[16];
    private RowFlags[] _flags = new RowFlags[16];
    private int _used;

    public int Count { get; private set; }

    public ushort LayoutVersion { get; private set; }

    public int ColumnCount { get; private set; }

    /// <summary>Empties the batch for rows of a layout.</summary>
    public void Reset(RowLayout layout)
    {
        Count = 0;
        _used = 0;
        LayoutVersion = layout.Version;
        ColumnCount = layout.ColumnCount;
    }

    /// <summary>Room for a row of at most this many bytes; end it with <see cref="Add"/>.</summary>
    public Span<byte> Begin(int maxBytes)
    {
        if (_bytes.Length - _used < maxBytes)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + maxBytes));
        return _bytes.AsSpan(_used, maxBytes);
    }

    /// <summary>Ends the row that was written to the span that <see cref="Begin"/> gave.</summary>
    public void Add(int bodyBytes, RowFlags flags)
    {
        Invariant.Check((uint)bodyBytes <= (uint)(_bytes.Length - _used));
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, Count * 2);
            Array.Resize(ref _flags, Count * 2);
        }
        _used += bodyBytes;
        _ends[Count] = _used;
        _flags[Count++] = flags;
    }

    public int BodyBytes(int row) => _ends[row] - Start(row);

    public ReadOnlySpan<byte> Body(int row) => _bytes.AsSpan(Start(row), BodyBytes(row));

    public RowFlags FlagsOf(int row) => _flags[row];

    /// <summary>One row, for single inserts and updates. Valid until the batch changes.</summary>
    public RowImage this[int row] => new(Body(row), _flags[row], LayoutVersion, ColumnCount);

    private int Start(int row) => row == 0 ? 0 : _ends[row - 1];
}
