using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>
/// Raises what immutable calls of constants raise, if the query still has them when everything else is simplified, also where no row would ever reach them: PostgreSQL computes them while it
/// plans (eval_const_expressions). Comes last, so that columns that nobody reads are gone.
/// </summary>
internal sealed class ConstantErrors : IRewrite
{
    public RelationalNode Apply(RelationalNode root, RewriteContext context)
    {
        TreeWalker.Visit(root, expression =>
        {
            if (FirstFailing(expression) is { } failing)
                ConstantFolding.Evaluate(failing, context.Functions);
        });
        return root;
    }

    /// <summary>The visit is top-down, an evaluation bottom-up: only the node itself is looked at, its operands were or will be.</summary>
    private static Expression? FirstFailing(Expression expression) => ConstantFolding.IsConstantCall(expression) ? expression : null;
}
