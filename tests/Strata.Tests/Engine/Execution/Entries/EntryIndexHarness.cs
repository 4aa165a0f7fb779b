using Strata.Engine.Execution;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Tests.BTree;

namespace Strata.Tests.Engine.Execution.Entries;

/// <summary>An index of entries over the B-tree's harness, with one column of an operator class.</summary>
internal sealed class EntryIndexHarness(ItemClass items, SqlType type) : IDisposable
{
    private readonly EntryList _entries = new();
    private readonly Vector _value = new(type);

    public BTreeHarness BTree { get; } = new();

    public void Insert(byte[]? stored, Tid tid)
    {
        foreach (byte[] entry in Entries(stored))
            BTree.Index.Insert(7, entry, tid);
    }

    /// <summary>Builds the index from rows at once.</summary>
    public void Build(IEnumerable<(byte[]? Stored, Tid Tid)> rows)
    {
        var sorted = new List<(byte[] Entry, Tid Tid)>();
        foreach ((byte[]? stored, Tid tid) in rows)
            sorted.AddRange(Entries(stored).Select(entry => (entry, tid)));
        sorted.Sort(static (a, b) => a.Entry.AsSpan().SequenceCompareTo(b.Entry) is var order && order != 0 ? order : a.Tid.CompareTo(b.Tid));
        var builder = new BTreeBuilder(BTree.Index, 7);
        foreach ((byte[] entry, Tid tid) in sorted)
            builder.Add(entry, tid);
        builder.Finish();
    }

    public HashSet<Tid> Find(string operatorName, SqlType valueType, byte[] stored)
    {
        using var value = new Vector(valueType);
        value.Reset(1);
        value.SetStored(0, stored);
        return Find(items.Query(operatorName, value, 0, 0, new EntryList()));
    }

    public HashSet<Tid> Find(EntryQuery query, BTreeIndex? index = null)
    {
        using var scan = new EntryScan(index ?? BTree.Index, ReadPoint.Live, null, null, default);
        using var bitmap = new TidBitmap(null);
        query.Collect(scan, bitmap);
        bitmap.Complete();
        var found = new HashSet<Tid>();
        for (int i = 0; i < bitmap.Count; i++)
            found.Add(TidStream.TidOf(bitmap.NumberAt(i)));
        return found;
    }

    public void Dispose()
    {
        _value.Dispose();
        BTree.Dispose();
    }

    private List<byte[]> Entries(byte[]? stored)
    {
        _value.Reset(1);
        if (stored is null)
            _value.SetNull(0);
        else
            _value.SetStored(0, stored);
        _entries.Clear();
        items.Extract(_value, 0, 0, _entries);
        _entries.SortUnique();
        var copies = new List<byte[]>();
        for (int i = 0; i < _entries.Count; i++)
            copies.Add(_entries[i].ToArray());
        return copies;
    }
}
