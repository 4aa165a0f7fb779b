using System.Collections.Immutable;
using Strata.Format;
using Strata.Format.Messages;
using Strata.PageServer.Layers;
using Strata.PageServer.Remote;

namespace Strata.PageServer.Timelines;

/// <summary>
/// State of one timeline, and its invariants; the verbs are classes of their own (<see cref="WalIngest"/>, <see cref="LayerFlusher"/>, <see cref="LayerUploader"/>,
/// <see cref="Compactor"/>, <see cref="HistoryKeeper"/>). Thread-safe: <see cref="Map"/> is replaced as a whole under the gate; positions only grow.
/// </summary>
internal sealed class Timeline
{
    private readonly object _gate = new();
    private volatile LayerMap _map;
    private ulong _ingested;
    private ulong _remoteConsistent;
    private ulong _historyStart;
    private ulong _wanted;
    private long _lastReadAt;
    private volatile bool _closed;
    private volatile bool _freezeRequested;
    private ImmutableHashSet<Lsn> _retained = [];
    private readonly List<Layer> _garbage = [];

    public Timeline(Project project, TimelineId id, Timeline? ancestor, Lsn ancestorLsn, TimelineIndex index, bool isLoaded, IReadOnlyList<Layer> layers)
    {
        Project = project;
        Id = id;
        Ancestor = ancestor;
        AncestorLsn = ancestorLsn;
        Published = index;
        _ingested = index.ConsistentLsn.Value;
        // An index that was loaded may still be superseded: by that of an older attachment with a higher generation than the writer's, which is late but not stopped. Only what
        // stands in an index of our own generation is what every later attachment starts from. Without an index there is no WAL below to be trimmed.
        _remoteConsistent = isLoaded ? 0 : index.ConsistentLsn.Value;
        _historyStart = index.HistoryStart.Value;
        PlannedHistoryStart = index.HistoryStart;
        FlushedLsn = index.ConsistentLsn;
        _map = LayerMap.Create([new MemoryLayer(index.ConsistentLsn, project.LayerMemory)], layers);
        _retained = [.. index.Leases.Select(static lease => lease.At)];
    }

    public Project Project { get; }
    public TimelineId Id { get; }
    public Timeline? Ancestor { get; }

    /// <summary>Branch point; for a root, where its log begins.</summary>
    public Lsn AncestorLsn { get; }

    /// <summary>Directory of the local layer files, and part of the objects' names.</summary>
    public string Directory => $"{Project.Id}/{Id}";

    public LayerMap Map => _map;

    /// <summary>The index that is in the object store under this attachment, or that it was loaded from. Written under <see cref="PublishGate"/>.</summary>
    public TimelineIndex Published { get; set; }

    /// <summary>True once an index of our generation was written and validated.</summary>
    public bool HasOwnIndex { get; set; }

    /// <summary>Held while an index is written: one at a time, in order.</summary>
    public Lock PublishGate { get; } = new();

    /// <summary>Held while layers are uploaded, around <see cref="PublishGate"/>: an index for a lease does not wait for them.</summary>
    public Lock UploadGate { get; } = new();

    /// <summary>Held by who changes the set of files: flush and compaction take turns only at the map, but two compactions must not overlap.</summary>
    public Lock CompactGate { get; } = new();

    /// <summary>Everything at or below is in layer files, here or remote.</summary>
    public Lsn FlushedLsn { get; private set; }

    /// <summary>Everything at or below can be read.</summary>
    public Lsn IngestedLsn => new(Volatile.Read(ref _ingested));

    /// <summary>Everything at or below is named by a validated index of our generation in the object store; zero before there is one.</summary>
    public Lsn RemoteConsistentLsn => new(Volatile.Read(ref _remoteConsistent));

    /// <summary>Lowest LSN that may be read, but for leases and branch points.</summary>
    public Lsn HistoryStart => new(Volatile.Read(ref _historyStart));

    /// <summary>What <see cref="HistoryStart"/> is about to become; guarded by the project's branch lock. Branches and leases must be at or above it.</summary>
    public Lsn PlannedHistoryStart { get; set; }

    /// <summary>Where the history window began (microseconds since 2000-01-01 UTC) when the history's start was last moved; by the compaction thread only.</summary>
    public long HistoryStartTime { get; set; } = long.MinValue / 2;

