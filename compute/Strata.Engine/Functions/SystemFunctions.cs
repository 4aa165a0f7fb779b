using System.Globalization;
using System.Runtime.InteropServices;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Functions of the session, the server, sequences, transactions and randomness.</summary>
internal static class SystemFunctions
{
    /// <summary>What version() shows.</summary>
    public const string VersionText = "PostgreSQL 15.13 (Strata 0.1.0) on .NET 10, 64-bit";

    public static void Register(FunctionTable t)
    {
        RegisterSession(t);
        RegisterSequences(t);
        RegisterTransactions(t);
        RegisterLocks(t);
        RegisterRandom(t);
    }

    private static void RegisterSession(FunctionTable t)
    {
        t.Add("pgsql_version", static (ref FunctionCall c) => c.Return(VersionText));
        t.Add("current_user", static (ref FunctionCall c) => c.Return(c.Context.Session.CurrentUser));
        t.Add("session_user", static (ref FunctionCall c) => c.Return(c.Context.Session.SessionUser));
        t.Add("current_database", static (ref FunctionCall c) => c.Return(c.Context.Session.DatabaseName));
        t.Add("current_schema", static (ref FunctionCall c) =>
        {
            if (c.Context.Session.CurrentSchemas(includeImplicit: false) is [var first, ..])
                c.Return(first);
            else
                c.ReturnNull();
        });
        t.Add("current_schemas", static (ref FunctionCall c) =>
        {
            var builder = new ArrayBuilder();
            foreach (string schema in c.Context.Session.CurrentSchemas(c.Boolean(0)))
                builder.Add(System.Text.Encoding.UTF8.GetBytes(schema));
            c.Return(builder.Build(TypeOid.Name));
        });
        t.AddSet("pg_listening_channels", static (ref FunctionCall c) => new ArrayFunctions.TextRows([.. c.Context.Session.ListeningChannels.Select(System.Text.Encoding.UTF8.GetBytes)]));
        t.Add("pg_backend_pid", static (ref FunctionCall c) => c.Return(c.Context.Session.BackendPid));
        t.Add("show_config_by_name", static (ref FunctionCall c) => c.Return(
            c.Context.Session.GetSetting(c.String(0))
            ?? throw new SqlException(SqlState.UndefinedObject, $"unrecognized configuration parameter \"{c.String(0)}\"")));
        t.Add("show_config_by_name_missing_ok", static (ref FunctionCall c) =>
        {
            string? value = c.Context.Session.GetSetting(c.String(0));
            if (value is null && !c.Boolean(1))
                throw new SqlException(SqlState.UndefinedObject, $"unrecognized configuration parameter \"{c.String(0)}\"");
            if (value is null)
                c.ReturnNull();
            else
                c.Return(value);
        });
        t.Add("set_config_by_name", static (ref FunctionCall c) =>
        {
            if (c.IsNull(0))
                throw new SqlException(SqlState.NullValueNotAllowed, "SET requires parameter name");
            c.Return(c.Context.Session.SetSetting(c.String(0), c.IsNull(1) ? null : c.String(1), !c.IsNull(2) && c.Boolean(2)));
        });
        t.Add("inet_server_addr", static (ref FunctionCall c) => ReturnAddress(ref c, c.Context.Session.ServerAddress?.Address));
        t.Add("inet_client_addr", static (ref FunctionCall c) => ReturnAddress(ref c, c.Context.Session.ClientAddress?.Address));
        t.Add("inet_server_port", static (ref FunctionCall c) => ReturnPort(ref c, c.Context.Session.ServerAddress?.Port));
        t.Add("inet_client_port", static (ref FunctionCall c) => ReturnPort(ref c, c.Context.Session.ClientAddress?.Port));
        t.Add("pg_postmaster_start_time", static (ref FunctionCall c) => c.Return(c.Context.Session.ServerStartTimestamp));
        t.Add("pg_conf_load_time", static (ref FunctionCall c) => c.Return(c.Context.Session.ServerStartTimestamp));
        t.Add("pg_is_in_recovery", static (ref FunctionCall c) => c.Return(c.Context.Session.IsInRecovery));
        t.Add("pg_is_wal_replay_paused", static (ref FunctionCall c) => c.Return(false));
        t.Add("pg_current_wal_lsn", static (ref FunctionCall c) => c.Return((long)c.Context.Session.CurrentLsn));
        t.Add("pg_current_wal_insert_lsn", static (ref FunctionCall c) => c.Return((long)c.Context.Session.CurrentLsn));
        t.Add("pg_current_wal_flush_lsn", static (ref FunctionCall c) => c.Return((long)c.Context.Session.CurrentLsn));
        t.Add("pg_wal_lsn_diff", static (ref FunctionCall c) => c.Return(new NumericValue((Int128)(ulong)c.Int64(0) - (ulong)c.Int64(1), 0)));
        t.Add("pg_lsn_mi", static (ref FunctionCall c) => c.Return(new NumericValue((Int128)(ulong)c.Int64(0) - (ulong)c.Int64(1), 0)));
        t.Add("pg_cancel_backend", static (ref FunctionCall c) => c.Return(c.Context.Session.CancelBackend(c.Int32(0))));
        t.Add("pg_terminate_backend", static (ref FunctionCall c) => c.Return(c.Context.Session.TerminateBackend(c.Int32(0))));
        t.Add("pg_notify", static (ref FunctionCall c) =>
        {
            c.Context.Session.Notify(c.IsNull(0) ? "" : c.String(0), c.IsNull(1) ? "" : c.String(1));
            c.Return(default(ReadOnlySpan<byte>));
        });
        t.Add("pg_notification_queue_usage", static (ref FunctionCall c) => c.Return(0.0));
        t.Add("pg_blocking_pids", static (ref FunctionCall c) => ReturnPids(ref c, c.Context.Session.BlockingPids(c.Int32(0))));
        t.Add("pg_safe_snapshot_blocking_pids", static (ref FunctionCall c) => ReturnPids(ref c, c.Context.Session.SafeSnapshotBlockingPids(c.Int32(0))));
        t.Add("pg_sleep", static (ref FunctionCall c) =>
        {
            double seconds = c.Float64(0);
            if (seconds > 0 && !c.Context.Sleep(TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue / 1000.0))))
                throw new OperationCanceledException(c.Context.Cancellation);
            c.Return(default(ReadOnlySpan<byte>));
        });
        t.Add(3935u, static (ref FunctionCall c) =>
        {
            // pg_sleep_for(interval).
            Int128 microseconds = c.Fixed16<IntervalValue>(0).Span;
            if (microseconds > 0 && !c.Context.Sleep(TimeSpan.FromMicroseconds((double)microseconds)))
                throw new OperationCanceledException(c.Context.Cancellation);
            c.Return(default(ReadOnlySpan<byte>));
        });
        t.Add("pg_my_temp_schema", static (ref FunctionCall c) => c.Return(c.Context.Session.TemporarySchema));
        t.Add("pg_is_other_temp_schema", static (ref FunctionCall c) => c.Return(c.Context.Session.IsOtherTemporarySchema(c.Oid(0))));
        t.Add("pg_jit_available", static (ref FunctionCall c) => c.Return(false));
        t.Add("pg_collation_actual_version", static (ref FunctionCall c) => c.ReturnNull());
        t.Add("pg_database_collation_actual_version", static (ref FunctionCall c) => c.ReturnNull());
    }

    private static void ReturnPids(ref FunctionCall c, IReadOnlyList<int> pids)
    {
        var builder = new ArrayBuilder();
        foreach (int pid in pids)
            builder.Add(BitConverter.GetBytes(pid));
        c.Return(builder.Build(TypeOid.Int4));
    }

    private static void ReturnText(ref FunctionCall c, string? text)
    {
        if (text is null)
            c.ReturnNull();
        else
            c.Return(text);
    }

    private static void ReturnPort(ref FunctionCall c, int? port)
    {
        if (port is { } number)
            c.Return(number);
        else
            c.ReturnNull();
    }

    private static void RegisterSequences(FunctionTable t)
    {
        t.Add("nextval_oid", static (ref FunctionCall c) => c.Return(c.Context.Session.NextSequenceValue(c.Oid(0))));
        t.Add("pg_sequence_last_value", static (ref FunctionCall c) =>
        {
            if (c.Context.Session.SequenceValue(c.Oid(0)) is { } value)
                c.Return(value);
            else
                c.ReturnNull();
        });
        t.Add("currval_oid", static (ref FunctionCall c) => c.Return(c.Context.Session.CurrentSequenceValue(c.Oid(0))));
        t.Add("lastval", static (ref FunctionCall c) => c.Return(c.Context.Session.LastSequenceValue()));
        t.Add("setval_oid", static (ref FunctionCall c) =>
        {
            c.Context.Session.SetSequenceValue(c.Oid(0), c.Int64(1), isCalled: true);
            c.Return(c.Int64(1));
        });
        t.Add("setval3_oid", static (ref FunctionCall c) =>
        {
            c.Context.Session.SetSequenceValue(c.Oid(0), c.Int64(1), c.Boolean(2));
            c.Return(c.Int64(1));
        });
    }

    private static void ReturnAddress(ref FunctionCall c, string? address)
    {
        if (address is null || Types.Network.InetValue.TryParse(System.Text.Encoding.ASCII.GetBytes(address), isCidr: false) is not { } value)
            c.ReturnNull();
        else
            c.Return(value.Encode());
    }

    private static void RegisterTransactions(FunctionTable t)
    {
        // txid_current and pg_current_xact_id share an implementation.
        t.Add("pg_current_xact_id", static (ref FunctionCall c) => c.Return((long)c.Context.Session.TransactionId(assign: true)));
        t.Add("pg_current_xact_id_if_assigned", static (ref FunctionCall c) =>
        {
            ulong xid = c.Context.Session.TransactionId(assign: false);
            if (xid == 0)
                c.ReturnNull();
            else
                c.Return((long)xid);
        });
        t.Add("pg_export_snapshot", static (ref FunctionCall c) => c.Return(c.Context.Session.ExportSnapshot()));
        t.Add("pg_current_snapshot", static (ref FunctionCall c) => c.Return(c.Context.Session.CurrentSnapshotText()));
    }

    private static void RegisterLocks(FunctionTable t)
    {
        AddLock(t, "pg_advisory_lock", shared: false, transactional: false, wait: true);
        AddLock(t, "pg_advisory_lock_shared", shared: true, transactional: false, wait: true);
        AddLock(t, "pg_advisory_xact_lock", shared: false, transactional: true, wait: true);
        AddLock(t, "pg_advisory_xact_lock_shared", shared: true, transactional: true, wait: true);
        AddLock(t, "pg_try_advisory_lock", shared: false, transactional: false, wait: false);
        AddLock(t, "pg_try_advisory_lock_shared", shared: true, transactional: false, wait: false);
        AddLock(t, "pg_try_advisory_xact_lock", shared: false, transactional: true, wait: false);
        AddLock(t, "pg_try_advisory_xact_lock_shared", shared: true, transactional: true, wait: false);
        foreach (string suffix in new[] { "_int8", "_int4" })
        {
            t.Add("pg_advisory_unlock" + suffix, static (ref FunctionCall c) => c.Return(c.Context.Session.AdvisoryUnlock(LockKey(ref c), shared: false)));
            t.Add("pg_advisory_unlock_shared" + suffix, static (ref FunctionCall c) => c.Return(c.Context.Session.AdvisoryUnlock(LockKey(ref c), shared: true)));
        }

        t.Add("pg_advisory_unlock_all", static (ref FunctionCall c) =>
        {
            c.Context.Session.AdvisoryUnlockAll();
            c.Return(default(ReadOnlySpan<byte>));
        });
    }

    private static long LockKey(ref FunctionCall c) =>
        c.ArgumentCount == 1 ? c.Int64(0) : ((long)c.Int32(0) << 32) | c.Oid(1);

    private static void AddLock(FunctionTable t, string name, bool shared, bool transactional, bool wait)
    {
        foreach (string suffix in new[] { "_int8", "_int4" })
        {
            t.Add(name + suffix, (ref FunctionCall c) =>
            {
                bool taken = c.Context.Session.AdvisoryLock(LockKey(ref c), shared, transactional, wait);
                if (wait)
                    c.Return(default(ReadOnlySpan<byte>));
                else
                    c.Return(taken);
            });
        }
    }

    private static void RegisterRandom(FunctionTable t)
    {
        t.Add("drandom", static (ref FunctionCall c) => c.Return((c.Context.Random.NextUInt64() >> 11) * (1.0 / (1UL << 53))));
        t.Add("setseed", static (ref FunctionCall c) => c.Return(c.Float64(0) is >= -1 and <= 1 ? default(ReadOnlySpan<byte>)
            : throw new SqlException(SqlState.InvalidParameterValue, string.Create(CultureInfo.InvariantCulture, $"setseed parameter {c.Float64(0)} is out of allowed range [-1,1]"))));
        t.Add("gen_random_uuid", static (ref FunctionCall c) =>
        {
            UInt128 value = 0;
            Span<byte> bytes = MemoryMarshal.AsBytes(new Span<UInt128>(ref value));
            c.Context.Random.Fill(bytes);
            // Version 4, variant 1 (RFC 4122).
            bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            c.ReturnFixed16(value);
        });
    }
}
