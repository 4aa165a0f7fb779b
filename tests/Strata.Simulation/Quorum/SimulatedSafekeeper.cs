using Strata.Format;
using Strata.Format.Messages;
using Strata.Platform;
using Strata.Safekeeper;
using Strata.Safekeeper.Consensus;
using Strata.Safekeeper.Storage;
using Strata.Safekeeper.Timelines;
using Strata.Safekeeper.Uploads;
using Strata.Simulation.World;

namespace Strata.Simulation.Quorum;

/// <summary>
/// One safekeeper: the real timeline map, acceptor, control file, segments, identity and uploader over a disk that crashes. Only sockets and threads are replaced.
/// </summary>
public sealed class SimulatedSafekeeper
{
    private readonly SimulatedWorld _world;
    private readonly QuorumSimulation _cluster;
    private readonly SafekeeperOptions _options;
    private readonly IObjectStore _store;
    private TimelineMap? _timelines;
    private SegmentUploader? _uploader;
    private Lsn _checkedLsn;

    internal SimulatedSafekeeper(SimulatedWorld world, QuorumSimulation cluster, uint id, IObjectStore store, AcceptorFaults faults)
    {
        _world = world;
        _cluster = cluster;
        _store = store;
        Faults = faults;
        Disk = new SimulatedDisk(world);
        _options = new SafekeeperOptions
        {
            Id = id,
            ListenAddress = "simulated",
            SegmentBytes = QuorumSimulation.SegmentBytes,
            UploadPatience = TimeSpan.FromMilliseconds(100),
        };
        Start();
    }

    private AcceptorFaults Faults { get; }

    public SimulatedDisk Disk { get; }

    public uint Id => _options.Id;

    /// <summary>Whether it runs.</summary>
    public bool Up => _timelines is not null;

    public SafekeeperMember Member { get; private set; }

    internal SafekeeperTimeline? Timeline => _timelines?.Find(QuorumSimulation.Key);

    /// <summary>Whether it runs and may vote: not barred since its disk was lost.</summary>
    public bool IsSound => Timeline is { } timeline && timeline.State.MayVote;

    /// <summary>The control plane creates the timeline.</summary>
    public void Create(Lsn start)
    {
        SafekeeperTimeline? created = _timelines!.Create(QuorumSimulation.Key, start, Member.Incarnation, out string reason);
        _world.Require(created is not null, reason);
        _checkedLsn = start;
    }

    /// <summary>Comes up with what its disk holds; a crash in the middle of that is one more crash.</summary>
    public void Start()
    {
        try
        {
            IFileSystem files = Disk.Files;
            Member = SafekeeperIdentity.Read(files, Id) ?? SafekeeperIdentity.Register(files, _store, _world.Random, Id);
            var pool = new SegmentPool(files, _options.SegmentBytes);
            var timelines = new TimelineMap(Member, files, pool, log => log.Sync(), Log.None) { Faults = Faults };
            timelines.OpenAll();
            _timelines = timelines;
            _uploader = null;
            _checkedLsn = Timeline?.State.LocalStartLsn ?? Lsn.Zero;
            _world.Trace($"safekeeper {Id} up, life {Member.Incarnation}, flush {Timeline?.Acceptor.FlushLsn}");
            CheckCommitted();
        }
        catch (Exception error) when (error is SimulatedCrashException or ObjectStoreException or IOException)
        {
            Crash();
        }
    }

    /// <summary>Loses power; comes back later.</summary>
    public void Crash()
    {
        _cluster.Statistics.Crashes++;
        Stop();
        Disk.Crash();
        _world.After(_world.Between(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(400)), $"start {Id}", StartIfDown);
    }

    /// <summary>Loses its disk; comes back later.</summary>
    public void Wipe()
    {
        _cluster.Statistics.Wipes++;
        Stop();
        Disk.Wipe();
        _world.After(_world.Between(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(300)), $"start wiped {Id}", StartIfDown);
    }

    public void StartIfDown()
    {
        if (!Up)
            Start();
    }

    /// <summary>Handles a frame from a compute; returns the answer, or null when there is none (it is down, or went down).</summary>
    public byte[]? Handle(ReadOnlyMemory<byte> frame)
    {
        if (!Up)
            return null;
        try
        {
            byte[]? answer = Serve(frame);
            CheckCommitted();
            return answer;
        }
        catch (SimulatedCrashException)
        {
            _world.Trace($"safekeeper {Id} crashes in the middle");
            Crash();
            return null;
        }
        catch (IOException error)
        {
            _cluster.Statistics.DiskErrors++;
            return SafekeeperMessageCodec.Encode(new SafekeeperError(SafekeeperErrorKind.Storage, error.Message));
        }
    }

    /// <summary>One round of the maintenance thread: upload, save positions, remove.</summary>
    public void Maintain()
    {
        if (Timeline is not { } timeline)
            return;
        try
        {
            var archive = new SegmentArchive(_store, _world.Random, timeline.Project, timeline.Timeline, _options.SegmentBytes);
            _uploader ??= new SegmentUploader(timeline, archive, _options, Id, _world.Time);
            Lsn uploaded = timeline.State.UploadedLsn;
            try
            {
                uploaded = _uploader.Advance(2);
            }
            catch (ObjectStoreException)
            {
                _cluster.Statistics.FailedPuts++;
            }
            if (uploaded > timeline.State.UploadedLsn)
                _cluster.Statistics.Uploads++;
            _cluster.Statistics.RemovedSegments += timeline.SavePositions(uploaded);
        }
        catch (SimulatedCrashException)
        {
            Crash();
        }
        catch (IOException)
        {
            _cluster.Statistics.DiskErrors++;
        }
    }

