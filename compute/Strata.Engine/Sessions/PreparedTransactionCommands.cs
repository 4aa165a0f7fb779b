using System.Globalization;
using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>PREPARE TRANSACTION, COMMIT PREPARED and ROLLBACK PREPARED.</summary>
internal static class PreparedTransactionCommands
{
    private const int GidBytesMax = 199;

    /// <summary>PREPARE TRANSACTION; its tag. Whatever it throws, the transaction is rolled back.</summary>
    public static string Prepare(SessionContext context, TransactionStatement statement)
    {
        TransactionBlock transactions = context.Transactions;
        if (transactions is not { IsBlock: true, IsFailed: false })
        {
            if (!transactions.IsBlock)
                context.Notice("there is no transaction in progress", "WARNING", SqlState.NoActiveSqlTransaction.Code);
            transactions.Rollback();
            return "ROLLBACK";
        }

        transactions.Prepare(transaction =>
        {
            string gid = statement.GlobalId!;
            if (Encoding.UTF8.GetByteCount(gid) > GidBytesMax)
                throw new SqlException(SqlState.InvalidParameterValue, $"transaction identifier \"{gid}\" is too long");
            int max = int.Parse(context.Settings["max_prepared_transactions"], CultureInfo.InvariantCulture);
            if (max == 0)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "prepared transactions are disabled") { Hint = "Set max_prepared_transactions to a nonzero value." };
            CheckMayPrepare(context, transaction);
            context.Engine.Prepared.Prepare(transaction, gid, context.CurrentUserOid, context.DatabaseOid, max, context.Cancellation);
        });
        return "PREPARE TRANSACTION";
    }

    /// <summary>COMMIT PREPARED or ROLLBACK PREPARED; its tag.</summary>
    public static string Finish(SessionContext context, TransactionStatement statement)
    {
        bool isCommit = statement.Kind == TransactionKind.CommitPrepared;
        string command = isCommit ? "COMMIT PREPARED" : "ROLLBACK PREPARED";
        if (context.Transactions.IsBlock)
            throw new SqlException(SqlState.ActiveSqlTransaction, $"{command} cannot run inside a transaction block");
        EngineInstance engine = context.Engine;
        PreparedTransaction prepared = engine.Prepared.Take(statement.GlobalId!, context.CurrentUserOid, context.IsSuperuser, context.DatabaseOid);
        byte[] invalidations = prepared.Transaction.Invalidations.ToArray();
        if (!isCommit)
        {
            engine.Prepared.RollBack(prepared, context.Cancellation);
            for (int at = 0; at < invalidations.Length; at += sizeof(ulong))
                engine.Catalog.Unregister(invalidations.AsSpan(at, sizeof(ulong)));
            return command;
        }

        engine.Prepared.Commit(prepared, context.Cancellation);
        // Of changes that an earlier life made to catalogs, this one has only the rows.
        if (prepared is { IsRecovered: true, State.HasCatalogChanges: true })
            engine.Catalog.Reload(prepared.State.Database, context.Cancellation);
        if (prepared.State.CommitDrops.Length > 0)
            engine.Forget(prepared.State.CommitDrops);
        return command;
    }

    private static void CheckMayPrepare(SessionContext context, Transaction transaction)
    {
        if (context.Session.Notifications.HasWork)
            throw Refused("cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY");
        if (transaction.HasExported)
            throw Refused("cannot PREPARE a transaction that has exported snapshots");
        if (context.Session.Portals.Portals.Any(static portal => portal is { Declaration.IsHold: true, OutlivedTransaction: false }))
            throw Refused("cannot PREPARE a transaction that has created a cursor WITH HOLD");
        CatalogView view = context.View;
        uint temporary = context.Temporary.SchemaOid(view);
        foreach (uint relation in transaction.LockedRelations(context.DatabaseOid))
            if (temporary != 0 && view.FindRelation(relation)?.SchemaOid == temporary)
                throw Refused("cannot PREPARE a transaction that has operated on temporary objects");
        if (temporary != 0 && context.Transactions.Changes.Touches(temporary))
            throw Refused("cannot PREPARE a transaction that has operated on temporary objects");
        if (transaction.Owner.HoldsInSessionToo())
            throw Refused("cannot PREPARE while holding both session-level and transaction-level locks on the same object");
    }

    private static SqlException Refused(string message) => new(SqlState.FeatureNotSupported, message);
}
