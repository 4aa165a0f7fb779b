using Strata.Engine.Storage;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Tests.Engine;

/// <summary>
/// A timeline without services: the log and a page server in memory, so that the engine runs in a test. The log survives <see cref="Crash"/> as far as it is durable.
/// Pages are answered from durable records only, replayed from nothing with <see cref="PageOps.Apply"/>. Thread-safe.
/// </summary>
public sealed class InMemoryTimeline : IPageSource, IWalSink
{
    private sealed record Change(Lsn Lsn, byte[] Bytes);

    private readonly object _gate = new();
    private readonly List<(Lsn Start, byte[] Bytes)> _log = [];
    private readonly Dictionary<PageKey, List<Change>> _changes = [];
    private readonly Dictionary<PageKey, (Lsn Lsn, byte[] Page)> _latest = [];
    private readonly List<(PageOp Op, PageKey Key, Lsn Lsn)> _tombstones = [];
    private Lsn _end = Lsn.First;
    private Lsn _previous;
    private Lsn _durable = Lsn.First;
    private int _ingested;
    private bool _lost;
    private Action<Lsn>? _durableAdvanced;

    /// <summary>When false, records become durable only by <see cref="MakeDurable"/>.</summary>
    public bool AutoDurable { get; set; } = true;

    /// <summary>Answer as of the oldest LSN that the request allows instead of the newest: finds a last-written LSN that is too low.</summary>
    public bool AnswerAsOldAsAllowed { get; set; }

    /// <summary>Called before every read, for tests that fail or delay one.</summary>
    public Action<PageKey>? BeforeRead { get; set; }

    public long ReadCount { get; private set; }

    public Lsn EndOfLog
    {
        get { lock (_gate) return _end; }
    }

    public Lsn DurableLsn
    {
        get { lock (_gate) return _durable; }
    }

    public Action<Lsn>? DurableAdvanced
    {
        set => _durableAdvanced = value;
    }

    /// <summary>Bytes of the log so far.</summary>
    public long LogBytes => (long)(EndOfLog - Lsn.First);

