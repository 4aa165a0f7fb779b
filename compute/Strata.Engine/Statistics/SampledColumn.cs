using System.Runtime.InteropServices;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Statistics;

/// <summary>
/// One column (or expression) of a sample: its values by row, and keys whose order is the values' order. Values longer than <see cref="WidthMax"/> bytes are counted, not kept, as in PostgreSQL:
/// they are hardly ever equal to another. For one thread.
/// </summary>
internal sealed class SampledColumn : IDisposable
{
    /// <summary>Longest value that is kept, in bytes (PostgreSQL's WIDTH_THRESHOLD).</summary>
    public const int WidthMax = 1024;

    // A key of the marker and the bytes of the prefix is told apart by the prefix alone.
    private const int PrefixBytes = 1 + sizeof(ulong);

    private readonly KeyBuffer _keys = new();
    private readonly Vector _scratch;
    private readonly List<Datum> _values = [];
    private readonly List<Entry> _entries = [];
    private readonly bool _isOrdered;
    private readonly int _headerBytes;

    /// <summary>A value's key: its first 8 bytes (padded by zeros), where it stands, and the row.</summary>
    private readonly record struct Entry(ulong Prefix, int Offset, int Length);

    public SampledColumn(SqlType type, bool isComputed = false)
    {
        Type = type;
        _headerBytes = isComputed && type.Length < 0 ? ValueWidth.ComputedHeaderBytes : 0;
        _scratch = new Vector(type);
        _scratch.Reset(1);
        _isOrdered = IsOrdered(type);
    }

    public SqlType Type { get; }

    /// <summary>Rows so far, nulls and wide values too.</summary>
    public int Rows => _values.Count;

    public int Nulls { get; private set; }

    /// <summary>Values that were too long to be kept.</summary>
    public int TooWide { get; private set; }

    /// <summary>Bytes of all values that are not null.</summary>
    public double TotalWidth { get; private set; }

    /// <summary>A row's value; null for wide ones too.</summary>
    public Datum this[int row] => _values[row];

    /// <summary>True when a row's value is neither null nor too wide.</summary>
    public bool HasKey(int row) => _entries[row].Offset >= 0;

    /// <summary>Types whose values have an order (or at least an equality) that keys follow.</summary>
    public static bool IsOrdered(SqlType type) => KeyEncoder.IsSupported(type) && type.Plain.Oid is not (
        TypeOid.Json or TypeOid.JsonPath or TypeOid.Point or TypeOid.Line or TypeOid.Lseg or TypeOid.Path or TypeOid.Box or TypeOid.Polygon or TypeOid.Circle or TypeOid.Xml);

    /// <summary>Adds the next row's value.</summary>
    public void Add(in Datum value)
    {
        if (value.IsNull)
        {
            Nulls++;
            Keep(default, default);
            return;
        }

        TotalWidth += ValueWidth.Of(Type, value) + _headerBytes;
        if (Type.Physical == PhysicalType.Bytes && value.Bytes.Length > WidthMax)
        {
            TooWide++;
            Keep(default, default);
            return;
        }

        int start = _keys.Length;
        if (_isOrdered)
        {
            value.Store(_scratch, 0);
            KeyEncoder.Append(_scratch, 0, descending: false, nullsFirst: false, _keys);
            _scratch.Reset(1);
        }

        ReadOnlySpan<byte> key = _keys.Written[start..];
        Keep(value, new Entry(KeyPrefix.Of(key[Math.Min(1, key.Length)..]), start, key.Length));
    }

    /// <summary>Adds a row whose value is known to be too wide without being read.</summary>
    public void AddWide(int bytes)
    {
        TotalWidth += bytes;
        TooWide++;
        Keep(default, default);
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

    /// <summary>The rows that have a value which was kept, by value and then by row.</summary>
    public int[] Sorted()
    {
        ReadOnlySpan<Entry> entries = CollectionsMarshal.AsSpan(_entries);
        var rows = new int[Rows - Nulls - TooWide];
        var prefixes = new ulong[rows.Length];
        int count = 0;
        for (int row = 0; row < entries.Length; row++)
        {
            if (entries[row].Offset < 0)
                continue;
            rows[count] = row;
            prefixes[count++] = entries[row].Prefix;
        }

        if (!_isOrdered)
            return rows;
        // By the first bytes as numbers, which is all there is of most types; what is equal in them by the rest of the keys, and then by row.
        Array.Sort(prefixes, rows);
        for (int first = 0; first < count;)
        {
            int end = first + 1;
            bool isLong = entries[rows[first]].Length > PrefixBytes;
            for (; end < count && prefixes[end] == prefixes[first]; end++)
                isLong |= entries[rows[end]].Length > PrefixBytes;
            if (end - first > 1)
                SortEqual(rows.AsSpan(first, end - first), isLong);
            first = end;
        }

        return rows;
    }

    private void SortEqual(Span<int> rows, bool isLong)
    {
        if (isLong)
            rows.Sort((a, b) => Compare(a, b) is var order && order != 0 ? order : a - b);
        else
            rows.Sort();
    }

    public void Dispose() => _scratch.Dispose();

    private void Keep(in Datum value, Entry entry)
    {
        _values.Add(value);
        _entries.Add(value.IsNull ? new Entry(0, -1, 0) : entry);
    }
}
