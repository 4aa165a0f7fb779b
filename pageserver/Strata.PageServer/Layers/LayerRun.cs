using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>Files of one level and one LSN range, ordered by disjoint key ranges. Immutable.</summary>
internal sealed class LayerRun
{
    private readonly PageKey[] _minKeys;

    public LayerRun(IReadOnlyList<Layer> layers)
    {
        Layers = [.. layers.OrderBy(static layer => layer.Descriptor.MinKey)];
        Invariant.Check(Layers.Length > 0);
        _minKeys = [.. Layers.Select(static layer => layer.Descriptor.MinKey)];
        for (int i = 1; i < Layers.Length; i++)
        {
            Invariant.Check(Layers[i - 1].Descriptor.MaxKey < Layers[i].Descriptor.MinKey);
            Invariant.Check(Layers[i].Descriptor.FirstLsn == FirstLsn && Layers[i].Descriptor.LastLsn == LastLsn);
        }
    }

    public Layer[] Layers { get; }
    public int Level => Layers[0].Descriptor.Level;
    public Lsn FirstLsn => Layers[0].Descriptor.FirstLsn;
    public Lsn LastLsn => Layers[0].Descriptor.LastLsn;
    public long SizeBytes => Layers.Sum(static layer => layer.Descriptor.SizeBytes);

    /// <summary>The one file that may hold a key, or null.</summary>
    public Layer? Find(PageKey key)
    {
        int index = Array.BinarySearch(_minKeys, key);
        if (index < 0)
            index = ~index - 1;
        return index >= 0 && key <= Layers[index].Descriptor.MaxKey ? Layers[index] : null;
    }
}
