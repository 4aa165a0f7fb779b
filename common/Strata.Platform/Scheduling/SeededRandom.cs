using System.Buffers.Binary;

namespace Strata.Platform;

/// <summary>
/// A seeded <see cref="IRandom"/> for simulation and property tests: the same seed gives the same sequence on every machine and
/// runtime (xoshiro256**, Blackman and Vigna 2018, seeded through splitmix64). Thread-safe.
/// </summary>
public sealed class SeededRandom : IRandom
{
    private readonly Lock _lock = new();
    private ulong _s0, _s1, _s2, _s3;

    public SeededRandom(ulong seed)
    {
        _s0 = SplitMix64.Next(ref seed);
        _s1 = SplitMix64.Next(ref seed);
        _s2 = SplitMix64.Next(ref seed);
        _s3 = SplitMix64.Next(ref seed);
    }

    public void Fill(Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[8];
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            int taken = Math.Min(8, destination.Length);
            word[..taken].CopyTo(destination);
            destination = destination[taken..];
        }
    }

    public ulong NextUInt64()
    {
        lock (_lock)
        {
            ulong result = ulong.RotateLeft(_s1 * 5, 7) * 9;
            ulong t = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= t;
            _s3 = ulong.RotateLeft(_s3, 45);
            return result;
        }
    }

    public int Next(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMax, out _);
    }
}
