using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Rewrites;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// A filter: D ⋈ σ(T) = σ(D ⋈ T). Without a domain an equality of an outer and an inner value is left out, and the inner one links the rows with outer rows: it takes the value's place in other conditions.
/// </summary>
internal static class FilterUnnesting
{
    public static UnnestedTree? Push(DependentJoin push, FilterNode filter)
    {
        // What only this filter read of a table is read above now.
        RelationalNode source = filter.Input is ScanNode { FilterOnly.Count: > 0 } scan ? scan.WithFilterOnly([]) : filter.Input;
        if (push.PushInput(source) is not { } input)
            return null;
        if (input.EmptyRow is { } empty)
        {
            // A row that the filter drops and one that is missing can't be told apart, unless both are none.
            if (IsDropped(push, filter.Conjuncts, empty))
                input = input with { EmptyRow = null };
            else if (push.Complete(input) is { } complete)
                input = complete;
            else
                return null;
        }

        var links = new List<CorrelationLink>(input.Links);
        var computed = new List<ProjectedColumn>();
        var kept = new List<Expression>();
        var open = new List<Expression>();
        foreach (Expression conjunct in filter.Conjuncts)
        {
            if (!push.IsCorrelated(conjunct))
                kept.Add(conjunct);
            else if (!push.HasDomain && LinkOf(push, conjunct, input.Node, computed) is { } link)
                links.Add(link);
            else
                open.Add(conjunct);
        }

        if (push.Substitute(open, links) is not { } replaced)
            return null;
        kept.AddRange(replaced);
        RelationalNode node = input.Node;
        if (computed.Count > 0)
            node = new ProjectNode(node, [.. node.Columns.Distinct().Select(push.PassOn), .. computed]);
        return new UnnestedTree(kept.Count == 0 ? node : new FilterNode(node, kept), links) { IsSingle = input.IsSingle };
    }

    /// <summary>The link that an equality is; null when it is none.</summary>
    private static CorrelationLink? LinkOf(DependentJoin push, Expression conjunct, RelationalNode input, List<ProjectedColumn> computed)
    {
        if (conjunct is not FunctionExpression { Operator: { Name: "=", CanHash: true, UserFunction: null }, Arguments: [var a, var b] } equality || conjunct.IsVolatile
            || conjunct.Any(static part => part is SubqueryExpression))
            return null;
        Expression? outer = push.IsOuter(a) ? a : push.IsOuter(b) ? b : null;
        Expression inner = ReferenceEquals(outer, a) ? b : a;
        if (outer is null || push.IsCorrelated(inner) || !TreeWalker.ColumnsOf(inner).Overlaps(input.Columns))
            return null;
        int column;
        if (inner is ColumnExpression plain)
        {
            column = plain.Column;
        }
        else
        {
            column = push.Metadata.AddColumn("?column?", inner.Type);
            computed.Add(new ProjectedColumn(column, inner));
        }

        var value = new ColumnExpression(column, inner.Type);
        Expression condition = equality.WithChildren(ReferenceEquals(outer, a) ? [a, value] : [value, b]);
        return new CorrelationLink(outer, column, condition, outer.Type.Oid == inner.Type.Oid && ValueEquality.IsIdentity(inner.Type));
    }

    private static bool IsDropped(DependentJoin push, IReadOnlyList<Expression> conjuncts, IReadOnlyDictionary<int, Expression> empty)
    {
        foreach (Expression conjunct in conjuncts)
        {
            Expression folded = conjunct.Transform(part =>
                ConstantFolding.Fold(part is ColumnExpression column && empty.TryGetValue(column.Column, out Expression? value) ? value : part, push.Functions));
            if (folded is ConstantExpression constant && (constant.IsNull || !constant.Value.AsBoolean))
                return true;
        }

        return false;
    }
}
