using System.Runtime.CompilerServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Statistics;

/// <summary>
/// Rows of a table kept in memory for planning: conditions are tried on them, and joins with them. Of a small table all rows, of a large one those of blocks at equal distances, so that the same table
/// always gives the same sample. It takes rows as they stand on the pages, without a snapshot: for estimates an uncommitted row does no harm. Immutable once drawn but for caches under its lock; thread-safe.
/// </summary>
internal sealed unsafe class RowSample
{
    /// <summary>Most blocks that are read for a sample.</summary>
    public const int BlocksMax = 256;

    /// <summary>Most rows of a sample.</summary>
    public const int RowsMax = 16384;

    private const long BytesMax = 2 << 20;
    private const int ReadAheadBlocks = 32;
    private const int WidthMax = 256;

    private readonly List<Batch> _chunks = [];
    private readonly bool[] _isKnown;
    private readonly Dictionary<short, ulong[]?> _keys = [];
    // Gone when the other sample is.
    private readonly ConditionalWeakTable<RowSample, Dictionary<(short Own, short Other), int[]>> _partners = [];
    private readonly Lock _lock = new();

    private RowSample(int columns) => _isKnown = new bool[columns];

    /// <summary>What stands for a null among the keys of <see cref="KeysOf"/>.</summary>
    public const ulong NullKey = 0x9E3779B97F4A7C15;

    /// <summary>Rows of the sample.</summary>
    public int Rows { get; private set; }

    /// <summary>All rows of the table are there.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Bytes that the sample takes, roughly.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>The rows in batches of up to <see cref="Batch.RowsMax"/>: the table's columns by number less 1. Not to be changed.</summary>
    public IReadOnlyList<Batch> Chunks => _chunks;

    /// <summary>False for a column that has values too wide to be kept.</summary>
    public bool Knows(short attribute) => attribute > 0 && attribute <= _isKnown.Length && _isKnown[attribute - 1];

    /// <summary>Draws a sample. Throws what reading pages throws.</summary>
    public static RowSample Draw(StorageContext context, TableLayout layout, CancellationToken cancellation)
    {
        // A heap that nobody watches: planning is no read of the transaction's.
        var heap = new HeapRelation(context, layout.Relation.Database, layout.Relation.Storage);
        uint blocks = heap.CountBlocks(ReadPoint.Live, cancellation);
        var sample = new RowSample(layout.Types.Length);
        List<uint> chosen = Choose(blocks, layout);
        Span<PageKey> ahead = stackalloc PageKey[ReadAheadBlocks];
        bool isFull = false;
        int done = 0;
        for (; done < chosen.Count && !isFull; done++)
        {
            if (done % ReadAheadBlocks == 0)
            {
                int count = Math.Min(ReadAheadBlocks, chosen.Count - done);
                for (int i = 0; i < count; i++)
                    ahead[i] = heap.KeyOf(chosen[done + i]);
                context.Pool.ReadAhead(ahead[..count], ReadPoint.Live, cancellation);
            }

            isFull = !sample.Take(heap, chosen[done], layout, cancellation);
        }

        sample.IsComplete = chosen.Count == blocks && !isFull;
        return sample;
    }

    private static List<uint> Choose(uint blocks, TableLayout layout)
    {
        // Rows are at least as wide as their header and fixed columns: a table of narrow rows needs fewer blocks.
        uint wanted = Math.Min(blocks, BlocksMax);
        double perBlock = layout.Relation is { Pages: > 0, Tuples: > 0 } relation ? relation.Tuples / relation.Pages : 0;
        if (perBlock > 0 && blocks * perBlock > RowsMax)
            wanted = Math.Min(wanted, (uint)Math.Max(1, RowsMax / perBlock));
        var chosen = new List<uint>((int)wanted);
        for (uint i = 0; i < wanted; i++)
            chosen.Add((uint)(((2UL * i) + 1) * blocks / (2UL * wanted)));
        return chosen;
    }

    /// <summary>Adds the rows of a block; false when the sample is full before its end.</summary>
    private bool Take(HeapRelation heap, uint block, TableLayout layout, CancellationToken cancellation)
    {
        PageHandle page = heap.Context.Pool.Pin(heap.KeyOf(block), ReadPoint.Live, cancellation);
        page.LatchShared();
        try
        {
            if (PageFormat.GetKind(page.Bytes) != PageKind.Heap)
                return true;
            byte* bytes = page.Page;
            int slots = HeapPage.SlotCount(page.Bytes);
            for (int slot = 1; slot <= slots; slot++)
            {
                if (!HeapPage.TryReadNormal(bytes, slot, out int offset, out int length) || HeapVisibility.XmaxOf(bytes + offset) != 0)
                    continue;
                if (Rows == RowsMax || SizeBytes > BytesMax)
                    return false;
                Add(new ReadOnlySpan<byte>(bytes + offset, length), layout);
            }

            return true;
        }
        finally
        {
            page.UnlatchShared();
            page.Unpin();
        }
    }

