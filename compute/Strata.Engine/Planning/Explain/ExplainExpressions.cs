using Strata.Engine.Deparsing;
using Strata.Engine.Execution.Operators;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using SortKey = Strata.Engine.Planning.Algebra.SortKey;

namespace Strata.Engine.Planning.Explain;

/// <summary>
/// Writes the expressions of a plan: columns by their tables' names, columns that a node below computes as that expression in parentheses, parameters of an inner side as the outer columns they stand
/// for, subqueries by the labels of their plans. For one plan.
/// </summary>
internal sealed class ExplainExpressions
{
    private readonly PhysicalPlan _plan;
    private readonly DefinitionNames _names;
    private readonly ExplainRun _run;
    private readonly bool _isVerbose;
    private bool _isQualified;
    private IReadOnlyCollection<int> _own = [];
    private readonly Dictionary<int, Expression> _computed = [];
    private readonly Dictionary<int, Func<string>> _calls = [];
    private readonly Dictionary<int, Expression> _parameters = [];
    private readonly Dictionary<PhysicalNode, string> _labels = new(ReferenceEqualityComparer.Instance);

    public ExplainExpressions(PhysicalPlan plan, ExplainRun run, bool isQualified)
    {
        _plan = plan;
        _names = new DefinitionNames(run.Catalog, run.Path, run.Functions, isStored: false);
        _run = run;
        _isVerbose = run.Verbose;
        _isQualified = isQualified;
        foreach ((string label, PhysicalNode subplan) in plan.Subplans)
            _labels[subplan] = label;
        Learn(plan.Root);
        foreach ((string _, PhysicalNode subplan) in plan.Subplans)
            Learn(subplan);
    }

    /// <summary>A conjunction of conditions. Of a scan, its columns stand without the table; columns that <paramref name="own"/> lists are computed by the node itself.</summary>
    public string Conditions(IReadOnlyList<Expression> conditions, bool isScan = false, IReadOnlyCollection<int>? own = null)
    {
        bool before = _isQualified;
        _isQualified = before && (!isScan || _isVerbose);
        _own = own ?? [];
        try
        {
            return Write(conditions.Count == 1 ? conditions[0] : BooleanExpression.And(conditions));
        }
        finally
        {
            _isQualified = before;
            _own = [];
        }
    }

    /// <summary>A sort key with its direction; what a node below computes stands in parentheses.</summary>
    public string SortedBy(SortKey key) => Column(key.Column) + CallWriter.Direction(key.Descending, key.NullsFirst);

    /// <summary>A grouping key.</summary>
    public string GroupedBy(SortKey key) => Definition(key.Column) ?? Column(key.Column);

    /// <summary>A column of a node's output; those that the node itself computes stand plain.</summary>
    public string Output(int column, HashSet<int> own) => own.Contains(column) && Definition(column) is { } text ? text : Column(column);

    /// <summary>An expression over the columns of a node.</summary>
    public string Over(Expression expression, IReadOnlyList<int> layout) => Write(WithColumns(expression, layout));

    private string Column(int column)
    {
        QueryColumn found = _plan.Metadata[column];
        if (found.TableOid == 0 && Definition(column) is { } definition)
            return _own.Contains(column) ? definition : $"({definition})";
        string name = TypeNames.QuoteIdentifier(found.Name);
        return _isQualified && !string.IsNullOrEmpty(found.Qualifier) ? $"{TypeNames.QuoteIdentifier(found.Qualifier)}.{name}" : name;
    }

    private string? Definition(int column)
    {
        Vectors.DepthGuard.Check();
        if (_calls.TryGetValue(column, out Func<string>? call))
            return call();
        return _computed.TryGetValue(column, out Expression? expression) ? Write(expression) : null;
    }

    private string Write(Expression expression)
    {
        var text = new PrintBuffer(PrintStyle.None, -1);
        var writer = new ExpressionWriter(_names, text, null) { NameOfColumn = Column, Special = Special };
        writer.Write(expression, showImplicit: false);
        return text.ToString();
    }

    /// <summary>What only plans have in their expressions.</summary>
    private string? Special(Expression expression)
    {
        switch (expression)
        {
            case SubplanExpression subplan:
                return Label(_labels.GetValueOrDefault(subplan.Plan, "SubPlan"), subplan.HashSlot >= 0);
            case SubqueryExpression subquery:
                return Label(_plan.SubplanLabels.GetValueOrDefault(subquery.Query, "SubPlan"), isHashed: false);
            case ParameterExpression parameter when parameter.Index >= _plan.ParameterTypes.Count:
                return _parameters.TryGetValue(parameter.Index, out Expression? value) ? Outer(value) : $"${parameter.Index - _plan.ParameterTypes.Count}";
            case TestExpression or HostedExpression or SlotExpression or CurrentOfExpression or CaseOperandExpression:
                return "?";
            case not ConstantExpression when expression.Type.IsArray && IsConstant(expression):
                return Folded(expression);
            default:
                return null;
        }
    }

