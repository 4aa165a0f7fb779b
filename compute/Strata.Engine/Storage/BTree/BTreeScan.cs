using Strata.Engine.Storage.Buffers;
using Strata.Engine.Transactions.Serializable;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.BTree;

namespace Strata.Engine.Storage.BTree;

/// <summary>
/// Scans a range of an index, a leaf at a time: the entries of a leaf are copied under its latch, and between batches the scan holds no latch and no pin.
/// Reused by <c>Open</c>; allocates only while its buffers grow. One thread at a time.
/// </summary>
/// <remarks>
/// Concurrent splits move entries only to the right, so a forward scan that goes on at the high key of the leaf it read misses nothing and sees nothing
/// twice; a backward scan looks for the leaf that holds the keys below the lowest it has seen. A page that left the tree is recognized, and the
/// scan finds its place again from the root. Entries inserted behind the scan belong to transactions that its snapshot does not see.
/// </remarks>
public sealed class BTreeScan
{
    private readonly BTreeBound _low = new();
    private readonly BTreeBound _high = new();
    private BTreeIndex? _index;
    private ReadPoint _readPoint;
    private SerializableTransaction? _reader;
    private ScanDirection _direction;
    private bool _withKeys;
    private Tid[] _tids = new Tid[64];
    private int[] _keyEnds = [];
    private byte[] _keys = [];
    private ushort[] _slots = new ushort[64];
    private BTreeLeafPosition _position;
    private readonly List<ushort> _killed = [];
    private int _count;
    private uint _next;
    private uint _previous;
    private bool _done = true;

    /// <summary>Rows of the batch, in scan order. Valid until the next call.</summary>
    public ReadOnlySpan<Tid> Tids => _tids.AsSpan(0, _count);

    /// <summary>Key of a row of the batch. Only if the scan was opened with keys; valid until the next call.</summary>
    public ReadOnlySpan<byte> Key(int index) => _keys.AsSpan((index == 0 ? 0 : _keyEnds[index - 1])..(_keyEnds[index]));

    /// <summary>
    /// Says that the row of an entry of the batch is dead to every snapshot: the entry is marked, unless its page has changed since it was read.
    /// </summary>
    public void HintDead(int index)
    {
        if (_position.Block != 0)
            _killed.Add(_slots[index]);
    }

    /// <summary>Begins a scan. <paramref name="withKeys"/>: the caller wants key bytes (index-only scans).</summary>
    public void Open(BTreeIndex index, in BTreeRange range, ScanDirection direction, bool withKeys = false, ReadPoint readPoint = default) =>
        Open(index, range, direction, withKeys, readPoint, null);

    /// <summary>As the other, for a transaction under SERIALIZABLE, whose reading is noted.</summary>
    internal void Open(BTreeIndex index, in BTreeRange range, ScanDirection direction, bool withKeys, ReadPoint readPoint, SerializableTransaction? reader)
    {
        SetHints();
        _index = index;
        _direction = direction;
        _withKeys = withKeys;
        _readPoint = readPoint;
        _reader = reader;
        _count = 0;
        _next = 0;
        _previous = 0;
        _done = false;
        _low.Clear();
        _high.Clear();
        if (range.HasLower && range.LowerInclusive)
            _low.SetBefore(range.Lower);
        else if (range.HasLower && !_low.SetAfter(range.Lower))
            _done = true;
        if (range.HasUpper && !range.UpperInclusive)
            _high.SetBefore(range.Upper);
        else if (range.HasUpper && !_high.SetAfter(range.Upper))
            _high.Clear();
        if (_low.IsSet && _high.IsSet && _low.Bytes.SequenceCompareTo(_high.Bytes) >= 0)
            _done = true;
    }

