using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>How a condition looks at an index column.</summary>
internal enum EntryTest : byte
{
    /// <summary>column operator value.</summary>
    Operator,

    IsNull,

    IsNotNull,
}

/// <summary>A condition that an index can use. Immutable, part of a plan.</summary>
/// <param name="Column">Number of the key column, from 0.</param>
/// <param name="Type">Type of the key column.</param>
/// <param name="Test">What is tested.</param>
/// <param name="OperatorName">The operator with the column on its left.</param>
/// <param name="Value">What the column is compared with; null without an operator.</param>
internal sealed record EntryCondition(int Column, SqlType Type, EntryTest Test, string OperatorName, CompiledExpression? Value)
{
    /// <summary>The condition for one execution.</summary>
    public BoundEntryCondition Bind(IndexKey key) => new(this, ItemClasses.Of(key, Type), Value?.CreateInstance());
}

/// <summary>A condition of one execution. Not thread-safe.</summary>
internal sealed class BoundEntryCondition(EntryCondition condition, ItemClass items, ExpressionInstance? value) : IDisposable
{
    private readonly Batch _single = SingleRow();
    private readonly ErrorSink _errors = new();
    private readonly EntryList _scratch = new();

    /// <summary>The query for the value as it is now.</summary>
    public EntryQuery Query(EvaluationContext context)
    {
        switch (condition.Test)
        {
            case EntryTest.IsNull:
                return EntryQuery.Of(condition.Column, EntryCategory.Null);
            case EntryTest.IsNotNull:
                return EntryQuery.AllOf(condition.Column);
        }

        Vector vector = value!.Evaluate(context, _single, new Selection(1), _errors);
        _errors.ThrowIfAny();
        return items.Query(condition.OperatorName, vector, 0, condition.Column, _scratch, context.Functions);
    }

    public void Dispose() => value?.Dispose();

    private static Batch SingleRow()
    {
        var batch = new Batch(Array.Empty<Vector>());
        batch.SetCount(1);
        return batch;
    }
}
