using Strata.Engine.Ddl;
using Strata.Engine.Sessions.Copying;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>Everything that is neither a query nor transaction control: which command does it and what it answers.</summary>
internal sealed class UtilityCommands(SqlSession session, StatementRunner runner)
{
    private readonly SettingCommands _settings = new(session.Context);
    private readonly CursorCommands _cursors = new(session, runner);
    private readonly PreparedCommands _prepared = new(session, runner);
    private readonly ExplainCommand _explain = new(session.Context, runner, new PreparedCommands(session, runner));

    /// <summary>Columns of the rows that a command answers with; null when it has none.</summary>
    public ResultColumn[]? Describe(Statement? statement, IReadOnlyList<Expression>? arguments = null) => statement switch
    {
        ShowStatement show => SettingCommands.DescribeShow(show),
        ExplainStatement explain => ExplainCommand.Describe(explain),
        CallStatement call => CallCommand.Describe(session.Context, call, arguments),
        FetchStatement { IsMove: false } fetch => session.Portals.FindCursor(fetch.CursorName).Plan!.Columns,
        ExecuteStatement execute => session.Portals.FindStatement(execute.Name).Plan is { Plan.HasRows: true } plan ? plan.Columns : null,
        _ => null,
    };

    /// <summary>Runs a command within the current transaction. <paramref name="text"/> is the source that positions refer to, <paramref name="own"/> the statement's own part of it.</summary>
    public UtilityResult Execute(Statement statement, string text, string own, short[] formats, IReadOnlyList<Expression>? arguments = null)
    {
        SessionContext context = session.Context;
        switch (statement)
        {
            case SetStatement set:
                return _settings.Set(set);
            case ShowStatement show:
                return _settings.Show(show);
            case ExplainStatement explain:
                return _explain.Execute(explain, text, own, arguments);
            case PrepareStatement prepare:
                return _prepared.Prepare(prepare, own);
            case ExecuteStatement execute:
                return _prepared.Execute(execute, text, formats);
            case DeallocateStatement deallocate:
                return _prepared.Deallocate(deallocate);
            case DeclareCursorStatement declare:
                return _cursors.Declare(declare, text, own, arguments);
            case FetchStatement fetch:
                return _cursors.Fetch(fetch, formats);
            case CloseStatement close:
                return _cursors.Close(close);
            case CopyStatement { IsFrom: true } copy:
                return new UtilityResult("COPY") { CountsRows = true, RowCount = CopyIn.RunFile(context, runner, copy, text) };
            case CopyStatement copy:
                return new UtilityResult("COPY") { CountsRows = true, RowCount = CopyOut.Run(context, runner, copy, text) };
            case DiscardStatement discard:
                return Discard(discard);
            case DoStatement block:
                return new Routines.AnonymousBlock(context).Execute(block);
            case CallStatement call:
                return CallCommand.Execute(context, call, text, arguments);
            case ListenStatement listen:
                session.Notifications.Listen(listen.Channel);
                return new UtilityResult("LISTEN");
            case UnlistenStatement unlisten:
                session.Notifications.Unlisten(unlisten.Channel);
                return new UtilityResult("UNLISTEN");
            case NotifyStatement notify:
                return Notify(notify);
            case CheckpointStatement:
                return new UtilityResult("CHECKPOINT");
            case LockStatement:
                return new UtilityResult(LockCommand.Execute(new DdlContext(context, text), (LockStatement)statement, context.Transactions.IsBlock || context.Transactions.IsInScript));
            case SetConstraintsStatement constraints:
                ConstraintModes.Set(context, constraints);
                return new UtilityResult("SET CONSTRAINTS");
            default:
                return ExecuteDefinition(statement, text, own, arguments);
        }
    }

    private UtilityResult ExecuteDefinition(Statement statement, string text, string own, IReadOnlyList<Expression>? arguments)
    {
        SessionContext context = session.Context;
        var ddl = new DdlContext(context, text) { ParameterValues = arguments };
        if (DdlCommands.RunsOutsideBlock(statement, out string? name) && (context.Transactions.IsBlock || context.Transactions.IsInScript))
            throw new SqlException(SqlState.ActiveSqlTransaction, $"{name} cannot run inside a transaction block");
        if (context.Transactions.Current.ReadOnly && statement is not VacuumStatement)
            throw new SqlException(SqlState.ReadOnlySqlTransaction, $"cannot execute {DdlCommands.TagOf(statement)} in a read-only transaction");
        (string tag, long? rows) = DdlCommands.Execute(ddl, runner, statement, own);
        return new UtilityResult(tag) { CountsRows = rows is not null, RowCount = rows, EndsTransaction = name is not null };
    }

    private UtilityResult Notify(NotifyStatement notify)
    {
        session.Notifications.Notify(notify.Channel, notify.Payload ?? "");
        return new UtilityResult("NOTIFY");
    }

    private UtilityResult Discard(DiscardStatement discard)
    {
        SessionContext context = session.Context;
        switch (discard.Kind)
        {
            case DiscardKind.All:
                if (context.Transactions.IsBlock)
                    throw new SqlException(SqlState.ActiveSqlTransaction, "DISCARD ALL cannot run inside a transaction block");
                session.Portals.RemoveAllCursors();
                context.SetSessionUser(context.AuthenticatedUserOid, isLocal: false);
                context.Settings.ResetAll();
                session.Portals.RemoveAllStatements();
                session.Notifications.Unlisten(null);
                context.Services.AdvisoryUnlockAll();
                context.Services.ForgetSequences();
                context.Temporary.Discard(new DdlContext(context, ""));
                return new UtilityResult("DISCARD ALL");
            case DiscardKind.Plans:
                foreach (PreparedStatement statement in session.Portals.Statements)
                    statement.Plan = null;
                return new UtilityResult("DISCARD PLANS");
            case DiscardKind.Sequences:
                context.Services.ForgetSequences();
                return new UtilityResult("DISCARD SEQUENCES");
            default:
                context.Temporary.Discard(new DdlContext(context, ""));
                return new UtilityResult("DISCARD TEMP");
        }
    }
}
