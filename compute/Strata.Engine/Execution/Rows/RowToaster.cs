using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;

namespace Strata.Engine.Execution.Rows;

/// <summary>
/// Stores rows that are too long to stand in a page as they are: compresses values and moves them out of line, the longest first, as far as each column's storage strategy allows. Used by one
/// operator; not thread-safe.
/// </summary>
/// <remarks>The order is PostgreSQL's (heap_toast_insert_or_update): x and e columns first, m columns only when that was not enough.</remarks>
internal sealed class RowToaster(TableLayout layout, HeapRelation heap)
{
    /// <summary>Rows up to this length are stored as they are, and longer ones shortened to it if possible: four rows fill a page.</summary>
    public const int TargetBytes = HeapPage.MaxRowBytes / 4;

    private readonly Form[] _forms = new Form[layout.Physical.Length];
    private readonly List<ToastedValue> _written = [];
    private readonly List<ToastedValue> _named = [];
    private readonly List<(int Column, ToastedValue Value)> _old = [];
    private readonly ValueCompressor _compressor = new();

    /// <summary>How a value is going to be stored.</summary>
    private struct Form
    {
        public int StoredBytes;
        public bool IsToasted;
        public bool IsOutOfLine;
        public bool WasTried;
        public Memory<byte> Compressed;
        public ToastedValue Value;
    }

    /// <summary>Values out of line that the row encoded last names: those of <see cref="Encode"/>'s old version that it shares, too.</summary>
    public IReadOnlyList<ToastedValue> Named => _named;

    /// <summary>
    /// Appends a row to a batch. <paramref name="replaced"/>: the version whose place it takes; where <paramref name="changed"/> (by attribute number - 1) is false, its values out of line are named
    /// again instead of stored again.
    /// </summary>
    public void Encode(
        ReadOnlySpan<Vector?> columns, int row, RowBatch target, Transaction transaction, Tid replaced, ReadOnlySpan<bool> changed, CancellationToken cancellation)
    {
        _written.Clear();
        _named.Clear();
        try
        {
            Begin(columns, row);
            if (!replaced.IsNone)
                NameAgain(replaced, changed, cancellation);
            Shorten(columns, row, transaction, cancellation);
            Write(columns, row, target);
        }
        finally
        {
            Array.Clear(_forms);
            _compressor.Clear();
        }
    }

    /// <summary>Takes back what the last <see cref="Encode"/> stored: its row was not stored after all.</summary>
    public void TakeBack(Transaction transaction, CancellationToken cancellation)
    {
        foreach (ToastedValue value in _written)
            heap.Toast.Delete(transaction, value, cancellation);
        _written.Clear();
    }