    /// <summary>Reads the next batch of at least one row; false when there is none left.</summary>
    public bool NextBatch(CancellationToken cancellation = default)
    {
        SetHints();
        _count = 0;
        while (!_done && _count == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_direction == ScanDirection.Forward)
                ReadForward(cancellation);
            else
                ReadBackward(cancellation);
        }
        return _count > 0;
    }

    /// <summary>Lets go of the index.</summary>
    public void Close()
    {
        SetHints();
        _index = null;
        _reader = null;
        _done = true;
        _count = 0;
    }

    private void ReadForward(CancellationToken cancellation)
    {
        PageHandle leaf = PinForward(cancellation);
        _reader?.ReadPage(leaf.Key.Storage, leaf.Key.Block);
        ReadOnlySpan<byte> page = leaf.Bytes;
        int count = BTreePage.Count(page);
        int from = _low.IsSet ? BTreePage.LowerBound(page, _low.Bytes) : 0;
        int to = _high.IsSet ? BTreePage.LowerBound(page, _high.Bytes) : count;
        Reserve(leaf, from, to);
        for (int slot = from; slot < to; slot++)
            Add(page, slot);
        if (to < count || !BTreePage.HasHighKey(page) || (_high.IsSet && BTreePage.HighKey(page).SequenceCompareTo(_high.Bytes) >= 0))
            _done = true;
        else
        {
            _previous = leaf.Key.Block;
            _next = BTreePage.GetRight(page);
            _low.SetBefore(BTreePage.HighKey(page));
        }
        leaf.UnlatchShared();
        leaf.Unpin();
    }

    private PageHandle PinForward(CancellationToken cancellation)
    {
        if (_next != 0)
        {
            PageHandle next = _index!.Pin(_next, _readPoint, cancellation);
            next.LatchShared();
            if (IsLeaf(next.Bytes) && BTreePage.GetLeft(next.Bytes) == _previous)
                return next;
            next.UnlatchShared();
            next.Unpin();
        }
        return BTreeDescent.ToKey(_index!, _low.Bytes, 0, LatchMode.Shared, _readPoint, default, cancellation);
    }

    private void ReadBackward(CancellationToken cancellation)
    {
        PageHandle leaf = PinBackward(cancellation);
        _reader?.ReadPage(leaf.Key.Storage, leaf.Key.Block);
        ReadOnlySpan<byte> page = leaf.Bytes;
        int from = _low.IsSet ? BTreePage.LowerBound(page, _low.Bytes) : 0;
        int to = _high.IsSet ? BTreePage.LowerBound(page, _high.Bytes) : BTreePage.Count(page);
        Reserve(leaf, from, to);
        for (int slot = to - 1; slot >= from; slot--)
            Add(page, slot);
        uint left = BTreePage.GetLeft(page);
        if (from > 0 || left == 0)
            _done = true;
        else
        {
            _previous = leaf.Key.Block;
            _next = left;
            if (to > 0)
                _high.SetBefore(BTreePage.Item(page, 0));
        }
        leaf.UnlatchShared();
        leaf.Unpin();
    }

    private PageHandle PinBackward(CancellationToken cancellation)
    {
        if (_next == 0)
            return BTreeDescent.ToLeafBelow(_index!, _high.Bytes, _high.IsSet, _readPoint, cancellation);
        PageHandle leaf = _index!.Pin(_next, _readPoint, cancellation);
        leaf.LatchShared();
        // The left neighbour may have been split since: the page that leads back here, or holds the keys just below the bound, is the one.
        while (IsLeaf(leaf.Bytes) && BTreePage.GetRight(leaf.Bytes) != _previous && !BTreeDescent.CoversBelow(leaf.Bytes, _high.Bytes, _high.IsSet))
            leaf = BTreeDescent.StepRight(_index, leaf, LatchMode.Shared, _readPoint, cancellation);
        if (IsLeaf(leaf.Bytes))
            return leaf;
        leaf.UnlatchShared();
        leaf.Unpin();
        return BTreeDescent.ToLeafBelow(_index!, _high.Bytes, _high.IsSet, _readPoint, cancellation);
    }

    private static bool IsLeaf(ReadOnlySpan<byte> page) =>
        PageFormat.GetKind(page) == PageKind.BTree && BTreePage.IsLeaf(page) && !BTreePage.IsDeleted(page);

    private void Reserve(PageHandle leaf, int from, int to)
    {
        ReadOnlySpan<byte> page = leaf.Bytes;
        _position = _readPoint.IsLive ? new BTreeLeafPosition(leaf.Key.Block, PageFormat.GetLsn(page)) : default;
        int items = to - from;
        if (_tids.Length < items)
        {
            _tids = new Tid[Math.Min(Math.Max(items, _tids.Length * 4), BTreePage.MaxItems)];
            _slots = new ushort[_tids.Length];
        }
        if (!_withKeys)
            return;
        if (_keyEnds.Length < items)
            _keyEnds = new int[_tids.Length];
        int bytes = PageFormat.PageSizeBytes - PageFormat.GetUpper(page);
        if (_keys.Length < bytes)
            _keys = new byte[PageFormat.PageSizeBytes];
    }

    private void Add(ReadOnlySpan<byte> page, int slot)
    {
        if (BTreePage.IsDeadHint(page, slot))
            return;
        ReadOnlySpan<byte> item = BTreePage.Item(page, slot);
        if (_withKeys)
        {
            int begin = _count == 0 ? 0 : _keyEnds[_count - 1];
            item[..^Tid.SizeBytes].CopyTo(_keys.AsSpan(begin));
            _keyEnds[_count] = begin + item.Length - Tid.SizeBytes;
        }
        _slots[_count] = (ushort)slot;
        _tids[_count++] = Tid.Read(item[^Tid.SizeBytes..]);
    }

    /// <summary>Marks the entries of the last batch that the caller called dead.</summary>
    private void SetHints()
    {
        if (_killed.Count == 0)
            return;
        if (_index!.Pool.TryPinCached(_index.File.KeyOf(Fork.Main, _position.Block), ReadPoint.Live, out PageHandle leaf))
        {
            leaf.LatchShared();
            // An unchanged page proves that these are the entries that were judged.
            if (PageFormat.GetLsn(leaf.Bytes) == _position.Lsn)
            {
                foreach (ushort slot in _killed)
                    BTreePage.SetDeadHint(leaf.Bytes, slot);
            }
            leaf.UnlatchShared();
            leaf.Unpin();
        }
        _killed.Clear();
    }
}
