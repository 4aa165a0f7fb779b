using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;
using Xunit;

namespace Strata.Tests.Engine.Storage;

public sealed class BufferPoolTests
{
    private static PageKey Key(uint block) => new(5, 2000, Fork.Main, block);

    private static (InMemoryTimeline, BufferPool, WalInserter) Open(int frames, IEvictionObserver? observer = null)
    {
        var timeline = new InMemoryTimeline { AnswerAsOldAsAllowed = true };
        var pool = new BufferPool(timeline, timeline, new BufferPoolOptions { Frames = frames, LastWrittenEntries = 16, EvictionObserver = observer });
        return (timeline, pool, new WalInserter(timeline, cause => throw cause));
    }

    private static void Write(BufferPool pool, WalInserter wal, uint block, byte value)
    {
        PageHandle page = pool.Pin(Key(block));
        page.LatchExclusive();
        WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
        ByteWriter change = record.BeginChange(page);
        if (PageFormat.IsNew(page.Bytes))
            PageInit.Encode(ref change, PageKind.Generic, block);
        else
        {
            ByteRange.Begin(ref change);
            ByteRange.Add(ref change, 100, [value]);
        }
        record.EndChange(in change);
        record.Insert();
        page.UnlatchExclusive();
        page.Unpin();
    }

    private static byte Read(BufferPool pool, uint block)
    {
        PageHandle page = pool.Pin(Key(block));
        page.LatchShared();
        byte value = page.Bytes[100];
        page.UnlatchShared();
        page.Unpin();
        return value;
    }

