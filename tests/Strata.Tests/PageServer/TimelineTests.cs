using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.PageServer;
using Strata.PageServer.Layers;
using Strata.PageServer.Remote;
using Strata.PageServer.Timelines;
using Strata.Platform;
using Strata.Simulation.PageServer.Model;
using Xunit;

namespace Strata.Tests.PageServer;

public class TimelineTests
{
    private static readonly ProjectId Id = new(0xABCD);

    private readonly SimulationClock _clock = new();
    private readonly MemoryObjectStore _objects = new();
    private readonly SeededRandom _random = new(11);
    private readonly ModelTimeline _model = new(new TimelineId(1));

    private PageServerNode Start(IFileSystem? files = null, PageServerOptions? options = null, IObjectStore? objects = null)
    {
        options ??= PageServerNode.SmallOptions;
        ProjectAttachment.CreateProject(_objects, new ObjectNames(options.ObjectPrefix).Attachment(Id), "test", _random);
        var node = new PageServerNode(options, files ?? new MemoryFileSystem(), objects ?? _objects, _clock, _random, Id);
        if (node.Project.Find(_model.Id) is null)
            node.Project.Create(_model.Id, null, Lsn.First, "", null);
        return node;
    }

    private void Append(int records)
    {
        _model.Append(_random, records, _clock.NowMicroseconds);
        _clock.Advance(TimeSpan.FromSeconds(30));
    }

    private void CheckEverywhere(PageServerNode node, ModelTimeline model, int points = 12)
    {
        Timeline timeline = node.Timeline(model);
        Lsn low = Lsn.MaxOf(timeline.HistoryStart, model.Ancestor is null ? Lsn.First : model.Start);
        for (int i = 0; i < points; i++)
        {
            ulong span = timeline.IngestedLsn - low;
            Lsn at = i == 0 ? timeline.IngestedLsn : low + (span == 0 ? 0 : _random.NextUInt64() % (span + 1));
            Assert.Null(node.CompareAll(model, at));
        }
    }

    [Fact]
    public void Reads_from_memory_equal_naive_replay()
    {
        PageServerNode node = Start(options: PageServerNode.SmallOptions with { FreezeBytes = long.MaxValue });
        Append(300);
        while (node.Timeline(_model).IngestedLsn < _model.End)
            node.Ingest(_model, 1 + _random.Next(3000));
        CheckEverywhere(node, _model);
    }

    [Fact]
    public void Reads_from_files_of_all_levels_equal_naive_replay()
    {
        PageServerNode node = Start();
        for (int round = 0; round < 45; round++)
        {
            Append(30);
            node.Settle(_model);
            while (node.Compactor.CompactOnce(node.Timeline(_model)))
            {
            }
        }
        Assert.Contains(node.Timeline(_model).Map.Runs, static run => run.Level == 2);
        CheckEverywhere(node, _model);
    }

    [Fact]
    public void Starts_from_the_object_store_alone()
    {
        PageServerNode first = Start();
        Append(400);
        first.Settle(_model);
        first.Compactor.CompactOnce(first.Timeline(_model));
        first.Uploader.Upload(first.Timeline(_model));
        Lsn consistent = first.Timeline(_model).RemoteConsistentLsn;
        Assert.Equal(_model.End, consistent);

        PageServerNode second = Start(new MemoryFileSystem());
        Assert.Equal(consistent, second.Timeline(_model).IngestedLsn);
        Assert.True(second.Project.Attachment.Generation > first.Project.Attachment.Generation);
        CheckEverywhere(second, _model);
        Assert.True(second.Context.Layers.Downloads > 0);
    }

    [Fact]
    public void Discards_broken_and_unknown_local_files()
    {
        var files = new MemoryFileSystem();
        PageServerNode first = Start(files);
        Append(400);
        first.Settle(_model);
        first.Context.Layers.CloseAll();
        string directory = first.Timeline(_model).Directory;
        foreach (string name in files.List(directory))
        {
            using IFile file = files.Open($"{directory}/{name}", FileOpenMode.ReadWrite);
            byte[] one = new byte[1];
            file.Read(file.Length / 2, one);
            one[0] ^= 4;
            file.Write(file.Length / 2, one);
        }
        using (IFile unknown = files.Open($"{directory}/L0_left-over", FileOpenMode.CreateNew))
            unknown.Write(0, [1, 2, 3]);

        PageServerNode second = Start(files);
        Assert.False(files.Exists($"{directory}/L0_left-over"));
        CheckEverywhere(second, _model);
    }

