using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Sessions.Copying;
using Strata.Engine.Statistics.Cumulative;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>
/// One client's session: takes the messages of the simple and extended protocols, runs them in the right transaction and says everything through <see cref="ISessionOutput"/>, errors too.
/// One thread at a time, not always the same; <see cref="Cancel"/> and <see cref="Terminate"/> from any thread.
/// </summary>
/// <remarks>
/// A method that returns <see cref="SessionStep.Failed"/> has sent the error and left the transaction rolled back (implicit) or failed (in a block). Between calls no latch, pin or lock of a
/// thread is held: a session may rest half-way through a portal or a COPY for any time.
/// </remarks>
public sealed class SqlSession : IDisposable
{
    private readonly LockOwner _owner;
    private readonly DatabaseStatistics _databaseStatistics;
    private volatile bool _isTerminated;
    private bool _isEnding;
    private readonly StatementCancel _cancel;
    private readonly StatementRunner _runner;
    private readonly UtilityCommands _utility;
    private Script? _script;
    private CopyIn? _copy;
    private Portal? _copyPortal;
    private bool _disposed;

    /// <summary>A simple query half-way through.</summary>
    private sealed class Script(string text, IReadOnlyList<ParsedStatement> statements)
    {
        public string Text { get; } = text;

        public IReadOnlyList<ParsedStatement> Statements { get; } = statements;

        public int Next { get; set; }

        public bool IsMultiple => Statements.Count > 1;
    }

    internal SqlSession(SessionContext context, LockOwner owner)
    {
        Context = context;
        _owner = owner;
        context.Session = this;
        _cancel = new StatementCancel(context.Clock, () => context.Output.IsClientGone);
        _runner = new StatementRunner(context);
        context.StatementRunner = _runner;
        Portals = new SessionPortals(context);
        Activity = new SessionActivity(context.Now());
        _databaseStatistics = context.Engine.Statistics.OfDatabase(context.DatabaseOid);
        _databaseStatistics.Add(DatabaseStatistic.Sessions);
        Notifications = new SessionNotifications(this);
        _utility = new UtilityCommands(this, _runner);
        context.RoutineRunner.Utility = _utility;
        context.Transactions.Committing = BeforeCommit;
        context.Transactions.Ended = OnTransactionEnded;
        context.Transactions.StoragesDropped = context.Engine.Forget;
        context.Transactions.RolledBack = depth =>
        {
            context.RestoreRoles();
            Portals.CloseAbove(depth);
            context.Services.UsedLargeObjects?.CloseAbove(depth);
            Notifications.RolledBack(depth);
        };
        context.Transactions.Released = depth =>
        {
            Portals.LowerTo(depth);
            context.Services.UsedLargeObjects?.LowerTo(depth);
            Notifications.Released(depth);
        };
    }

    internal SessionContext Context { get; }

    internal LockOwner LockOwner => _owner;

    internal SessionPortals Portals { get; }

    internal SessionActivity Activity { get; }

    internal SessionNotifications Notifications { get; }

    /// <summary>What BackendKeyData tells the client.</summary>
    public int ProcessId => Context.Startup.ProcessId;

    /// <summary>Whether the session is idle, in a transaction block, or in a failed one: for ReadyForQuery.</summary>
    public TransactionStatus TransactionStatus => Context.Transactions.Status;

    /// <summary>Whether a transaction is open, be it only an implicit one between two messages: others may wait for what it holds.</summary>
    public bool HoldsTransaction => Context.Transactions.IsActive || Context.Transactions.IsBlock;

    /// <summary>The session is to end at its next step. Any thread.</summary>
    public bool IsTerminated => _cancel.IsTerminated;

    /// <summary>Advisory locks are held that outlive the transaction: others may wait for them. For the session's thread.</summary>
    internal bool HoldsSessionLocks => _owner.HoldsSessionLocks;

    /// <summary>Between two transactions: it holds something of its client's that no other session can take over.</summary>
    internal bool IsBoundToClient => Portals.HasPortals || Notifications.IsListening || HoldsSessionLocks || Context.Temporary.HasObjects;

    /// <summary>Called from any thread when a session that may be idle has got something for its client: see <see cref="HasNews"/>. Must be short.</summary>
    public Action? Woken { get; set; }