    [Fact]
    public void Every_read_through_a_tiny_pool_equals_the_model()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(BufferPoolOptions.MinFrames);
        using BufferPool _ = pool;
        const uint blocks = 200;
        var random = new Random(17);
        byte[] model = new byte[blocks];
        for (uint block = 0; block < blocks; block++)
            Write(pool, wal, block, 0);
        for (int i = 0; i < 5000; i++)
        {
            uint block = (uint)random.Next((int)blocks);
            if (random.Next(2) == 0)
                Write(pool, wal, block, model[block] = (byte)random.Next(256));
            else
                Assert.Equal(model[block], Read(pool, block));
        }
        Assert.True(pool.Evictions > 1000);
        Assert.Equal(0, pool.CountPins());
    }

    [Fact]
    public void Threads_on_a_tiny_pool_keep_every_increment()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(24);
        using BufferPool _ = pool;
        const int blocks = 40, threads = 4, rounds = 1500;
        for (uint block = 0; block < blocks; block++)
        {
            Write(pool, wal, block, 0);
            Write(pool, wal, block, 0);
        }
        int[] added = new int[blocks];
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            var random = new Random(thread);
            for (int i = 0; i < rounds; i++)
            {
                uint block = (uint)random.Next(blocks);
                PageHandle page = pool.Pin(Key(block));
                page.LatchExclusive();
                {
                    byte next = (byte)(page.Bytes[100] + 1);
                    WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
                    ByteWriter change = record.BeginChange(page);
                    ByteRange.Begin(ref change);
                    ByteRange.Add(ref change, 100, [next]);
                    record.EndChange(in change);
                    record.Insert();
                }
                page.UnlatchExclusive();
                page.Unpin();
                Interlocked.Increment(ref added[block]);
            }
        });
        for (uint block = 0; block < blocks; block++)
            Assert.Equal((byte)added[block], Read(pool, block));
        Assert.Equal(0, pool.CountPins());
    }

    [Fact]
    public async Task A_page_leaves_only_when_its_changes_are_durable()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(BufferPoolOptions.MinFrames);
        using BufferPool _ = pool;
        timeline.AutoDurable = false;
        for (uint block = 0; block < BufferPoolOptions.MinFrames; block++)
            Write(pool, wal, block, 0);
        Task<byte> read = OnThread.Run(() => Read(pool, 100));
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Pin(Key(101), ReadPoint.Live, cancelled.Token));
        Assert.False(read.IsCompleted);
        timeline.MakeDurable();
        Assert.Equal(0, await read);
    }

    [Fact]
    public void A_pool_whose_frames_are_all_pinned_says_so()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(BufferPoolOptions.MinFrames);
        using BufferPool _ = pool;
        var pages = new List<PageHandle>();
        for (uint block = 0; block < BufferPoolOptions.MinFrames; block++)
            pages.Add(pool.Pin(Key(block)));
        var error = Assert.Throws<SqlException>(() => pool.Pin(Key(99)));
        Assert.Equal(SqlState.OutOfMemory, error.State);
        pages.ForEach(page => page.Unpin());
        pool.Pin(Key(99)).Unpin();
    }

    [Fact]
    public void A_failed_read_leaves_nothing_behind()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(BufferPoolOptions.MinFrames);
        using BufferPool _ = pool;
        timeline.BeforeRead = _ => throw new IOException("no page server");
        for (int i = 0; i < 100; i++)
            Assert.Throws<IOException>(() => pool.Pin(Key((uint)i % 3)));
        timeline.BeforeRead = null;
        Assert.Equal(0, Read(pool, 1));
        Assert.Equal(0, pool.CountPins());
    }

    [Fact]
    public void Read_ahead_brings_pages_in_and_keeps_no_pin()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(64);
        using BufferPool _ = pool;
        for (uint block = 0; block < 10; block++)
            Write(pool, wal, block, 0);
        var second = new BufferPool(timeline, timeline, new BufferPoolOptions { Frames = 64 });
        PageKey[] keys = [.. Enumerable.Range(0, 10).Select(block => Key((uint)block))];
        second.ReadAhead(keys, ReadPoint.Live);
        long reads = timeline.ReadCount;
        foreach (PageKey key in keys)
        {
            Assert.True(second.TryPinCached(key, ReadPoint.Live, out PageHandle page));
            page.Unpin();
        }
        Assert.Equal(reads, timeline.ReadCount);
        Assert.Equal(0, second.CountPins());
        second.Dispose();
    }

    [Fact]
    public void Live_and_historical_pages_are_different_pages()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(64);
        using BufferPool _ = pool;
        Write(pool, wal, 0, 0);
        Write(pool, wal, 0, 1);
        Lsn past = timeline.EndOfLog;
        Write(pool, wal, 0, 2);
        PageHandle old = pool.Pin(Key(0), ReadPoint.At(past));
        Assert.Equal(1, old.Bytes[100]);
        old.Unpin();
        Assert.Equal(2, Read(pool, 0));
    }

    [Fact]
    public void The_observer_sees_every_live_page_that_leaves()
    {
        var observer = new Comparer();
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(BufferPoolOptions.MinFrames, observer);
        using BufferPool _ = pool;
        observer.Timeline = timeline;
        for (int round = 0; round < 3; round++)
        {
            for (uint block = 0; block < 100; block++)
                Write(pool, wal, block, (byte)round);
        }
        Assert.True(observer.Count > 200);
        Assert.Equal(0, observer.Differences);
    }

    [Fact]
    public void Discarded_pages_are_read_again()
    {
        (InMemoryTimeline timeline, BufferPool pool, WalInserter wal) = Open(64);
        using BufferPool _ = pool;
        Write(pool, wal, 0, 0);
        Write(pool, wal, 7, 0);
        WalRecordBuilder record = wal.Begin(WalRecordKind.Change, 0);
        record.AddTruncate(Key(5));
        Lsn lsn = record.Insert();
        pool.Discard(5, 2000, Fork.Main, 5, lsn);
        Assert.True(pool.TryPinCached(Key(0), ReadPoint.Live, out PageHandle kept));
        kept.Unpin();
        PageHandle gone = pool.Pin(Key(7));
        Assert.True(PageFormat.IsNew(gone.Bytes));
        gone.Unpin();
    }

    private sealed class Comparer : IEvictionObserver
    {
        public InMemoryTimeline? Timeline { get; set; }

        public int Count { get; private set; }

        public int Differences { get; private set; }

        public void Evicting(PageKey key, ReadOnlySpan<byte> page, Lsn lastModified)
        {
            Count++;
            if (!PageCompare.AreEqual(page, Timeline!.PageAt(key, Lsn.Max)))
                Differences++;
        }
    }
}
