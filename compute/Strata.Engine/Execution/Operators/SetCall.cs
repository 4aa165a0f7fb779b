using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// A set-returning call (or a plain expression, which gives one row): arguments, and the rows of the call at hand. Not thread-safe.
/// </summary>
internal sealed class SetCall : IDisposable
{
    private readonly FunctionSite? _site;
    private readonly ExpressionInstance[] _arguments;
    private readonly Vector[] _values;
    private readonly ByteBuffer _record = new();
    private Vector[]? _fields;
    private RowSource? _source;
    private bool _pendingScalar;
    private Vector? _rowValues;

    /// <summary>A set-returning function.</summary>
    public SetCall(FunctionSite site, ExpressionInstance[] arguments)
    {
        _site = site;
        _arguments = arguments;
        _values = new Vector[arguments.Length];
    }

    /// <summary>An expression with one value.</summary>
    public SetCall(ExpressionInstance scalar)
    {
        _arguments = [scalar];
        _values = new Vector[1];
    }

    /// <summary>Evaluates the arguments for the selected rows of a batch.</summary>
    public void Bind(EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        for (int i = 0; i < _arguments.Length; i++)
            _values[i] = _arguments[i].Evaluate(context, batch, selection, errors);
    }

    /// <summary>Begins the rows for one row of arguments.</summary>
    public void Start(int row, IFunctionContext context)
    {
        if (_site is null)
            _pendingScalar = true;
        else
            _source = SetFunctions.Open(_site, _values, row, context);
    }

    /// <summary>Writes up to <paramref name="rowsMax"/> rows from <paramref name="start"/> on; returns how many, 0 at the end.</summary>
    public int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax, int argumentRow)
    {
        if (_site is null)
        {
            if (!_pendingScalar || rowsMax == 0)
                return 0;
            _pendingScalar = false;
            Vector value = _values[0];
            bool spreads = (value.Type.Kind == TypeKind.Composite || value.Type.Oid == TypeOid.Record) && (columns.Length != 1 || columns[0].Type.Oid != value.Type.Oid);
            if (!spreads)
            {
                columns[0].CopyRow(value, argumentRow, start);
                return 1;
            }

            // A function in FROM that returns a row: a column for each field.
            bool isNull = value.IsNull(argumentRow);
            RecordText.Unpack(isNull ? default : value.GetBytes(argumentRow), isNull, columns, start);
            return 1;
        }

        if (_source is null || rowsMax == 0)
            return 0;
        bool packs = _site.Function.Routine is null && columns.Length == 1 && columns[0].Type.Oid == TypeOid.Record && _site.Function.ResultColumns.Count > 1;
        int count = packs ? ReadRecords(columns[0], start, rowsMax) : Spreads(columns) ? ReadRows(columns, start, rowsMax) : _source.Read(columns, start, rowsMax);
        if (count == 0)
            _source = null;
        return count;
    }

    // unnest of composite values or records: the function gives rows, FROM wants a column for each field. A function that is
    // declared to return records writes the columns itself.
    private bool Spreads(ReadOnlySpan<Vector> columns) =>
        _site!.Function.Routine is null && (_site.ResultType.Kind == TypeKind.Composite || (_site.ResultType.Oid == TypeOid.Record && _site.Function.ReturnType != TypeOid.Record))
        && (columns.Length != 1 || columns[0].Type.Oid != _site.ResultType.Oid);

    private int ReadRows(ReadOnlySpan<Vector> columns, int start, int rowsMax)
    {
        Vector rows = _rowValues ??= new Vector(_site!.ResultType);
        rows.Reset(rowsMax);
        int count = _source!.Read(new ReadOnlySpan<Vector>(ref rows), 0, rowsMax);
        for (int i = 0; i < count; i++)
        {
            bool isNull = rows.IsNull(i);
            RecordText.Unpack(isNull ? default : rows.GetBytes(i), isNull, columns, start + i);
        }

        return count;
    }

    /// <summary>A function with OUT columns in a target list: each row becomes a record.</summary>
    private int ReadRecords(Vector result, int start, int rowsMax)
    {
        IReadOnlyList<(string Name, uint Type)> outputs = _site!.Function.ResultColumns;
        if (_fields is null)
        {
            _fields = new Vector[outputs.Count];
            for (int i = 0; i < _fields.Length; i++)
                _fields[i] = new Vector(BuiltinTypes.Find(outputs[i].Type) ?? SqlType.Text);
        }

        foreach (Vector field in _fields)
            field.Reset(rowsMax);
        int count = _source!.Read(_fields, 0, rowsMax);
        int shape = RecordShapes.NumberOf(outputs.Select(output => output.Name).ToArray());
        for (int row = 0; row < count; row++)
        {
            _record.Clear();
            RecordText.WriteHeader(_record, _fields.Length, shape);
            foreach (Vector field in _fields)
            {
                if (field.IsNull(row))
                    RecordText.WriteNullField(_record, field.Type.Oid);
                else
                    RecordText.WriteField(_record, field.Type.Oid, field.GetStored(row));
            }

            result.SetBytes(start + row, _record.Written);
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rowValues?.Dispose();
        foreach (ExpressionInstance argument in _arguments)
            argument.Dispose();
        foreach (Vector field in _fields ?? [])
            field.Dispose();
    }
}