    [Fact]
    public void Fetches_a_layer_again_that_breaks_while_open()
    {
        var files = new MemoryFileSystem();
        PageServerNode node = Start(files, PageServerNode.SmallOptions with { BlockCacheBytesMax = 0, PageCacheBytesMax = 0 });
        Append(300);
        node.Settle(_model);
        CheckEverywhere(node, _model, 1);
        Layer layer = node.Timeline(_model).Map.Layers.First();
        using (IFile file = files.Open(layer.LocalPath, FileOpenMode.ReadWrite))
        {
            byte[] noise = new byte[file.Length - 500];
            file.Write(200, noise);
        }
        CheckEverywhere(node, _model, 2);
    }

    [Fact]
    public void Reports_corruption_when_no_good_copy_exists()
    {
        PageServerNode node = Start(options: PageServerNode.SmallOptions with { BlockCacheBytesMax = 0, PageCacheBytesMax = 0 });
        Append(300);
        node.Settle(_model);
        foreach (Layer layer in node.Timeline(_model).Map.Layers)
        {
            byte[] bytes = _objects.Snapshot()[layer.ObjectKey];
            bytes[150] ^= 1;
            _objects.PutAsync(layer.ObjectKey, bytes).Wait();
        }
        PageServerNode second = Start(new MemoryFileSystem());
        PageServerException error = Assert.Throws<PageServerException>(() => second.CompareAll(_model, _model.End));
        Assert.Equal(PageErrorCode.Corrupt, error.Code);
    }

    [Fact]
    public void Branches_share_history_and_then_go_their_own_way()
    {
        PageServerNode node = Start();
        Append(300);
        node.Settle(_model);
        Append(100);
        node.Ingest(_model, int.MaxValue);
        Lsn at = _model.Commits[_model.Commits.Count / 2].Lsn;
        var child = new ModelTimeline(new TimelineId(2), _model, at);
        node.Branch(child.Id, node.Timeline(_model), at);
        child.Append(_random, 200, _clock.NowMicroseconds);
        Append(200);
        node.Settle(child);
        node.Settle(_model);
        CheckEverywhere(node, child);
        CheckEverywhere(node, _model);
        for (Lsn past = Lsn.First; past < at; past += 997)
            Assert.Null(node.CompareAll(child, past));
    }

    [Fact]
    public void Collecting_below_the_window_keeps_branch_points_leases_and_the_window()
    {
        PageServerNode node = Start();
        Append(200);
        node.Settle(_model);
        Lsn branchPoint = _model.Commits[^20].Lsn;
        var child = new ModelTimeline(new TimelineId(2), _model, branchPoint);
        node.Branch(child.Id, node.Timeline(_model), branchPoint);
        Lsn leased = _model.Commits[^10].Lsn;
        node.History.Lease(node.Timeline(_model), "reader", leased, TimeSpan.FromHours(10));
        for (int round = 0; round < 40; round++)
        {
            Append(40);
            node.Settle(_model);
            node.History.Advance(node.Timeline(_model));
            while (node.Compactor.CompactOnce(node.Timeline(_model)))
            {
            }
            node.Uploader.Upload(node.Timeline(_model));
            Assert.Null(node.CompareAll(_model, leased));
            Assert.Null(node.CompareAll(child, branchPoint));
        }
        Timeline timeline = node.Timeline(_model);
        Assert.True(timeline.HistoryStart > leased);
        Assert.Contains(timeline.Map.Runs, static run => run.Level == Compactor.BottomLevel);
        CheckEverywhere(node, _model);
        PageServerException tooOld = Assert.Throws<PageServerException>(() => node.CompareAll(_model, new Lsn(branchPoint.Value - 1)));
        Assert.Equal(PageErrorCode.BelowHistory, tooOld.Code);
        Assert.Throws<PageServerException>(() => node.Branch(new TimelineId(3), timeline, new Lsn(leased.Value + 1)));
        Assert.Throws<PageServerException>(() => node.History.Lease(timeline, "late", new Lsn(leased.Value + 1), TimeSpan.FromHours(1)));

        // The same must hold for a server that knows only what is stored.
        PageServerNode second = Start(new MemoryFileSystem());
        Assert.Null(second.CompareAll(_model, leased));
        Assert.Null(second.CompareAll(child, branchPoint));
        CheckEverywhere(second, _model);
    }

