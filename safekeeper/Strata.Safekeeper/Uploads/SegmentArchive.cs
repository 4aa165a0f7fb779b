using Strata.Format;
using Strata.Platform;

namespace Strata.Safekeeper.Uploads;

/// <summary>Sealed segments of one timeline in the object store: put, find, read, and removal of what nobody needs. Errors are <see cref="ObjectStoreException"/>. Not thread-safe.</summary>
internal sealed class SegmentArchive(IObjectStore store, IRandom random, ProjectId project, TimelineId timeline, int segmentBytes)
{
    private ulong _cachedSegment = ulong.MaxValue;
    private Lsn _cachedBegin;
    private ReadOnlyMemory<byte> _cached;

    /// <summary>Whether a valid object of this segment, reaching to its end, is there.</summary>
    public bool Contains(ulong segment)
    {
        Lsn end = new((segment + 1) * (ulong)segmentBytes);
        byte[] head = new byte[SegmentObject.HeaderBytes];
        foreach (ObjectInfo found in List(SegmentObject.SegmentPrefix(project, timeline, segment)))
        {
            int count = Wait(store.ReadAsync(found.Key, 0, head));
            if (SegmentObject.TryReadHeader(head.AsSpan(0, count), timeline, out SegmentObject.Header header) && header.EndLsn == end &&
                (found.SizeBytes < 0 || found.SizeBytes == SegmentObject.HeaderBytes + header.PayloadBytes))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Stores a sealed segment and reads its header back. <paramref name="bytes"/> has the payload at <see cref="SegmentObject.HeaderBytes"/>.</summary>
    public void Put(ulong segment, Lsn begin, ulong term, Memory<byte> bytes)
    {
        SegmentObject.WriteHeader(bytes.Span, timeline, begin, term, random);
        string key = SegmentObject.Key(project, timeline, segment, term);
        try
        {
            Wait(store.PutAsync(key, bytes, PutCondition.Absent));
        }
        catch (ObjectStoreException error) when (error.Kind == ObjectStoreErrorKind.ConditionFailed)
        {
            // Another safekeeper was first, with the same committed bytes.
        }
        if (!Contains(segment))
            throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"object {key} is not what was put");
    }

    /// <summary>Reads archived bytes from an LSN on, across segments; fewer than asked where an object is missing (or damaged).</summary>
    public int Read(Lsn at, Span<byte> destination)
    {
        int total = 0;
        while (!destination.IsEmpty)
        {
            ulong segment = at.Value / (ulong)segmentBytes;
            if (segment != _cachedSegment && !Load(segment))
                break;
            if (at < _cachedBegin || at >= _cachedBegin + (ulong)_cached.Length)
                break;
            ReadOnlySpan<byte> rest = _cached.Span[(int)(at - _cachedBegin)..];
            int count = Math.Min(rest.Length, destination.Length);
            rest[..count].CopyTo(destination);
            destination = destination[count..];
            at += (ulong)count;
            total += count;
            if (count == rest.Length)
            {
                // Readers go forward: nobody needs the 16 MB again.
                _cachedSegment = ulong.MaxValue;
                _cached = default;
            }
        }
        return total;
    }

    /// <summary>Removes objects of segments that end at or below an LSN; at most <paramref name="limit"/> of them. Returns how many.</summary>
    public int RemoveBelow(Lsn lsn, int limit)
    {
        int removed = 0;
        foreach (ObjectInfo found in List(SegmentObject.Prefix(project, timeline)))
        {
            if (!SegmentObject.TryParseSegment(found.Key, out ulong segment))
                continue;
            if ((segment + 1) * (ulong)segmentBytes > lsn.Value || removed == limit)
                break;
            store.DeleteAsync(found.Key).AsTask().GetAwaiter().GetResult();
            removed++;
        }
        return removed;
    }

    private bool Load(ulong segment)
    {
        foreach (ObjectInfo found in List(SegmentObject.SegmentPrefix(project, timeline, segment)))
        {
            ObjectData? data = Wait(store.GetAsync(found.Key));
            if (data is null || !SegmentObject.TryRead(data.Bytes, timeline, out SegmentObject.Header header, out ReadOnlyMemory<byte> payload))
                continue;
            _cachedSegment = segment;
            _cachedBegin = header.BeginLsn;
            _cached = payload;
            return true;
        }
        return false;
    }

    private List<ObjectInfo> List(string prefix)
    {
        return Collect().GetAwaiter().GetResult();

        async Task<List<ObjectInfo>> Collect()
        {
            var found = new List<ObjectInfo>();
            await foreach (ObjectInfo info in store.ListAsync(prefix))
                found.Add(info);
            return found;
        }
    }

    private static T Wait<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
