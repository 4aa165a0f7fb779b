using System.Numerics;
using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>
/// Says "surely not here" for page keys, so that a read skips most files. About 10 bits and 6 probes per key: 1 % false positives.
/// Double hashing over two multiplicative mixes; the hash is part of the file format and must not change.
/// </summary>
internal sealed class BloomFilter
{
    private const int BitsPerKey = 10;
    private const int Probes = 6;

    private readonly ulong[] _words;

    /// <summary>A filter sized for <paramref name="keys"/> distinct keys.</summary>
    public BloomFilter(long keys) => _words = new ulong[Math.Max(1, (keys * BitsPerKey + 63) / 64)];

    /// <summary>A filter over stored words.</summary>
    public BloomFilter(ulong[] words) => _words = words;

    public ReadOnlySpan<ulong> Words => _words;

    public static ulong Hash(PageKey key)
    {
        ulong hash = key.Storage * 0x9E37_79B9_7F4A_7C15;
        hash ^= ((ulong)key.Database << 32 | key.Block) + 0x632B_E59B_D9B4_E019 * ((ulong)key.Fork + 1);
        hash ^= hash >> 32;
        hash *= 0xD6E8_FEB8_6659_FD93;
        hash ^= hash >> 32;
        hash *= 0xD6E8_FEB8_6659_FD93;
        return hash ^ (hash >> 32);
    }

    public void Add(ulong hash)
    {
        ulong step = BitOperations.RotateLeft(hash, 32) | 1;
        for (int i = 0; i < Probes; i++, hash += step)
            _words[WordOf(hash)] |= 1UL << (int)(hash & 63);
    }

    public bool MayContain(ulong hash)
    {
        ulong step = BitOperations.RotateLeft(hash, 32) | 1;
        for (int i = 0; i < Probes; i++, hash += step)
        {
            if ((_words[WordOf(hash)] & (1UL << (int)(hash & 63))) == 0)
                return false;
        }
        return true;
    }

    private int WordOf(ulong hash) => (int)(((hash >> 6 & 0xFFFF_FFFF) * (ulong)_words.Length) >> 32);
}
