using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Algebra;

/// <summary>
/// TABLESAMPLE: keeps part of a table's rows, by their addresses in column <paramref name="ctid"/>. <paramref name="percentage"/> is a float4 and <paramref name="seed"/> (null for a random one) a
/// float8 without columns of the input.
/// </summary>
public sealed class SampleNode(RelationalNode input, int ctid, bool isSystem, Expression percentage, Expression? seed) : RelationalNode
{
    /// <summary>The table's rows.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>Address of the row.</summary>
    public int Ctid { get; } = ctid;

    /// <summary>SYSTEM: whole blocks are taken or left; otherwise BERNOULLI: single rows.</summary>
    public bool IsSystem { get; } = isSystem;

    /// <summary>How much is kept, from 0 to 100.</summary>
    public Expression Percentage { get; } = percentage;

    /// <summary>REPEATABLE.</summary>
    public Expression? Seed { get; } = seed;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns => Input.Columns;

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) => new SampleNode(inputs[0], Ctid, IsSystem, Percentage, Seed);

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Seed is null ? [Percentage] : [Percentage, Seed];

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new SampleNode(Input, Ctid, IsSystem, map(Percentage), Seed is null ? null : map(Seed));
}
