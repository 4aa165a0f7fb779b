using Strata.Format.Pages.Heap;

namespace Strata.Engine.Storage.Heap;

/// <summary>The content of a row to be stored: a body as <see cref="RowBodyWriter"/> builds it, and what its header says of it.</summary>
public readonly ref struct RowImage(ReadOnlySpan<byte> body, RowFlags flags, ushort layoutVersion, int columnCount)
{
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary><see cref="RowFlags.HasNulls"/> and <see cref="RowFlags.HasOutOfLine"/> only.</summary>
    public RowFlags Flags { get; } = flags;

    public ushort LayoutVersion { get; } = layoutVersion;

    public int ColumnCount { get; } = columnCount;

    /// <summary>Bytes of the row version on its page, header included.</summary>
    public int RowBytes => HeapRow.HeaderBytes + Body.Length;
}
