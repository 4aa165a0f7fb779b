using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.PageServer;
using Strata.PageServer.Pages;
using Strata.PageServer.Timelines;
using Strata.Platform;

namespace Strata.Simulation.PageServer.Model;

/// <summary>A page server without threads: the real classes, driven step by step.</summary>
internal sealed class PageServerNode
{
    private readonly Dictionary<TimelineId, WalIngest> _ingest = [];

    public PageServerNode(PageServerOptions options, IFileSystem files, IObjectStore objects, IScheduler scheduler, IRandom random, ProjectId project, UploaderFaults faults = UploaderFaults.None)
    {
        Context = new PageServerContext(options, files, objects, new MemoryNetwork(scheduler.Time), scheduler, random, Log.None);
        Flusher = new LayerFlusher(Context);
        Uploader = new LayerUploader(Context, faults);
        Compactor = new Compactor(Context);
        Times = new CommitTimes(Context.Layers);
        History = new HistoryKeeper(Context, Uploader, Times);
        Reader = new PageReader(Context.Layers, Context.Pages);
        Project = Project.Attach(Context, project) ?? throw new InvalidOperationException("no project");
    }

    public PageServerContext Context { get; }
    public Project Project { get; }
    public LayerFlusher Flusher { get; }
    public LayerUploader Uploader { get; }
    public Compactor Compactor { get; }
    public CommitTimes Times { get; }
    public HistoryKeeper History { get; }
    public PageReader Reader { get; }

    public static PageServerOptions SmallOptions { get; } = new()
    {
        ListenAddress = "pageserver",
        SafekeeperAddresses = [],
        HistoryWindow = TimeSpan.FromMinutes(10),
        FreezeBytes = 20_000,
        RunsPerLevel = 3,
        LayerFileBytes = 20_000,
        ImageAfterDeltaBytes = 2_000,
        ImageAfterDeltas = 30,
        LocalCacheBytesMax = 300_000,
        PageCacheBytesMax = 24 * PageFormat.PageSizeBytes,
        BlockCacheBytesMax = 200_000,
    };

    public Timeline Timeline(ModelTimeline model) => Project.Find(model.Id) ?? throw new InvalidOperationException("no timeline");

    /// <summary>Takes up to this many bytes of the model's WAL.</summary>
    public void Ingest(ModelTimeline model, int bytesMax)
    {
        Timeline timeline = Timeline(model);
        if (!_ingest.TryGetValue(model.Id, out WalIngest? ingest))
            _ingest.Add(model.Id, ingest = new WalIngest(Context, timeline));
        ingest.Append(model.WalFrom(ingest.NextByte, bytesMax));
    }

    /// <summary>Branches as the service does.</summary>
    public Timeline Branch(TimelineId id, Timeline ancestor, Lsn at)
    {
        History.EnsureOwnIndex(ancestor);
        return Project.Create(id, ancestor, at, "", null);
    }

    /// <summary>Where the node's next WAL byte of a timeline must come from.</summary>
    public Lsn NextByte(ModelTimeline model) =>
        _ingest.TryGetValue(model.Id, out WalIngest? ingest) ? ingest.NextByte : Timeline(model).IngestedLsn;

    /// <summary>Everything, down to the object store.</summary>
    public void Settle(ModelTimeline model)
    {
        Ingest(model, int.MaxValue);
        Timeline timeline = Timeline(model);
        timeline.Freeze();
        while (Flusher.FlushOldest(timeline))
        {
        }
        Uploader.Upload(timeline);
    }

    /// <summary>Compares a page with the model's; returns what is wrong, or null.</summary>
    public string? Compare(ModelTimeline model, PageKey key, Lsn at) => Compare(model, key, at, at);

    /// <summary>Compares the page that is read at one LSN with the model's at another, between which nothing should have happened to it.</summary>
    public string? Compare(ModelTimeline model, PageKey key, Lsn at, Lsn expectedAt)
    {
        byte[] page = new byte[PageFormat.PageSizeBytes];
        Lsn version = Reader.Read(Timeline(model), key, at, page);
        byte[]? expected = model.PageAt(key, expectedAt);
        if (expected is null)
            return version.IsZero && page.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? null : $"{key} at {at} should not exist, but came with LSN {version}";
        if (version != PageFormat.GetLsn(expected))
            return $"{key} at {at} should have LSN {PageFormat.GetLsn(expected)}, but came with {version}";
        int difference = page.AsSpan().CommonPrefixLength(expected);
        return difference == page.Length ? null : $"{key} at {at} differs from byte {difference} on";
    }

    /// <summary>Compares every page that was ever touched.</summary>
    public string? CompareAll(ModelTimeline model, Lsn at)
    {
        for (ModelTimeline? current = model; current is not null; current = current.Ancestor)
        {
            foreach (PageKey key in current.Keys)
            {
                if (Compare(model, key, at) is { } wrong)
                    return wrong;
            }
        }
        return null;
    }
}
