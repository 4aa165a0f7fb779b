using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>BEGIN, COMMIT, ROLLBACK, savepoints and SET TRANSACTION, with PostgreSQL's warnings.</summary>
internal static class TransactionCommands
{
    /// <summary>Runs a transaction command; returns its tag.</summary>
    public static string Execute(SessionContext context, TransactionStatement statement, bool isImplicitBlock)
    {
        TransactionBlock transactions = context.Transactions;
        switch (statement.Kind)
        {
            case TransactionKind.Begin:
            case TransactionKind.Start:
                Begin(context, statement);
                return statement.Kind == TransactionKind.Begin ? "BEGIN" : "START TRANSACTION";
            case TransactionKind.Commit:
                return Commit(context, statement);
            case TransactionKind.Rollback:
                return Rollback(context, statement);
            case TransactionKind.Savepoint:
                RequireBlock(transactions, "SAVEPOINT", isImplicitBlock);
                transactions.DefineSavepoint(statement.SavepointName!);
                return "SAVEPOINT";
            case TransactionKind.Release:
                RequireBlock(transactions, "RELEASE SAVEPOINT", isImplicitBlock);
                transactions.ReleaseSavepoint(statement.SavepointName!);
                return "RELEASE";
            case TransactionKind.RollbackTo:
                RequireBlock(transactions, "ROLLBACK TO SAVEPOINT", isImplicitBlock);
                transactions.RollbackToSavepoint(statement.SavepointName!);
                return "ROLLBACK";
            case TransactionKind.Prepare:
                return PreparedTransactionCommands.Prepare(context, statement);
            default:
                return PreparedTransactionCommands.Finish(context, statement);
        }
    }

    /// <summary>The statements that a failed block still takes.</summary>
    public static bool IsAllowedWhenFailed(Statement? statement) =>
        statement is TransactionStatement { Kind: TransactionKind.Commit or TransactionKind.Rollback or TransactionKind.RollbackTo or TransactionKind.Prepare };

    /// <summary>25P02: everything else in a failed block.</summary>
    public static SqlException BlockIsFailed() =>
        new(SqlState.InFailedSqlTransaction, "current transaction is aborted, commands ignored until end of transaction block");

    private static void Begin(SessionContext context, TransactionStatement statement)
    {
        (IsolationLevel? isolation, bool? readOnly) = Modes(statement.Modes);
        if (context.Transactions.TryBegin(isolation, readOnly))
        {
            ApplyDeferrable(context, statement.Modes);
            return;
        }

        context.Notice("there is already a transaction in progress", "WARNING", SqlState.ActiveSqlTransaction.Code);
        ApplyModes(context, statement.Modes);
    }

    private static string Commit(SessionContext context, TransactionStatement statement)
    {
        TransactionBlock transactions = context.Transactions;
        if (!transactions.IsBlock)
        {
            if (statement.IsChain)
                throw NoBlock("COMMIT AND CHAIN");
            context.Notice("there is no transaction in progress", "WARNING", SqlState.NoActiveSqlTransaction.Code);
        }

        (IsolationLevel isolation, bool readOnly, bool deferrable) = Characteristics(transactions);
        bool committed = transactions.Commit(context.Cancellation);
        if (statement.IsChain)
        {
            transactions.TryBegin(isolation, readOnly);
            transactions.IsDeferrable = deferrable;
        }

        return committed ? "COMMIT" : "ROLLBACK";
    }

    private static string Rollback(SessionContext context, TransactionStatement statement)
    {
        TransactionBlock transactions = context.Transactions;
        if (!transactions.IsBlock)
        {
            if (statement.IsChain)
                throw NoBlock("ROLLBACK AND CHAIN");
            context.Notice("there is no transaction in progress", "WARNING", SqlState.NoActiveSqlTransaction.Code);
        }

        (IsolationLevel isolation, bool readOnly, bool deferrable) = Characteristics(transactions);
        transactions.Rollback();
        if (statement.IsChain)
        {
            transactions.TryBegin(isolation, readOnly);
            transactions.IsDeferrable = deferrable;
        }

        return "ROLLBACK";
    }

