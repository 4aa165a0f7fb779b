using Strata.Engine.Execution.Keys;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Looks the keys of left batches up in a complete <see cref="JoinHashTable"/>. Not thread-safe; each reader has its own.</summary>
internal sealed class JoinProbe(JoinHashTable table, int[] keys)
{
    private readonly PackedKeys? _packed = table.IsPacked ? new PackedKeys(keys) : null;
    private readonly HashKeyBuilder _general = new(keys);

    /// <summary>The hash of each row that counts, as the table's keys have it, and whether its key is without nulls.</summary>
    public void HashAll(Batch batch, ulong[] hashes, bool[] canMatch)
    {
        int count = batch.Count;
        if (_packed is not null)
        {
            _packed.Read(batch);
            for (int i = 0; i < count; i++)
            {
                hashes[i] = VectorHash.Int64(_packed.Keys[i]);
                canMatch[i] = !_packed.HasNulls || _packed.Nulls[i] == 0;
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            hashes[i] = VectorHash.Bytes(_general.Build(batch, batch.Selection[i]));
            canMatch[i] = !_general.HasNull || table.MatchesNulls;
        }
    }

    /// <summary>The first row of the table for each row that counts, or -1.</summary>
    public void FindAll(Batch batch, int[] chains)
    {
        int count = batch.Count;
        if (_packed is null)
        {
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> key = _general.Build(batch, batch.Selection[i]);
                chains[i] = _general.HasNull && !table.MatchesNulls ? -1 : table.Find(key);
            }

            return;
        }

        _packed.Read(batch);
        ulong[] packed = _packed.Keys;
        if (table.RowCount == 0)
        {
            Array.Fill(chains, -1, 0, count);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            if (i + PackedTable.PrefetchDistance < count)
                table.Prefetch(packed[i + PackedTable.PrefetchDistance]);
            chains[i] = table.Find(packed[i]);
        }

        if (!_packed.HasNulls)
            return;
        for (int i = 0; i < count; i++)
            chains[i] = _packed.Nulls[i] != 0 ? -1 : chains[i];
    }
}
