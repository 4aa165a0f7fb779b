using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Physical;

/// <summary>
/// A planned subquery in an expression. <paramref name="outerValues"/> are evaluated over the surrounding batch and set as the executor parameters
/// <paramref name="parameters"/>; the comparison of ANY and ALL is over the tests' values followed by the plan's columns.
/// </summary>
internal sealed class SubplanExpression(
    SubqueryKind kind, PhysicalNode plan, int valueSlot, SqlType type, IReadOnlyList<CompiledExpression> outerValues, int[] parameters,
    IReadOnlyList<CompiledExpression> tests, CompiledExpression? comparison, bool isVolatile, bool readsOuterParameters) : HostedExpression
{
    public SubqueryKind Kind { get; } = kind;

    public PhysicalNode Plan { get; } = plan;

    public int ValueSlot { get; } = valueSlot;

    public override SqlType Type { get; } = type;

    public IReadOnlyList<CompiledExpression> OuterValues { get; } = outerValues;

    public int[] Parameters { get; } = parameters;

    public IReadOnlyList<CompiledExpression> Tests { get; } = tests;

    public CompiledExpression? Comparison { get; } = comparison;

    /// <summary>For IN without outer columns: the plan's slot that the test is looked up in; -1 when rows must be compared one by one.</summary>
    public int HashSlot { get; init; } = -1;

    /// <summary>It reads parameters that an outer operator sets, so that its results hold only while that operator stays at its row.</summary>
    public bool ReadsOuterParameters { get; } = readsOuterParameters;

    /// <summary>Results may not be remembered by parameter values.</summary>
    public new bool IsVolatile { get; } = isVolatile;

    public override Volatility OwnVolatility => IsVolatile ? Functions.Volatility.Volatile : Functions.Volatility.Stable;

    public override HostedEvaluation CreateEvaluation() => new SubplanEvaluation(this);

    protected override bool EqualsOwn(Expression other) => ReferenceEquals(this, other);

    protected override int OwnHash => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