    /// <summary>True when <see cref="DeliverNews"/> has something to do. Any thread may ask; only the session's own gets an exact answer.</summary>
    public bool HasNews => _cancel.IsTerminated || (Notifications.HasReceived && !HoldsTransaction);

    /// <summary>Between two messages: tells the client of notifications and of the session's termination.</summary>
    public SessionStep DeliverNews()
    {
        if (_cancel.IsTerminated)
            return Fail(new SqlException(SqlState.AdminShutdown, "terminating connection due to administrator command") { IsFatal = true }, "");
        Notifications.Flush();
        return SessionStep.Completed;
    }

    /// <summary>How long the session may wait for its client's next message as it is now, idle or in a transaction; zero for ever.</summary>
    public TimeSpan IdleTimeout
    {
        get
        {
            ApplyLockTimeouts(); // what the last statement set counts
            return HoldsTransaction ? Context.IdleInTransactionTimeout : Context.IdleSessionTimeout;
        }
    }

    /// <summary>The client was silent for longer than <see cref="IdleTimeout"/>: tells it so. The connection is to be closed.</summary>
    public SessionStep EndIdle() => Fail(
        HoldsTransaction
            ? new SqlException(SqlState.IdleInTransactionSessionTimeout, "terminating connection due to idle-in-transaction timeout") { IsFatal = true }
            : new SqlException(SqlState.IdleSessionTimeout, "terminating connection due to idle-session timeout") { IsFatal = true },
        "");

    /// <summary>A Query message: runs all its statements.</summary>
    public SessionStep SimpleQuery(ReadOnlySpan<byte> sqlUtf8)
    {
        string text = "";
        try
        {
            BeginStatement();
            Portals.DropUnnamed();
            text = Context.DecodeText(sqlUtf8);
            Activity.Begin(text, Context.StatementTimestamp);
            if (!Context.Transactions.IsFailed && _runner.Literals.TryScan(text) && TryRunScanned())
                return Finish();
            IReadOnlyList<ParsedStatement> statements = SqlParser.ParseScript(text, ParserOptionsOf());
            if (statements.Count == 0)
            {
                Context.Output.EmptyQueryResponse();
                return Finish();
            }

            _script = new Script(text, statements);
            return ContinueScript();
        }
        catch (Exception error)
        {
            return Fail(error, text);
        }
    }

    private bool TryRunScanned()
    {
        Context.Transactions.EnsureBegun();
        if (!_runner.TryRunScanned())
            return false;
        EndStatement(isLast: true);
        CommandTags.Complete(Context.Output, _runner.PendingTag.Verb, _runner.PendingTag.Rows);
        return true;
    }

    private ParserOptions? ParserOptionsOf() => Context.Settings["standard_conforming_strings"] == "off" ? new ParserOptions { StandardConformingStrings = false } : null;

    private SessionStep ContinueScript()
    {
        Script script = _script!;
        while (script.Next < script.Statements.Count)
        {
            if (script.Next > 0)
                _cancel.Arm(ApplyLockTimeouts(), Context.ClientCheckInterval);
            ParsedStatement parsed = script.Statements[script.Next++];
            string text = script.IsMultiple ? script.Text.Substring(parsed.Start, parsed.Length) : script.Text;
            if (!RunOne(script, parsed.Statement, text))
                return SessionStep.NeedsCopyData;
        }

        _script = null;
        return Finish();
    }

    // False when a COPY FROM STDIN waits for data.
    private bool RunOne(Script script, Statement statement, string text)
    {
        if (Context.Transactions.IsFailed && !TransactionCommands.IsAllowedWhenFailed(statement))
            throw TransactionCommands.BlockIsFailed();
        bool isLast = script.Next == script.Statements.Count;
        if (statement is TransactionStatement transaction)
        {
            string tag = TransactionCommands.Execute(Context, transaction, script.IsMultiple);
            CommandTags.Complete(Context.Output, tag);
            return true;
        }

        Context.Transactions.EnsureBegun();
        Context.Transactions.IsInScript = script.IsMultiple;
        if (Binder.Accepts(statement))
        {
            _runner.RunSimple(statement, text, script.Text);
            EndStatement(isLast);
            CommandTags.Complete(Context.Output, _runner.PendingTag.Verb, _runner.PendingTag.Rows);
            return true;
        }

        if (statement is CopyStatement { IsFrom: true, FileName: null } copy)
        {
            _copy = CopyIn.Begin(Context, _runner, copy, script.Text);
            return false;
        }

        UtilityResult result = _utility.Execute(statement, script.Text, text, []);
        SendUtility(result, isSimple: true, out long rows);
        EndStatement(isLast);
        CompleteUtility(result, rows);
        return true;
    }

