using Strata.Format;

namespace Strata.Engine.Storage.Heap;

/// <summary>A row version on a pinned page: valid as long as the pin is held.</summary>
public readonly unsafe struct HeapRowPointer(byte* row, int lengthBytes, Tid tid)
{
    /// <summary>Address of the row header.</summary>
    public byte* Address { get; } = row;

    /// <summary>Bytes of the row, header included.</summary>
    public int LengthBytes { get; } = lengthBytes;

    public Tid Tid { get; } = tid;

    /// <summary>The row, header included: what <see cref="Format.Pages.Heap.RowLayout"/> reads columns from.</summary>
    public ReadOnlySpan<byte> Bytes => new(Address, LengthBytes);
}
