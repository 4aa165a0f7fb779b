using Strata.Format;
using Strata.Format.Pages;
using Strata.PageServer.Layers;
using Strata.PageServer.Pages;
using Strata.PageServer.Remote;
using Strata.Platform;

namespace Strata.PageServer.Timelines;

/// <summary>
/// Turns entries in order of (key, LSN) into the files of one run. On the way it bounds delta chains by images, drops images that later ones make
/// needless, and, given a <see cref="Retention"/>, collapses versions that nobody can read any more. Flush and every compaction go through it.
/// Not thread-safe; after an exception <see cref="Abandon"/> removes what was written.
/// </summary>
/// <remarks>
/// A chain inside a key may grow longer than one that ends it (<see cref="InnerFactor"/>): reads in the past are rarer than reads at the end, and images cost bytes.
/// </remarks>
internal sealed class RunWriter
{
    private const int InnerFactor = 8;

    private readonly PageServerContext _context;
    private readonly Timeline _timeline;
    private readonly int _level;
    private readonly Lsn _first;
    private readonly Lsn _last;
    private readonly PageReader _reader;
    private readonly Retention? _retention;
    private readonly bool _bottom;
    private readonly RangeTombstone[] _tombstones;
    private readonly List<Layer> _files = [];

    private IFile? _file;
    private LayerFileWriter? _writer;
    private string _name = "";
    private long _firstTime;
    private long _lastTime;

    // The key in hand.
    private PageKey _key;
    private bool _hasKey;
    private Lsn _seen;
    private Lsn _written;
    private bool _imageWritten;
    private int _chainBytes;
    private int _chainDeltas;

    // The page at _stateLsn, and changes after it that are not applied yet.
    private readonly byte[] _page = new byte[PageFormat.PageSizeBytes];
    private bool _stateKnown;
    private Lsn _stateLsn;
    private byte[] _pending = new byte[128 << 10];
    private int _pendingBytes;
    private readonly List<(Lsn Lsn, int Offset, int Length)> _pendingChanges = [];

    // Collapsing: a version that is not written yet because a later one may replace it.
    private bool _unsaved;
    private Lsn _oldTimeLsn;
    private long _oldTime;

    /// <param name="context">The server.</param>
    /// <param name="timeline">Whose layers these are.</param>
    /// <param name="level">Level of the run.</param>
    /// <param name="first">Exclusive begin of the run's LSN range.</param>
    /// <param name="last">Inclusive end.</param>
    /// <param name="reader">Reads bases that are older than the inputs.</param>
    /// <param name="tombstones">Those of the inputs.</param>
    /// <param name="retention">What must stay readable; null to keep every version.</param>
    /// <param name="bottom">True when the inputs include the timeline's oldest run and there is no ancestor: a page with no base began as zeroes.</param>
    public RunWriter(
        PageServerContext context, Timeline timeline, int level, Lsn first, Lsn last, PageReader reader,
        RangeTombstone[] tombstones, Retention? retention = null, bool bottom = false)
    {
        _context = context;
        _timeline = timeline;
        _level = level;
        _first = first;
        _last = last;
        _reader = reader;
        _tombstones = tombstones;
        _retention = retention;
        _bottom = bottom;
    }

    public void Add(PageKey key, Lsn lsn, LayerEntryKind kind, ReadOnlySpan<byte> payload)
    {
        if (kind == LayerEntryKind.CommitTime)
        {
            AddCommitTime(key, lsn, payload);
            return;
        }
        if (!_hasKey || key != _key)
            BeginKey(key);
        PassTombstones(lsn);
        SaveIfNeededBefore(lsn);
        Track(lsn, kind, payload);
        _seen = lsn;
        if (_retention is not null && lsn <= _retention.Cutoff && _stateKnown)
        {
            // Held back: written as an image when a point that somebody may read at lies between this version and the next.
            _unsaved = true;
            return;
        }
        if (kind == LayerEntryKind.Image)
            WriteImageEntry(lsn, payload);
        else
            WriteChange(lsn, kind, payload);
    }

    /// <summary>Ends the run: all files written, in no index yet.</summary>
    public List<Layer> Finish()
    {
        EndKey();
        WriteOldTime();
        RangeTombstone[] kept = [.. _tombstones.Where(IsTombstoneNeeded)];
        if (_writer is null && _files.Count == 0 && kept.Length > 0)
            OpenFile();
        if (_writer is not null)
            CloseFile();
        if (kept.Length > 0)
            _files[0] = Recreate(_files[0], kept);
        return _files;
    }