    private void SendUtility(UtilityResult result, bool isSimple, out long rows)
    {
        rows = result.Rows.Count;
        if (result.Columns is null)
            return;
        if (isSimple)
            Context.Output.RowDescription(result.Columns, []);
        foreach (string?[] row in result.Rows)
            _runner.Rows.Write(row);
    }

    private void CompleteUtility(UtilityResult result, long rows)
    {
        if (result.IsSilent)
            return;
        if (result.CountsRows)
            CommandTags.Complete(Context.Output, result.Tag, result.RowCount ?? rows);
        else
            CommandTags.Complete(Context.Output, result.Tag);
    }

    // Between the statements of a script the command counter advances; after the last one an implicit transaction commits, before the client hears of success.
    private void EndStatement(bool isLast)
    {
        if (!Context.Transactions.IsActive)
            return;
        if (isLast && !Context.Transactions.IsBlock)
        {
            Context.Transactions.Commit(Context.Cancellation);
            return;
        }

        Context.Transactions.Current.AdvanceCommand();
        Context.Transactions.Current.ReleaseStatementSnapshot();
    }

    private SessionStep Finish()
    {
        DepthGuard.Watch(CancellationToken.None);
        Context.Transactions.IsInScript = false;
        if (Context.Transactions is { IsActive: true, IsBlock: false })
            Context.Transactions.Commit(Context.Cancellation);
        _cancel.End();
        Activity.End(TransactionStatus, Context.Now());
        Notifications.Flush();
        return SessionStep.Completed;
    }

    /// <summary>A Parse message: a name (empty for the unnamed statement), a text of at most one statement, types of its first parameters (0 for "infer").</summary>
    public SessionStep Parse(ReadOnlySpan<byte> name, ReadOnlySpan<byte> sqlUtf8, ReadOnlySpan<uint> parameterTypes)
    {
        string text = "";
        try
        {
            BeginStatement();
            text = Context.DecodeText(sqlUtf8);
            IReadOnlyList<ParsedStatement> statements = SqlParser.ParseScript(text, ParserOptionsOf());
            if (statements.Count > 1)
                throw new SqlException(SqlState.SyntaxError, "cannot insert multiple commands into a prepared statement");
            Statement? statement = statements.Count == 0 ? null : statements[0].Statement;
            if (Context.Transactions.IsFailed && !TransactionCommands.IsAllowedWhenFailed(statement))
                throw TransactionCommands.BlockIsFailed();
            var types = new SqlType?[parameterTypes.Length];
            for (int i = 0; i < types.Length; i++)
                types[i] = parameterTypes[i] is 0 or TypeOid.Unknown ? null : Context.Catalog.FindType(parameterTypes[i]) ??
                    throw new SqlException(SqlState.UndefinedObject, $"type with OID {parameterTypes[i]} does not exist");
            var prepared = new PreparedStatement(Context.DecodeText(name), text, statement, types, fromSql: false, Context.Now());
            if (statement is not null && Binder.Accepts(statement))
            {
                Context.Transactions.EnsureBegun();
                // As in PostgreSQL the statement is understood under its locks, so that who must wait for a change of a table's form understands it as it is then.
                while (!_runner.TryLockRelations(_runner.PlanOf(prepared)))
                    prepared.Plan = null;
            }
            else if (CommandParameters.QueryOf(statement) is { } query)
            {
                Context.Transactions.EnsureBegun();
                prepared.QueryParameters = [.. Binder.Bind(query, _runner.BindingContextFor(text, types, allowParameters: true)).ParameterTypes];
            }

            Portals.Add(prepared);
            Context.Output.ParseComplete();
            return SessionStep.Completed;
        }
        catch (Exception error)
        {
            return Fail(error, text);
        }
    }

