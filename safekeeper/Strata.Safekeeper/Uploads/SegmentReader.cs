using Strata.Format;
using Strata.Platform;
using Strata.Safekeeper.Timelines;

namespace Strata.Safekeeper.Uploads;

/// <summary>Reads WAL that was removed locally from the object store. Thread-safe; keeps one segment, since readers go through it in order.</summary>
internal sealed class SegmentReader(IObjectStore store, IRandom random, int segmentBytes, Log log)
{
    private readonly Lock _lock = new();
    private TimelineKey _key;
    private SegmentArchive? _archive;

    /// <summary>Copies archived bytes; 0 when they are not there or the store does not answer.</summary>
    public int Read(TimelineKey key, Lsn at, Span<byte> destination)
    {
        lock (_lock)
        {
            if (_archive is null || _key != key)
            {
                _archive = new SegmentArchive(store, random, key.Project, key.Timeline, segmentBytes);
                _key = key;
            }
            try
            {
                return _archive.Read(at, destination);
            }
            catch (ObjectStoreException error)
            {
                log.Warn($"timeline {key}: WAL at {at} could not be read from the object store: {error.Message}");
                return 0;
            }
        }
    }
}