    private void Add(ReadOnlySpan<byte> row, TableLayout layout)
    {
        if (Rows % Batch.RowsMax == 0)
        {
            if (Rows == 0)
                Array.Fill(_isKnown, true);
            var chunk = new Batch(Array.ConvertAll(layout.Types, static type => type ?? SqlType.Int4));
            chunk.Reset(Batch.RowsMax);
            _chunks.Add(chunk);
        }

        Batch batch = _chunks[^1];
        int target = Rows % Batch.RowsMax, count = HeapRow.GetColumnCount(row);
        for (int i = 0; i < layout.Types.Length; i++)
        {
            Vector vector = batch[i];
            if (layout.Types[i] is not { } type)
                vector.SetNull(target);
            else if (i >= count)
                layout.Missing(i).Store(vector, target);
            else if (RowLayout.IsNull(row, i))
                vector.SetNull(target);
            else
                Store(layout.Of(count), row, i, type, vector, target);
            SizeBytes += vector.Physical.WidthBytes();
        }

        batch.SetCount(target + 1);
        Rows++;
    }

    private void Store(RowLayout version, ReadOnlySpan<byte> row, int column, SqlType type, Vector vector, int target)
    {
        ReadOnlySpan<byte> value = version.Column(row, column);
        if (version.IsToasted(row, column) || value.Length > WidthMax)
        {
            _isKnown[column] = false;
            vector.SetNull(target);
            return;
        }

        vector.SetStored(target, value);
        SizeBytes += type.Physical == PhysicalType.Bytes ? value.Length : 0;
    }

    /// <summary>
    /// A number for each row's value in a column, the same for equal values of any table whose column is of a like type (integers of all widths are); <see cref="NullKey"/> for null. Null when the column
    /// is not known or its values can't be compared this way.
    /// </summary>
    public ulong[]? KeysOf(short attribute)
    {
        lock (_lock)
        {
            if (_keys.TryGetValue(attribute, out ulong[]? known))
                return known;
            ulong[]? made = Rows > 0 && Knows(attribute) && SampledColumn.IsOrdered(_chunks[0][attribute - 1].Type) ? MakeKeys(attribute - 1) : null;
            _keys.Add(attribute, made);
            return made;
        }
    }

    /// <summary>
    /// For each row the row of another sample that has its value in a column, -1 for none. The other column is one without equal values; both columns have keys. Not to be changed: kept, because every plan
    /// that joins the two tables asks for it.
    /// </summary>
    public int[] PartnersIn(short attribute, RowSample other, short otherAttribute)
    {
        lock (_lock)
        {
            if (_partners.TryGetValue(other, out Dictionary<(short, short), int[]>? known) && known.TryGetValue((attribute, otherAttribute), out int[]? made))
                return made;
        }

        ulong[] keys = KeysOf(attribute)!, unique = other.KeysOf(otherAttribute)!;
        var places = new Dictionary<ulong, int>(unique.Length);
        for (int i = 0; i < unique.Length; i++)
            if (unique[i] != NullKey)
                places[unique[i]] = i;
        int[] partners = new int[keys.Length];
        for (int i = 0; i < partners.Length; i++)
            partners[i] = keys[i] != NullKey && places.TryGetValue(keys[i], out int place) ? place : -1;
        lock (_lock)
            _partners.GetOrCreateValue(other)[(attribute, otherAttribute)] = partners;
        return partners;
    }

    private ulong[] MakeKeys(int column)
    {
        var keys = new ulong[Rows];
        var buffer = new KeyBuffer();
        int row = 0;
        foreach (Batch chunk in _chunks)
        {
            Vector vector = chunk[column];
            for (int i = 0; i < chunk.StoredCount; i++, row++)
            {
                if (vector.IsNull(i))
                {
                    keys[row] = NullKey;
                    continue;
                }

                switch (vector.Physical)
                {
                    case PhysicalType.Int16:
                        keys[row] = VectorHash.Int64((ulong)(long)vector.Get<short>(i));
                        break;
                    case PhysicalType.Int32:
                        keys[row] = VectorHash.Int64((ulong)(long)vector.Get<int>(i));
                        break;
                    case PhysicalType.Int64:
                        keys[row] = VectorHash.Int64((ulong)vector.Get<long>(i));
                        break;
                    default:
                        buffer.Clear();
                        KeyEncoder.Append(vector, i, descending: false, nullsFirst: false, buffer);
                        keys[row] = VectorHash.Bytes(buffer.Written);
                        break;
                }
            }
        }

        return keys;
    }
}