    /// <summary>A Bind message: makes a portal of a prepared statement and parameter values.</summary>
    public SessionStep Bind(ReadOnlySpan<byte> portal, ReadOnlySpan<byte> statement, in BindMessage bind)
    {
        PreparedStatement? prepared = null;
        try
        {
            BeginStatement();
            prepared = Portals.FindStatement(statement);
            if (Context.Transactions.IsFailed && !TransactionCommands.IsAllowedWhenFailed(prepared.Statement))
                throw TransactionCommands.BlockIsFailed();
            if (prepared.Statement is not TransactionStatement)
                Context.Transactions.EnsureBegun();
            Portal made = Portals.Create(portal, prepared);
            made.SetFormats(bind.ResultFormats);
            if (prepared.Plan is not null)
                BindPlan(made, prepared, bind);
            else if (prepared.Statement is CallStatement)
                made.Arguments = CommandParameters.Read(bind, prepared.ParameterTypes, Context);
            else if (bind.ParameterCount != prepared.QueryParameters.Length)
                throw WrongParameterCount(prepared, bind.ParameterCount, prepared.QueryParameters.Length);
            else if (bind.ParameterCount > 0)
                made.Arguments = CommandParameters.Read(bind, prepared.QueryParameters, Context);
            Portals.Add(made);
            Context.Output.BindComplete();
            return SessionStep.Completed;
        }
        catch (Exception error)
        {
            return Fail(error, prepared?.Text ?? "");
        }
    }

    private void BindPlan(Portal portal, PreparedStatement prepared, in BindMessage bind)
    {
        do
            portal.Plan = _runner.PlanOf(prepared);
        while (!_runner.TryLock(portal.Plan));
        int expected = portal.Plan.ParameterOids.Length;
        if (bind.ParameterCount != expected)
            throw WrongParameterCount(prepared, bind.ParameterCount, expected);
        if (bind.ParameterFormats.Length > 1 && bind.ParameterFormats.Length != bind.ParameterCount)
            throw new SqlException(SqlState.ProtocolViolation, $"bind message has {bind.ParameterFormats.Length} parameter formats but {bind.ParameterCount} parameters");
        if (bind.ResultFormats.Length > 1 && bind.ResultFormats.Length != portal.Plan.Columns.Length)
            throw new SqlException(SqlState.ProtocolViolation, $"bind message has {bind.ResultFormats.Length} result formats but query has {portal.Plan.Columns.Length} columns");
        portal.Execution = _runner.Begin(portal.Plan, out Snapshot snapshot);
        portal.Snapshot = snapshot;
        try
        {
            ParameterReader.Read(bind, portal.Execution, portal.Plan.Plan.ParameterTypes, Context);
            portal.Result = _runner.Results.Look(portal.Plan, portal.Execution, snapshot, portal.Formats);
            if (portal.Result?.Kept is null && prepared.Choice.IsCustom(portal.Plan, Context.PlanCacheMode))
                UseCustomPlan(portal, prepared);
        }
        catch
        {
            portal.Close(Context.Transactions.Current);
            throw;
        }
    }

    // The values were read by the types of the generic plan, whose execution has not begun to read rows.
    private void UseCustomPlan(Portal portal, PreparedStatement prepared)
    {
        ExecutionInstance generic = portal.Execution!;
        Datum[] values = generic.CopyParameters(portal.Plan!.ParameterOids.Length);
        CachedPlan custom = _runner.PlanFor(prepared, portal.Plan, values, out bool isOwn);
        generic.Close();
        portal.Execution = null;
        portal.Plan = custom;
        portal.Execution = _runner.Begin(custom, out Snapshot snapshot);
        portal.OwnsPlan = isOwn;
        portal.Snapshot = snapshot;
        portal.Execution.SetParameters(values);
    }

    private static SqlException WrongParameterCount(PreparedStatement prepared, int given, int expected) => new(
        SqlState.ProtocolViolation, $"bind message supplies {given} parameters, but prepared statement \"{prepared.Name}\" requires {expected}");

