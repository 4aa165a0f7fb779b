using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Planning.Algebra;

/// <summary>A frame with its offsets bound; offsets are column-free expressions.</summary>
public sealed record BoundFrame(
    FrameUnit Unit, FrameBoundKind Start, Expression? StartOffset, FrameBoundKind End, Expression? EndOffset, FrameExclusion Exclusion)
{
    /// <summary>RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW.</summary>
    public static readonly BoundFrame Default =
        new(FrameUnit.Range, FrameBoundKind.UnboundedPreceding, null, FrameBoundKind.CurrentRow, null, FrameExclusion.None);

    /// <summary>RANGE with offsets: what is compared; null for other frames.</summary>
    public BoundRange? Range { get; init; }
}

/// <summary>
/// RANGE with offsets, as expressions over the input: the value that rows are ordered by, and the least and greatest value of a row's frame (null where a bound has no offset). The
/// conditions tell that an offset is negative; they have no columns.
/// </summary>
public sealed record BoundRange(Expression Key, bool Descending, Expression? Start, Expression? End, Expression? IsStartNegative, Expression? IsEndNegative)
{
    /// <summary>The expressions over the input's columns.</summary>
    public IEnumerable<Expression> Expressions
    {
        get
        {
            yield return Key;
            if (Start is not null)
                yield return Start;
            if (End is not null)
                yield return End;
        }
    }

    /// <summary>The range with its expressions replaced.</summary>
    public BoundRange Map(Func<Expression, Expression> map) => this with { Key = map(Key), Start = Start is null ? null : map(Start), End = End is null ? null : map(End) };
}

/// <summary>A window function call, or an aggregate used as one (<paramref name="Aggregate"/>).</summary>
public sealed record WindowCall(int Column, string Name, AggregateFunction? Aggregate, IReadOnlyList<Expression> Arguments, BoundFrame Frame)
{
    /// <summary>FILTER, only of aggregates.</summary>
    public Expression? Filter { get; init; }

    /// <summary>All expressions over the input's columns.</summary>
    public IEnumerable<Expression> Expressions => [.. Arguments, .. Filter is null ? (IEnumerable<Expression>)[] : [Filter], .. Frame.Range?.Expressions ?? []];

    /// <summary>The call with its expressions replaced.</summary>
    public WindowCall Map(Func<Expression, Expression> map) => this with
    {
        Arguments = Arguments.Select(map).ToArray(),
        Filter = Filter is null ? null : map(Filter),
        Frame = Frame.Range is null ? Frame : Frame with { Range = Frame.Range.Map(map) },
    };
}

/// <summary>Window functions over one partitioning and order. The input's columns are passed on.</summary>
public sealed class WindowNode(
    RelationalNode input, IReadOnlyList<int> partitionColumns, IReadOnlyList<SortKey> orderKeys, IReadOnlyList<WindowCall> calls) : RelationalNode
{
    /// <summary>Input.</summary>
    public RelationalNode Input { get; } = input;

    /// <summary>PARTITION BY.</summary>
    public IReadOnlyList<int> PartitionColumns { get; } = partitionColumns;

    /// <summary>ORDER BY.</summary>
    public IReadOnlyList<SortKey> OrderKeys { get; } = orderKeys;

    /// <summary>Calls.</summary>
    public IReadOnlyList<WindowCall> Calls { get; } = calls;

    /// <summary>The input's columns that somebody reads, this node among them; null before pruning, when all are kept.</summary>
    public IReadOnlySet<int>? Needed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Columns { get; } = [.. input.Columns, .. calls.Select(call => call.Column)];

    /// <inheritdoc/>
    public override IReadOnlyList<RelationalNode> Inputs => [Input];

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) =>
        new WindowNode(inputs[0], PartitionColumns, OrderKeys, Calls) { Needed = Needed };

    /// <inheritdoc/>
    public override IEnumerable<Expression> Expressions => Calls.SelectMany(call => call.Expressions);

    /// <inheritdoc/>
    public override RelationalNode MapExpressions(Func<Expression, Expression> map) =>
        new WindowNode(Input, PartitionColumns, OrderKeys, Calls.Select(call => call.Map(map)).ToArray()) { Needed = Needed };
}
