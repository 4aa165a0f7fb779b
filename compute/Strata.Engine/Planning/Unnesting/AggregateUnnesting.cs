using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// Aggregation: D ⋈ Γ(T) = Γ(D ⋈ T), grouped by the outer values as well. One without groups has a row even of no rows: what it holds then is remembered for those outer values that come with no row
/// (the "count bug" of Kim's unnesting).
/// </summary>
internal static class AggregateUnnesting
{
    public static UnnestedTree? Push(DependentJoin push, AggregateNode aggregate)
    {
        if (push.PushInput(aggregate.Input) is not { } pushed || push.Complete(pushed) is not { Links.Count: > 0 } input)
            return null;
        bool isWhole = true;
        Expression Replace(Expression expression)
        {
            Expression? replaced = push.Substitute(expression, input.Links);
            isWhole &= replaced is not null;
            return replaced ?? expression;
        }

        AggregateCall[] calls = [.. aggregate.Calls.Select(call => call.Map(Replace))];
        Dictionary<int, Expression>? empty = aggregate.GroupColumns.Count == 0 ? EmptyRow(calls) : null;
        if (!isWhole || (aggregate.GroupColumns.Count == 0 && empty is null))
            return null;
        int[] groups = [.. aggregate.GroupColumns.Concat(CorrelationLink.ColumnsOf(input.Links)).Distinct()];
        return new UnnestedTree(new AggregateNode(input.Node, groups, calls), input.Links) { EmptyRow = empty, IsSingle = empty is not null };
    }

    /// <summary>The values of aggregates of no rows; null when one's is not known.</summary>
    private static Dictionary<int, Expression>? EmptyRow(AggregateCall[] calls)
    {
        var row = new Dictionary<int, Expression>();
        foreach (AggregateCall call in calls)
        {
            if (call.Function.Function.Oid >= Catalog.CatalogOids.FirstUser)
                return null;
            switch (call.Function.Function.Name)
            {
                case "count" or "regr_count":
                    row[call.Column] = ConstantExpression.Int8(0);
                    break;
                case "sum" or "avg" or "min" or "max" or "bool_and" or "bool_or" or "every" or "bit_and" or "bit_or" or "bit_xor" or "array_agg" or "string_agg" or "json_agg" or "jsonb_agg"
                    or "json_object_agg" or "jsonb_object_agg" or "stddev" or "stddev_pop" or "stddev_samp" or "variance" or "var_pop" or "var_samp":
                    row[call.Column] = ConstantExpression.Null(call.Function.ResultType);
                    break;
                default:
                    return null;
            }
        }

        return row;
    }
}
