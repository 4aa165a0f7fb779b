using Strata.Engine.Expressions;

namespace Strata.Engine.Planning.Estimation;

/// <summary>Shares of pairs of rows that a join's condition keeps: equality by common values and distinct counts of both sides (PostgreSQL's eqjoinsel), order by their histograms. Stateless.</summary>
internal static class JoinEstimate
{
    /// <summary>The share of all pairs whose values are equal.</summary>
    public static double Equal(Variable left, Variable right)
    {
        double leftDistinct = left.Distinct, rightDistinct = right.Distinct;
        if (left.Statistics is { Common.Length: > 0 } a && right.Statistics is { Common.Length: > 0 } b)
            return ByCommonValues(a, leftDistinct, b, rightDistinct);
        return (1 - left.NullFraction) * (1 - right.NullFraction) / Math.Max(1, Math.Max(leftDistinct, rightDistinct));
    }

    private static double ByCommonValues(ComparableStatistics a, double leftDistinct, ComparableStatistics b, double rightDistinct)
    {
        float[] left = a.Source.CommonFrequencies, right = b.Source.CommonFrequencies;
        Dictionary<string, int> places = [];
        for (int i = 0; i < b.Source.CommonValues.Length; i++)
            places[b.Source.CommonValues[i]] = i;
        double product = 0, leftMatched = 0, rightMatched = 0;
        int matches = 0;
        for (int i = 0; i < a.Source.CommonValues.Length; i++)
        {
            if (!places.TryGetValue(a.Source.CommonValues[i], out int place))
                continue;
            product += (double)left[i] * right[place];
            leftMatched += left[i];
            rightMatched += right[place];
            matches++;
        }

        double leftUnmatched = Math.Max(0, a.CommonShare - leftMatched), rightUnmatched = Math.Max(0, b.CommonShare - rightMatched);
        double fromLeft = product, fromRight = product;
        if (rightDistinct > right.Length)
            fromLeft += leftUnmatched * b.OtherShare / (rightDistinct - right.Length);
        if (rightDistinct > matches)
            fromLeft += a.OtherShare * (b.OtherShare + rightUnmatched) / (rightDistinct - matches);
        if (leftDistinct > left.Length)
            fromRight += rightUnmatched * a.OtherShare / (leftDistinct - left.Length);
        if (leftDistinct > matches)
            fromRight += b.OtherShare * (a.OtherShare + leftUnmatched) / (leftDistinct - matches);
        return Math.Clamp(Math.Min(fromLeft, fromRight), 0, 1);
    }

    /// <summary>The share of left rows with a partner among <paramref name="rightRows"/> rows of the right side.</summary>
    public static double Semi(Variable left, Variable right, double rightRows)
    {
        if (left.IsDistinctGuessed && right.IsDistinctGuessed && right.Relation is null)
            return 0.5;
        double rightDistinct = Surviving(right.Distinct, right.TableRows, rightRows);
        return (1 - left.NullFraction) * Math.Min(1, rightDistinct / Math.Max(1, left.Distinct));
    }

    /// <summary>
    /// How many of a table's distinct values are left among some of its rows, chosen without regard to them (Yao 1977, as PostgreSQL's estimate_num_groups has it).
    /// </summary>
    public static double Surviving(double distinct, double tableRows, double rows)
    {
        if (tableRows <= 0)
            return Math.Min(distinct, rows);
        if (rows >= tableRows || distinct <= 0)
            return Math.Max(1, distinct);
        return Math.Max(1, distinct * (1 - Math.Pow((tableRows - rows) / tableRows, tableRows / Math.Max(1, distinct))));
    }

    /// <summary>The share of pairs whose left value is below the right one, as if they had nothing to do with each other; null without histograms of one type.</summary>
    public static double? Below(Variable left, Variable right)
    {
        if (left.Type.Plain.Oid != right.Type.Plain.Oid || left.Statistics is not { BoundKeys.Length: > 1 } a || right.Statistics is not { BoundKeys.Length: > 1 } b)
            return null;
        double sum = 0;
        int used = 0;
        for (int i = 0; i < b.BoundKeys.Length; i++)
        {
            sum += a.BelowShare(b.BoundKeys[i], ValueScale.Of(b.Bounds[i], b.Type)) ?? 0.5;
            used++;
        }

        return sum / used;
    }
}
