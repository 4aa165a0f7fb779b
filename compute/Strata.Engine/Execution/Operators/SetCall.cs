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
    private RowSource? _source;
    private Vector[]? _parts;
    private bool _pendingScalar;

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
        int count = columns.Length == 1 && _site.ResultType.Oid == TypeOid.Record && _site.Function.ResultColumns is { Count: > 1 } parts
            ? ReadRecords(_source, parts, columns[0], start, rowsMax)
            : _source.Read(columns, start, rowsMax);
        if (count == 0)
            _source = null;
        return count;
    }

    /// <summary>Rows of several OUT columns as record values: the call stands in a target list.</summary>
    private int ReadRecords(RowSource source, IReadOnlyList<(string Name, uint Type)> parts, Vector result, int start, int rowsMax)
    {
        SqlType argument = _values.Length > 0 ? _values[0].Type : SqlType.Text;
        _parts ??= parts.Select(part => new Vector(BuiltinTypes.Find(part.Type) is { IsPseudo: false } type ? type : argument.ElementType ?? argument)).ToArray();
        foreach (Vector part in _parts)
            part.Reset(rowsMax);
        int count = source.Read(_parts, 0, rowsMax);
        int shape = RecordShapes.NumberOf(parts.Select(part => part.Name).ToArray());
        var buffer = new ByteBuffer();
        for (int row = 0; row < count; row++)
        {
            buffer.Clear();
            RecordText.WriteHeader(buffer, _parts.Length, shape);
            foreach (Vector part in _parts)
            {
                if (part.IsNull(row))
                    RecordText.WriteNullField(buffer, part.Type.Oid);
                else
                    RecordText.WriteField(buffer, part.Type.Oid, part.GetStored(row));
            }

            result.SetBytes(start + row, buffer.Written);
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Vector part in _parts ?? [])
            part.Dispose();
        foreach (ExpressionInstance argument in _arguments)
            argument.Dispose();
    }
}
