using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Functions of xid8, snapshots, pg_lsn and "char". Source: PostgreSQL 15.</summary>
internal static class TransactionIdFunctions
{
    public static void Register(FunctionTable t)
    {
        RegisterSnapshots(t);
        RegisterLsns(t);
        t.Add("xid8cmp", static (ref FunctionCall c) => c.Return(((ulong)c.Int64(0)).CompareTo((ulong)c.Int64(1))));
        t.Add("xid8_larger", static (ref FunctionCall c) => c.Return((long)Math.Max((ulong)c.Int64(0), (ulong)c.Int64(1))));
        t.Add("xid8_smaller", static (ref FunctionCall c) => c.Return((long)Math.Min((ulong)c.Int64(0), (ulong)c.Int64(1))));
        t.Add("btcharcmp", static (ref FunctionCall c) => c.Return(c.Byte(0) - c.Byte(1)));
    }

    private static void RegisterSnapshots(FunctionTable t)
    {
        t.Add("pg_snapshot_xmin", static (ref FunctionCall c) => c.Return((long)SnapshotText.Parse(c.Bytes(0)).Xmin));
        t.Add("pg_snapshot_xmax", static (ref FunctionCall c) => c.Return((long)SnapshotText.Parse(c.Bytes(0)).Xmax));
        t.Add("pg_visible_in_snapshot", static (ref FunctionCall c) => c.Return(SnapshotText.Parse(c.Bytes(1)).IsVisible((ulong)c.Int64(0))));
        t.AddSet("pg_snapshot_xip", static (ref FunctionCall c) => new RunningSource(SnapshotText.Parse(c.Bytes(0)).Running));
    }

    private sealed class RunningSource(ulong[] running) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            for (; count < rowsMax && _next < running.Length; count++)
                columns[0].Set(start + count, running[_next++]);
            return count;
        }
    }

    private static void RegisterLsns(FunctionTable t)
    {
        const uint numericPlusLsn = 5023;
        t.Add("pg_lsn_cmp", static (ref FunctionCall c) => c.Return(((ulong)c.Int64(0)).CompareTo((ulong)c.Int64(1))));
        t.Add("pg_lsn_larger", static (ref FunctionCall c) => c.Return((long)Math.Max((ulong)c.Int64(0), (ulong)c.Int64(1))));
        t.Add("pg_lsn_smaller", static (ref FunctionCall c) => c.Return((long)Math.Min((ulong)c.Int64(0), (ulong)c.Int64(1))));
        t.Add("pg_lsn_pli", static (ref FunctionCall c) => c.Return((long)Offset((ulong)c.Int64(0), c.Numeric(1), "add NaN to pg_lsn")));
        t.Add(numericPlusLsn, static (ref FunctionCall c) => c.Return((long)Offset((ulong)c.Int64(1), c.Numeric(0), "add NaN to pg_lsn")));
        t.Add("pg_lsn_mii", static (ref FunctionCall c) =>
            c.Return((long)Offset((ulong)c.Int64(0), NumericMath.Negate(c.Numeric(1)), "subtract NaN from pg_lsn")));
        t.Add("numeric_pg_lsn", static (ref FunctionCall c) =>
        {
            NumericValue value = c.Numeric(0);
            c.Return((long)(value.IsFinite ? ToLsn(value) : throw Infinite(value)));
        });
    }

    private static SqlException Infinite(in NumericValue value) => new(SqlState.FeatureNotSupported, value.IsNaN ? "cannot convert NaN to pg_lsn" : "cannot convert infinity to pg_lsn");

    private static ulong Offset(ulong lsn, NumericValue bytes, string operation)
    {
        if (bytes.IsNaN)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot {operation}");
        NumericValue sum = NumericMath.Add(new NumericValue(lsn, 0), bytes);
        return bytes.IsFinite ? ToLsn(sum) : throw Infinite(sum);
    }

    private static ulong ToLsn(NumericValue value)
    {
        NumericValue rounded = NumericMath.Round(value, 0);
        return rounded.TryGetSmall(out Int128 number) && number >= 0 && number <= ulong.MaxValue ? (ulong)number
            : throw new SqlException(SqlState.InvalidParameterValue, "pg_lsn out of range");
    }
}
