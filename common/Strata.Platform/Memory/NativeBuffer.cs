using System.Buffers;
using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>
/// A large block of native memory with the life of its owner, for megabytes that are needed for one operation: an array of that size would stay until the next full garbage collection.
/// Dispose once nobody uses <see cref="MemoryManager{T}.Memory"/> any more. Not thread-safe.
/// </summary>
public sealed unsafe class NativeBuffer : MemoryManager<byte>
{
    private readonly int _length;
    private byte* _address;

    /// <summary>Takes <paramref name="bytes"/> bytes with any content.</summary>
    public NativeBuffer(int bytes)
    {
        _address = (byte*)NativeMemory.Alloc((nuint)bytes);
        _length = bytes;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address is null, this);
        return new Span<byte>(_address, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_address + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Native memory does not move.
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ((IDisposable)this).Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_address);
        _address = null;
    }
}
