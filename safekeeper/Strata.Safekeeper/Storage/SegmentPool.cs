using System.Globalization;
using Strata.Platform;

namespace Strata.Safekeeper.Storage;

/// <summary>
/// Zero-filled segment files, made ahead of their use and recycled after it, shared by all timelines of a safekeeper. A segment is allocated and zeroed before
/// the first byte of WAL goes in, so that a later fdatasync writes data only and a full disk is met here, where nothing is promised yet. Thread-safe.
/// </summary>
internal sealed class SegmentPool
{
    private const string Directory = "spare";

    private static readonly byte[] s_zeroes = new byte[256 << 10];

    private readonly IFileSystem _files;
    private readonly Lock _lock = new();
    private readonly List<string> _ready = [];
    private readonly List<string> _used = [];
    private long _lastNumber;

    /// <summary>Opens the pool of a safekeeper's root directory; what an earlier life left there is zeroed again before use.</summary>
    public SegmentPool(IFileSystem files, int segmentBytes)
    {
        _files = files;
        SegmentBytes = segmentBytes;
        files.CreateDirectory(Directory);
        foreach (string name in files.List(Directory))
        {
            _used.Add($"{Directory}/{name}");
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                _lastNumber = Math.Max(_lastNumber, number);
        }
    }

    public int SegmentBytes { get; }

    /// <summary>Moves a zero-filled segment to a path. <see cref="IOException"/> when the disk is full. The caller syncs the target's directory.</summary>
    public void TakeTo(string path)
    {
        string? spare = null;
        lock (_lock)
        {
            if (_ready.Count > 0)
            {
                spare = _ready[^1];
                _ready.RemoveAt(_ready.Count - 1);
            }
        }
        spare ??= Make();
        _files.Rename(spare, path);
    }

    /// <summary>Takes back a segment that is no longer needed; it is zeroed before it is handed out again.</summary>
    public void Return(string path)
    {
        string spare;
        bool keep;
        lock (_lock)
        {
            keep = _used.Count + _ready.Count < 2;
            spare = NextName();
        }
        if (!keep)
        {
            _files.Delete(path);
            return;
        }
        _files.Rename(path, spare);
        lock (_lock)
            _used.Add(spare);
    }

    /// <summary>Makes sure that a segment is ready. Called from the maintenance thread; <see cref="IOException"/> when the disk is full.</summary>
    public void Prepare()
    {
        lock (_lock)
        {
            if (_ready.Count > 0)
                return;
        }
        string made = Make();
        lock (_lock)
            _ready.Add(made);
    }

    private string Make()
    {
        string? path = null;
        lock (_lock)
        {
            if (_used.Count > 0)
            {
                path = _used[^1];
                _used.RemoveAt(_used.Count - 1);
            }
        }
        bool recycled = path is not null;
        lock (_lock)
            path ??= NextName();
        try
        {
            using IFile file = _files.Open(path, FileOpenMode.OpenOrCreate);
            for (long at = 0; at < SegmentBytes; at += s_zeroes.Length)
                file.Write(at, s_zeroes.AsSpan(0, (int)Math.Min(s_zeroes.Length, SegmentBytes - at)));
            file.SetLength(SegmentBytes);
            file.SyncData();
        }
        catch (IOException) when (!recycled)
        {
            // A half-made file would hold on to the last bytes of a full disk.
            _files.Delete(path);
            throw;
        }
        return path;
    }

    private string NextName() => $"{Directory}/{++_lastNumber}";
}
