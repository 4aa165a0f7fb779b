using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>One side of a condition of which something may be known: a column, or an expression that an index or a statistics object is over (PostgreSQL's VariableStatData). Immutable.</summary>
/// <param name="Expression">The expression, without relabelling.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="Statistics">Statistics; null when there are none.</param>
/// <param name="Relation">Its table; null when it is of none.</param>
/// <param name="TableRows">Rows of the table.</param>
/// <param name="IsUnique">No two rows have the same value.</param>
internal sealed record Variable(Expression Expression, SqlType Type, ComparableStatistics? Statistics, RelationInfo? Relation, double TableRows, bool IsUnique)
{
    private const double DistinctDefault = 200;
    private const double RowsOfReference = 8;

    public double NullFraction => Statistics?.Source.NullFraction ?? 0;

    /// <summary>True when <see cref="Distinct"/> is only a guess.</summary>
    public bool IsDistinctGuessed => Statistics is not { Source.Distinct: not 0 } && !IsUnique && Type.Plain.Oid != TypeOid.Boolean && (Relation is null || TableRows >= DistinctDefault);

    /// <summary>Distinct values in the table.</summary>
    public double Distinct
    {
        get
        {
            double distinct = IsUnique ? -(1 - NullFraction) : Statistics?.Source.Distinct ?? (Type.Plain.Oid == TypeOid.Boolean ? 2 : 0);
            if (distinct > 0)
                return Math.Max(1, distinct);
            if (Relation is null)
                return DistinctDefault;
            // Catalogs have no statistics; what refers to tables does so a few times for each.
            if (Relation.SystemTable is not null && Type.Oid == TypeOid.Oid && distinct == 0)
                return Math.Max(1, Math.Max(Math.Min(DistinctDefault, TableRows), TableRows / RowsOfReference));
            return distinct < 0 ? Math.Max(1, Math.Round(-distinct * TableRows)) : Math.Max(1, Math.Min(DistinctDefault, TableRows));
        }
    }
}
