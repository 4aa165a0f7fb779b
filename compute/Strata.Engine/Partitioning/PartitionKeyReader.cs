using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Partitioning;

/// <summary>Finds the partitions of rows whose columns stand in a batch by attribute number - 1. Not thread-safe.</summary>
internal sealed class PartitionKeyReader(PartitionMap map) : IDisposable
{
    private readonly ExpressionInstance?[] _expressions = Array.ConvertAll(map.Expressions, static expression => expression?.CreateInstance());
    private readonly KeyBuffer _key = new();
    private readonly ErrorSink _errors = new();

    /// <summary>Which partition takes which key.</summary>
    public PartitionMap Map => map;

    /// <summary>The place of a row's partition, or -1 when none takes it.</summary>
    public int Find(EvaluationContext context, Batch row, int position)
    {
        if (map.Key.Strategy == Catalog.PartitionStrategy.Hash)
        {
            ulong hash = 0;
            for (int i = 0; i < _expressions.Length; i++)
                hash = PartitionHash.Add(hash, Column(context, row, position, i), position);
            return map.Find(hash);
        }

        _key.Clear();
        bool hasNull = false;
        for (int i = 0; i < _expressions.Length; i++)
            hasNull |= !KeyEncoder.Append(Column(context, row, position, i), position, descending: false, nullsFirst: false, _key);
        return map.Find(_key.Written, hasNull);
    }

    /// <summary>The key of a row as messages show it: <c>(a, b) = (1, 2)</c>.</summary>
    public string Describe(EvaluationContext context, Batch row, int position)
    {
        var names = new List<string>();
        var values = new List<string>();
        for (int i = 0; i < _expressions.Length; i++)
        {
            names.Add(map.Key.Columns[i].Column is var number and > 0
                ? TypeNames.QuoteIdentifier(map.Table.Columns[number - 1].Name)
                : ExpressionText(map.Key.Columns[i].Expression!.Text));
            Vector vector = Column(context, row, position, i);
            if (vector.IsNull(position))
            {
                values.Add("null");
                continue;
            }

            var buffer = new ByteBuffer();
            TypeOutput.Write(vector, position, buffer, context.Functions.Settings, context.Functions.Catalog);
            values.Add(buffer.ToString());
        }

        return $"({string.Join(", ", names)}) = ({string.Join(", ", values)})";
    }

    private static string ExpressionText(string text) => text.StartsWith('(') || text.Contains('(', StringComparison.Ordinal) && text.EndsWith(')') ? text : $"({text})";

    private unsafe Vector Column(EvaluationContext context, Batch row, int position, int index)
    {
        if (_expressions[index] is not { } expression)
            return row[map.Key.Columns[index].Column - 1];
        int single = position;
        Vector value = expression.Evaluate(context, row, new Selection(&single, 1), _errors);
        _errors.ThrowIfAny();
        return value;
    }

    public void Dispose()
    {
        foreach (ExpressionInstance? expression in _expressions)
            expression?.Dispose();
    }
}
