using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Statistics;

/// <summary>
/// One column (or expression) of a sample: its values by row, and keys whose order is the values' order. Values longer than <see cref="WidthMax"/> bytes are counted, not kept, as in PostgreSQL:
/// they are hardly ever equal to another. For one thread at a time.
/// </summary>
internal sealed class SampledColumn : IDisposable
{
    /// <summary>Longest value that is kept, in bytes (PostgreSQL's WIDTH_THRESHOLD).</summary>
    public const int WidthMax = 1024;

    private const int RowsAtFirst = 8;

    private readonly KeyBuffer _keys = new();
    private readonly Vector _values;
    private readonly List<Entry> _entries = [];
    private readonly bool _isOrdered;
    private readonly int _headerBytes;
    private int[]? _sorted;

    /// <summary>A value's key: its first 8 bytes (padded by zeros) behind the marker, and where it stands.</summary>
    private readonly record struct Entry(ulong Prefix, int Offset, int Length);

    /// <param name="type">Type of the values.</param>
    /// <param name="isComputed">They are results of an expression, not stored ones.</param>
    public SampledColumn(SqlType type, bool isComputed = false)
    {
        Type = type;
        _headerBytes = isComputed && type.Length < 0 ? ValueWidth.ComputedHeaderBytes : 0;
        _values = new Vector(type);
        _values.Reset(RowsAtFirst);
        _isOrdered = IsOrdered(type);
    }

    public SqlType Type { get; }

    /// <summary>Rows so far, nulls and wide values too.</summary>
    public int Rows => _entries.Count;

    public int Nulls { get; private set; }

    /// <summary>Values that were too long to be kept.</summary>
    public int TooWide { get; private set; }

    /// <summary>Bytes of all values that are not null.</summary>
    public double TotalWidth { get; private set; }

    /// <summary>A row's value; null for wide ones too.</summary>
    public Datum this[int row] => Datum.FromVector(_values, row);

    /// <summary>True when a row's value is neither null nor too wide.</summary>
    public bool HasKey(int row) => _entries[row].Offset >= 0;

    /// <summary>Types whose values have an order (or at least an equality) that keys follow.</summary>
    public static bool IsOrdered(SqlType type) => KeyEncoder.IsSupported(type) && type.Plain.Oid is not (
        TypeOid.Json or TypeOid.JsonPath or TypeOid.Point or TypeOid.Line or TypeOid.Lseg or TypeOid.Path or TypeOid.Box or TypeOid.Polygon or TypeOid.Circle or TypeOid.Xml);

    /// <summary>Adds the next row's value.</summary>
    public void Add(in Datum value)
    {
        if (Type.Physical == PhysicalType.Bytes && value.Bytes.Length > WidthMax)
        {
            AddWide(ValueWidth.Variable(value.Bytes.Length) + _headerBytes);
            return;
        }

        int row = NextRow();
        value.Store(_values, row);
        Keep(row);
    }

    /// <summary>Adds a row of a vector as the next row's value.</summary>
    public void Add(Vector source, int sourceRow)
    {
        if (Type.Physical == PhysicalType.Bytes && !source.IsNull(sourceRow) && source.GetBytes(sourceRow).Length is var length and > WidthMax)
        {
            AddWide(ValueWidth.Variable(length) + _headerBytes);
            return;
        }

        int row = NextRow();
        _values.CopyRow(source, sourceRow, row);
        Keep(row);
    }

    /// <summary>Adds a column of a stored row as the next row's value.</summary>
    public void AddStored(RowDecoder decoder, int column, in HeapRowPointer stored, in Detoast detoast)
    {
        int row = NextRow();
        decoder.DecodeColumn(stored, column, _values, row, detoast);
        Keep(row);
    }

    /// <summary>Adds a row whose value is known to be too wide without being read.</summary>
    public void AddWide(int bytes)
    {
        int row = NextRow();
        TotalWidth += bytes;
        TooWide++;
        _values.SetNull(row);
        Keep(new Entry(0, -1, 0));
    }

