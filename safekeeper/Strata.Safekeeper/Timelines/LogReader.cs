using Strata.Format;
using Strata.Format.Messages;
using Strata.Safekeeper.Uploads;

namespace Strata.Safekeeper.Timelines;

/// <summary>Reads a timeline's log wherever it is: what was removed locally from the object store, the rest from the local segments.</summary>
internal sealed class LogReader(SafekeeperTimeline timeline, SegmentReader archive, TimelineKey key)
{
    /// <summary>
    /// Fills the destination as far as the request allows, so that a record that lies partly in the object store comes whole. Returns the bytes read: 0 when there are none yet, or
    /// (with <paramref name="missing"/>) when they are nowhere; -1 when the request's term does not lead here.
    /// </summary>
    public int Read(SafekeeperReadRequest request, Span<byte> destination, out bool missing)
    {
        destination = destination[..Math.Min(destination.Length, request.MaxBytes)];
        int count = timeline.Read(request, destination, out bool removed);
        missing = false;
        if (!removed || count < 0)
            return count;
        int archived = archive.Read(key, request.BeginLsn, destination);
        if (archived == 0)
        {
            missing = true;
            return 0;
        }
        SafekeeperReadRequest rest = request with { BeginLsn = request.BeginLsn + (ulong)archived };
        return archived + Math.Max(0, timeline.Read(rest, destination[archived..], out _));
    }
}