    /// <summary>A value of an outer node; always with its table.</summary>
    private string Outer(Expression value)
    {
        bool before = _isQualified;
        _isQualified = true;
        string text = Write(value);
        _isQualified = before;
        return text;
    }

    private static bool IsConstant(Expression expression) => expression switch
    {
        ConstantExpression => true,
        ArrayExpression or RelabelExpression or ArrayCastExpression => expression.Children.All(IsConstant),
        _ => false,
    };

    /// <summary>A list of constants as the array that it is.</summary>
    private string? Folded(Expression expression)
    {
        using var context = new EvaluationContext { Functions = _run.Functions };
        using ExpressionInstance instance = CompiledExpression.Compile(expression).CreateInstance();
        Datum value = instance.EvaluateScalar(context);
        return value.IsNull ? null : ExpressionWriter.Quote(_names.Value(expression.Type, value)) + "::" + _names.Type(expression.Type);
    }

    private static string Label(string label, bool isHashed) => label.StartsWith("InitPlan ", StringComparison.Ordinal)
        ? "$" + (int.Parse(label.AsSpan("InitPlan ".Length), System.Globalization.CultureInfo.InvariantCulture) - 1).ToString(System.Globalization.CultureInfo.InvariantCulture)
        : isHashed ? $"(hashed {label})" : $"({label})";

    private static Expression WithColumns(Expression expression, IReadOnlyList<int> layout) =>
        expression.Transform(part => part is SlotExpression slot && slot.Slot < layout.Count ? new ColumnExpression(layout[slot.Slot], slot.Type) : part);

    private void Learn(PhysicalNode node)
    {
        Vectors.DepthGuard.Check();
        switch (node)
        {
            case ProjectPlan project:
                for (int i = 0; i < project.Columns.Count; i++)
                    if (project.Computed[i] is { } computed)
                        _computed.TryAdd(project.Columns[i], WithColumns(computed.Expression, project.Input.Columns));
                    else if (project.Input.Columns[project.Passed[i]] is var passed && passed != project.Columns[i])
                        _computed.TryAdd(project.Columns[i], new ColumnExpression(passed, _plan.Metadata[passed].Type));
                break;
            case AggregatePlan aggregate:
                for (int i = 0; i < aggregate.Calls.Count && aggregate.GroupSlots.Length + i < aggregate.Columns.Count; i++)
                {
                    AggregateCallPlan call = aggregate.Calls[i];
                    _calls.TryAdd(aggregate.Columns[aggregate.GroupSlots.Length + i], () => Call(call, aggregate.Input.Columns));
                }

                break;
            case NestedLoopPlan loop:
                foreach ((int slot, int parameter) in loop.Parameters)
                    _parameters.TryAdd(parameter, new ColumnExpression(loop.Left.Columns[slot], _plan.Metadata[loop.Left.Columns[slot]].Type));
                break;
        }

        foreach ((Expression expression, IReadOnlyList<int> layout) in PlanExpressions.Of(node))
            LearnSubplans(expression, layout);
        foreach (PhysicalNode input in node.Inputs)
            Learn(input);
    }

    private void LearnSubplans(Expression expression, IReadOnlyList<int> layout)
    {
        if (expression is SubplanExpression subplan)
            for (int i = 0; i < subplan.Parameters.Length && i < subplan.OuterValues.Count; i++)
                _parameters.TryAdd(subplan.Parameters[i], WithColumns(subplan.OuterValues[i].Expression, layout));
        foreach (Expression child in expression.Children)
            LearnSubplans(child, layout);
    }

    private string Call(AggregateCallPlan call, IReadOnlyList<int> layout)
    {
        string arguments = call.ArgumentCount == 0 ? "*" : string.Join(", ", call.Arguments.Take(call.ArgumentCount).Select(argument => Over(argument.Expression, layout)));
        string order = call.Order.Length == 0 ? "" : " ORDER BY " + string.Join(", ", call.Order.Select(key => Over(call.Arguments[key.Slot].Expression, layout) + CallWriter.Direction(key.Descending, key.NullsFirst)));
        string filter = call.Filter is null ? "" : $" FILTER (WHERE {Over(call.Filter.Expression, layout)})";
        return $"{_names.Function(call.Function.Function)}({(call.IsDistinct ? "DISTINCT " : "")}{arguments}{order}){filter}";
    }
}
