using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>
/// A value of the outer row and the column of an unnested tree that stands for it: the tree's rows belong to the outer rows for which the condition holds. Immutable.
/// </summary>
/// <param name="Outer">Over columns of the outer row.</param>
/// <param name="Column">The column of the tree.</param>
/// <param name="Condition">Compares both: =, or IS NOT DISTINCT FROM where a null has rows too.</param>
/// <param name="IsSame">Where the condition holds the values are not only equal but the same, so that the column may be put in the place of the outer one.</param>
internal sealed record CorrelationLink(Expression Outer, int Column, Expression Condition, bool IsSame)
{
    /// <summary>The same link to a column that passes this one on under another number.</summary>
    public CorrelationLink Renamed(int column) => this with
    {
        Column = column,
        Condition = Condition.Transform(part => part is ColumnExpression known && known.Column == Column ? new ColumnExpression(column, known.Type) : part),
    };

    /// <summary>The columns of some links.</summary>
    public static IEnumerable<int> ColumnsOf(IEnumerable<CorrelationLink> links) => links.Select(static link => link.Column);

    /// <summary>The link to the same outer value, or null.</summary>
    public CorrelationLink? PartnerIn(IEnumerable<CorrelationLink> links) => links.FirstOrDefault(link => link.Outer.Equals(Outer));

    /// <summary>That the columns of two links have the same value; null when their types have no equality of their own.</summary>
    public static Expression? Match(CorrelationLink a, CorrelationLink b, QueryMetadata metadata) =>
        ValueEquality.Compare(new ColumnExpression(a.Column, metadata[a.Column].Type), new ColumnExpression(b.Column, metadata[b.Column].Type), isNullSafe: a.IsNullSafe && b.IsNullSafe);

    /// <summary>Outer rows with a null have rows of the tree.</summary>
    public bool IsNullSafe => Condition is DistinctFromExpression;
}
