using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// Transactions' fates and ages, recovery, and what else monitoring programs ask of a server. Where this architecture has no such thing (standbys, log files, segments of the log) they get what
/// PostgreSQL says without it. Source: PostgreSQL 15, "System Information Functions", "System Administration Functions".
/// </summary>
internal static class ServerStateFunctions
{
    private const uint FirstNormalXid = 3;

    public static void Register(FunctionTable t)
    {
        t.Add("pg_xact_status", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Session.TransactionStatus((ulong)c.Int64(0))));
        t.Add("xid_age", static (ref FunctionCall c) => c.Return(c.Oid(0) < FirstNormalXid ? int.MaxValue : unchecked((int)((uint)c.Context.Session.NextTransactionId - c.Oid(0)))));
        // Rows are locked without multixacts: the next one is always the first.
        t.Add("mxid_age", static (ref FunctionCall c) => c.Return(c.Oid(0) == 0 ? int.MaxValue : unchecked((int)(1 - c.Oid(0)))));
        t.Add("current_query", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Session.CurrentQuery));
        t.Add("pg_trigger_depth", static (ref FunctionCall c) => c.Return(0));
        t.Add("pg_settings_get_flags", static (ref FunctionCall c) =>
        {
            if (Sessions.Settings.SettingRegistry.Find(c.String(0)) is not { } setting)
            {
                c.ReturnNull();
                return;
            }

            var flags = new ArrayBuilder();
            foreach (string flag in setting.Flags)
                flags.Add(System.Text.Encoding.UTF8.GetBytes(flag));
            c.Return(flags.Build(TypeOid.Text));
        });
        RegisterRecovery(t);
        foreach (string symbol in new[] { "pg_current_logfile", "pg_current_logfile_1arg" })
            t.Add(symbol, static (ref FunctionCall c) => c.ReturnNull());
        t.Add("pg_import_system_collations", static (ref FunctionCall c) => c.Return(0));
        t.Add("pg_relation_filepath", static (ref FunctionCall c) => c.ReturnNull());
        t.Add("pg_filenode_relation", static (ref FunctionCall c) => ReturnOid(ref c, c.Context.Catalog.FileNodeRelation(c.Oid(1))));
        t.Add("pg_get_replica_identity_index", static (ref FunctionCall c) => ReturnOid(ref c, c.Context.Catalog.ReplicaIdentityIndex(c.Oid(0))));
        t.Add("pg_stat_have_stats", static (ref FunctionCall c) => c.Return(HasStatistics(ref c)));
        t.Add("pg_isolation_test_session_is_blocked", static (ref FunctionCall c) =>
        {
            var interesting = new HashSet<int>();
            foreach (ArrayValue.Element element in new ArrayValue(c.Bytes(1)))
                interesting.Add(BitConverter.ToInt32(element.Stored));
            bool isBlocked = false;
            foreach (int pid in c.Context.Session.BlockingPids(c.Int32(0)))
                isBlocked |= interesting.Contains(pid);
            c.Return(isBlocked);
        });
        // Calls are not counted, as with track_functions = none, which it is unless somebody changes it.
        foreach (string item in new[] { "calls", "total_time", "self_time" })
        {
            t.Add("pg_stat_get_function_" + item, static (ref FunctionCall c) => c.ReturnNull());
            t.Add("pg_stat_get_xact_function_" + item, static (ref FunctionCall c) => c.ReturnNull());
        }

        t.Add("gin_cmp_tslexeme", static (ref FunctionCall c) => c.Return(Math.Sign(c.Bytes(0).SequenceCompareTo(c.Bytes(1)))));
        t.Add("gin_compare_jsonb", static (ref FunctionCall c) => c.Return(Math.Sign(c.Bytes(0).SequenceCompareTo(c.Bytes(1)))));
    }

    private static void RegisterRecovery(FunctionTable t)
    {
        foreach (string symbol in new[] { "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn", "pg_last_xact_replay_timestamp" })
            t.Add(symbol, static (ref FunctionCall c) => c.ReturnNull());
        foreach (string symbol in new[] { "pg_get_wal_replay_pause_state", "pg_wal_replay_pause", "pg_wal_replay_resume", "pg_promote" })
            t.Add(symbol, static (ref FunctionCall c) => throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "recovery is not in progress")
            {
                Hint = "Recovery control functions can only be executed during recovery.",
            });
        foreach (string symbol in new[] { "pg_xact_commit_timestamp", "pg_xact_commit_timestamp_origin", "pg_last_committed_xact" })
            t.Add(symbol, static (ref FunctionCall c) => throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "could not get commit timestamp data")
            {
                Hint = "Make sure the configuration parameter \"track_commit_timestamp\" is set.",
            });
        // The log has no segments that could be closed.
        t.Add("pg_switch_wal", static (ref FunctionCall c) => c.Return((long)c.Context.Session.CurrentLsn));
    }

    private static bool HasStatistics(ref FunctionCall c)
    {
        string kind = c.String(0);
        return kind switch
        {
            "database" => c.Oid(1) == c.Context.Session.DatabaseOid,
            "relation" => c.Oid(1) == c.Context.Session.DatabaseOid && c.Context.Catalog.HasStatistics(c.Oid(2)),
            "function" or "replslot" or "subscription" => false,
            "archiver" or "bgwriter" or "wal" => true,
            "checkpointer" or "slru" => false,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid statistics kind: \"{kind}\""),
        };
    }

    private static void ReturnText(ref FunctionCall c, string? text)
    {
        if (text is null)
            c.ReturnNull();
        else
            c.Return(text);
    }

    private static void ReturnOid(ref FunctionCall c, uint oid)
    {
        if (oid == 0)
            c.ReturnNull();
        else
            c.Return(oid);
    }
}
