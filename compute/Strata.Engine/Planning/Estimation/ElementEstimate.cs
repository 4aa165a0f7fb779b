using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Estimation;

/// <summary>Shares of arrays that hold some elements, by the most common elements (PostgreSQL's arraycontsel). Stateless.</summary>
internal static class ElementEstimate
{
    private const double ContainedShare = 0.005;

    /// <summary>@&gt;, &lt;@ and &amp;&amp; of a column and a constant array, either way round; null when nothing is known.</summary>
    public static double? Share(string op, Variable? left, ConstantExpression? right, Variable? other, ConstantExpression? first)
    {
        if (left?.Statistics is { } statistics && right is { IsNull: false })
            return Of(op, statistics, right);
        if (other?.Statistics is { } swapped && first is { IsNull: false })
            return Of(op == "@>" ? "<@" : op == "<@" ? "@>" : op, swapped, first);
        return null;
    }

    /// <summary>The share of arrays that hold one element.</summary>
    public static double? Holds(Variable variable, ConstantEstimate constants, ConstantExpression element) =>
        variable.Statistics is { ElementKeys.Length: > 0 } statistics && variable.Type.ElementType is { } type && constants.KeyOf(element, type) is { } key
            ? FrequencyOf(statistics, key) * (1 - variable.NullFraction) : null;

    private static double? Of(string op, ComparableStatistics statistics, ConstantExpression array)
    {
        if (statistics.ElementKeys.Length == 0 || array.Type.ElementType is not { } type)
            return null;
        double all = 1, none = 1;
        using var vector = new Vector(type);
        vector.Reset(1);
        foreach (ArrayValue.Element element in new ArrayValue(array.Value.Bytes))
        {
            if (element.IsNull)
            {
                if (op == "@>")
                    return 0;
                continue;
            }

            vector.SetStored(0, element.Stored);
            double frequency = FrequencyOf(statistics, ComparableStatistics.KeyOf(Datum.FromVector(vector, 0), type));
            all *= frequency;
            none *= 1 - frequency;
        }

        return op switch
        {
            "@>" => all * (1 - statistics.Source.NullFraction),
            "&&" => (1 - none) * (1 - statistics.Source.NullFraction),
            _ => ContainedShare,
        };
    }

    private static double FrequencyOf(ComparableStatistics statistics, ReadOnlySpan<byte> key)
    {
        float[] frequencies = statistics.Source.ElementFrequencies;
        for (int i = 0; i < statistics.ElementKeys.Length; i++)
        {
            if (key.SequenceEqual(statistics.ElementKeys[i]))
                return frequencies[i];
        }

        // Others are rarer than the rarest that is listed.
        return statistics.ElementKeys.Length < frequencies.Length ? frequencies[statistics.ElementKeys.Length] / 2 : ContainedShare;
    }
}
