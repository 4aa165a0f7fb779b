using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Strata.Engine.Storage.Buffers;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.Wal;

/// <summary>
/// One record being built: for each page a change, encoded in place, then <see cref="Insert"/>. The pages must be latched exclusively from before their
/// content decided on the change until after the insert.
/// </summary>
public unsafe ref struct WalRecordBuilder
{
    /// <summary>Most pages of one record.</summary>
    public const int MaxPages = 8;

    [InlineArray(MaxPages)]
    private struct Pages
    {
        private PageHandle _first;
    }

    [InlineArray(MaxPages)]
    private struct Ranges
    {
        private long _first;
    }

    private readonly WalInserter _inserter;
    private readonly Span<byte> _scratch;
    private WalRecordWriter _writer;
    private Pages _pages;
    private Ranges _ranges;
    private int _count;
    private PageHandle _open;

    internal WalRecordBuilder(WalInserter inserter, Span<byte> scratch, WalRecordKind kind, ulong xid)
    {
        _inserter = inserter;
        _scratch = scratch;
        _writer = new WalRecordWriter(scratch, kind, xid);
    }

    /// <summary>Bytes of the record so far.</summary>
    public readonly int Length => _writer.Length;

    /// <summary>Begins the change of a page: encode an op into the writer that is returned, then call <see cref="EndChange"/>.</summary>
    public ByteWriter BeginChange(PageHandle page)
    {
        Invariant.Check(_count < MaxPages && !_open.IsValid);
        _open = page;
        return _writer.BeginChange(page.Key);
    }

    /// <summary>Ends the change that was begun.</summary>
    public void EndChange(scoped in ByteWriter change)
    {
        ReadOnlySpan<byte> bytes = _writer.EndChange(in change);
        nint offset = Unsafe.ByteOffset(
            ref MemoryMarshal.GetReference(_scratch), ref Unsafe.AsRef(in MemoryMarshal.GetReference(bytes)));
        _pages[_count] = _open;
        _ranges[_count++] = ((long)offset << 32) | (uint)bytes.Length;
        _open = default;
    }

    /// <summary>Adds a tombstone: these storages (ascending) of a database are gone. The page server alone carries it out.</summary>
    public void AddDropStorages(uint database, scoped ReadOnlySpan<ulong> storages) => Tombstone.AddDropStorages(ref _writer, database, storages);

    /// <summary>Adds a tombstone: the fork of <paramref name="firstGone"/> ends before its block.</summary>
    public void AddTruncate(PageKey firstGone) => Tombstone.AddTruncate(ref _writer, firstGone);

    /// <summary>Adds a tombstone: all storages of a database are gone.</summary>
    public void AddDropDatabase(uint database) => Tombstone.AddDropDatabase(ref _writer, database);

    /// <summary>Writes the body of a commit or abort record.</summary>
    internal void AddCommitBody(long timeMicroseconds, ulong xid, scoped ReadOnlySpan<ulong> subXids, scoped ReadOnlySpan<byte> invalidations)
    {
        // Encoded behind what is there, in the part of the scratch buffer that the record will take next.
        var body = new ByteWriter(_scratch[_writer.Length..]);
        CommitBody.Encode(ref body, timeMicroseconds, xid, subXids, invalidations);
        _writer.AddBody(body.Written);
    }

    /// <summary>Appends to the record's body; no change may follow.</summary>
    public void AddBody(scoped ReadOnlySpan<byte> body) => _writer.AddBody(body);

    /// <summary>
    /// Appends the record to the log, applies its changes to the pages and sets their LSNs. Never waits. Returns the record's LSN. If anything fails
    /// after the append, the process ends.
    /// </summary>
    public Lsn Insert()
    {
        Lsn lsn = Append();
        Apply(lsn);
        return lsn;
    }

    /// <summary>First half of <see cref="Insert"/>, for a commit, which notes its LSN between the halves. <see cref="Apply"/> must follow at once.</summary>
    internal Lsn Append()
    {
        Invariant.Check(!_open.IsValid);
        int length = _writer.Finish();
        ResourceUsage.CountWal(length);
        _inserter.CountRecord();
        return _inserter.Sink.Append(_scratch[..length]);
    }

    /// <summary>Second half of <see cref="Insert"/>.</summary>
    internal void Apply(Lsn lsn)
    {
        try
        {
            for (int i = 0; i < _count; i++)
            {
                PageHandle page = _pages[i];
                long range = _ranges[i];
                PageOps.Apply(page.Bytes, _scratch.Slice((int)(range >> 32), (int)(uint)range), lsn);
                page.MarkModified(lsn);
            }
        }
        catch (Exception cause)
        {
            _inserter.Fatal(cause);
            throw;
        }
    }
}
