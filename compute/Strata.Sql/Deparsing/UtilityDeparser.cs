using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints transaction control, settings, cursors, prepared statements and maintenance commands.</summary>
internal static class UtilityDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case TransactionStatement transaction:
                WriteTransaction(w, transaction);
                break;
            case SetStatement set:
                WriteSet(w, set, set.IsLocal);
                break;
            case ShowStatement show:
                w.Word("SHOW");
                WriteSettingName(w, show.Name);
                break;
            case SetConstraintsStatement set:
                w.Word("SET CONSTRAINTS");
                WriteRelationsOrAll(w, set.Constraints);
                w.Word(set.IsDeferred ? "DEFERRED" : "IMMEDIATE");
                break;
            case LockStatement @lock:
                w.Word("LOCK TABLE").Relations(@lock.Relations).Word("IN").Word(LockModeText(@lock.Mode)).Word("MODE").WordIf(@lock.IsNoWait, "NOWAIT");
                break;
            case ExplainStatement explain:
                w.Word("EXPLAIN");
                OptionDeparser.WriteUtility(w, explain.Options);
                StatementDeparser.Write(w, explain.Query);
                break;
            case PrepareStatement prepare:
                w.Word("PREPARE").Id(prepare.Name);
                if (!prepare.ParameterTypes.IsEmpty)
                {
                    w.Parenthesized(prepare.ParameterTypes, TypeDeparser.Write);
                }

                w.Word("AS");
                StatementDeparser.Write(w, prepare.Query);
                break;
            case ExecuteStatement execute:
                w.Word("EXECUTE").Id(execute.Name);
                if (!execute.Arguments.IsEmpty)
                {
                    w.Parenthesized(execute.Arguments, ExpressionDeparser.Write);
                }

                break;
            case DeallocateStatement deallocate:
                WriteNameOrAll(w.Word("DEALLOCATE"), deallocate.Name);
                break;
            case DeclareCursorStatement declare:
                WriteDeclare(w, declare);
                break;
            case FetchStatement fetch:
                WriteFetch(w, fetch);
                break;
            case CloseStatement close:
                WriteNameOrAll(w.Word("CLOSE"), close.CursorName);
                break;
            case VacuumStatement vacuum:
                w.Word(vacuum.IsVacuum ? "VACUUM" : "ANALYZE");
                OptionDeparser.WriteUtility(w, vacuum.Options);
                w.List(vacuum.Relations, static (writer, relation) => writer.Relation(relation.Relation).Columns(relation.Columns));
                break;
            case ClusterStatement cluster:
                WriteCluster(w, cluster);
                break;
            case ReindexStatement reindex:
                WriteReindex(w, reindex);
                break;
            case TruncateStatement truncate:
                w.Word("TRUNCATE TABLE").Relations(truncate.Relations).WordIf(truncate.RestartIdentity, "RESTART IDENTITY").Behavior(truncate.Behavior);
                break;
            case RefreshMaterializedViewStatement refresh:
                w.Word("REFRESH MATERIALIZED VIEW").WordIf(refresh.IsConcurrent, "CONCURRENTLY").Relation(refresh.Relation);
                w.WordIf(refresh.WithNoData, "WITH NO DATA");
                break;
            case CheckpointStatement:
                w.Word("CHECKPOINT");
                break;
            case DiscardStatement discard:
                w.Word("DISCARD").Word(discard.Kind.ToString().ToUpperInvariant());
                break;
            case ListenStatement listen:
                w.Word("LISTEN").Id(listen.Channel);
                break;
            case UnlistenStatement unlisten:
                w.Word("UNLISTEN");
                _ = unlisten.Channel is null ? w.Word("*") : w.Id(unlisten.Channel);
                break;
            case NotifyStatement notify:
                w.Word("NOTIFY").Id(notify.Channel);
                if (notify.Payload is not null)
                {
                    w.Raw(",").String(notify.Payload);
                }

                break;
            case LoadStatement load:
                w.Word("LOAD").String(load.FileName);
                break;
            case CallStatement call:
                w.Word("CALL");
                CallDeparser.Write(w, call.Call);
                break;
            default:
                return false;
        }

        return true;
    }

    /// <summary>Writes SET or RESET.</summary>
    public static void WriteSet(SqlWriter w, SetStatement set, bool isLocal)
    {
        switch (set.Kind)
        {
            case SetKind.Reset or SetKind.ResetAll:
                w.Word("RESET");
                WriteSettingName(w, set.Name);
                return;
            case SetKind.SessionCharacteristics:
                w.Word("SET SESSION CHARACTERISTICS AS TRANSACTION");
                WriteModes(w, set.Modes);
                return;
        }

        w.Word("SET").WordIf(isLocal, "LOCAL");
        switch (set.Kind)
        {
            case SetKind.Transaction:
                w.Word("TRANSACTION");
                WriteModes(w, set.Modes);
                return;
            case SetKind.TransactionSnapshot:
                w.Word("TRANSACTION SNAPSHOT");
                ExpressionDeparser.Write(w, set.Values[0]);
                return;
            case SetKind.Value when set.Name == "timezone" && set.Values[0] is CastExpression:
                w.Word("TIME ZONE");
                ExpressionDeparser.Write(w, set.Values[0]);
                return;
        }

        WriteSettingName(w, set.Name);
        switch (set.Kind)
        {
            case SetKind.FromCurrent:
                w.Word("FROM CURRENT");
                break;
            case SetKind.Default:
                w.Word("TO DEFAULT");
                break;
            default:
                w.Word("TO").List(set.Values, ExpressionDeparser.Write);
                break;
        }
    }

    /// <summary>Writes a setting's name; ALL for null.</summary>
    public static void WriteSettingName(SqlWriter w, string? name)
    {
        if (name is null)
        {
            w.Word("ALL");
            return;
        }

        w.Space().Names([.. name.Split('.')]);
    }

    private static void WriteNameOrAll(SqlWriter w, string? name) => _ = name is null ? w.Word("ALL") : w.Id(name);

    private static void WriteRelationsOrAll(SqlWriter w, SyntaxList<RelationName> relations) =>
        _ = relations.IsEmpty ? w.Word("ALL") : w.Relations(relations);

    private static void WriteModes(SqlWriter w, SyntaxList<TransactionMode> modes) =>
        w.List(modes, static (writer, mode) => writer.Word(mode.Kind switch
        {
            TransactionModeKind.ReadUncommitted => "ISOLATION LEVEL READ UNCOMMITTED",
            TransactionModeKind.ReadCommitted => "ISOLATION LEVEL READ COMMITTED",
            TransactionModeKind.RepeatableRead => "ISOLATION LEVEL REPEATABLE READ",
            TransactionModeKind.Serializable => "ISOLATION LEVEL SERIALIZABLE",
            TransactionModeKind.ReadOnly => "READ ONLY",
            TransactionModeKind.ReadWrite => "READ WRITE",
            TransactionModeKind.Deferrable => "DEFERRABLE",
            _ => "NOT DEFERRABLE",
        }));

    private static void WriteTransaction(SqlWriter w, TransactionStatement transaction)
    {
        w.Word(transaction.Kind switch
        {
            TransactionKind.Begin => "BEGIN",
            TransactionKind.Start => "START TRANSACTION",
            TransactionKind.Commit => "COMMIT",
            TransactionKind.Rollback => "ROLLBACK",
            TransactionKind.Savepoint => "SAVEPOINT",
            TransactionKind.Release => "RELEASE SAVEPOINT",
            TransactionKind.RollbackTo => "ROLLBACK TO SAVEPOINT",
            TransactionKind.Prepare => "PREPARE TRANSACTION",
            TransactionKind.CommitPrepared => "COMMIT PREPARED",
            _ => "ROLLBACK PREPARED",
        });
        WriteModes(w, transaction.Modes);
        if (transaction.SavepointName is not null)
        {
            w.Id(transaction.SavepointName);
        }

        if (transaction.GlobalId is not null)
        {
            w.String(transaction.GlobalId);
        }

        w.WordIf(transaction.IsChain, "AND CHAIN");
    }

    private static string LockModeText(TableLockMode mode) => mode switch
    {
        TableLockMode.AccessShare => "ACCESS SHARE",
        TableLockMode.RowShare => "ROW SHARE",
        TableLockMode.RowExclusive => "ROW EXCLUSIVE",
        TableLockMode.ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
        TableLockMode.Share => "SHARE",
        TableLockMode.ShareRowExclusive => "SHARE ROW EXCLUSIVE",
        TableLockMode.Exclusive => "EXCLUSIVE",
        _ => "ACCESS EXCLUSIVE",
    };

    private static void WriteDeclare(SqlWriter w, DeclareCursorStatement declare)
    {
        w.Word("DECLARE").Id(declare.Name).WordIf(declare.IsBinary, "BINARY").WordIf(declare.IsInsensitive, "INSENSITIVE");
        w.WordIf(declare.IsAsensitive, "ASENSITIVE").WordIf(declare.IsScroll == true, "SCROLL").WordIf(declare.IsScroll == false, "NO SCROLL");
        w.Word("CURSOR").WordIf(declare.IsHold, "WITH HOLD").Word("FOR");
        QueryDeparser.Write(w, declare.Query);
    }

    private static void WriteFetch(SqlWriter w, FetchStatement fetch)
    {
        w.Word(fetch.IsMove ? "MOVE" : "FETCH").Word(fetch.Direction.ToString().ToUpperInvariant());
        if (fetch.Count == FetchStatement.All)
        {
            w.Word("ALL");
        }
        else
        {
            w.Space().Number(fetch.Count);
        }

        w.Word("FROM").Id(fetch.CursorName);
    }

    private static void WriteCluster(SqlWriter w, ClusterStatement cluster)
    {
        w.Word("CLUSTER");
        if (cluster.Relation is null)
        {
            w.WordIf(!cluster.Options.IsEmpty, "VERBOSE");
            return;
        }

        OptionDeparser.WriteUtility(w, cluster.Options);
        w.Relation(cluster.Relation);
        if (cluster.IndexName is not null)
        {
            w.Word("USING").Id(cluster.IndexName);
        }
    }

    private static void WriteReindex(SqlWriter w, ReindexStatement reindex)
    {
        w.Word("REINDEX");
        OptionDeparser.WriteUtility(w, reindex.Options);
        w.Word(reindex.Kind.ToString().ToUpperInvariant());
        _ = reindex.Relation is not null ? w.Relation(reindex.Relation) : w.Id(reindex.Name!);
    }
}
