using Strata.Engine.Functions.Aggregates;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Makes the implementation of built-in aggregates for actual argument types. Thread-safe.</summary>
public static class BuiltinAggregates
{
    /// <summary>The aggregate; throws 0A000 when it is not supported.</summary>
    public static AggregateFunction Create(FunctionInfo function, SqlType[] argumentTypes, SqlType resultType) =>
        Find(function, argumentTypes, resultType)
        ?? throw new SqlException(SqlState.FeatureNotSupported, $"aggregate function {BuiltinFunctions.Signature(function)} is not supported");

    private static AggregateFunction? Find(FunctionInfo function, SqlType[] types, SqlType result)
    {
        switch (function.Name)
        {
            case "count": return new CountAggregate(function, types, result);
            case "sum": return Sum(function, types, result, NumericStatistic.Sum);
            case "avg": return Sum(function, types, result, NumericStatistic.Average);
            case "min" or "max": return MinMax(function, types, result, function.Name == "max");
            case "variance" or "var_samp": return Variance(function, types, result, NumericStatistic.SampleVariance);
            case "var_pop": return Variance(function, types, result, NumericStatistic.PopulationVariance);
            case "stddev" or "stddev_samp": return Variance(function, types, result, NumericStatistic.SampleDeviation);
            case "stddev_pop": return Variance(function, types, result, NumericStatistic.PopulationDeviation);
            case "bool_and" or "every": return new BooleanAggregate(function, types, result, isAnd: true);
            case "bool_or": return new BooleanAggregate(function, types, result, isAnd: false);
            case "bit_and" or "bit_or" or "bit_xor" when types[0].Oid is TypeOid.Bit:
                return new BitStringAggregate(function, types, result);
            case "bit_and" or "bit_or" or "bit_xor" when types[0].Physical is PhysicalType.Int16 or PhysicalType.Int32 or PhysicalType.Int64:
                return new BitAggregate(function, types, result);
            case "range_agg": return new RangeUnionAggregate(function, types, result);
            case "range_intersect_agg": return new RangeIntersectAggregate(function, types, result);
            case "string_agg": return new StringAggregate(function, types, result);
            case "xmlagg": return new XmlAggregate(function, types, result);
            case "array_agg": return new ArrayAggregate(function, types, result);
            case "json_agg" or "jsonb_agg" or "json_object_agg" or "jsonb_object_agg": return new JsonAggregate(function, types, result);
            case "corr" or "covar_pop" or "covar_samp" or "regr_avgx" or "regr_avgy" or "regr_count" or "regr_intercept" or "regr_r2"
                or "regr_slope" or "regr_sxx" or "regr_sxy" or "regr_syy":
                return new RegressionAggregate(function, types, result);
            default: return null;
        }
    }

    private static AggregateFunction? Sum(FunctionInfo function, SqlType[] types, SqlType result, NumericStatistic statistic)
    {
        bool isAverage = statistic == NumericStatistic.Average;
        return types[0].Oid switch
        {
            TypeOid.Int2 => new IntegerSumAggregate<short>(function, types, result, isAverage),
            TypeOid.Int4 => new IntegerSumAggregate<int>(function, types, result, isAverage),
            TypeOid.Money when !isAverage => new MoneySumAggregate(function, types, result),
            TypeOid.Int8 => new IntegerSumAggregate<long>(function, types, result, isAverage),
            TypeOid.Numeric => new NumericTotalAggregate(function, types, result, isAverage),
            TypeOid.Float4 or TypeOid.Float8 => new FloatAggregate(function, types, result, statistic),
            TypeOid.Interval => new IntervalSumAggregate(function, types, result, isAverage),
            _ => null,
        };
    }

    private static AggregateFunction? Variance(FunctionInfo function, SqlType[] types, SqlType result, NumericStatistic statistic) =>
        types[0].Oid is TypeOid.Float4 or TypeOid.Float8
            ? new FloatAggregate(function, types, result, statistic)
            : types[0].Oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Numeric
                ? new NumericSumAggregate(function, types, result, statistic) : null;

    private static AggregateFunction MinMax(FunctionInfo function, SqlType[] types, SqlType result, bool isMax)
    {
        SqlType type = types[0];
        switch (type.Oid)
        {
            case TypeOid.Interval:
                return new FixedMinMaxAggregate<IntervalValue>(function, types, result, isMax, static (a, b) => a.CompareTo(b));
            case TypeOid.TimeTz:
                return new FixedMinMaxAggregate<TimeTzValue>(function, types, result, isMax, static (a, b) => a.CompareTo(b));
            case TypeOid.PgLsn or TypeOid.Xid8:
                return new FixedMinMaxAggregate<ulong>(function, types, result, isMax, static (a, b) => a.CompareTo(b));
        }

        return type.Physical switch
        {
            PhysicalType.Int16 => new FixedMinMaxAggregate<short>(function, types, result, isMax, static (a, b) => a.CompareTo(b)),
            PhysicalType.Int32 when type.Oid is TypeOid.Int4 or TypeOid.Date =>
                new FixedMinMaxAggregate<int>(function, types, result, isMax, static (a, b) => a.CompareTo(b)),
            PhysicalType.Int32 => new FixedMinMaxAggregate<uint>(function, types, result, isMax, static (a, b) => a.CompareTo(b)),
            PhysicalType.Int64 => new FixedMinMaxAggregate<long>(function, types, result, isMax, static (a, b) => a.CompareTo(b)),
            PhysicalType.Float32 => new FixedMinMaxAggregate<float>(function, types, result, isMax, static (a, b) => ValueComparison.CompareFloats(a, b)),
            PhysicalType.Float64 => new FixedMinMaxAggregate<double>(function, types, result, isMax, ValueComparison.CompareFloats),
            _ => new BytesMinMaxAggregate(function, types, result, isMax),
        };
    }
}
