using Strata.Engine.Binding;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// (a AND b) OR (a AND c) becomes a AND (b OR c): what stands in every branch may be a join or index condition, as in PostgreSQL's find_duplicate_ors.
/// </summary>
internal sealed class OrFactoring : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context) => TreeWalker.MapNodes(root, node => node switch
    {
        FilterNode filter => Rewrite(filter.Conjuncts) is { } conjuncts ? new FilterNode(filter.Input, conjuncts) : node,
        JoinNode join => Rewrite(join.Conjuncts) is { } conjuncts ? new JoinNode(join.Type, join.Left, join.Right, conjuncts) : node,
        _ => node,
    });

    private static List<Expression>? Rewrite(IReadOnlyList<Expression> conjuncts)
    {
        List<Expression>? result = null;
        for (int i = 0; i < conjuncts.Count; i++)
        {
            List<Expression>? factored = conjuncts[i] is BooleanExpression { Operator: BooleanOperator.Or } or && !or.IsVolatile ? Factor(or) : null;
            if (factored is not null)
                (result ??= [.. conjuncts.Take(i)]).AddRange(factored);
            else
                result?.Add(conjuncts[i]);
        }

        return result;
    }

    /// <summary>The common conjuncts and what is left of the OR; null when there are none.</summary>
    private static List<Expression>? Factor(BooleanExpression or)
    {
        List<List<Expression>> branches = or.Operands.Select(Conjunction.Split).ToList();
        List<Expression> common = branches[0].Where(part => branches.TrueForAll(branch => branch.Contains(part))).Distinct().ToList();
        if (common.Count == 0)
            return null;
        var rest = new List<Expression>();
        foreach (List<Expression> branch in branches)
        {
            List<Expression> left = branch.Where(part => !common.Contains(part)).ToList();
            // A branch without more decides: a OR (a AND b) is a.
            if (left.Count == 0)
                return common;
            rest.Add(BooleanExpression.And(left));
        }

        common.Add(new BooleanExpression(BooleanOperator.Or, rest) { Position = or.Position });
        return common;
    }
}
