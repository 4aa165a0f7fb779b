using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>
/// What an index says about a layer file: enough to decide whether a read needs it and whether a copy of it is the right one.
/// </summary>
/// <param name="Name">Name of the object and of the local file, unique for ever within the timeline (it ends in generation and number).</param>
/// <param name="Level">0 as flushed; each merge of a level's runs makes one run of the next.</param>
/// <param name="FirstLsn">Exclusive. Files of one run have the same LSN range and disjoint key ranges.</param>
/// <param name="LastLsn">Inclusive.</param>
/// <param name="MinKey">Lowest key, inclusive.</param>
/// <param name="MaxKey">Highest key, inclusive.</param>
/// <param name="SizeBytes">Length of the file.</param>
/// <param name="Checksum">CRC32C of the file.</param>
/// <param name="FirstTime">Time of the first commit in the file (microseconds since 2000-01-01 UTC); <see cref="long.MaxValue"/> for none.</param>
/// <param name="LastTime">Time of the last commit; <see cref="long.MinValue"/> for none.</param>
/// <param name="Tombstones">Pages that ended within the LSN range; carried by one file of a run.</param>
internal sealed record LayerDescriptor(
    string Name,
    int Level,
    Lsn FirstLsn,
    Lsn LastLsn,
    PageKey MinKey,
    PageKey MaxKey,
    long SizeBytes,
    uint Checksum,
    long FirstTime,
    long LastTime,
    RangeTombstone[] Tombstones)
{
    public bool HasCommits => FirstTime <= LastTime;
}
