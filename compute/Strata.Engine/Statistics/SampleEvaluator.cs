using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Ddl;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Statistics;

/// <summary>Evaluates expressions over the rows of a sample that holds all columns of its table. For one thread.</summary>
internal sealed class SampleEvaluator(DdlContext context, RelationInfo table, TableSample sample, short[] attributes)
{
    /// <summary>The values of an expression for chosen rows of the sample. Throws what the expression raises.</summary>
    public SampledColumn Evaluate(CatalogExpression expression, IReadOnlyList<int> rows)
    {
        Expression bound = Binder.BindOverRow(expression.Syntax, table, isCondition: false, StoredExpressions.BindingContextOf(context));
        var result = new SampledColumn(bound.Type, isComputed: true);
        using ExpressionInstance instance = CompiledExpression.Compile(bound).CreateInstance();
        using var evaluation = new EvaluationContext { Functions = context.Session };
        var errors = new ErrorSink();
        ForEachBatch(rows, (batch, count) =>
        {
            Vector values = instance.Evaluate(evaluation, batch, new Selection(count), errors);
            errors.ThrowIfAny();
            for (int i = 0; i < count; i++)
                result.Add(values, i);
        });
        return result;
    }

    /// <summary>The rows for which a condition holds.</summary>
    public List<int> Filter(CatalogExpression condition, IReadOnlyList<int> rows)
    {
        Expression bound = Binder.BindOverRow(condition.Syntax, table, isCondition: true, StoredExpressions.BindingContextOf(context));
        using ExpressionInstance instance = CompiledExpression.Compile(bound).CreateInstance();
        using var evaluation = new EvaluationContext { Functions = context.Session };
        var errors = new ErrorSink();
        var kept = new List<int>();
        int done = 0;
        ForEachBatch(rows, (batch, count) =>
        {
            Selection selection = instance.Filter(evaluation, batch, new Selection(count), errors);
            errors.ThrowIfAny();
            for (int i = 0; i < selection.Count; i++)
                kept.Add(rows[done + selection[i]]);
            done += count;
        });
        return kept;
    }

    private void ForEachBatch(IReadOnlyList<int> rows, Action<Batch, int> use)
    {
        CatalogView view = context.View;
        using var batch = new Batch(Array.ConvertAll(table.Columns, column => (TypeResolver.Find(column.TypeOid, view) ?? SqlType.Int4).WithTypmod(column.TypeModifier)));
        for (int first = 0; first < rows.Count; first += Batch.RowsMax)
        {
            int count = Math.Min(Batch.RowsMax, rows.Count - first);
            batch.Reset(count);
            for (int i = 0; i < count; i++)
            {
                for (int place = 0; place < attributes.Length; place++)
                    sample.Decode(rows[first + i], place, batch[attributes[place] - 1], i);
            }

            batch.SetCount(count);
            use(batch, count);
        }
    }
}
