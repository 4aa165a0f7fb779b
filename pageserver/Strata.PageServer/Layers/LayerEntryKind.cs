namespace Strata.PageServer.Layers;

/// <summary>What a layer's entry holds. Values are stored: they only grow. At one (key, LSN) a change sorts before an image.</summary>
internal enum LayerEntryKind : byte
{
    /// <summary>A change that needs the page before it.</summary>
    Change = 1,

    /// <summary>A change that begins the page anew: nothing older is needed.</summary>
    Init = 2,

    /// <summary>A commit's time (8 bytes, microseconds since 2000-01-01 UTC) under <see cref="CommitTimeKey"/>; also a record boundary.</summary>
    CommitTime = 3,

    /// <summary>The whole page, after the change of the same LSN.</summary>
    Image = 4,
}
