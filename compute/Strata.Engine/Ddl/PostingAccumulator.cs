using Strata.Engine.Storage.BTree;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// Gathers the entries of a GIN index that is being built: each key once, with the rows that have it. Beyond <c>maintenance_work_mem</c> they are written as a sorted run. Not thread-safe.
/// </summary>
internal sealed class PostingAccumulator
{
    private const int PostingBytes = 120;

    private readonly IndexKeyRuns _runs;
    private readonly Dictionary<byte[], Posting> _postings = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], Posting>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private long _bytes;
    private uint _block;

    private sealed class Posting
    {
        public Tid[] Tids = new Tid[2];
        public int Count;
        public bool IsSorted = true;
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => (int)VectorHash.Bytes(obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)VectorHash.Bytes(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }

    public PostingAccumulator(IndexKeyRuns runs)
    {
        _runs = runs;
        _lookup = _postings.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Adds an entry. Rows come block by block. Throws 53200, 54000.</summary>
    public void Add(ReadOnlySpan<byte> key, Tid tid)
    {
        // Between blocks only: within one, rows need not come in order.
        if (tid.Block != _block)
            MakeRoom();
        _block = tid.Block;
        if (!_lookup.TryGetValue(key, out Posting? posting))
        {
            BTreeIndex.CheckKeyLength(key);
            _lookup[key] = posting = new Posting();
            _bytes += PostingBytes + key.Length;
        }

        if (posting.Count == posting.Tids.Length)
        {
            Array.Resize(ref posting.Tids, posting.Count * 2);
            _bytes += posting.Count * (long)System.Runtime.CompilerServices.Unsafe.SizeOf<Tid>();
        }

        posting.IsSorted &= posting.Count == 0 || posting.Tids[posting.Count - 1].CompareTo(tid) < 0;
        posting.Tids[posting.Count++] = tid;
    }

    /// <summary>Gives all entries to the builder, in order.</summary>
    public void Write(BTreeBuilder builder)
    {
        if (_runs.Count == 0)
        {
            ForEach(builder.Add);
        }
        else
        {
            Spill();
            _runs.Merge((key, tid, _) => builder.Add(key, tid));
        }

        builder.Finish();
    }

    private void MakeRoom()
    {
        if (_runs.MustSpill(_bytes))
            Spill();
        _runs.ChargeTo(_bytes);
    }

    private void Spill()
    {
        _runs.Begin();
        ForEach((key, tid) => _runs.Add(key, tid, hasNull: false));
        _runs.End();
        _postings.Clear();
        _bytes = 0;
    }

    private delegate void EntryReader(ReadOnlySpan<byte> key, Tid tid);

    private void ForEach(EntryReader reader)
    {
        byte[][] keys = [.. _postings.Keys];
        Array.Sort(keys, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        foreach (byte[] key in keys)
        {
            Posting posting = _postings[key];
            Span<Tid> tids = posting.Tids.AsSpan(0, posting.Count);
            if (!posting.IsSorted)
                tids.Sort();
            foreach (Tid tid in tids)
                reader(key, tid);
        }
    }
}