    [Fact]
    public void Collecting_frees_what_is_no_longer_readable()
    {
        PageServerNode node = Start(options: PageServerNode.SmallOptions with { HistoryWindow = TimeSpan.FromMinutes(2) });
        for (int round = 0; round < 60; round++)
        {
            Append(60);
            node.Settle(_model);
            node.History.Advance(node.Timeline(_model));
            while (node.Compactor.CompactOnce(node.Timeline(_model)))
            {
            }
            node.Uploader.Upload(node.Timeline(_model));
        }
        long stored = node.Timeline(_model).Info().StoredBytes;
        long inStore = _objects.Snapshot().Where(static pair => pair.Key.Contains("/layers/")).Sum(static pair => (long)pair.Value.Length);
        Assert.Equal(stored, inStore);
        Assert.True(stored < (long)(_model.End - _model.Start), $"{stored} bytes stored for {_model.End - _model.Start} bytes of WAL");
        CheckEverywhere(node, _model);
    }

    [Fact]
    public void Finds_the_newest_commit_at_or_before_a_time()
    {
        PageServerNode node = Start();
        for (int round = 0; round < 5; round++)
        {
            Append(80);
            if (round < 4)
                node.Settle(_model);
        }
        node.Ingest(_model, int.MaxValue);
        var times = new CommitTimes(node.Context.Layers);
        foreach ((Lsn _, long time) in _model.Commits)
        {
            Lsn expected = _model.Commits.Last(commit => commit.Time <= time).Lsn;
            Assert.True(times.TryFind(node.Timeline(_model), _model.End, time, out Lsn found, out _));
            Assert.Equal(expected, found);
        }
        Assert.False(times.TryFind(node.Timeline(_model), _model.End, _model.Commits[0].Time - 1, out _, out _));
    }

    [Fact]
    public void Creation_is_idempotent_and_ids_are_not_used_again()
    {
        PageServerNode node = Start();
        Append(50);
        node.Settle(_model);
        Timeline parent = node.Timeline(_model);
        var id = new TimelineId(7);
        Timeline child = node.Branch(id, parent, _model.End);
        Assert.Same(child, node.Branch(id, parent, _model.End));
        Assert.Equal(PageErrorCode.Conflict, Assert.Throws<PageServerException>(() => node.Branch(id, parent, Lsn.First)).Code);
        Assert.Equal(PageErrorCode.Conflict, Assert.Throws<PageServerException>(() => node.Project.Delete(_model.Id)).Code);
        node.Project.Delete(id);
        node.Project.Delete(id);
        Assert.Equal(PageErrorCode.Conflict, Assert.Throws<PageServerException>(() => node.Branch(id, parent, _model.End)).Code);
        Assert.DoesNotContain(_objects.Snapshot().Keys, key => key.Contains($"timelines/{id}"));
        Assert.Null(Start(new MemoryFileSystem()).Project.Find(id));
    }

    [Fact]
    public void A_server_whose_project_was_taken_over_can_neither_trim_nor_delete()
    {
        PageServerNode old = Start();
        Append(300);
        old.Settle(_model);
        Append(100);
        PageServerNode fresh = Start(new MemoryFileSystem());
        Lsn before = old.Timeline(_model).RemoteConsistentLsn;
        Assert.Equal(PageErrorCode.Fenced, Assert.Throws<PageServerException>(() => old.Settle(_model)).Code);
        Assert.Equal(before, old.Timeline(_model).RemoteConsistentLsn);
        Assert.Equal(
            PageErrorCode.Fenced,
            Assert.Throws<PageServerException>(() => old.Branch(new TimelineId(9), old.Timeline(_model), before)).Code);
        fresh.Settle(_model);
        CheckEverywhere(fresh, _model);
    }

    [Fact]
    public void Evicts_cold_layers_and_fetches_them_back()
    {
        PageServerNode node = Start(options: PageServerNode.SmallOptions with { LocalCacheBytesMax = 30_000, RunsPerLevel = 1000 });
        for (int round = 0; round < 10; round++)
        {
            Append(100);
            node.Settle(_model);
        }
        Assert.True(node.Context.Layers.LocalBytes > 30_000);
        node.Context.Layers.Evict();
        Assert.InRange(node.Context.Layers.LocalBytes, 0, 30_000);
        CheckEverywhere(node, _model);
    }

    /// <summary>Found by simulation: once a tombstone is collected, only the cache still knew the page.</summary>
    [Fact]
    public void A_cached_page_does_not_outlive_a_collected_truncation()
    {
        PageServerNode node = Start(options: PageServerNode.SmallOptions with { HistoryWindow = TimeSpan.FromMinutes(1), PageCacheBytesMax = 4096 * PageFormat.PageSizeBytes });
        for (int round = 0; round < 40; round++)
        {
            Append(40);
            node.Settle(_model);
            Assert.Null(node.CompareAll(_model, node.Timeline(_model).IngestedLsn));
            Append(40);
            node.Settle(_model);
            node.History.Advance(node.Timeline(_model));
            while (node.Compactor.CompactOnce(node.Timeline(_model)))
            {
            }
        }
    }
}
