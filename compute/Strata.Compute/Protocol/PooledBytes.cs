using System.Buffers;

namespace Strata.Compute.Protocol;

/// <summary>Arrays from the shared pool, which must not keep the exceptional ones: it would hold a message of hundreds of megabytes for a long time. Thread-safe.</summary>
internal static class PooledBytes
{
    private const int PooledBytesMax = 1 << 20;

    /// <summary>An array of at least so many bytes.</summary>
    public static byte[] Rent(int bytes) => bytes <= PooledBytesMax ? ArrayPool<byte>.Shared.Rent(bytes) : GC.AllocateUninitializedArray<byte>(bytes);

    /// <summary>Gives back an array, or leaves it to the collector.</summary>
    public static void Return(byte[] bytes)
    {
        if (bytes.Length <= PooledBytesMax)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}
