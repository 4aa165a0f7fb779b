using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper.Consensus;
using Strata.Safekeeper.Timelines;

namespace Strata.Safekeeper.Uploads;

/// <summary>
/// Seals and uploads the committed segments of one timeline, in order, and reports how far the object store surely holds the log. The safekeepers take turns; one that
/// sees another's turn go by without an object uploads it itself. Driven by the maintenance thread; not thread-safe.
/// </summary>
internal sealed class SegmentUploader(SafekeeperTimeline timeline, SegmentArchive archive, SafekeeperOptions options, uint selfId, TimeProvider time)
{
    private ulong _waitingFor = ulong.MaxValue;
    private long _waitingSince;

    /// <summary>Bytes put by this uploader.</summary>
    public long BytesPut { get; private set; }

    /// <summary>
    /// Uploads what is sealed, at most a few segments per call, and returns the LSN up to which the store holds the log (verified). Throws
    /// <see cref="ObjectStoreException"/>; what was uploaded before it counts at the next call.
    /// </summary>
    public Lsn Advance(int segmentsMax)
    {
        AcceptorState state = timeline.State;
        Lsn uploaded = state.UploadedLsn;
        for (int done = 0; done < segmentsMax; done++)
        {
            ulong segment = uploaded.Value / (ulong)options.SegmentBytes;
            Lsn end = new((segment + 1) * (ulong)options.SegmentBytes);
            if (timeline.CommitLsn < end)
                break;
            if (!archive.Contains(segment))
            {
                if (!IsMyTurn(segment, state))
                    break;
                if (!Upload(segment, end, state))
                    break;
            }
            _waitingFor = ulong.MaxValue;
            uploaded = end;
        }
        return uploaded;
    }

    private bool Upload(ulong segment, Lsn end, AcceptorState state)
    {
        Lsn begin = Lsn.MaxOf(new Lsn(segment * (ulong)options.SegmentBytes), state.TimelineStartLsn);
        // A directory that began inside the segment (it was lost, or added later) reads nothing here: another safekeeper has the whole of it.
        using var buffer = new NativeBuffer(SegmentObject.HeaderBytes + (int)(end - begin));
        Memory<byte> bytes = buffer.Memory;
        var request = new SafekeeperReadRequest(0, 0, begin, bytes.Length - SegmentObject.HeaderBytes);
        if (timeline.Read(request, bytes.Span[SegmentObject.HeaderBytes..], out _) != request.MaxBytes)
            return false;
        archive.Put(segment, begin, state.History.TermAt(new Lsn(end.Value - 1)), bytes);
        BytesPut += bytes.Length;
        return true;
    }

    /// <summary>
    /// How many turns a safekeeper is away from uploading a segment: 0 is its own turn. The same on every safekeeper, in whatever order each came to know the members.
    /// </summary>
    internal static int TurnsAway(ulong segment, SafekeeperMember[] members, uint selfId)
    {
        int rank = members.Count(member => member.Id < selfId);
        int count = members.Length;
        return count == 0 || !Array.Exists(members, member => member.Id == selfId) ? 0 : (int)(((ulong)(rank + count) - segment % (ulong)count) % (ulong)count);
    }

    private bool IsMyTurn(ulong segment, AcceptorState state)
    {
        int away = TurnsAway(segment, state.Members, selfId);
        if (away == 0)
            return true;
        if (_waitingFor != segment)
        {
            _waitingFor = segment;
            _waitingSince = time.GetTimestamp();
        }
        return time.GetElapsedTime(_waitingSince) >= options.UploadPatience * away;
    }
}
