using System.Collections.Immutable;
using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>
/// All of a timeline's own layers at one moment: files as runs, newest first, with adjoining LSN ranges; above them the in-memory layers, the one still written first.
/// Immutable: each change makes a new map, and a read keeps the one that it began with.
/// </summary>
internal sealed class LayerMap
{
    // Newest first.
    private readonly ImmutableDictionary<(uint Database, ulong Storage), RangeTombstone[]> _tombstones;

    private LayerMap(MemoryLayer[] memory, LayerRun[] runs, ImmutableDictionary<(uint, ulong), RangeTombstone[]> tombstones)
    {
        Memory = memory;
        Runs = runs;
        _tombstones = tombstones;
    }

    /// <summary>In-memory layers, newest first.</summary>
    public MemoryLayer[] Memory { get; }

    /// <summary>Runs of files, newest first.</summary>
    public LayerRun[] Runs { get; }

    public IEnumerable<Layer> Layers => Runs.SelectMany(static run => run.Layers);

    /// <summary>Everything at or below is in files.</summary>
    public Lsn FilesEnd => Runs.Length == 0 ? Lsn.Zero : Runs[0].LastLsn;

    /// <summary>Builds a map. Files with the same LSN range and level form a run.</summary>
    public static LayerMap Create(IEnumerable<MemoryLayer> memory, IEnumerable<Layer> layers)
    {
        LayerRun[] runs =
        [
            .. layers
                .GroupBy(static layer => (layer.Descriptor.FirstLsn, layer.Descriptor.LastLsn, layer.Descriptor.Level))
                .Select(static group => new LayerRun([.. group]))
                .OrderByDescending(static run => run.LastLsn),
        ];
        for (int i = 1; i < runs.Length; i++)
            Invariant.Check(runs[i].LastLsn <= runs[i - 1].FirstLsn);
        MemoryLayer[] memoryLayers = [.. memory];
        for (int i = 1; i < memoryLayers.Length; i++)
            Invariant.Check(memoryLayers[i].LastLsn == memoryLayers[i - 1].FirstLsn);
        var tombstones = runs
            .SelectMany(static run => run.Layers)
            .SelectMany(static layer => layer.Descriptor.Tombstones)
            .Concat(memoryLayers.SelectMany(static layer => layer.CopyTombstones()))
            .GroupBy(static tombstone => (tombstone.Database, tombstone.Storage))
            .ToImmutableDictionary(static group => group.Key, static group => group.OrderByDescending(static t => t.At).ToArray());
        return new LayerMap(memoryLayers, runs, tombstones);
    }

    /// <summary>The map with tombstones that are newer than all of its own: it costs what they are, however many there are before them.</summary>
    public LayerMap WithTombstones(IReadOnlyList<RangeTombstone> newer)
    {
        ImmutableDictionary<(uint, ulong), RangeTombstone[]>.Builder tombstones = _tombstones.ToBuilder();
        foreach (RangeTombstone tombstone in newer)
        {
            (uint, ulong) group = (tombstone.Database, tombstone.Storage);
            RangeTombstone[] known = tombstones.GetValueOrDefault(group, []);
            Invariant.Check(known.Length == 0 || known[0].At <= tombstone.At);
            tombstones[group] = [tombstone, .. known];
        }

        return new LayerMap(Memory, Runs, tombstones.ToImmutable());
    }

    /// <summary>All tombstones of files and in-memory layers.</summary>
    public IEnumerable<RangeTombstone> Tombstones => _tombstones.Values.SelectMany(static group => group);

    /// <summary>The newest LSN at or below <paramref name="at"/> at which the page ceased to exist; zero for never.</summary>
    public Lsn FindTombstone(PageKey key, Lsn at) => _tombstones.Count == 0
        ? Lsn.Zero
        // Tombstones of a whole database stand under storage 0.
        : Lsn.MaxOf(FindTombstone((key.Database, key.Storage), key, at), FindTombstone((key.Database, 0), key, at));

    private Lsn FindTombstone((uint, ulong) group, PageKey key, Lsn at)
    {
        if (_tombstones.TryGetValue(group, out RangeTombstone[]? candidates))
        {
            foreach (RangeTombstone tombstone in candidates)
            {
                if (tombstone.At <= at && tombstone.Covers(key))
                    return tombstone.At;
            }
        }
        return Lsn.Zero;
    }
}
