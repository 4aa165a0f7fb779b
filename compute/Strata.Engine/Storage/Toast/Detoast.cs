using System.Buffers;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;
using Strata.Platform;

namespace Strata.Engine.Storage.Toast;

/// <summary>Whose toasted values are read, and as of when. An immutable value, made once per scan.</summary>
public readonly struct Detoast(HeapRelation heap, ReadPoint readPoint, CancellationToken cancellation)
{
    private const int PooledBytesMax = 1 << 20;

    /// <summary>Stores the value whose toasted form is given in a row of a vector.</summary>
    public unsafe void Into(Vector vector, int row, ReadOnlySpan<byte> stored)
    {
        ToastedValue value = ToastedValue.Read(stored);
        byte* target = vector.Strings.Allocate(Math.Max(value.RawBytes, 1));
        Read(value, stored, new Span<byte>(target, value.RawBytes));
        vector.Set(row, new ByteView(target, value.RawBytes));
    }

    /// <summary>The value whose toasted form is given.</summary>
    public byte[] ToArray(ReadOnlySpan<byte> stored)
    {
        ToastedValue value = ToastedValue.Read(stored);
        var bytes = new byte[value.RawBytes];
        Read(value, stored, bytes);
        return bytes;
    }

    private void Read(in ToastedValue value, ReadOnlySpan<byte> stored, Span<byte> destination)
    {
        if (!value.IsOutOfLine)
        {
            Decompress(stored[ToastedValue.InLineHeaderBytes..], destination);
        }
        else if (value.Compression == 0)
        {
            heap.Toast.Read(value, readPoint, destination, cancellation);
        }
        else if (value.StoredBytes <= PooledBytesMax)
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent(value.StoredBytes);
            ReadCompressed(value, rented.AsSpan(0, value.StoredBytes), destination);
            ArrayPool<byte>.Shared.Return(rented);
        }
        else
        {
            using var buffer = new NativeBuffer(value.StoredBytes);
            ReadCompressed(value, buffer.GetSpan(), destination);
        }
    }

    private void ReadCompressed(in ToastedValue value, Span<byte> compressed, Span<byte> destination)
    {
        heap.Toast.Read(value, readPoint, compressed, cancellation);
        Decompress(compressed, destination);
    }

    private static void Decompress(ReadOnlySpan<byte> compressed, Span<byte> destination)
    {
        if (!Lz4Block.TryDecompress(compressed, destination))
            throw new SqlException(SqlState.DataCorrupted, "compressed lz4 data is corrupt");
    }
}