    private static (IsolationLevel Isolation, bool ReadOnly, bool Deferrable) Characteristics(TransactionBlock transactions) =>
        (TransactionBlock.ParseIsolation(transactions.IsolationSetting), transactions.IsReadOnly, transactions.IsDeferrable);

    private static void RequireBlock(TransactionBlock transactions, string command, bool isImplicitBlock)
    {
        if (!transactions.IsBlock && !isImplicitBlock)
            throw NoBlock(command);
        if (!transactions.IsBlock)
            throw new SqlException(SqlState.NoActiveSqlTransaction, $"{command} can only be used in transaction blocks");
    }

    private static SqlException NoBlock(string command) => new(SqlState.NoActiveSqlTransaction, $"{command} can only be used in transaction blocks");

    /// <summary>SET TRANSACTION.</summary>
    public static void ApplyModes(SessionContext context, SyntaxList<TransactionMode> modes)
    {
        (IsolationLevel? isolation, bool? readOnly) = Modes(modes);
        if (context.Transactions is { IsBlock: false, IsInScript: false })
        {
            context.Notice("SET TRANSACTION can only be used in transaction blocks", "WARNING", SqlState.NoActiveSqlTransaction.Code);
            return;
        }

        if (isolation is { } level)
            context.Transactions.SetIsolation(level);
        if (readOnly is { } value)
            context.Transactions.SetReadOnly(value);
        ApplyDeferrable(context, modes);
    }

    private static void ApplyDeferrable(SessionContext context, SyntaxList<TransactionMode> modes)
    {
        foreach (TransactionMode mode in modes)
        {
            if (mode.Kind is TransactionModeKind.Deferrable or TransactionModeKind.NotDeferrable)
                context.Transactions.IsDeferrable = mode.Kind == TransactionModeKind.Deferrable;
        }
    }

    /// <summary>SET SESSION CHARACTERISTICS AS TRANSACTION.</summary>
    public static void ApplyDefaults(SessionContext context, SyntaxList<TransactionMode> modes)
    {
        foreach (TransactionMode mode in modes)
        {
            (string name, string value) = mode.Kind switch
            {
                TransactionModeKind.ReadUncommitted => ("default_transaction_isolation", "read uncommitted"),
                TransactionModeKind.ReadCommitted => ("default_transaction_isolation", "read committed"),
                TransactionModeKind.RepeatableRead => ("default_transaction_isolation", "repeatable read"),
                TransactionModeKind.Serializable => ("default_transaction_isolation", "serializable"),
                TransactionModeKind.ReadOnly => ("default_transaction_read_only", "on"),
                TransactionModeKind.ReadWrite => ("default_transaction_read_only", "off"),
                TransactionModeKind.Deferrable => ("default_transaction_deferrable", "on"),
                _ => ("default_transaction_deferrable", "off"),
            };
            context.Settings.Set(name, value, isLocal: false, isSuperuser: true);
        }
    }

    private static (IsolationLevel? Isolation, bool? ReadOnly) Modes(SyntaxList<TransactionMode> modes)
    {
        IsolationLevel? isolation = null;
        bool? readOnly = null;
        foreach (TransactionMode mode in modes)
        {
            switch (mode.Kind)
            {
                case TransactionModeKind.ReadUncommitted:
                    isolation = IsolationLevel.ReadUncommitted;
                    break;
                case TransactionModeKind.ReadCommitted:
                    isolation = IsolationLevel.ReadCommitted;
                    break;
                case TransactionModeKind.RepeatableRead:
                    isolation = IsolationLevel.RepeatableRead;
                    break;
                case TransactionModeKind.Serializable:
                    isolation = IsolationLevel.Serializable;
                    break;
                case TransactionModeKind.ReadOnly:
                    readOnly = true;
                    break;
                case TransactionModeKind.ReadWrite:
                    readOnly = false;
                    break;
            }
        }

        return (isolation, readOnly);
    }
}
