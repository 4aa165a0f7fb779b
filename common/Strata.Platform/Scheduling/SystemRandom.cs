using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Strata.Platform;

/// <summary>The real <see cref="IRandom"/>: the operating system's generator.</summary>
public sealed class SystemRandom : IRandom
{
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    public ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public int Next(int exclusiveMax) => RandomNumberGenerator.GetInt32(exclusiveMax);
}
