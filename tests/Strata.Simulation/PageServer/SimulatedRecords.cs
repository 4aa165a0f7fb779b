using System.Runtime.CompilerServices;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;
using Strata.Simulation.Quorum;
using Strata.Simulation.World;

namespace Strata.Simulation.PageServer;

/// <summary>Records that a compute could have written: each fits the pages as the leader's own log leaves them, whichever tail other leaders lost.</summary>
internal sealed class SimulatedRecords(SimulatedWorld world)
{
    // Which pages the log of a leader has begun. Fewer than there are does no harm: they are begun anew.
    private readonly ConditionalWeakTable<LeaderLog, SortedSet<PageKey>> _begun = [];

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public byte[] Make(LeaderLog log, WalRecordKind kind)
    {
        if (!_begun.TryGetValue(log, out SortedSet<PageKey>? begun))
            _begun.Add(log, begun = Scan(log));
        if (kind == WalRecordKind.Change && world.OneIn(3))
            kind = WalRecordKind.Commit;
        byte[] buffer = new byte[32 << 10];
        var record = new WalRecordWriter(buffer, kind, kind == WalRecordKind.TermStart ? 0UL : 7UL);
        if (kind != WalRecordKind.TermStart)
            AddChanges(ref record, begun);
        AddBody(ref record, kind, log.Term);
        return buffer[..record.Finish()];
    }

    private void AddBody(ref WalRecordWriter record, WalRecordKind kind, ulong term)
    {
        long now = (world.Time.GetUtcNow() - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;
        byte[] body = new byte[64];
        var writer = new ByteWriter(body);
        if (kind == WalRecordKind.Commit)
            CommitBody.Encode(ref writer, now, 7, [], []);
        else if (kind == WalRecordKind.TermStart)
            new TermStartBody(now, term, 1).Encode(ref writer);
        record.AddBody(writer.Written);
    }

    private void AddChanges(ref WalRecordWriter record, SortedSet<PageKey> begun)
    {
        if (begun.Count > 4 && world.OneIn(40))
        {
            PageKey end = begun.ElementAt(world.Random.Next(begun.Count));
            Tombstone.AddTruncate(ref record, end);
            begun.RemoveWhere(key => IsEnded(key, end));
            return;
        }
        var used = new HashSet<PageKey>();
        for (int i = world.Random.Next(3); i >= 0; i--)
        {
            var key = new PageKey(5, SystemStorage.FirstUser + (ulong)world.Random.Next(3), Fork.Main, (uint)(world.OneIn(3) ? 0 : world.Random.Next(10)));
            if (used.Add(key))
                AddChange(ref record, key, begun);
        }
    }

    private void AddChange(ref WalRecordWriter record, PageKey key, SortedSet<PageKey> begun)
    {
        ByteWriter writer = record.BeginChange(key);
        if (begun.Add(key))
        {
            PageInit.Encode(ref writer, PageKind.Generic, key.Block);
        }
        else
        {
            byte[] bytes = new byte[1 + world.Random.Next(world.OneIn(15) ? 2000 : 80)];
            world.Random.Fill(bytes);
            ByteRange.Begin(ref writer);
            ByteRange.Add(ref writer, PageFormat.HeaderBytes + world.Random.Next(PageFormat.PageSizeBytes - PageFormat.HeaderBytes - bytes.Length), bytes);
        }
        record.EndChange(in writer);
    }

    private static SortedSet<PageKey> Scan(LeaderLog log)
    {
        var begun = new SortedSet<PageKey>();
        Lsn at = log.BeginLsn;
        // A log whose begin was removed may begin within a record: nothing is known about it then.
        while (WalDecoder.TryDecode(log.Bytes(at, log.EndLsn), at, out WalRecordReader record) == WalDecodeResult.Record)
        {
            foreach (BlockChange change in record.Changes)
            {
                PageKey key = change.Key;
                if (PageOps.IsTombstone(change.Change))
                    begun.RemoveWhere(page => IsEnded(page, key));
                else
                    begun.Add(key);
            }
            at = record.Lsn;
        }
        return begun;
    }

    private static bool IsEnded(PageKey key, PageKey end) => key.Storage == end.Storage && key.Fork == end.Fork && key.Block >= end.Block;
}
