using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Makes bound expressions ready to run over a node's batches: columns become slots, outer columns parameters, and subqueries that no rewrite turned into
/// joins become subplans.
/// </summary>
internal sealed class ExpressionPlanner(PlannerState state)
{
    /// <summary>Compiles an expression over batches with these columns.</summary>
    public CompiledExpression Compile(Expression expression, IReadOnlyList<int> layout) => CompiledExpression.Compile(Resolve(expression, layout));

    /// <summary>Compiles a conjunction; null for none.</summary>
    public CompiledExpression? CompileAll(IReadOnlyList<Expression> conjuncts, IReadOnlyList<int> layout) =>
        conjuncts.Count == 0 ? null : Compile(BooleanExpression.And(conjuncts), layout);

    /// <summary>Compiles several expressions.</summary>
    public CompiledExpression[] CompileEach(IEnumerable<Expression> expressions, IReadOnlyList<int> layout) =>
        expressions.Select(expression => Compile(expression, layout)).ToArray();

    /// <summary>The expression over slots.</summary>
    public Expression Resolve(Expression expression, IReadOnlyList<int> layout)
    {
        switch (expression)
        {
            case ColumnExpression column:
                for (int i = 0; i < layout.Count; i++)
                {
                    if (layout[i] == column.Column)
                        return new SlotExpression(i, column.Type) { Position = column.Position };
                }

                throw new Format.InvariantViolationException($"column {column.Column} ({state.Metadata[column.Column].Name}) is not in reach");
            case SubqueryExpression subquery:
                return PlanSubquery(subquery, layout);
            default:
                return expression.MapChildren(child => Resolve(child, layout));
        }
    }

    /// <summary>Replaces columns by parameters in a tree; the caller sets the parameters before it runs.</summary>
    public static RelationalNode Parameterize(RelationalNode node, IReadOnlyDictionary<int, int> parameters) => TreeWalker.Map(
        node, part => part is ColumnExpression column && parameters.TryGetValue(column.Column, out int parameter)
            ? new ParameterExpression(parameter, column.Type) { Position = column.Position }
            : part);

    private SubplanExpression PlanSubquery(SubqueryExpression subquery, IReadOnlyList<int> layout)
    {
        HashSet<int> outer = TreeWalker.OuterColumns(subquery.Query);
        int statementParameters = state.Plan.ParameterTypes.Count;
        bool readsOuterParameters = false;
        TreeWalker.Visit(subquery.Query, part => readsOuterParameters |= part is ParameterExpression parameter && parameter.Index >= statementParameters);
        bool isVolatile = TreeWalker.Volatility(subquery.Query) == Functions.Volatility.Volatile;

        var map = new Dictionary<int, int>();
        var values = new List<CompiledExpression>();
        foreach (int column in outer.Order())
        {
            SqlType type = state.Metadata[column].Type;
            map.Add(column, state.AddParameter(type));
            values.Add(Compile(new ColumnExpression(column, type), layout));
        }

        RelationalNode query = map.Count == 0 ? subquery.Query : Parameterize(subquery.Query, map);
        PhysicalNode plan = state.Builder.Plan(query);
        string label = values.Count == 0 && subquery.Tests.Count == 0
            ? $"InitPlan {NumberOf("InitPlan") + NumberOf("SubPlan") + 1}"
            : $"SubPlan {NumberOf("InitPlan") + NumberOf("SubPlan") + 1}";
        state.Plan.Subplans.Add((label, plan));
        state.Plan.SubplanLabels[subquery.Query] = label;
        // What runs once may have helpers and filters as the main plan may.
        if (values.Count == 0 && subquery.Tests.Count == 0 && !readsOuterParameters)
            new ParallelPlanner(state).Run(plan);

        CompiledExpression? comparison = null;
        if (subquery.Comparison is not null)
        {
            // Over the tests' values, then the plan's columns.
            int tests = subquery.Tests.Count;
            Expression resolved = subquery.Comparison.Transform(part => part switch
            {
                TestExpression test => new SlotExpression(test.Index, test.Type),
                ColumnExpression column => new SlotExpression(tests + plan.SlotOf(column.Column), column.Type),
                _ => part,
            });
            comparison = CompiledExpression.Compile(resolved);
        }

        return new SubplanExpression(
            subquery.Kind, plan, subquery.Columns.Count > 0 ? plan.SlotOf(subquery.Columns[0]) : 0, subquery.Type, values, [.. map.Values],
            CompileEach(subquery.Tests, layout), comparison, isVolatile, readsOuterParameters)
        {
            Position = subquery.Position,
            HashSlot = values.Count == 0 && !isVolatile && !readsOuterParameters && subquery.Kind == SubqueryKind.Any ? HashSlot(subquery, plan) : -1,
        };
    }

    private int NumberOf(string kind) => state.Plan.Subplans.Count(subplan => subplan.Label.StartsWith(kind, StringComparison.Ordinal));

    /// <summary>The plan's slot that the only test is compared with for equality of the same type; else -1.</summary>
    private static int HashSlot(SubqueryExpression subquery, PhysicalNode plan) =>
        subquery.Comparison is FunctionExpression { Operator: { Name: "=", CanHash: true }, Arguments: [TestExpression test, ColumnExpression column] }
            && test.Type.Oid == column.Type.Oid && subquery.Tests.Count == 1
            ? plan.SlotOf(column.Column)
            : -1;
}
