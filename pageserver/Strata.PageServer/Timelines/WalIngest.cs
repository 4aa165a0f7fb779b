using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;
using Strata.PageServer.Layers;

namespace Strata.PageServer.Timelines;

/// <summary>
/// Puts committed records into a timeline's open layer and freezes it by size or age. Knows nothing of connections. One thread per timeline.
/// </summary>
internal sealed class WalIngest(PageServerContext context, Timeline timeline)
{
    private readonly WalDecoder _decoder = new(timeline.IngestedLsn);

    /// <summary>Where the next bytes must begin.</summary>
    public Lsn NextByte => _decoder.AppendedLsn;

    /// <summary>
    /// Takes the next bytes of committed WAL, which begin at <see cref="NextByte"/>, and makes the whole records in them readable.
    /// <see cref="CorruptPageException"/> when they are not WAL: nothing of the broken record was taken, and ingest goes on at <see cref="Timeline.IngestedLsn"/>.
    /// </summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _decoder.Append(bytes);
        Lsn before = timeline.IngestedLsn;
        try
        {
            while (true)
            {
                WalDecodeResult result = _decoder.TryRead(out WalRecordReader record);
                if (result == WalDecodeResult.NeedMore)
                    break;
                if (result == WalDecodeResult.Corrupt)
                    throw new CorruptPageException($"no valid WAL record at {_decoder.NextLsn} of timeline {timeline.Id}");
                Take(record);
            }
        }
        finally
        {
            // Whole records that came before a broken one count.
            Lsn after = timeline.OpenLayer.LastLsn;
            if (after > before)
            {
                timeline.Counters.AddWal((long)(after - before));
                context.Metrics.WalIngested((long)(after - before));
                timeline.AdvanceIngested(after);
            }
        }
        FreezeIfDue();
    }

    /// <summary>Forgets a partial record: the stream broke and begins again at <see cref="Timeline.IngestedLsn"/>.</summary>
    public void Restart() => _decoder.Reset(timeline.IngestedLsn);

    /// <summary>Freezes the open layer when it is large or old enough.</summary>
    public void FreezeIfDue()
    {
        MemoryLayer open = timeline.OpenLayer;
        bool large = open.SizeBytes >= context.Options.FreezeBytes;
        bool old = open.FirstEntryAt is { } since && context.Time.GetUtcNow() - since >= context.Options.FreezeAge;
        if (!large && !old && !timeline.FreezeRequested)
            return;
        timeline.FreezeRequested = false;
        timeline.Freeze();
    }

    private void Take(WalRecordReader record)
    {
        MemoryLayer open = timeline.OpenLayer;
        open.FirstEntryAt ??= context.Time.GetUtcNow();
        Lsn lsn = record.Lsn;
        List<RangeTombstone>? ended = null;
        foreach (BlockChange change in record.Changes)
        {
            if (PageOps.IsTombstone(change.Change))
            {
                AddTombstones(ended ??= [], change, lsn);
            }
            else
            {
                LayerEntryKind kind = PageOps.IsInit(change.Change) ? LayerEntryKind.Init : LayerEntryKind.Change;
                open.Add(change.Key, lsn, kind, change.Change);
            }
        }
        if (record.Kind == WalRecordKind.Commit)
            AddCommitTime(open, lsn, CommitBody.Decode(record).TimeMicroseconds);
        else if (record.Kind == WalRecordKind.TermStart)
            AddCommitTime(open, lsn, TermStartBody.Decode(record).TimeMicroseconds);
        if (ended is not null)
            timeline.AddTombstones(ended);
        open.Advance(lsn);
    }

    // Times in the log grow by contract; a clock that went back must still not make a later commit look earlier.
    private void AddCommitTime(MemoryLayer open, Lsn lsn, long time)
    {
        timeline.LastCommitTime = Math.Max(timeline.LastCommitTime, time);
        open.Add(CommitTimeKey.Value, lsn, LayerEntryKind.CommitTime, BitConverter.GetBytes(timeline.LastCommitTime));
    }

    private static void AddTombstones(List<RangeTombstone> ended, BlockChange change, Lsn lsn)
    {
        PageKey key = change.Key;
        switch (PageOps.OpOf(change.Change))
        {
            case PageOp.Truncate:
                ended.Add(new RangeTombstone(TombstoneScope.Fork, key.Database, key.Storage, key.Fork, key.Block, lsn));
                break;
            case PageOp.DropDatabase:
                ended.Add(new RangeTombstone(TombstoneScope.Database, key.Database, 0, Fork.Main, 0, lsn));
                break;
            default:
                foreach (ulong storage in Tombstone.ReadDroppedStorages(key, change.Change))
                    ended.Add(new RangeTombstone(TombstoneScope.Storage, key.Database, storage, Fork.Main, 0, lsn));
                break;
        }
    }
}
