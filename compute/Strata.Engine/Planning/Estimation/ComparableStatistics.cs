using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning.Estimation;

/// <summary>
/// A column's statistics with its values as they are stored and as keys, whose byte order is the values' order: what estimates compare constants with. Immutable; thread-safe.
/// </summary>
internal sealed class ComparableStatistics
{
    private const int FractionBytes = 8;

    private ComparableStatistics(ColumnStatistics source, SqlType type)
    {
        Source = source;
        Type = type;
        foreach (float frequency in source.CommonFrequencies)
            CommonShare += frequency;
    }

    public ColumnStatistics Source { get; }

    public SqlType Type { get; }

    /// <summary>Most common values; empty when they can't be read.</summary>
    public Datum[] Common { get; private init; } = [];

    public byte[][] CommonKeys { get; private init; } = [];

    public Datum[] Bounds { get; private init; } = [];

    public byte[][] BoundKeys { get; private init; } = [];

    public byte[][] ElementKeys { get; private init; } = [];

    /// <summary>Share of the rows that have a common value.</summary>
    public double CommonShare { get; }

    /// <summary>Share of the rows that have a value which is not a common one.</summary>
    public double OtherShare => Math.Max(0, 1 - CommonShare - Source.NullFraction);

    public static ComparableStatistics Of(ColumnStatistics source, SqlType type, IFunctionContext functions)
    {
        try
        {
            Datum[] common = Parse(source.CommonValues, type, functions), bounds = Parse(source.HistogramBounds, type, functions);
            return new ComparableStatistics(source, type)
            {
                Common = common,
                CommonKeys = Keys(common, type),
                Bounds = bounds,
                BoundKeys = Keys(bounds, type),
                ElementKeys = type.ElementType is { } element ? Keys(Parse(source.CommonElements, element, functions), element) : [],
            };
        }
        catch (SqlException)
        {
            // The type changed its form since: shares are still good, values are not.
            return new ComparableStatistics(source, type);
        }
    }

    private static Datum[] Parse(string[] texts, SqlType type, IFunctionContext functions) =>
        Array.ConvertAll(texts, text => TypeInput.Parse(type.WithTypmod(-1), Encoding.UTF8.GetBytes(text), functions));

    private static byte[][] Keys(Datum[] values, SqlType type)
    {
        if (values.Length == 0 || !KeyEncoder.IsSupported(type))
            return [];
        var keys = new byte[values.Length][];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = KeyOf(values[i], type);
        return keys;
    }

    /// <summary>The key of a value of a type.</summary>
    public static byte[] KeyOf(in Datum value, SqlType type)
    {
        using var vector = new Vector(type);
        vector.Reset(1);
        value.Store(vector, 0);
        var key = new KeyBuffer();
        KeyEncoder.Append(vector, 0, descending: false, nullsFirst: false, key);
        return key.Written.ToArray();
    }

    /// <summary>Place of a common value, or -1.</summary>
    public int FindCommon(ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < CommonKeys.Length; i++)
        {
            if (key.SequenceEqual(CommonKeys[i]))
                return i;
        }

        return -1;
    }

    /// <summary>The share of the histogram below a value, interpolated within its bucket; null without a histogram. <paramref name="scale"/>: the value as a number, for types that have one.</summary>
    public double? BelowShare(ReadOnlySpan<byte> key, double? scale)
    {
        if (BoundKeys.Length < 2)
            return null;
        int low = 0, high = BoundKeys.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (BoundKeys[middle].AsSpan().SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == 0)
            return 0;
        if (low == BoundKeys.Length)
            return 1;
        return (low - 1 + Within(low, key, scale)) / (BoundKeys.Length - 1);
    }

    /// <summary>How far between the bounds of bucket <paramref name="high"/> - 1 a key stands, 0 to 1.</summary>
    private double Within(int high, ReadOnlySpan<byte> key, double? scale)
    {
        // Keys of these types are in order, but not a linear scale.
        if (Type.Plain.Oid is TypeOid.Numeric or TypeOid.Float4 or TypeOid.Float8 && scale is { } value && Scale(Bounds[high - 1]) is { } from && Scale(Bounds[high]) is { } to)
            return to > from ? Within((value - from) / (to - from)) : 0.5;
        ReadOnlySpan<byte> lower = BoundKeys[high - 1], upper = BoundKeys[high];
        int common = lower.CommonPrefixLength(upper);
        double first = Fraction(lower, common), last = Fraction(upper, common);
        return last > first ? Within((Fraction(key, common) - first) / (last - first)) : 0.5;
    }

    private double? Scale(in Datum value) => ValueScale.Of(value, Type);

    private static double Fraction(ReadOnlySpan<byte> key, int skipped)
    {
        double value = 0;
        for (int i = 0; i < FractionBytes; i++)
            value = (value * 256) + (skipped + i < key.Length ? key[skipped + i] : 0);
        return value;
    }

    /// <summary>A place within a bucket; in the middle where a bound is infinite, so that nothing can be said.</summary>
    private static double Within(double share) => double.IsNaN(share) ? 0.5 : Math.Clamp(share, 0, 1);
}
