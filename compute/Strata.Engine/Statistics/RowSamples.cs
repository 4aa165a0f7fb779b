using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage;
using Strata.Engine.Vectors;

namespace Strata.Engine.Statistics;

/// <summary>
/// The samples of an endpoint's tables, drawn when a plan first asks for one and kept until the table's statistics or definition change or it has grown; the one used longest ago goes when there are too
/// many. Thread-safe.
/// </summary>
internal sealed class RowSamples(StorageContext storage, MemoryAccount? account)
{
    private const long BytesMax = 32 << 20;
    private const int LimitShare = 16;
    private const double GrowthMax = 1.5;
    private const uint GrowthBlocksMin = 8;

    private readonly Dictionary<(uint Database, ulong Storage), Entry> _entries = [];
    private readonly Lock _lock = new();
    private readonly MemoryAccount _account = new("planner samples", account is { LimitBytes: < long.MaxValue } ? Math.Min(BytesMax, account.LimitBytes / LimitShare) : BytesMax, account);
    private long _uses;

    private sealed record Entry(RowSample Sample, ulong Version, uint Blocks)
    {
        public long LastUse { get; set; }
    }

    /// <summary>The sample of a table that has <paramref name="blocks"/> blocks now. Throws what reading its pages throws.</summary>
    public RowSample Get(TableLayout layout, uint blocks, CancellationToken cancellation)
    {
        RelationInfo relation = layout.Relation;
        (uint, ulong) key = (relation.Database, relation.Storage);
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out Entry? known) && known.Version == relation.Version && blocks <= (known.Blocks * GrowthMax) + GrowthBlocksMin)
            {
                known.LastUse = ++_uses;
                return known.Sample;
            }
        }

        RowSample drawn = RowSample.Draw(storage, layout, cancellation);
        lock (_lock)
            Keep(key, new Entry(drawn, relation.Version, blocks));
        return drawn;
    }

    /// <summary>Puts a sample in the place of the table's old one, and of others that were not used for longest. Those who still use them keep them alive.</summary>
    private void Keep((uint, ulong) key, Entry entry)
    {
        Remove(key);
        while (!_account.TryCharge(entry.Sample.SizeBytes))
        {
            if (_entries.Count == 0)
                return;
            Remove(_entries.MinBy(static item => item.Value.LastUse).Key);
        }

        entry.LastUse = ++_uses;
        _entries.Add(key, entry);
    }

    private void Remove((uint, ulong) key)
    {
        if (_entries.Remove(key, out Entry? old))
            _account.Release(old.Sample.SizeBytes);
    }
}