    /// <summary>A deletion was begun, and its tombstone may be durable even if writing it seemed to fail: nothing may branch from here. Guarded by the project's branch lock.</summary>
    public bool IsBeingDeleted { get; set; }

    /// <summary>Leases that were promised and are on their way into the index; guarded by the project's branch lock.</summary>
    public List<Lsn> PendingLeases { get; } = [];

    /// <summary>
    /// True when every ancestor has ingested up to the branch point. After a restart a parent may still be replaying WAL below it: until then nothing may be rebuilt here.
    /// </summary>
    public bool IsInheritanceThere
    {
        get
        {
            for (Timeline child = this; child.Ancestor is { } parent; child = parent)
            {
                if (parent.IngestedLsn < child.AncestorLsn)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Highest LSN that somebody waits for.</summary>
    public Lsn WantedLsn => new(Volatile.Read(ref _wanted));

    /// <summary>Time of the last read (timestamp of the server's clock).</summary>
    public long LastReadAt
    {
        get => Volatile.Read(ref _lastReadAt);
        set => Volatile.Write(ref _lastReadAt, value);
    }

    /// <summary>Objects of older generations that the loaded index did not name; deleted once our own index is there. Under <see cref="PublishGate"/>.</summary>
    public List<string> Orphans { get; } = [];

    public bool IsClosed => _closed;

    public TimelineCounters Counters { get; } = new();

    /// <summary>Time of the last commit ingested, which no later one may undercut.</summary>
    public long LastCommitTime { get; set; } = long.MinValue;

    /// <summary>The layer that ingest writes; frozen ones follow it in the map.</summary>
    public MemoryLayer OpenLayer => _map.Memory[0];

    /// <summary>Throws <see cref="PageErrorCode.BelowHistory"/> when the LSN may no longer be read. To be asked after <see cref="Map"/> was taken.</summary>
    public void RequireHistory(Lsn at)
    {
        if (at < HistoryStart && !Volatile.Read(ref _retained).Contains(at))
            throw new PageServerException(
                PageErrorCode.BelowHistory, $"LSN {at} of timeline {Id} is older than the history that is kept, which begins at {HistoryStart}");
    }

    /// <summary>Leases and branch points: LSNs that stay readable below the history's start.</summary>
    public ImmutableHashSet<Lsn> Retained => Volatile.Read(ref _retained);

    public void SetRetained(ImmutableHashSet<Lsn> retained) => Volatile.Write(ref _retained, retained);

    /// <summary>Makes records up to <paramref name="lsn"/> readable and wakes who waits for them.</summary>
    public void AdvanceIngested(Lsn lsn)
    {
        lock (_gate)
        {
            Invariant.Check(lsn.Value >= _ingested);
            Volatile.Write(ref _ingested, lsn.Value);
            Monitor.PulseAll(_gate);
        }
    }

    public void AdvanceRemoteConsistent(Lsn lsn)
    {
        lock (_gate)
        {
            if (lsn.Value > _remoteConsistent)
                Volatile.Write(ref _remoteConsistent, lsn.Value);
            Monitor.PulseAll(_gate);
        }
    }

    public void AdvanceHistoryStart(Lsn lsn)
    {
        Invariant.Check(lsn >= HistoryStart);
        Volatile.Write(ref _historyStart, lsn.Value);
    }

    /// <summary>Waits until ingest has reached an LSN; false on timeout.</summary>
    public bool WaitIngested(Lsn lsn, TimeSpan timeout, TimeProvider time)
    {
        if (IngestedLsn >= lsn)
            return true;
        long begin = time.GetTimestamp();
        lock (_gate)
        {
            Volatile.Write(ref _wanted, Math.Max(_wanted, lsn.Value));
            while (_ingested < lsn.Value)
            {
                TimeSpan left = timeout - time.GetElapsedTime(begin);
                if (_closed || left <= TimeSpan.Zero)
                    return false;
                Monitor.Wait(_gate, left);
            }
        }
        return true;
    }

    /// <summary>Waits until something moved, at most this long; used by ingest when the pending layers are at their limit.</summary>
    public void WaitForChange(TimeSpan timeout)
    {
        lock (_gate)
        {
            if (!_closed)
                Monitor.Wait(_gate, timeout);
        }
    }

    /// <summary>Bytes of frozen in-memory layers and of files that are not in the object store yet.</summary>
    public long PendingUploadBytes()
    {
        LayerMap map = _map;
        long bytes = 0;
        for (int i = 1; i < map.Memory.Length; i++)
            bytes += map.Memory[i].SizeBytes;
        foreach (LayerRun run in map.Runs)
        {
            foreach (Layer layer in run.Layers)
            {
                if (!layer.Uploaded)
                    bytes += layer.Descriptor.SizeBytes;
            }
        }
        return bytes;
    }

    /// <summary>Pending bytes and level-0 files that wait for compaction.</summary>
    public long DebtBytes()
    {
        long bytes = 0;
        foreach (LayerRun run in _map.Runs)
        {
            if (run.Level == 0)
                bytes += run.SizeBytes;
        }
        return bytes + PendingUploadBytes();
    }

    public PageFeedback Feedback() => new(IngestedLsn, RemoteConsistentLsn, DebtBytes());

    public TimelineInfo Info() => new(
        Id,
        Ancestor?.Id ?? default,
        AncestorLsn,
        Feedback(),
        HistoryStart,
        _map.Layers.Sum(static layer => layer.Descriptor.SizeBytes),
        Counters.WalBytes,
        Counters.WrittenBytes);

    /// <summary>Freezes the open layer and begins a new one. Called by ingest's thread only, between records. False when it is empty.</summary>
    public bool Freeze()
    {
        lock (_gate)
        {
            MemoryLayer open = _map.Memory[0];
            if (open.LastLsn == open.FirstLsn)
                return false;
            _map = LayerMap.Create([new MemoryLayer(open.LastLsn, Project.LayerMemory), .. _map.Memory], _map.Layers);
            return true;
        }
    }

    /// <summary>Asks ingest to freeze the open layer at the next record boundary.</summary>
    public void RequestFreeze() => FreezeRequested = true;

    /// <summary>Set by <see cref="RequestFreeze"/>, cleared by ingest.</summary>
    public bool FreezeRequested
    {
        get => _freezeRequested;
        set => _freezeRequested = value;
    }

    /// <summary>Puts tombstones into the open layer and the map; called by ingest before it makes their record readable.</summary>
    public void AddTombstones(IReadOnlyList<RangeTombstone> tombstones)
    {
        lock (_gate)
        {
            foreach (RangeTombstone tombstone in tombstones)
                OpenLayer.AddTombstone(tombstone);
            _map = _map.WithTombstones(tombstones);
        }
    }

    /// <summary>The oldest frozen in-memory layer became files, or none when it had no entries.</summary>
    public void ReplaceFrozen(MemoryLayer frozen, IReadOnlyList<Layer> files)
    {
        lock (_gate)
        {
            Invariant.Check(_map.Memory.Length > 1 && _map.Memory[^1] == frozen);
            _map = LayerMap.Create(_map.Memory[..^1], [.. _map.Layers, .. files]);
            FlushedLsn = frozen.LastLsn;
            Monitor.PulseAll(_gate);
        }
        frozen.Release();
    }

    /// <summary>Compaction replaced some files by others; the old ones become garbage once an index without them is published.</summary>
    public void ReplaceLayers(IReadOnlyCollection<Layer> inputs, IReadOnlyCollection<Layer> outputs)
    {
        lock (_gate)
        {
            var gone = inputs.ToHashSet();
            Layer[] kept = [.. _map.Layers.Where(layer => !gone.Contains(layer))];
            Invariant.Check(kept.Length == _map.Layers.Count() - gone.Count);
            _map = LayerMap.Create(_map.Memory, [.. kept, .. outputs]);
            _garbage.AddRange(inputs);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>One consistent view for an index: the files, how far they reach, and what no longer belongs.</summary>
    public (Layer[] Layers, Lsn FlushedLsn, Layer[] Garbage) SnapshotFiles()
    {
        lock (_gate)
            return ([.. _map.Layers], FlushedLsn, [.. _garbage]);
    }

    /// <summary>The garbage is gone from the object store.</summary>
    public void ForgetGarbage(IEnumerable<Layer> deleted)
    {
        lock (_gate)
        {
            foreach (Layer layer in deleted)
                _garbage.Remove(layer);
        }
    }

    /// <summary>Wakes all waiters; nothing more is ingested.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