    private void Begin(ReadOnlySpan<Vector?> columns, int row)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            _forms[i] = default;
            if (layout.Physical[i] != PhysicalType.Bytes || columns[i] is not { } column || column.IsNull(row))
                continue;
            int length = column.GetBytes(row).Length;
            if (length > ToastedValue.RawBytesMax)
                throw new SqlException(SqlState.ProgramLimitExceeded, $"value of {length} bytes is too long")
                {
                    Detail = $"A value can have at most {ToastedValue.RawBytesMax} bytes.",
                };
            _forms[i].StoredBytes = length;
        }
    }

    private void NameAgain(Tid replaced, ReadOnlySpan<bool> changed, CancellationToken cancellation)
    {
        _old.Clear();
        HeapFetch fetch = default;
        if (fetch.FetchVersion(heap, replaced, cancellation))
            ToastedRow.List(fetch.Row.Bytes, layout.Of(HeapRow.GetColumnCount(fetch.Row.Bytes)), _old);
        fetch.Release();
        foreach ((int column, ToastedValue value) in _old)
        {
            // The length is asked too: a column that the statement does not set may still be empty here, when it was dropped.
            if (changed[column] || _forms[column].StoredBytes != value.RawBytes)
                continue;
            MoveOut(ref _forms[column], value);
        }
    }

    private void Shorten(ReadOnlySpan<Vector?> columns, int row, Transaction transaction, CancellationToken cancellation)
    {
        while (RowBytes(columns, row) > TargetBytes && FindLongest("xe", compressing: true) is >= 0 and int column)
        {
            _forms[column].WasTried = true;
            if (StrategyOf(column) == 'x')
                Compress(ref _forms[column], columns[column]!.GetBytes(row));
            // What fills a page alone goes out of line at once.
            if (_forms[column].StoredBytes > TargetBytes)
                MoveOut(ref _forms[column], columns[column]!.GetBytes(row), transaction, cancellation);
        }
        while (RowBytes(columns, row) > TargetBytes && FindLongest("xe", compressing: false) is >= 0 and int column)
            MoveOut(ref _forms[column], columns[column]!.GetBytes(row), transaction, cancellation);
        while (RowBytes(columns, row) > TargetBytes && FindLongest("m", compressing: true) is >= 0 and int column)
        {
            _forms[column].WasTried = true;
            Compress(ref _forms[column], columns[column]!.GetBytes(row));
        }
        while (RowBytes(columns, row) > HeapPage.MaxRowBytes && FindLongest("m", compressing: false) is >= 0 and int column)
            MoveOut(ref _forms[column], columns[column]!.GetBytes(row), transaction, cancellation);
    }

    private int RowBytes(ReadOnlySpan<Vector?> columns, int row)
    {
        long variable = 0;
        bool hasNulls = false, hasToasted = false;
        for (int i = 0; i < columns.Length; i++)
        {
            hasNulls |= columns[i] is not { } column || column.IsNull(row);
            variable += _forms[i].StoredBytes;
            hasToasted |= _forms[i].IsToasted;
        }
        return (int)Math.Min(HeapRow.HeaderBytes + layout.Current.BodyBytes(hasNulls, 0, hasToasted) + variable, int.MaxValue);
    }

    /// <summary>The longest value that is not out of line, and if it is to be compressed has not been tried; -1 for none whose shortening would help.</summary>
    private int FindLongest(string strategies, bool compressing)
    {
        int longest = -1;
        int bytes = compressing ? ValueCompressor.BytesMin : ToastedValue.OutOfLineBytes;
        for (int i = 0; i < _forms.Length; i++)
        {
            ref Form form = ref _forms[i];
            if (form.StoredBytes <= bytes || form.IsOutOfLine || (compressing && form.WasTried) || !strategies.Contains(StrategyOf(i)))
                continue;
            longest = i;
            bytes = form.StoredBytes;
        }
        return longest;
    }

    private char StrategyOf(int column) => layout.Relation.Columns[column].StorageStrategy;

    private void Compress(ref Form form, ReadOnlySpan<byte> value)
    {
        if (!_compressor.TryCompress(value, out Memory<byte> compressed))
            return;
        ToastedValue.WriteInLineHeader(compressed.Span, ToastedValue.Lz4, value.Length);
        form.Compressed = compressed;
        form.StoredBytes = compressed.Length;
        form.IsToasted = true;
    }

    private void MoveOut(ref Form form, ReadOnlySpan<byte> value, Transaction transaction, CancellationToken cancellation)
    {
        ToastedValue toasted = form.Compressed.IsEmpty
            ? heap.Toast.Write(transaction, 0, value.Length, value, cancellation)
            : heap.Toast.Write(transaction, ToastedValue.Lz4, value.Length, form.Compressed.Span[ToastedValue.InLineHeaderBytes..], cancellation);
        _written.Add(toasted);
        MoveOut(ref form, toasted);
    }

    private void MoveOut(ref Form form, in ToastedValue value)
    {
        _named.Add(value);
        form.Value = value;
        form.IsToasted = form.IsOutOfLine = true;
        form.StoredBytes = ToastedValue.OutOfLineBytes;
    }

    private void Write(ReadOnlySpan<Vector?> columns, int row, RowBatch target)
    {
        int bytes = RowBytes(columns, row);
        if (bytes > HeapPage.MaxRowBytes)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"row is too big: size {bytes}, maximum size {HeapPage.MaxRowBytes}");
        bool hasNulls = false, hasToasted = false;
        for (int i = 0; i < columns.Length; i++)
        {
            hasNulls |= columns[i] is not { } column || column.IsNull(row);
            hasToasted |= _forms[i].IsToasted;
        }
        var writer = new RowBodyWriter(layout.Current, target.Begin(bytes - HeapRow.HeaderBytes), hasNulls, hasToasted);
        Span<byte> outOfLine = stackalloc byte[ToastedValue.OutOfLineBytes];
        for (int i = 0; i < columns.Length; i++)
        {
            ref Form form = ref _forms[i];
            if (columns[i] is not { } column || column.IsNull(row))
            {
                writer.AddNull(i);
            }
            else if (form.IsOutOfLine)
            {
                form.Value.Write(outOfLine);
                writer.AddToasted(i, outOfLine);
            }
            else if (form.IsToasted)
            {
                writer.AddToasted(i, form.Compressed.Span);
            }
            else
            {
                RowEncoder.Add(ref writer, i, layout.Physical[i], column, row);
            }
        }
        target.Add(writer.Finish(), (hasNulls ? RowFlags.HasNulls : RowFlags.None) | (hasToasted ? RowFlags.HasOutOfLine : RowFlags.None));
    }
}
