using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Merges a projection into the one above it, unless that would compute something costly or volatile twice.
/// </summary>
internal sealed class ProjectMerging : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) => Rewrite(root);

    private static RelationalNode Rewrite(RelationalNode node)
    {
        DepthGuard.Check();
        RelationalNode mapped = node.MapInputs(Rewrite);
        bool changed = false;
        RelationalNode replaced = mapped.MapExpressions(expression => expression.Transform(part =>
        {
            if (part is not SubqueryExpression subquery)
                return part;
            RelationalNode query = Rewrite(subquery.Query);
            if (ReferenceEquals(query, subquery.Query))
                return part;
            changed = true;
            return subquery.WithQuery(query);
        }));
        if (changed)
            mapped = replaced;
        while (mapped is ProjectNode { Input: ProjectNode lower } upper && TryMerge(upper, lower) is { } merged)
            mapped = merged;
        return mapped;
    }

    private static ProjectNode? TryMerge(ProjectNode upper, ProjectNode lower)
    {
        var uses = new Dictionary<int, int>();
        foreach (ProjectedColumn item in upper.Items)
        {
            TreeWalker.Visit(item.Value, part =>
            {
                if (part is ColumnExpression column)
                    uses[column.Column] = uses.GetValueOrDefault(column.Column) + 1;
            });
        }

        foreach (ProjectedColumn item in lower.Items)
        {
            if (item.Value is ColumnExpression or ConstantExpression or ParameterExpression)
                continue;
            int count = uses.GetValueOrDefault(item.Column);
            bool isCostly = item.Value.IsVolatile || item.Value.Any(part => part is SubqueryExpression);
            if (count > 1 || (count != 1 && item.Value.IsVolatile) || (isCostly && !upper.Items.Any(above => above.Value is ColumnExpression plain && plain.Column == item.Column)))
                return null;
        }

        var substitution = new Substitution(lower.Items);
        return new ProjectNode(lower.Input, upper.Items.Select(item => item with { Value = substitution.Apply(item.Value) }).ToArray());
    }
}
