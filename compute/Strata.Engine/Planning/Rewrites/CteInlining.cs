using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Vectors;

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
        DepthGuard.Check();
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
        Dictionary<int, int> uses = CountUses(with);
        var inlined = new Dictionary<int, CteDefinition>();
        var kept = new List<CteDefinition>();
        foreach (CteDefinition item in with.Items)
        {
            int count = uses.GetValueOrDefault(item.Cte);
            bool stays = item.IsModifying || item.IsMaterialized || count > 1 || (count == 1 && TreeWalker.Volatility(item.Query) == Functions.Volatility.Volatile);
            if (stays)
                kept.Add(item);
            else
                inlined.Add(item.Cte, item);
        }

        Format.Invariant.Check(context.Metadata is not null);
        if (inlined.Count == 0)
            return with;
        // What is put in place is used once, so that the whole is one walk however long the chain of items is.
        RelationalNode body = Replace(with.Body, inlined);
        return kept.Count == 0 ? body : new WithNode(kept.Select(item => item with { Query = Replace(item.Query, inlined) }).ToArray(), body);
    }

    private static Dictionary<int, int> CountUses(WithNode with)
    {
        var uses = new Dictionary<int, int>();
        void Count(RelationalNode part)
        {
            if (part is CteScanNode scan)
                uses[scan.Cte] = uses.GetValueOrDefault(scan.Cte) + 1;
        }

        TreeWalker.VisitNodes(with.Body, Count);
        foreach (CteDefinition item in with.Items)
            TreeWalker.VisitNodes(item.Query, Count);
        return uses;
    }

    private static RelationalNode Replace(RelationalNode node, Dictionary<int, CteDefinition> items)
    {
        DepthGuard.Check();
        if (node is CteScanNode scan && items.TryGetValue(scan.Cte, out CteDefinition? item))
        {
            return new ProjectNode(Replace(item.Query, items), scan.Columns.Select((column, i) =>
                new ProjectedColumn(column, new ColumnExpression(scan.SourceColumns[i], TypeOf(item.Query, scan, i)))).ToArray());
        }

        RelationalNode mapped = node.MapInputs(input => Replace(input, items));
        return MapSubqueries(mapped, query => Replace(query, items));
    }

    private static Types.SqlType TypeOf(RelationalNode query, CteScanNode scan, int index)
    {
        Format.Invariant.Check(query.Columns.Contains(scan.SourceColumns[index]));
        return scan.Types[index];
    }
}
