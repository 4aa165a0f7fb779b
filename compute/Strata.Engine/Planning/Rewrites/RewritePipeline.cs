using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Rewrites;

/// <summary>All rewrites in the order in which they run. Each sees what those before it made.</summary>
internal static class RewritePipeline
{
    private static readonly IRewrite[] s_rewrites =
    [
        new ConstantFolding(),
        new CteInlining(),
        new ProjectMerging(),
        new OrFactoring(),
        new QuantifiedComparison(),
        new SubqueryToJoin(),
        new ScalarSubqueryToJoin(),
        new PredicatePushdown(),
        new ProjectMerging(),
        new ConstantFolding(),
        new DistinctElimination(),
        new ColumnPruning(),
        new ConstantErrors(),
    ];

    /// <summary>Runs them all, on the query and on the subqueries that stay inside its expressions.</summary>
    public static RelationalNode Run(RelationalNode root, RewriteContext context)
    {
        foreach (IRewrite rewrite in s_rewrites)
            root = rewrite.Apply(root, context);
        return root;
    }
}
