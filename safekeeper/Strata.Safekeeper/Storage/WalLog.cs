using System.Globalization;
using Strata.Format;
using Strata.Format.Wal;
using Strata.Platform;

namespace Strata.Safekeeper.Storage;

/// <summary>
/// The local log of one timeline: segment files <c>wal/NUMBER</c> (16 hex digits; number × segment size is the LSN of the first byte), zero-filled
/// before use. Past the end of the log a segment holds zeroes only, so that a restart can't take the remains of a truncated tail for records.
/// </summary>
/// <remarks>
/// One writer at a time; reads of what is durable may run beside it. After an <see cref="IOException"/> of a write the log is as before, for a full
/// disk is met when a segment is taken; after one of a sync nothing is known of what is durable and the owner must open the log anew.
/// </remarks>
internal sealed class WalLog : IDisposable
{
    private const string Directory = "wal";

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly SegmentPool _pool;
    private readonly int _segmentBytes;
    private readonly Lock _openLock = new();
    private readonly SortedDictionary<ulong, IFile> _open = [];
    private readonly SortedSet<ulong> _segments = [];
    private readonly List<IFile> _dirty = [];

    // Highest known record boundary at or below the start of each recent segment: where the local log may begin after a removal.
    private readonly SortedDictionary<ulong, Lsn> _boundaries = [];