    /// <summary>Reads committed bytes as a page server's stream does, from the object store where they were removed. Returns the bytes read, 0 when there are none now.</summary>
    public int ReadCommitted(Lsn from, Span<byte> destination)
    {
        if (Timeline is not { } timeline)
            return 0;
        try
        {
            int count = Reader(timeline).Read(new SafekeeperReadRequest(0, 0, from, destination.Length), destination, out _);
            if (count > 0)
                _cluster.Committed.CheckCopy($"reader of safekeeper {Id}", from, destination[..count]);
            return count;
        }
        catch (SimulatedCrashException)
        {
            Crash();
            return 0;
        }
    }

    private LogReader Reader(SafekeeperTimeline timeline) =>
        new(timeline, new SegmentReader(_store, _world.Random, _options.SegmentBytes, Log.None), QuorumSimulation.Key);

    /// <summary>A page server's report.</summary>
    public void Feedback(Lsn ingested, Lsn remoteConsistent) => Timeline?.Feedback(ingested, remoteConsistent);

    /// <summary>The local log, for invariants.</summary>
    internal byte[] LocalLog(out Lsn begin)
    {
        SafekeeperTimeline timeline = Timeline!;
        begin = timeline.State.LocalStartLsn;
        byte[] bytes = new byte[(int)(timeline.Acceptor.FlushLsn - begin)];
        int count = timeline.ReadLocal(begin, bytes);
        _world.Require(count == bytes.Length, $"safekeeper {Id} has only {count} of {bytes.Length} durable bytes from {begin} on");
        return bytes;
    }

    private void Stop()
    {
        _timelines = null;
        _uploader = null;
    }

    private byte[]? Serve(ReadOnlyMemory<byte> frame)
    {
        if (SafekeeperAppendRequest.TryRead(frame, out SafekeeperAppendRequest append, out ReadOnlyMemory<byte> wal))
            return Timeline is { } appender ? Encode(appender.Handle(append, wal)) : null;
        _world.Require(SafekeeperMessageCodec.TryDecode(frame.Span, out SafekeeperMessage message), "undecodable frame");
        switch (message)
        {
            case SafekeeperGreeting:
                return SafekeeperMessageCodec.Encode(new SafekeeperGreetingReply(Member, Timeline is not null, Timeline?.State.Term ?? 0));
            case SafekeeperVoteRequest vote:
                if (Timeline is not { } voter)
                    return null;
                var response = (SafekeeperVoteResponse)voter.Handle(vote);
                if (response.Granted)
                    _cluster.VoteGiven(this, vote, response);
                return SafekeeperMessageCodec.Encode(response);
            case SafekeeperElected elected:
                SafekeeperTimeline? timeline = Timeline ?? _timelines!.CreateForLeader(QuorumSimulation.Key, elected, out _);
                if (timeline is null)
                    return null;
                SafekeeperMessage? refusal = timeline.Handle(elected, out SafekeeperAppendResponse adopted);
                return refusal is null ? Encode(adopted) : SafekeeperMessageCodec.Encode(refusal);
            case SafekeeperReadRequest read:
                return Read(read);
            default:
                _world.Violated($"unexpected {message.Kind}");
                return null;
        }
    }

    private byte[]? Read(SafekeeperReadRequest read)
    {
        if (Timeline is not { } timeline)
            return null;
        byte[] chunk = new byte[SafekeeperWalChunk.HeaderBytes + read.MaxBytes];
        int count = Reader(timeline).Read(read, chunk.AsSpan(SafekeeperWalChunk.HeaderBytes), out _);
        if (count <= 0)
            return null;
        new SafekeeperWalChunk(read.BeginLsn, timeline.CommitLsn).WriteTo(chunk);
        return chunk[..(SafekeeperWalChunk.HeaderBytes + count)];
    }

    private static byte[] Encode(SafekeeperAppendResponse response)
    {
        byte[] bytes = new byte[SafekeeperAppendResponse.SizeBytes];
        response.WriteTo(bytes);
        return bytes;
    }

    /// <summary>What it takes for committed must be committed, byte for byte.</summary>
    private void CheckCommitted()
    {
        if (Timeline is not { } timeline)
            return;
        Acceptor acceptor = timeline.Acceptor;
        Lsn from = Lsn.MaxOf(_checkedLsn, acceptor.State.LocalStartLsn);
        if (acceptor.CommitLsn <= from)
            return;
        byte[] bytes = new byte[(int)(acceptor.CommitLsn - from)];
        _world.Require(timeline.ReadLocal(from, bytes) == bytes.Length, $"safekeeper {Id} lacks committed bytes at {from}");
        _cluster.Committed.CheckCopy($"safekeeper {Id}", from, bytes);
        _checkedLsn = acceptor.CommitLsn;
    }
}