    /// <summary>Describe of a statement: its parameters, then its columns or NoData.</summary>
    public SessionStep DescribeStatement(ReadOnlySpan<byte> name)
    {
        PreparedStatement? prepared = null;
        try
        {
            BeginStatement();
            prepared = Portals.FindStatement(name);
            if (Context.Transactions.IsFailed && !TransactionCommands.IsAllowedWhenFailed(prepared.Statement))
                throw TransactionCommands.BlockIsFailed();
            if (prepared.Plan is not null)
            {
                Context.Transactions.EnsureBegun();
                _runner.PlanOf(prepared);
            }

            if (prepared.Statement is CallStatement)
                Context.Transactions.EnsureBegun();
            Context.Output.ParameterDescription(prepared.Plan?.ParameterOids ?? (prepared.Statement is CallStatement call
                ? CommandParameters.Oids(Context, call, prepared.ParameterTypes) : Array.ConvertAll(prepared.QueryParameters, static type => type.Oid)));
            DescribeRows(prepared.Plan is { Plan.HasRows: true } plan ? plan.Columns : _utility.Describe(prepared.Statement), []);
            return SessionStep.Completed;
        }
        catch (Exception error)
        {
            return Fail(error, prepared?.Text ?? "");
        }
    }

    /// <summary>Describe of a portal: its columns or NoData.</summary>
    public SessionStep DescribePortal(ReadOnlySpan<byte> name)
    {
        try
        {
            BeginStatement();
            Portal portal = Portals.Find(name);
            DescribeRows(portal.Plan is { Plan.HasRows: true } plan ? plan.Columns : _utility.Describe(portal.Statement, portal.Arguments), portal.Formats);
            return SessionStep.Completed;
        }
        catch (Exception error)
        {
            return Fail(error, "");
        }
    }

    /// <summary>A FunctionCall message: calls a function by its OID. What the message gives as formats and values of parameters are those of its arguments.</summary>
    public SessionStep CallFunction(uint function, in BindMessage call)
    {
        try
        {
            BeginStatement();
            if (Context.Transactions.IsFailed)
                throw TransactionCommands.BlockIsFailed();
            Context.Transactions.EnsureBegun();
            FunctionCallMessage.Run(Context, _runner, function, call);
            EndStatement(isLast: true);
            return Finish();
        }
        catch (Exception error)
        {
            return Fail(error, "");
        }
    }

    private void DescribeRows(ResultColumn[]? columns, ReadOnlySpan<short> formats)
    {
        if (columns is null)
            Context.Output.NoData();
        else
            Context.Output.RowDescription(columns, formats);
    }

    /// <summary>An Execute message: at most <paramref name="rowsMax"/> rows, 0 for all.</summary>
    public SessionStep Execute(ReadOnlySpan<byte> portal, int rowsMax)
    {
        Portal? running = null;
        try
        {
            BeginStatement();
            running = Portals.Find(portal);
            return Execute(running, rowsMax);
        }
        catch (Exception error)
        {
            return Fail(error, running?.Text ?? "");
        }
    }

    private SessionStep Execute(Portal portal, int rowsMax)
    {
        Activity.Begin(portal.Text, Context.StatementTimestamp);
        if (Context.Transactions.IsFailed && !TransactionCommands.IsAllowedWhenFailed(portal.Statement))
            throw TransactionCommands.BlockIsFailed();
        if (portal.Statement is null)
        {
            Context.Output.EmptyQueryResponse();
            return SessionStep.Completed;
        }

        if (portal.Statement is TransactionStatement transaction)
        {
            string tag = TransactionCommands.Execute(Context, transaction, isImplicitBlock: false);
            CommandTags.Complete(Context.Output, tag);
            return SessionStep.Completed;
        }

        Context.Transactions.EnsureBegun();
        if (portal.Plan is not null)
            return ExecutePlan(portal, rowsMax);
        if (portal.Statement is CopyStatement { IsFrom: true, FileName: null } copy)
        {
            _copyPortal = portal;
            _copy = CopyIn.Begin(Context, _runner, copy, portal.Text);
            return SessionStep.NeedsCopyData;
        }

        return ExecuteUtility(portal, rowsMax);
    }

    private SessionStep ExecutePlan(Portal portal, int rowsMax)
    {
        string verb = portal.Plan!.Plan.CommandTag;
        if (portal.IsFinished)
        {
            CommandTags.Complete(Context.Output, verb, 0);
            return SessionStep.Completed;
        }

        if (_runner.Run(portal, rowsMax, out long rows))
        {
            CommandTags.Complete(Context.Output, verb, rows);
            Context.Transactions.Current.AdvanceCommand();
        }
        else
        {
            Context.Output.PortalSuspended();
        }

        return SessionStep.Completed;
    }

