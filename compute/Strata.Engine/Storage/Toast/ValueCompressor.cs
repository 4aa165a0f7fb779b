using System.Buffers;
using Strata.Format;
using Strata.Format.Pages.Heap;
using Strata.Platform;

namespace Strata.Engine.Storage.Toast;

/// <summary>Compresses values for storage, with a buffer that is reused unless it is large. Not thread-safe.</summary>
internal sealed class ValueCompressor : IDisposable
{
    /// <summary>Shorter values are left alone.</summary>
    public const int BytesMin = 32;

    private const int KeptBytesMax = 64 << 10;

    private readonly List<IMemoryOwner<byte>> _large = [];
    private int[]? _table;

    /// <summary>
    /// Compresses a value unless that saves less than a sixteenth. The result, with <see cref="ToastedValue.InLineHeaderBytes"/> of room in front, is valid until <see cref="Clear"/>.
    /// </summary>
    public bool TryCompress(ReadOnlySpan<byte> value, out Memory<byte> compressed)
    {
        compressed = default;
        if (value.Length < BytesMin)
            return false;
        _table ??= new int[Lz4Block.TableEntries];
        int room = ToastedValue.InLineHeaderBytes + value.Length - (value.Length / 16);
        Memory<byte> target = room <= KeptBytesMax ? new byte[room] : Large(room);
        int length = Lz4Block.Compress(value, target.Span[ToastedValue.InLineHeaderBytes..], _table);
        if (length == 0)
            return false;
        compressed = target[..(ToastedValue.InLineHeaderBytes + length)];
        return true;
    }

    /// <summary>Lets go of large buffers.</summary>
    public void Clear()
    {
        foreach (IMemoryOwner<byte> buffer in _large)
            buffer.Dispose();
        _large.Clear();
    }

    public void Dispose() => Clear();

    private Memory<byte> Large(int bytes)
    {
        IMemoryOwner<byte> buffer = new NativeBuffer(bytes);
        _large.Add(buffer);
        return buffer.Memory;
    }
}
