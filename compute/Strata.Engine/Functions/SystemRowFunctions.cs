using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Set-returning functions beneath the views of the running system, and those that give one such row. Source: PostgreSQL 15's system_views.sql.</summary>
internal static class SystemRowFunctions
{
    public static void Register(FunctionTable t)
    {
        foreach (string symbol in SystemFunctionRows.Names)
            t.AddSet(symbol, (ref FunctionCall c) => new Rows(c.Context.Catalog.SystemRows(symbol, Argument(ref c)), c.Context));
        Record(t, "pg_stat_get_wal", static context => First(context, "pg_stat_wal"));
        Record(t, "pg_stat_get_archiver", static context => First(context, "pg_stat_archiver"));
        // As PostgreSQL without a standby: there is no receiver to tell of.
        t.Add("pg_stat_get_wal_receiver", static (ref FunctionCall c) => c.ReturnNull());
        string[] counters = ["timed_checkpoints", "requested_checkpoints", "", "", "buf_written_checkpoints", "buf_written_clean", "maxwritten_clean"];
        for (int i = 0; i < counters.Length; i++)
            if (counters[i].Length > 0)
                Counter(t, "pg_stat_get_bgwriter_" + counters[i], i);
        Counter(t, "pg_stat_get_buf_written_backend", 7);
        Counter(t, "pg_stat_get_buf_fsync_backend", 8);
        Counter(t, "pg_stat_get_buf_alloc", 9);
        Counter(t, "pg_stat_get_bgwriter_stat_reset_time", 10);
        t.Add("pg_stat_get_checkpoint_write_time", static (ref FunctionCall c) => c.Return(First(c.Context, "pg_stat_bgwriter")[2].Double));
        t.Add("pg_stat_get_checkpoint_sync_time", static (ref FunctionCall c) => c.Return(First(c.Context, "pg_stat_bgwriter")[3].Double));
        RegisterBackends(t);
        t.Add("pg_sequence_parameters", static (ref FunctionCall c) => ReturnRecord(ref c, c.Context.Catalog.SequenceParameters(c.Oid(0))));
    }

    private static void Counter(FunctionTable t, string symbol, int column) => t.Add(symbol, (ref FunctionCall c) => c.Return(First(c.Context, "pg_stat_bgwriter")[column].Number));

    private static CatalogValue[] First(IFunctionContext context, string view) => context.Catalog.SystemRows(view, CatalogValue.Null).First();

    private static void Record(FunctionTable t, string symbol, Func<IFunctionContext, CatalogValue[]> row) => t.Add(symbol, (ref FunctionCall c) => ReturnRecord(ref c, row(c.Context)));

    /// <summary>Returns a row as the record that the function's OUT parameters describe.</summary>
    internal static void ReturnRecord(ref FunctionCall c, CatalogValue[] values)
    {
        SqlType[] types = [.. c.Site.Function.ResultColumns.Select(static column => BuiltinTypes.Get(column.Type))];
        c.Return(new CatalogValueWriter(c.Context).Record(values, types));
    }

    private static CatalogValue Argument(ref FunctionCall c)
    {
        if (c.ArgumentCount == 0 || c.IsNull(0))
            return CatalogValue.Null;
        return c.ArgumentVector(0).Physical == PhysicalType.Bytes ? c.String(0) : c.ArgumentType(0).Oid == TypeOid.Oid ? c.Oid(0) : c.Int32(0);
    }

    // The number of a backend is its process id: it stays the same from call to call.
    private static void RegisterBackends(FunctionTable t)
    {
        Backend(t, "pid", 1);
        Backend(t, "dbid", 0);
        Backend(t, "userid", 2);
        Backend(t, "activity", 5);
        Backend(t, "wait_event_type", 6);
        Backend(t, "wait_event", 7);
        Backend(t, "xact_start", 8);
        Backend(t, "activity_start", 9);
        Backend(t, "start", 10);
        Backend(t, "client_addr", 12);
        Backend(t, "client_port", 14);
    }

    private static void Backend(FunctionTable t, string word, int column) => t.Add("pg_stat_get_backend_" + word, (ref FunctionCall c) =>
    {
        CatalogValue[]? row = c.Context.Catalog.SystemRows("pg_stat_get_activity", c.Int32(0)).FirstOrDefault();
        CatalogValue value = row is null ? CatalogValue.Null : row[column];
        using var field = new Vector(c.ResultType);
        field.Reset(1);
        new CatalogValueWriter(c.Context).Store(value, field, 0);
        c.ReturnRow(field, 0);
    });

    private sealed class Rows(IEnumerable<CatalogValue[]> rows, IFunctionContext context) : RowSource
    {
        private readonly IEnumerator<CatalogValue[]> _rows = rows.GetEnumerator();
        private readonly CatalogValueWriter _values = new(context);

        public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
        {
            int count = 0;
            while (count < rowsMax && _rows.MoveNext())
            {
                for (int i = 0; i < columns.Length; i++)
                    _values.Store(_rows.Current[i], columns[i], start + count);
                count++;
            }

            if (count == 0)
                _rows.Dispose();
            return count;
        }
    }
}