    private SessionStep ExecuteUtility(Portal portal, int rowsMax)
    {
        portal.Utility ??= _utility.Execute(portal.Statement!, portal.Text, portal.Text, portal.Formats, portal.Arguments);
        UtilityResult result = portal.Utility;
        int left = result.Rows.Count - portal.UtilityRowsSent;
        int now = rowsMax > 0 ? Math.Min(left, rowsMax) : left;
        for (int i = 0; i < now; i++)
            _runner.Rows.Write(result.Rows[portal.UtilityRowsSent + i]);
        portal.UtilityRowsSent += now;
        if (now < left)
        {
            Context.Output.PortalSuspended();
            return SessionStep.Completed;
        }

        if (Context.Transactions.IsActive)
            Context.Transactions.Current.AdvanceCommand();
        if (result.EndsTransaction && Context.Transactions is { IsActive: true, IsBlock: false })
            Context.Transactions.Commit(Context.Cancellation);
        CompleteUtility(result, now);
        return SessionStep.Completed;
    }

    /// <summary>Close of a statement; no error when there is none.</summary>
    public SessionStep CloseStatement(ReadOnlySpan<byte> name)
    {
        Portals.RemoveStatement(name);
        Context.Output.CloseComplete();
        return SessionStep.Completed;
    }

    /// <summary>Close of a portal; no error when there is none.</summary>
    public SessionStep ClosePortal(ReadOnlySpan<byte> name)
    {
        Portals.Remove(name);
        Context.Output.CloseComplete();
        return SessionStep.Completed;
    }

    /// <summary>Sync: ends what began since the last one; an implicit transaction commits.</summary>
    public SessionStep Sync()
    {
        try
        {
            if (_copy is not null)
                AbandonCopy();
            return Finish();
        }
        catch (Exception error)
        {
            return Fail(error, "");
        }
    }

    /// <summary>A CopyData message of a COPY FROM STDIN: any number of bytes, cut anywhere.</summary>
    public SessionStep CopyData(ReadOnlySpan<byte> data)
    {
        try
        {
            if (_copy is null)
                return SessionStep.Completed;
            Context.Cancellation = _cancel.Token;
            _copy.Add(data);
            return SessionStep.NeedsCopyData;
        }
        catch (Exception error)
        {
            return Fail(error, "");
        }
    }

    /// <summary>CopyDone: the rows are all there. A simple query goes on with its next statement.</summary>
    public SessionStep CopyDone()
    {
        string text = _script?.Text ?? "";
        try
        {
            if (_copy is not { } copy)
                return SessionStep.Completed;
            long rows = copy.Finish();
            _copy = null;
            if (_script is { } script)
            {
                EndStatement(script.Next == script.Statements.Count);
                CommandTags.Complete(Context.Output, "COPY", rows);
                return ContinueScript();
            }

            _copyPortal = null;
            Context.Transactions.Current.AdvanceCommand();
            CommandTags.Complete(Context.Output, "COPY", rows);
            return SessionStep.Completed;
        }
        catch (Exception error)
        {
            return Fail(error, text);
        }
    }

    /// <summary>CopyFail: the client gave up.</summary>
    public SessionStep CopyFail(string message) =>
        _copy is null ? SessionStep.Completed : Fail(new SqlException(SqlState.QueryCanceled, $"COPY from stdin failed: {message}") { Where = _copy.Where }, "");

    private void AbandonCopy()
    {
        _copy?.Dispose();
        _copy = null;
        _copyPortal = null;
        Context.Transactions.Fail();
    }

    /// <summary>An error that the wire found in a message: it is reported and fails the transaction like one of a statement.</summary>
    public SessionStep ReportError(SqlException error) => Fail(error, "");

    /// <summary>Cancels the statement that runs, if any. Any thread.</summary>
    public void Cancel() => _cancel.Request(CancelReason.User);

    /// <summary>Ends the session at its next step: what runs fails with 57P01. Any thread.</summary>
    public void Terminate()
    {
        _isTerminated = true;
        _cancel.Request(CancelReason.Termination);
        Woken?.Invoke();
    }

    /// <summary>A notification for this session; it goes out when the session is next idle, at once if it is. Any thread.</summary>
    internal void Deliver(in Notification notification)
    {
        Notifications.Enqueue(notification);
        Woken?.Invoke();
    }