    public void EnsureRoom(int bytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_lost)
                throw new LostTermException("another compute won the term");
        }
    }

    public Lsn Append(ReadOnlySpan<byte> record)
    {
        byte[] bytes = record.ToArray();
        Lsn lsn;
        lock (_gate)
        {
            WalRecordWriter.Seal(bytes, _end, _previous);
            _previous = _end;
            _log.Add((_end, bytes));
            _end = lsn = _end + (ulong)bytes.Length;
        }
        if (AutoDurable)
            MakeDurable(lsn);
        return lsn;
    }

    public DurabilityWait WaitDurable(Lsn lsn, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.Register(() =>
        {
            lock (_gate)
                Monitor.PulseAll(_gate);
        });
        lock (_gate)
        {
            while (_durable < lsn)
            {
                if (_lost)
                    return DurabilityWait.LostTerm;
                if (cancellation.IsCancellationRequested)
                    return DurabilityWait.Cancelled;
                Monitor.Wait(_gate);
            }
            return DurabilityWait.Durable;
        }
    }

    /// <summary>The quorum has everything up to here (to the end of the log by default).</summary>
    public void MakeDurable(Lsn? upTo = null)
    {
        lock (_gate)
        {
            Lsn target = Lsn.Min(upTo ?? _end, _end);
            if (target <= _durable)
                return;
            _durable = target;
            Monitor.PulseAll(_gate);
        }
        // Outside the lock that Append takes: the callee holds its commit lock while it appends. The log's own thread calls it in production; here an
        // appender may hold that lock already, and committers advance on their own account.
        if (!AutoDurable)
            _durableAdvanced?.Invoke(DurableLsn);
    }

    /// <summary>Another compute took over: nothing more can be appended or become durable.</summary>
    public void LoseTerm()
    {
        lock (_gate)
        {
            _lost = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>What a new compute finds after this one died: all that was durable, nothing else.</summary>
    public InMemoryTimeline Crash()
    {
        lock (_gate)
        {
            var next = new InMemoryTimeline { AnswerAsOldAsAllowed = AnswerAsOldAsAllowed };
            foreach ((Lsn start, byte[] bytes) in _log)
            {
                if (start + (ulong)bytes.Length > _durable)
                    break;
                next._log.Add((start, bytes));
                next._previous = start;
                next._end = start + (ulong)bytes.Length;
            }
            next._durable = next._end;
            _lost = true;
            Monitor.PulseAll(_gate);
            return next;
        }
    }

    /// <summary>The timeline as it was when its log ended at <paramref name="end"/>, the end of a record.</summary>
    public InMemoryTimeline CopyUntil(Lsn end)
    {
        lock (_gate)
        {
            var copy = new InMemoryTimeline();
            foreach ((Lsn start, byte[] bytes) in _log.TakeWhile(record => record.Start < end))
            {
                copy._log.Add((start, bytes));
                copy._previous = start;
                copy._end = start + (ulong)bytes.Length;
            }
            copy._durable = copy._end;
            return copy;
        }
    }

    /// <summary>LSN of every record, ascending.</summary>
    public Lsn[] RecordEnds()
    {
        lock (_gate)
            return [.. _log.Select(record => record.Start + (ulong)record.Bytes.Length)];
    }

    public void Read(ReadOnlySpan<PageRead> pages, Lsn lsn, CancellationToken cancellation)
    {
        foreach (PageRead read in pages)
        {
            BeforeRead?.Invoke(read.Key);
            if (WaitDurable(lsn == Lsn.Max ? read.NotBefore : lsn, cancellation) == DurabilityWait.Cancelled)
                throw new OperationCanceledException(cancellation);
            unsafe
            {
                var destination = new Span<byte>((void*)read.Destination, PageFormat.PageSizeBytes);
                bool oldest = AnswerAsOldAsAllowed && lsn == Lsn.Max && !read.NotBefore.IsZero;
                ReadPage(read.Key, oldest ? read.NotBefore : lsn, destination);
            }
        }
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>A page as of an LSN (<see cref="Lsn.Max"/> for the newest durable one): the model that tests compare with.</summary>
    public byte[] PageAt(PageKey key, Lsn lsn)
    {
        byte[] page = new byte[PageFormat.PageSizeBytes];
        ReadPage(key, lsn, page);
        return page;
    }

    /// <summary>Every page that any durable record changed.</summary>
    public List<PageKey> ChangedPages()
    {
        lock (_gate)
        {
            Ingest();
            return [.. _changes.Keys];
        }
    }

    private void ReadPage(PageKey key, Lsn lsn, Span<byte> destination)
    {
        lock (_gate)
        {
            ReadCount++;
            Ingest();
            destination.Clear();
            if (!_changes.TryGetValue(key, out List<Change>? changes))
                return;
            Lsn from = Lsn.Zero;
            foreach ((PageOp op, PageKey gone, Lsn at) in _tombstones)
            {
                bool hit = at <= lsn && gone.Database == key.Database && (op == PageOp.DropDatabase ||
                    (gone.Storage == key.Storage && (op == PageOp.DropStorage || (gone.Fork == key.Fork && gone.Block <= key.Block))));
                if (hit)
                    from = at;
            }
            if (_latest.TryGetValue(key, out (Lsn Lsn, byte[] Page) latest) && latest.Lsn <= lsn && latest.Lsn > from)
            {
                latest.Page.CopyTo(destination);
                from = latest.Lsn;
            }
            bool newest = true;
            foreach (Change change in changes)
            {
                if (change.Lsn > lsn)
                {
                    newest = false;
                    break;
                }
                if (change.Lsn <= from)
                    continue;
                PageOps.Apply(destination, change.Bytes, change.Lsn);
                from = change.Lsn;
            }
            if (newest && from == changes[^1].Lsn)
                _latest[key] = (from, destination.ToArray());
        }
    }

    private void Ingest()
    {
        for (; _ingested < _log.Count; _ingested++)
        {
            (Lsn start, byte[] bytes) = _log[_ingested];
            if (start + (ulong)bytes.Length > _durable)
                return;
            if (WalDecoder.TryDecode(bytes, start, out WalRecordReader record) != WalDecodeResult.Record)
                throw new InvalidOperationException($"record at {start} does not decode");
            foreach (BlockChange change in record.Changes)
            {
                var op = (PageOp)change.Change[0];
                if (op == PageOp.DropStorage)
                {
                    foreach (ulong storage in Tombstone.ReadDroppedStorages(change.Key, change.Change))
                        _tombstones.Add((op, change.Key with { Storage = storage }, record.Lsn));
                }
                else if (op is PageOp.Truncate or PageOp.DropDatabase)
                    _tombstones.Add((op, change.Key, record.Lsn));
                else
                {
                    if (!_changes.TryGetValue(change.Key, out List<Change>? changes))
                        _changes.Add(change.Key, changes = []);
                    changes.Add(new Change(record.Lsn, change.Change.ToArray()));
                }
            }
        }
    }
}