    /// <summary>Removes the files after a failure.</summary>
    public void Abandon()
    {
        _file?.Dispose();
        _file = null;
        if (_writer is not null)
            _context.Files.Delete($"{_timeline.Directory}/{_name}");
        _writer = null;
        foreach (Layer layer in _files)
            _context.Layers.Remove(layer);
        _files.Clear();
    }

    private bool IsTombstoneNeeded(RangeTombstone tombstone) =>
        _retention is null || !_bottom || tombstone.At > _retention.Cutoff || _retention.IsNeeded(Lsn.Zero, tombstone.At);

    private void BeginKey(PageKey key)
    {
        EndKey();
        WriteOldTime();
        _hasKey = true;
        _key = key;
        _seen = _first;
        _written = Lsn.Zero;
        _imageWritten = false;
        _chainBytes = 0;
        _chainDeltas = 0;
        _pendingBytes = 0;
        _pendingChanges.Clear();
        _unsaved = false;
        _stateKnown = _bottom;
        if (_bottom)
            ClearState();
    }

    private void EndKey()
    {
        if (!_hasKey)
            return;
        PassTombstones(Lsn.Max);
        SaveIfNeededBefore(Lsn.Max);
        bool isLong = _chainBytes >= _context.Options.ImageAfterDeltaBytes || _chainDeltas >= _context.Options.ImageAfterDeltas;
        if (isLong && !_imageWritten && !_written.IsZero && _written == _seen)
            WriteImageOfState(_written);
        _hasKey = false;
    }

    /// <summary>Takes tombstones between the last version and <paramref name="next"/> into account: the page is zeroes after them.</summary>
    private void PassTombstones(Lsn next)
    {
        foreach (RangeTombstone tombstone in _tombstones)
        {
            if (tombstone.At < _seen || tombstone.At >= next || !tombstone.Covers(_key))
                continue;
            SaveIfNeededBefore(tombstone.At);
            _unsaved = false;
            _stateKnown = true;
            ClearState();
            _seen = tombstone.At;
        }
    }

    private void SaveIfNeededBefore(Lsn next)
    {
        if (!_unsaved || !_retention!.IsNeeded(_seen, next))
            return;
        WriteImageOfState(_seen);
        _unsaved = false;
    }

    /// <summary>Keeps up with the page's state without computing it: only pending changes are remembered.</summary>
    private void Track(Lsn lsn, LayerEntryKind kind, ReadOnlySpan<byte> payload)
    {
        if (kind == LayerEntryKind.Image)
        {
            LayerFileReader.Require(payload.Length == PageFormat.PageSizeBytes, "image of a wrong size");
            payload.CopyTo(_page);
            _stateKnown = true;
            _stateLsn = lsn;
            _pendingBytes = 0;
            _pendingChanges.Clear();
            return;
        }
        if (kind == LayerEntryKind.Init)
        {
            _stateKnown = true;
            ClearState();
        }
        else if (_stateKnown && _pendingBytes >= InnerFactor * _context.Options.ImageAfterDeltaBytes)
        {
            Materialize();
        }
        if (_pending.Length - _pendingBytes < payload.Length)
            Array.Resize(ref _pending, Math.Max(_pending.Length * 2, _pendingBytes + payload.Length));
        payload.CopyTo(_pending.AsSpan(_pendingBytes));
        _pendingChanges.Add((lsn, _pendingBytes, payload.Length));
        _pendingBytes += payload.Length;
    }

    private void ClearState()
    {
        Array.Clear(_page);
        _stateLsn = Lsn.Zero;
        _pendingBytes = 0;
        _pendingChanges.Clear();
    }

    private void Materialize()
    {
        if (!_stateKnown)
        {
            _stateLsn = _reader.Read(_timeline, _key, _first, _page);
            _stateKnown = true;
        }
        foreach ((Lsn lsn, int offset, int length) in _pendingChanges)
        {
            PageOps.Apply(_page, _pending.AsSpan(offset, length), lsn);
            _stateLsn = lsn;
        }
        _pendingBytes = 0;
        _pendingChanges.Clear();
    }

