using System.Numerics;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Execution;

/// <summary>
/// What a hash join tells the scans on its probe side: bounds of its integer keys and a blocked Bloom filter over them, so that rows without a partner
/// are dropped before their other columns are read. Filled once per build, then only read, by any number of threads.
/// </summary>
internal sealed unsafe class RuntimeFilter
{
    // 16 bits per key in 64-bit blocks with 4 bits set: about 1 % false positives.
    private const int BitsPerKey = 16;

    private ulong[] _blocks = [];
    private long _low;
    private long _high;

    /// <summary>True when the build is complete and its keys may be asked for.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Begins a new build.</summary>
    public void Reset() => IsReady = false;

    /// <summary>Takes the keys of a complete build.</summary>
    public void Fill(ReadOnlySpan<long> keys)
    {
        int blocks = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, (int)((long)keys.Length * BitsPerKey / 64)));
        if (_blocks.Length != blocks)
            _blocks = new ulong[blocks];
        else
            Array.Clear(_blocks);
        _low = long.MaxValue;
        _high = long.MinValue;
        foreach (long key in keys)
        {
            _low = Math.Min(_low, key);
            _high = Math.Max(_high, key);
            ulong hash = VectorHash.Int64((ulong)key);
            _blocks[(int)(hash >> 32) & (blocks - 1)] |= MaskOf(hash);
        }

        IsReady = true;
    }

    /// <summary>The selected rows whose key may be among the build's. <paramref name="rows"/> has room for them and may be the selection's own list.</summary>
    public Selection Apply(Vector keys, Selection selection, int* rows)
    {
        int count = keys.Physical switch
        {
            PhysicalType.Int64 => Test((long*)keys.Data, keys, selection, rows),
            PhysicalType.Int32 => Test((int*)keys.Data, keys, selection, rows),
            _ => Test((short*)keys.Data, keys, selection, rows),
        };
        return new Selection(rows, count);
    }

    private static ulong MaskOf(ulong hash) =>
        (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63)) | (1UL << (int)((hash >> 12) & 63)) | (1UL << (int)((hash >> 18) & 63));

    private int Test<T>(T* data, Vector keys, Selection selection, int* rows)
        where T : unmanaged, IBinaryInteger<T>
    {
        int count = 0;
        int mask = _blocks.Length - 1;
        ulong[] blocks = _blocks;
        bool nulls = keys.HasNulls;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            long key = long.CreateTruncating(data[row]);
            if (key < _low || key > _high || (nulls && keys.IsNull(row)))
                continue;
            ulong hash = VectorHash.Int64((ulong)key);
            ulong bits = MaskOf(hash);
            rows[count] = row;
            count += (blocks[(int)(hash >> 32) & mask] & bits) == bits ? 1 : 0;
        }

        return count;
    }
}
