namespace Strata.PageServer.Layers;

/// <summary>A layer file known to a map, wherever its bytes are. <see cref="LayerCache"/> owns its local state, under <see cref="Gate"/>.</summary>
internal sealed class Layer(LayerDescriptor descriptor, string objectKey, string localPath, long number)
{
    public LayerDescriptor Descriptor { get; } = descriptor;
    public string ObjectKey { get; } = objectKey;
    public string LocalPath { get; } = localPath;

    /// <summary>Identifies the file in the block cache; unique in the process.</summary>
    public long Number { get; } = number;

    internal Lock Gate { get; } = new();
    internal LayerFileReader? Reader { get; set; }
    internal int Users { get; set; }
    internal bool OnDisk { get; set; }
    internal bool Checked { get; set; }
    internal bool Removed { get; set; }
    internal long LastUsed { get; set; }

    /// <summary>In the object store, read back and checked. Until then the local file is the only copy outside the WAL and stays.</summary>
    public bool Uploaded { get; set; }
}
