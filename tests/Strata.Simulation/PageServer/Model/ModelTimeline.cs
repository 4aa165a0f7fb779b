using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;
using Strata.Platform;

namespace Strata.Simulation.PageServer.Model;

/// <summary>
/// The oracle: a timeline as the plain list of all that ever happened to it, and its WAL. A page at an LSN is found by replaying everything from the beginning.
/// </summary>
public sealed class ModelTimeline
{
    // What happened to each page, and what ended ranges of pages.
    private readonly Dictionary<PageKey, List<(Lsn Lsn, byte[] Change)>> _changes = [];
    private readonly List<(Lsn Lsn, PageKey At, byte[] Change)> _tombstones = [];
    private readonly List<byte> _wal = [];
    private readonly SortedSet<PageKey> _live;
    private Lsn _previous;
    private ulong _nextStorage;

    public ModelTimeline(TimelineId id, ModelTimeline? ancestor = null, Lsn at = default)
    {
        Id = id;
        Ancestor = ancestor;
        Start = ancestor is null && at.IsZero ? Lsn.First : at;
        End = Start;
        _live = ancestor is null ? [] : ancestor.LiveAt(at);
        _nextStorage = ancestor?._nextStorage ?? SystemStorage.FirstUser + 3;
        LastTime = ancestor is null ? 0 : ancestor.Commits.LastOrDefault(commit => commit.Lsn <= at).Time;
    }

    public TimelineId Id { get; }
    public ModelTimeline? Ancestor { get; }
    public Lsn Start { get; }
    public Lsn End { get; private set; }
    public long LastTime { get; private set; }
    public List<(Lsn Lsn, long Time)> Commits { get; } = [];

    /// <summary>Every page that was ever touched, here or before the branch point.</summary>
    public List<PageKey> Keys { get; } = [];

    public byte[] WalFrom(Lsn from, int bytesMax)
    {
        int begin = (int)(from - Start);
        return _wal.GetRange(begin, Math.Min(bytesMax, _wal.Count - begin)).ToArray();
    }

    /// <summary>Appends random records; about a third are commits. <paramref name="now"/> is their time.</summary>
    public void Append(IRandom random, int records, long now)
    {
        for (int i = 0; i < records; i++)
        {
            LastTime = Math.Max(LastTime, now + i);
            AppendOne(random);
        }
    }

    /// <summary>The page at an LSN by naive replay; null when it does not exist.</summary>
    public byte[]? PageAt(PageKey key, Lsn at)
    {
        byte[]? page = null;
        Replay(key, at, ref page);
        return page;
    }

    private void Replay(PageKey key, Lsn at, ref byte[]? page)
    {
        Ancestor?.Replay(key, Lsn.Min(at, Start), ref page);
        IEnumerable<(Lsn Lsn, byte[]? Change)> history = _tombstones
            .Where(tombstone => Ends(tombstone.At, tombstone.Change, key))
            .Select(static tombstone => (tombstone.Lsn, (byte[]?)null))
            .Concat(_changes.TryGetValue(key, out List<(Lsn Lsn, byte[] Change)>? changes)
                ? changes.Select(static change => (change.Lsn, (byte[]?)change.Change))
                : [])
            .Where(change => change.Item1 <= at)
            .OrderBy(static change => change.Item1);
        foreach ((Lsn lsn, byte[]? change) in history)
        {
            if (change is null)
            {
                page = null;
                continue;
            }
            page ??= new byte[PageFormat.PageSizeBytes];
            PageOps.Apply(page, change, lsn);
        }
    }

    private static bool Ends(PageKey at, byte[] change, PageKey key) => key.Database == at.Database && PageOps.OpOf(change) switch
    {
        PageOp.Truncate => key.Storage == at.Storage && key.Fork == at.Fork && key.Block >= at.Block,
        PageOp.DropStorage => Tombstone.ReadDroppedStorages(at, change).Contains(key.Storage),
        _ => true,
    };

    private SortedSet<PageKey> LiveAt(Lsn at)
    {
        var live = new SortedSet<PageKey>();
        for (ModelTimeline? current = this; current is not null; current = current.Ancestor)
        {
            foreach (PageKey key in current._changes.Keys)
            {
                if (PageAt(key, at) is not null)
                    live.Add(key);
            }
        }
        return live;
    }

