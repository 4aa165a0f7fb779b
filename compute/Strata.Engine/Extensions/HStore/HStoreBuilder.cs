using System.Buffers.Binary;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.HStore;

/// <summary>Makes hstores of pairs: sorts them and drops all but the first of those with the same key. Not thread-safe.</summary>
internal sealed class HStoreBuilder
{
    private const int PairsMax = (int)(HStoreValue.EndMask / 2);

    private readonly List<(byte[] Key, byte[]? Value)> _pairs = [];

    public int Count => _pairs.Count;

    /// <summary>Adds a pair; a null value is null.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isNull) => _pairs.Add((key.ToArray(), isNull ? null : value.ToArray()));

    /// <summary>Adds a pair of another set.</summary>
    public void Add(in HStoreValue from, int pair) => Add(from.Key(pair), from.Value(pair), from.IsNull(pair));

    /// <summary>The stored form of what was added. Throws 54000 when it is too large.</summary>
    public byte[] Build()
    {
        // Stable: of pairs with the same key the first stays.
        List<(byte[] Key, byte[]? Value)> pairs = [.. _pairs.Order(Comparer<(byte[] Key, byte[]? Value)>.Create(static (a, b) => HStoreValue.CompareKeys(a.Key, b.Key)))];
        int kept = 0;
        long bytes = 0;
        for (int i = 0; i < pairs.Count; i++)
        {
            if (kept > 0 && pairs[kept - 1].Key.AsSpan().SequenceEqual(pairs[i].Key))
                continue;
            pairs[kept++] = pairs[i];
            bytes += pairs[i].Key.Length + (pairs[i].Value?.Length ?? 0);
        }

        if (kept > PairsMax || bytes > HStoreValue.EndMask)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"number of pairs ({kept}) exceeds the maximum allowed ({PairsMax})");
        var stored = new byte[HStoreValue.HeaderBytes + (8L * kept) + bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(stored, (uint)kept | HStoreValue.CountMark);
        int head = HStoreValue.HeaderBytes, start = head + (8 * kept), end = 0;
        for (int i = 0; i < kept; i++)
        {
            pairs[i].Key.CopyTo(stored, start + end);
            end += pairs[i].Key.Length;
            BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(head), (uint)end | (i == 0 ? HStoreValue.FirstMark : 0));
            byte[]? value = pairs[i].Value;
            value?.CopyTo(stored, start + end);
            end += value?.Length ?? 0;
            BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(head + 4), (uint)end | (value is null ? HStoreValue.NullMark : 0));
            head += 8;
        }

        return stored;
    }
}
