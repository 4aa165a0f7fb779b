using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Rows;

/// <summary>
/// Builds the key of an index entry from a row whose columns stand in a batch by attribute number - 1. Key expressions are evaluated row by row.
/// Reused; not thread-safe.
/// </summary>
public sealed class IndexKeyBuilder : IDisposable
{
    private readonly IndexInfo _index;
    private readonly ExpressionInstance?[] _expressions;
    private readonly ExpressionInstance? _predicate;
    private readonly KeyBuffer _buffer = new();

    /// <summary>Expressions and predicate are over the row's batch; null entries of <paramref name="expressions"/> are plain columns.</summary>
    public IndexKeyBuilder(IndexInfo index, IReadOnlyList<CompiledExpression?> expressions, CompiledExpression? predicate)
    {
        _index = index;
        _expressions = new ExpressionInstance?[index.KeyCount];
        for (int i = 0; i < _expressions.Length && i < expressions.Count; i++)
            _expressions[i] = expressions[i]?.CreateInstance();
        _predicate = predicate?.CreateInstance();
    }

    /// <summary>A column of the last key was null.</summary>
    public bool HasNull { get; private set; }

    /// <summary>The row belongs into the index: there is no predicate, or it is true.</summary>
    public bool Includes(EvaluationContext context, Batch row, int position, ErrorSink errors)
    {
        if (_predicate is null)
            return true;
        unsafe
        {
            int single = position;
            Selection selection = _predicate.Filter(context, row, new Selection(&single, 1), errors);
            errors.ThrowIfAny();
            return selection.Count > 0;
        }
    }

    /// <summary>The key of a row; valid until the next call. Throws what an expression raises.</summary>
    public ReadOnlySpan<byte> Build(EvaluationContext context, Batch row, int position, ErrorSink errors)
    {
        _buffer.Clear();
        bool hasNull = false;
        for (int i = 0; i < _index.KeyCount; i++)
        {
            IndexKey key = _index.Keys[i];
            bool descending = (key.Options & IndexKeyOptions.Descending) != 0;
            bool nullsFirst = (key.Options & IndexKeyOptions.NullsFirst) != 0;
            Vector vector = Value(i, context, row, position, errors);
            hasNull |= !KeyEncoder.Append(vector, position, descending, nullsFirst, _buffer);
        }

        HasNull = hasNull;
        return _buffer.Written;
    }

    /// <summary>The vector that has the value of a key column at the row's position; valid until the next call for the column. Throws what an expression raises.</summary>
    public unsafe Vector Value(int column, EvaluationContext context, Batch row, int position, ErrorSink errors)
    {
        if (_expressions[column] is not { } expression)
            return row[_index.Keys[column].Column - 1];
        int single = position;
        Vector vector = expression.Evaluate(context, row, new Selection(&single, 1), errors);
        errors.ThrowIfAny();
        return vector;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ExpressionInstance? expression in _expressions)
            expression?.Dispose();
        _predicate?.Dispose();
    }
}
