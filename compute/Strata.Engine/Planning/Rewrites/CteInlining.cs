using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Puts WITH items in the place where they are used: those used once without side effects, and NOT MATERIALIZED ones. The others stay and are
/// computed once.
/// </summary>
internal sealed class CteInlining : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) => Rewrite(root, context);

    private static RelationalNode Rewrite(RelationalNode node, RewriteContext context)
    {
        if (node is WithNode with)
            node = Inline(with, context);
        RelationalNode mapped = node.MapInputs(input => Rewrite(input, context));
        return MapSubqueries(mapped, query => Rewrite(query, context));
    }

    private static RelationalNode MapSubqueries(RelationalNode node, Func<RelationalNode, RelationalNode> map)
    {
        bool changed = false;
        RelationalNode mapped = node.MapExpressions(expression => expression.Transform(part =>
        {
            if (part is not SubqueryExpression subquery)
                return part;
            RelationalNode query = map(subquery.Query);
            if (ReferenceEquals(query, subquery.Query))
                return part;
            changed = true;
            return subquery.WithQuery(query);
        }));
        return changed ? mapped : node;
    }

    private static RelationalNode Inline(WithNode with, RewriteContext context)
    {
        var items = new List<CteDefinition>(with.Items);
        RelationalNode body = with.Body;
        for (int i = 0; i < items.Count; i++)
        {
            CteDefinition item = items[i];
            if (item.IsModifying || item.IsMaterialized)
                continue;
            int uses = CountUses(body, item.Cte);
            for (int k = i + 1; k < items.Count; k++)
                uses += CountUses(items[k].Query, item.Cte);
            bool isVolatile = TreeWalker.Volatility(item.Query) == Functions.Volatility.Volatile;
            if (uses > 1 && (!item.IsNeverMaterialized || isVolatile))
                continue;
            if (uses == 1 && isVolatile)
                continue;
            if (uses <= 1)
            {
                body = Replace(body, item);
                for (int k = i + 1; k < items.Count; k++)
                    items[k] = items[k] with { Query = Replace(items[k].Query, item) };
                items.RemoveAt(i--);
            }
        }

        Format.Invariant.Check(context.Metadata is not null);
        return items.Count == 0 ? body : new WithNode(items, body);
    }

    private static int CountUses(RelationalNode node, int cte)
    {
        int uses = 0;
        TreeWalker.VisitNodes(node, part =>
        {
            if (part is CteScanNode scan && scan.Cte == cte)
                uses++;
        });
        return uses;
    }

    private static RelationalNode Replace(RelationalNode node, CteDefinition item)
    {
        if (node is CteScanNode scan && scan.Cte == item.Cte)
        {
            return new ProjectNode(item.Query, scan.Columns.Select((column, i) =>
                new ProjectedColumn(column, new ColumnExpression(scan.SourceColumns[i], TypeOf(item.Query, scan, i)))).ToArray());
        }

        RelationalNode mapped = node.MapInputs(input => Replace(input, item));
        return MapSubqueries(mapped, query => Replace(query, item));
    }

    private static Types.SqlType TypeOf(RelationalNode query, CteScanNode scan, int index)
    {
        Format.Invariant.Check(query.Columns.Contains(scan.SourceColumns[index]));
        return scan.Types[index];
    }
}
