using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>
/// Where a recursive query may refer to itself (PostgreSQL's checkWellFormedRecursion): once, in the recursive term, and not where rows that come later would have to take earlier ones back: under the
/// nullable side of an outer join, in a subquery of an expression, in EXCEPT or INTERSECT ALL. For one WITH item.
/// </summary>
internal sealed class RecursionCheck(string name)
{
    private int _references;

    /// <summary>Throws 42P19 for a reference in the recursive term that is not allowed.</summary>
    public void CheckTerm(SelectStatement term) => Walk(term, null);

    /// <summary>The items so that each comes after those it refers to. Throws 0A000 when some refer to each other.</summary>
    public static IReadOnlyList<CommonTableExpression> Sort(WithClause with)
    {
        var waiting = with.Items.ToList();
        var sorted = new List<CommonTableExpression>();
        while (waiting.Count > 0)
        {
            int next = waiting.FindIndex(item => !waiting.Exists(other => !ReferenceEquals(other, item) && Mentions(item, other.Name)));
            if (next < 0)
                throw BindingErrors.At(waiting[0].Position, SqlState.FeatureNotSupported, "mutual recursion between WITH items is not implemented");
            sorted.Add(waiting[next]);
            waiting.RemoveAt(next);
        }

        return sorted;
    }

    private static bool Mentions(CommonTableExpression item, string other) => item.Statement is SelectStatement select && SyntaxReferences.Mentions(select, other);

    /// <summary><paramref name="within"/> says in what the reference would stand that is not allowed; null where it is.</summary>
    private void Walk(SelectStatement query, string? within)
    {
        DepthGuard.Check();
        if (query.With is not null)
        {
            foreach (CommonTableExpression item in query.With.Items)
            {
                if (item.Statement is SelectStatement inner)
                    Walk(inner, within);
                if (item.Name == name)
                    return;
            }
        }

        switch (query.Body)
        {
            case SetOperationBody set:
                string? left = set.IsAll && set.Kind != SetOperationKind.Union ? NameOf(set.Kind) : null;
                string? right = set.Kind == SetOperationKind.Except ? NameOf(set.Kind) : left;
                Walk(set.Left, within ?? left);
                Walk(set.Right, within ?? right);
                break;
            case SelectBody body:
                foreach (TargetItem target in body.Targets)
                    Walk(target.Value);
                foreach (FromItem item in body.From)
                    Walk(item, within);
                Walk(body.Where);
                Walk(body.Having);
                break;
        }
    }

    private static string NameOf(SetOperationKind kind) => kind == SetOperationKind.Except ? "EXCEPT" : "INTERSECT";

    private void Walk(FromItem item, string? within)
    {
        DepthGuard.Check();
        const string outerJoin = "an outer join";
        switch (item)
        {
            case TableItem { Relation.Schema: null } table when table.Relation.Name == name:
                if (within is not null)
                    throw BindingErrors.At(table.Relation.Position, SqlState.InvalidRecursion, $"recursive reference to query \"{name}\" must not appear within {within}");
                if (++_references > 1)
                    throw BindingErrors.At(table.Relation.Position, SqlState.InvalidRecursion, $"recursive reference to query \"{name}\" must not appear more than once");
                break;
            case SubqueryItem subquery:
                Walk(subquery.Query, within);
                break;
            case JoinItem join:
                Walk(join.Left, join.Kind is JoinKind.Right or JoinKind.Full ? within ?? outerJoin : within);
                Walk(join.Right, join.Kind is JoinKind.Left or JoinKind.Full ? within ?? outerJoin : within);
                Walk(join.On);
                break;
        }
    }

    private void Walk(Expression? expression)
    {
        if (expression is not null && SyntaxReferences.FindSubquery(expression, name) is { } subquery)
            Walk(subquery, "a subquery");
    }
}