    private void AppendOne(IRandom random)
    {
        byte[] buffer = new byte[64 << 10];
        bool commit = random.Next(3) == 0;
        var record = new WalRecordWriter(buffer, commit ? WalRecordKind.Commit : WalRecordKind.Change, 7);
        var changes = new List<(PageKey, byte[])>();
        if (random.Next(40) == 0 && _live.Count > 0)
            AddTombstone(random, ref record, changes);
        else
            AddChanges(random, ref record, changes);
        if (commit)
        {
            byte[] body = new byte[64];
            var writer = new ByteWriter(body);
            CommitBody.Encode(ref writer, LastTime, 7, [], []);
            record.AddBody(writer.Written);
        }
        int length = record.Finish();
        WalRecordWriter.Seal(buffer.AsSpan(0, length), End, _previous);
        _previous = End;
        _wal.AddRange(buffer.AsSpan(0, length));
        End += (ulong)length;
        Remember(changes);
        if (commit)
            Commits.Add((End, LastTime));
    }

    /// <summary>Takes a record that somebody else wrote.</summary>
    public void Take(WalRecordReader record)
    {
        var changes = new List<(PageKey, byte[])>();
        foreach (BlockChange change in record.Changes)
            changes.Add((change.Key, change.Change.ToArray()));
        End = record.Lsn;
        Remember(changes);
        if (record.Kind == WalRecordKind.Commit)
            Commits.Add((End, CommitBody.Decode(record).TimeMicroseconds));
    }

    private void Remember(List<(PageKey, byte[])> changes)
    {
        foreach ((PageKey key, byte[] change) in changes)
        {
            if (PageOps.IsTombstone(change))
                _tombstones.Add((End, key, change));
            else if (_changes.TryGetValue(key, out List<(Lsn Lsn, byte[] Change)>? known))
                known.Add((End, change));
            else
                AddPage(key, change);
        }
    }

    private void AddPage(PageKey key, byte[] change)
    {
        _changes.Add(key, [(End, change)]);
        Keys.Add(key);
    }

    private void AddTombstone(IRandom random, ref WalRecordWriter record, List<(PageKey, byte[])> changes)
    {
        PageKey victim = _live.ElementAt(random.Next(_live.Count));
        PageKey at;
        byte[] change = [(byte)PageOp.Truncate];
        if (random.Next(3) == 0)
        {
            at = victim with { Fork = Fork.Main, Block = 0 };
            change = [(byte)PageOp.DropStorage];
            _nextStorage++;
        }
        else
        {
            at = victim;
        }
        record.AddChange(at, change);
        changes.Add((at, change));
        _live.RemoveWhere(key => Ends(at, change, key));
    }

    private void AddChanges(IRandom random, ref WalRecordWriter record, List<(PageKey, byte[])> changes)
    {
        var used = new HashSet<PageKey>();
        for (int i = random.Next(3); i >= 0; i--)
        {
            PageKey key = PickKey(random);
            if (!used.Add(key))
                continue;
            ByteWriter writer = record.BeginChange(key);
            if (_live.Contains(key) && random.Next(50) > 0)
            {
                ByteRange.Begin(ref writer);
                byte[] bytes = new byte[1 + random.Next(random.Next(8) == 0 ? 2000 : 60)];
                random.Fill(bytes);
                ByteRange.Add(ref writer, PageFormat.HeaderBytes + random.Next(PageFormat.PageSizeBytes - PageFormat.HeaderBytes - bytes.Length), bytes);
            }
            else
            {
                PageInit.Encode(ref writer, PageKind.Generic, key.Block);
                _live.Add(key);
            }
            changes.Add((key, record.EndChange(in writer).ToArray()));
        }
    }

    // Storages that were not dropped; block 0 of the first is hot.
    private PageKey PickKey(IRandom random)
    {
        if (random.Next(3) == 0)
            return new PageKey(5, _nextStorage - 1, Fork.Main, 0);
        return new PageKey(5, _nextStorage - 1 - (ulong)random.Next(3), random.Next(6) == 0 ? Fork.Visibility : Fork.Main, (uint)random.Next(12));
    }
}