    /// <summary>Takes over <c>lock_timeout</c> and <c>deadlock_timeout</c> as they are set now; returns <c>statement_timeout</c>.</summary>
    internal TimeSpan ApplyLockTimeouts()
    {
        TimeSpan statementTimeout = Context.StatementTimeout;
        _owner.LockTimeout = Context.LockTimeout;
        _owner.DeadlockTimeout = Context.DeadlockTimeout;
        return statementTimeout;
    }

    private void BeginStatement()
    {
        Context.Cancellation = _cancel.Begin(ApplyLockTimeouts(), Context.ClientCheckInterval);
        Context.Cancellation.ThrowIfCancellationRequested();
        DepthGuard.Watch(Context.Cancellation);
        Context.StatementTimestamp = Context.Now();
    }

    private SessionStep Fail(Exception error, string text)
    {
        _copy?.Dispose();
        _copy = null;
        _copyPortal = null;
        _script = null;
        if (error is Storage.LostTermException)
            Context.Engine.MarkFailed();
        Diagnostic diagnostic = Diagnostics.From(error, text, _cancel.Reason);
        if (Diagnostics.IsInternal(error))
            LogInternal(error);
        NoteError(error, diagnostic.IsFatal);
        Context.Cancellation = CancellationToken.None;
        DepthGuard.Watch(CancellationToken.None);
        Context.Transactions.IsInScript = false;
        try
        {
            Portals.CloseFailed();
            Context.Transactions.Fail();
            Portals.DropUnnamedPortal();
        }
        catch (Exception cleanup)
        {
            // What the session holds is in an unknown state: it ends, and Dispose gives back what it can.
            LogInternal(cleanup);
            diagnostic = Diagnostics.Unrecoverable();
        }

        _cancel.End();
        Activity.End(TransactionStatus, Context.Now());
        Context.Output.Error(diagnostic);
        return diagnostic.IsFatal ? SessionStep.Closed : SessionStep.Failed;
    }

    private void NoteError(Exception error, bool isFatal)
    {
        if (error is SqlException sql && sql.State == SqlState.DeadlockDetected)
            _databaseStatistics.Add(DatabaseStatistic.Deadlocks);
        if (isFatal && !_isEnding)
            _databaseStatistics.Add(_isTerminated ? DatabaseStatistic.SessionsKilled : DatabaseStatistic.SessionsFatal);
        _isEnding |= isFatal;
    }

    private void LogInternal(Exception error) =>
        Context.Engine.Options.Warning?.Invoke($"session {ProcessId}: {error}");

    private void BeforeCommit()
    {
        if (Context.Transactions.Current.HasDeferred)
            ConstraintModes.Check(Context, onlyImmediate: false);
        if (Context.Temporary.HasCommitWork)
            Context.Temporary.BeforeCommit();
    }

    private void OnTransactionEnded(bool committed)
    {
        Context.RestoreRoles();
        _databaseStatistics.Add(committed ? DatabaseStatistic.Commits : DatabaseStatistic.Rollbacks);
        Portals.CloseAll(committed);
        Context.Services.UsedLargeObjects?.TransactionEnded();
        Context.Temporary.TransactionEnded();
        Notifications.TransactionEnded(committed);
    }

    /// <summary>The client said that it goes.</summary>
    public void NoteTerminate() => _isEnding = true;

    private void NoteEnd()
    {
        if (!_isEnding && Context.Startup.ClientAddress is not null)
            _databaseStatistics.Add(DatabaseStatistic.SessionsAbandoned);
        for (DatabaseStatistic item = DatabaseStatistic.SessionTime; item <= DatabaseStatistic.IdleInTransactionTime; item++)
            _databaseStatistics.Add(item, Activity.Time(item, Context.Now()));
    }

    /// <summary>Rolls back what is open and forgets the session.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _copy?.Dispose();
        try
        {
            Context.Transactions.Rollback();
            Context.Temporary.End();
            Portals.DropAll();
            Notifications.UnlistenAll();
            Context.Engine.Transactions.CloseOwner(_owner);
        }
        catch (Exception error)
        {
            LogInternal(error);
            // Rows and locks of a transaction that can't be ended would block other sessions for ever: only a new life of the engine helps.
            if (_owner.Transaction is not null)
                Context.Engine.Fail(error);
        }

        NoteEnd();
        Context.Engine.Close(this);
        _cancel.Dispose();
    }
}