    private int NextRow()
    {
        _values.EnsureCapacity(_entries.Count + 1, _entries.Count);
        return _entries.Count;
    }

    private void Keep(int row)
    {
        if (_values.IsNull(row))
        {
            Nulls++;
            Keep(new Entry(0, -1, 0));
            return;
        }

        TotalWidth += ValueWidth.Of(Type, _values, row) + _headerBytes;
        if (Type.Physical == PhysicalType.Bytes && _values.GetBytes(row).Length > WidthMax)
        {
            TooWide++;
            _values.SetNull(row);
            Keep(new Entry(0, -1, 0));
            return;
        }

        int start = _keys.Length;
        if (_isOrdered)
            KeyEncoder.Append(_values, row, descending: false, nullsFirst: false, _keys);
        ReadOnlySpan<byte> key = _keys.Written[start..];
        Keep(new Entry(KeyPrefix.Of(key[Math.Min(1, key.Length)..]), start, key.Length));
    }

    private void Keep(Entry entry)
    {
        _entries.Add(entry);
        _sorted = null;
    }

    /// <summary>The order of two rows' values; nulls and wide values are equal to each other and come last.</summary>
    public int Compare(int a, int b)
    {
        ReadOnlySpan<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        ref readonly Entry left = ref entries[a], right = ref entries[b];
        if (left.Offset < 0 || right.Offset < 0)
            return left.Offset < 0 ? right.Offset < 0 ? 0 : 1 : -1;
        if (left.Prefix != right.Prefix)
            return left.Prefix < right.Prefix ? -1 : 1;
        return _keys.Written.Slice(left.Offset, left.Length).SequenceCompareTo(_keys.Written.Slice(right.Offset, right.Length));
    }

    /// <summary>The rows that have a value which was kept, by value and then by row. Found once.</summary>
    public int[] Sorted() => _sorted ??= Sort();

    private int[] Sort()
    {
        ReadOnlySpan<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        var rows = new int[Rows - Nulls - TooWide];
        int count = 0;
        for (int row = 0; row < entries.Length; row++)
        {
            if (entries[row].Offset >= 0)
                rows[count++] = row;
        }

        if (!_isOrdered || count == 0)
            return rows;
        // By eight bytes as numbers, those behind what all keys begin with, which is all there is of most types; what is equal in them by the whole keys, and then by row.
        int common = CommonPrefix(entries, rows);
        var prefixes = new ulong[count];
        for (int i = 0; i < count; i++)
            prefixes[i] = KeyPrefix.Of(Key(entries[rows[i]])[common..]);
        Array.Sort(prefixes, rows);
        for (int first = 0; first < count;)
        {
            int end = first + 1;
            bool isLong = entries[rows[first]].Length > common + sizeof(ulong);
            for (; end < count && prefixes[end] == prefixes[first]; end++)
                isLong |= entries[rows[end]].Length > common + sizeof(ulong);
            if (end - first > 1)
                SortEqual(rows.AsSpan(first, end - first), isLong);
            first = end;
        }

        return rows;
    }

    private ReadOnlySpan<byte> Key(in Entry entry) => _keys.Written.Slice(entry.Offset, entry.Length);

    private int CommonPrefix(ReadOnlySpan<Entry> entries, int[] rows)
    {
        ReadOnlySpan<byte> common = Key(entries[rows[0]]);
        foreach (int row in rows)
            common = common[..common.CommonPrefixLength(Key(entries[row]))];
        return common.Length;
    }

    private void SortEqual(Span<int> rows, bool isLong)
    {
        if (isLong)
            rows.Sort((a, b) => Compare(a, b) is var order && order != 0 ? order : a - b);
        else
            rows.Sort();
    }

    public void Dispose() => _values.Dispose();
}