    private void WriteChange(Lsn lsn, LayerEntryKind kind, ReadOnlySpan<byte> payload)
    {
        Write(lsn, kind, payload);
        if (kind == LayerEntryKind.Init)
        {
            _chainBytes = 0;
            _chainDeltas = 0;
        }
        _chainBytes += payload.Length;
        _chainDeltas++;
        if (_chainBytes >= InnerFactor * _context.Options.ImageAfterDeltaBytes || _chainDeltas >= InnerFactor * _context.Options.ImageAfterDeltas)
            WriteImageOfState(lsn);
    }

    private void WriteImageEntry(Lsn lsn, ReadOnlySpan<byte> payload)
    {
        // An image beside its own change is only a shortcut: drop it while the chain is short without it.
        bool derived = _written == lsn;
        bool isShort = _chainBytes < InnerFactor * _context.Options.ImageAfterDeltaBytes / 2 &&
            _chainDeltas < InnerFactor * _context.Options.ImageAfterDeltas / 2;
        if (!(derived && (isShort || _imageWritten)))
            WriteImage(lsn, payload);
    }

    private void WriteImageOfState(Lsn lsn)
    {
        Materialize();
        Invariant.Check(_stateLsn == lsn);
        WriteImage(lsn, _page);
    }

    private void WriteImage(Lsn lsn, ReadOnlySpan<byte> page)
    {
        Write(lsn, LayerEntryKind.Image, page);
        _imageWritten = true;
        _chainBytes = 0;
        _chainDeltas = 0;
    }

    private void Write(Lsn lsn, LayerEntryKind kind, ReadOnlySpan<byte> payload)
    {
        // Files are cut between keys only: a read finds all of a run's entries of a page in one file.
        if (_writer is not null && _written.IsZero && _writer.SizeBytes >= _context.Options.LayerFileBytes)
            CloseFile();
        if (_writer is null)
            OpenFile();
        _writer!.Add(_key, lsn, kind, payload);
        _written = lsn;
        _imageWritten = false;
    }

    private void AddCommitTime(PageKey key, Lsn lsn, ReadOnlySpan<byte> payload)
    {
        EndKey();
        long time = BitConverter.ToInt64(payload);
        if (_retention is not null && lsn <= _retention.Cutoff)
        {
            // Only the newest commit at or below the cutoff still answers a question.
            _oldTimeLsn = lsn;
            _oldTime = time;
            return;
        }
        WriteOldTime();
        WriteTime(lsn, time);
    }

    private void WriteOldTime()
    {
        if (!_oldTimeLsn.IsZero)
            WriteTime(_oldTimeLsn, _oldTime);
        _oldTimeLsn = Lsn.Zero;
    }

    private void WriteTime(Lsn lsn, long time)
    {
        if (_writer is null)
            OpenFile();
        _writer!.Add(CommitTimeKey.Value, lsn, LayerEntryKind.CommitTime, BitConverter.GetBytes(time));
        _firstTime = Math.Min(_firstTime, time);
        _lastTime = Math.Max(_lastTime, time);
    }

    private void OpenFile()
    {
        _context.Files.CreateDirectory(_timeline.Directory);
        _name = ObjectNames.NewLayer(_level, _first, _last, _timeline.Project.Attachment.Generation, _context.NextLayerNumber());
        _file = _context.Files.Open($"{_timeline.Directory}/{_name}", FileOpenMode.CreateNew);
        _writer = new LayerFileWriter(_file, _timeline.Project.Id, _timeline.Id, _level, _first, _last, _context.Random);
        _firstTime = long.MaxValue;
        _lastTime = long.MinValue;
    }

    private void CloseFile()
    {
        LayerFileSummary summary = _writer!.Finish();
        _file!.Dispose();
        _file = null;
        _writer = null;
        var descriptor = new LayerDescriptor(
            _name, _level, _first, _last, summary.MinKey, summary.MaxKey, summary.SizeBytes, summary.Checksum, _firstTime, _lastTime, []);
        _files.Add(Create(descriptor));
        _timeline.Counters.AddWritten(summary.SizeBytes);
    }

    private Layer Create(LayerDescriptor descriptor) =>
        _context.Layers.Created(descriptor, _context.Names.Layer(_timeline.Project.Id, _timeline.Id, descriptor.Name), _timeline.Directory);

    private Layer Recreate(Layer layer, RangeTombstone[] tombstones) =>
        _context.Layers.Redescribed(layer, layer.Descriptor with { Tombstones = tombstones });
}