    /// <param name="root">The safekeeper's directory, shared with the pool so that segments can be renamed between them.</param>
    /// <param name="path">The timeline's directory below it.</param>
    /// <param name="pool">Where segments come from and go to.</param>
    public WalLog(IFileSystem root, string path, SegmentPool pool)
    {
        _files = root;
        _path = $"{path}/{Directory}";
        _pool = pool;
        _segmentBytes = pool.SegmentBytes;
        root.CreateDirectory(_path);
        foreach (string name in root.List(_path))
        {
            if (!ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number) || name.Length != 16)
                throw new SafekeeperStorageException($"{_path}/{name} is no segment");
            _segments.Add(number);
        }
    }

    /// <summary>Bytes held by segment files.</summary>
    public long DiskBytes
    {
        get
        {
            lock (_openLock)
                return (long)_segments.Count * _segmentBytes;
        }
    }

    /// <summary>Writes bytes, not yet durable. May take segments from the pool: <see cref="IOException"/> when the disk is full.</summary>
    public void Write(Lsn at, ReadOnlySpan<byte> bytes)
    {
        ulong first = at.Value / (ulong)_segmentBytes;
        ulong last = (at.Value + (ulong)bytes.Length - 1) / (ulong)_segmentBytes;
        for (ulong number = first; number <= last; number++)
            Ensure(number); // all of them before the first byte, so that a full disk leaves the log as it was
        for (ulong number = first + 1; number <= last; number++)
            _boundaries[number] = at;
        if (at.Value % (ulong)_segmentBytes == 0)
            _boundaries[first] = at;
        while (!bytes.IsEmpty)
        {
            ulong number = at.Value / (ulong)_segmentBytes;
            int offset = (int)(at.Value % (ulong)_segmentBytes);
            int count = Math.Min(bytes.Length, _segmentBytes - offset);
            IFile file = Open(number);
            file.Write(offset, bytes[..count]);
            if (!_dirty.Contains(file))
                _dirty.Add(file);
            bytes = bytes[count..];
            at += (ulong)count;
        }
    }

    /// <summary>Makes all written bytes durable.</summary>
    public void Sync()
    {
        foreach (IFile file in _dirty)
            file.SyncData();
        _dirty.Clear();
    }

    /// <summary>Reads up to the span's length from what was written; fewer bytes where a segment is missing.</summary>
    public int Read(Lsn at, Span<byte> destination)
    {
        int total = 0;
        while (!destination.IsEmpty)
        {
            ulong number = at.Value / (ulong)_segmentBytes;
            int offset = (int)(at.Value % (ulong)_segmentBytes);
            int wanted = Math.Min(destination.Length, _segmentBytes - offset);
            int count = ReadSegment(number, offset, destination[..wanted]);
            total += count;
            if (count < wanted)
                break;
            destination = destination[count..];
            at += (ulong)count;
        }
        return total;
    }

    private int ReadSegment(ulong number, int offset, Span<byte> destination)
    {
        while (true)
        {
            IFile file;
            lock (_openLock)
            {
                if (!_segments.Contains(number))
                    return 0;
                file = OpenLocked(number);
            }
            try
            {
                return file.Read(offset, destination); // outside of the lock: a slow disk must not stall the writer
            }
            catch (ObjectDisposedException)
            {
                // Closed meanwhile, to bound the open files or because it was removed: look again.
            }
        }
    }

    /// <summary>Cuts the log: what follows is zeroes again, durably. Can be repeated after a crash in its middle.</summary>
    public void TruncateTo(Lsn end)
    {
        ulong number = end.Value / (ulong)_segmentBytes;
        int offset = (int)(end.Value % (ulong)_segmentBytes);
        bool removed = false;
        foreach (ulong later in Above(offset == 0 ? number : number + 1))
        {
            Remove(later);
            removed = true;
        }
        if (removed)
            _files.SyncDirectory(_path);
        if (offset > 0 && Contains(number))
            ZeroFrom(number, offset);
        foreach (ulong cut in _boundaries.Keys.Where(key => _boundaries[key] > end).ToArray())
            _boundaries.Remove(cut);
    }

    /// <summary>Drops the whole local log.</summary>
    public void Reset()
    {
        foreach (ulong number in Above(0))
            Remove(number);
        _files.SyncDirectory(_path);
        _boundaries.Clear();
    }

    /// <summary>
    /// Where the local log may begin so that nothing below <paramref name="horizon"/>'s segment stays: a record boundary, or null when none is known.
    /// </summary>
    public Lsn? RemovalBoundary(Lsn horizon)
    {
        Lsn? found = null;
        foreach ((ulong number, Lsn boundary) in _boundaries)
        {
            if (number * (ulong)_segmentBytes > horizon.Value)
                break;
            found = boundary;
        }
        return found;
    }

    /// <summary>Removes segments that lie wholly below an LSN. Not needed durably: what remains is removed next time.</summary>
    public int RemoveBelow(Lsn localStart)
    {
        ulong keep = localStart.Value / (ulong)_segmentBytes;
        ulong[] old;
        lock (_openLock)
            old = [.. _segments.TakeWhile(number => number < keep)];
        foreach (ulong number in old)
            Remove(number);
        foreach (ulong number in _boundaries.Keys.TakeWhile(number => number < keep).ToArray())
            _boundaries.Remove(number);
        return old.Length;
    }

    /// <summary>
    /// After a restart: finds the end of the last whole record from a known boundary on, syncs the log (its bytes may have been written without being synced) and
    /// zeroes what follows.
    /// </summary>
    public Lsn Recover(Lsn from)
    {
        var decoder = new WalDecoder(from);
        byte[] chunk = new byte[256 << 10];
        Lsn at = from;
        while (true)
        {
            WalDecodeResult result = WalDecodeResult.NeedMore;
            while ((result = decoder.TryRead(out _)) == WalDecodeResult.Record)
            {
            }
            if (result == WalDecodeResult.Corrupt)
                break;
            int count = Read(at, chunk);
            if (count == 0)
                break;
            decoder.Append(chunk.AsSpan(0, count));
            at += (ulong)count;
        }
        Lsn end = decoder.NextLsn;
        lock (_openLock)
        {
            foreach (ulong number in _segments)
            {
                if (number >= from.Value / (ulong)_segmentBytes && number <= end.Value / (ulong)_segmentBytes)
                    OpenLocked(number).SyncData();
            }
        }
        TruncateTo(end);
        return end;
    }

    public void Dispose()
    {
        lock (_openLock)
        {
            foreach (IFile file in _open.Values)
                file.Dispose();
            _open.Clear();
        }
    }

    private void Ensure(ulong number)
    {
        if (Contains(number))
            return;
        _pool.TakeTo(PathOf(number));
        _files.SyncDirectory(_path);
        lock (_openLock)
            _segments.Add(number);
    }

    private void ZeroFrom(ulong number, int offset)
    {
        byte[] buffer = new byte[64 << 10];
        byte[] zeroes = new byte[buffer.Length];
        IFile file = Open(number);
        bool written = false;
        for (long at = offset; at < _segmentBytes; at += buffer.Length)
        {
            int count = file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, _segmentBytes - at)));
            if (buffer.AsSpan(0, count).IndexOfAnyExcept((byte)0) < 0)
                continue;
            file.Write(at, zeroes.AsSpan(0, count));
            written = true;
        }
        if (written)
            file.SyncData();
    }

    private ulong[] Above(ulong number)
    {
        lock (_openLock)
            return [.. _segments.Where(other => other >= number).Reverse()];
    }

    private bool Contains(ulong number)
    {
        lock (_openLock)
            return _segments.Contains(number);
    }

    private void Remove(ulong number)
    {
        lock (_openLock)
        {
            _segments.Remove(number);
            if (_open.Remove(number, out IFile? file))
            {
                _dirty.Remove(file);
                file.Dispose();
            }
        }
        _pool.Return(PathOf(number));
    }

    private IFile Open(ulong number)
    {
        lock (_openLock)
            return OpenLocked(number);
    }

    private IFile OpenLocked(ulong number)
    {
        if (!_open.TryGetValue(number, out IFile? file))
        {
            // A reader far behind must not make the safekeeper hold every segment open.
            if (_open.Count >= 8 && _open.First() is var (oldest, stale) && oldest != number && !_dirty.Contains(stale))
            {
                _open.Remove(oldest);
                stale.Dispose();
            }
            _open[number] = file = _files.Open(PathOf(number), FileOpenMode.ReadWrite);
        }
        return file;
    }

    private string PathOf(ulong number) => $"{_path}/{number.ToString("x16", CultureInfo.InvariantCulture)}";
}
