using Strata.Engine.Sessions.Plans;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>DECLARE, FETCH, MOVE and CLOSE. A cursor that only moves forward is read as it goes; SCROLL and WITH HOLD keep their rows.</summary>
internal sealed class CursorCommands(SqlSession session, StatementRunner runner)
{
    private SessionContext Context => session.Context;

    public UtilityResult Declare(DeclareCursorStatement statement, string text, string own, IReadOnlyList<Expression>? values)
    {
        if (Context.Transactions is { IsBlock: false, IsInScript: false } && !statement.IsHold)
            throw new SqlException(SqlState.NoActiveSqlTransaction, "DECLARE CURSOR can only be used in transaction blocks");
        if (statement.Query.Locking.Count > 0)
            CheckLocking(statement);
        CachedPlan plan;
        do
            plan = values is null
                ? runner.Plan(statement.Query, "cursor:" + own, text, [], allowParameters: false, out _, isCursor: true)
                : runner.PlanWith(statement.Query, text, values, isCursor: true);
        while (!runner.TryLock(plan));
        var portal = new Portal(statement.Name, own, statement)
        {
            Plan = plan,
            Declaration = statement,
            SavepointDepth = Context.Transactions.SavepointDepth,
            CreatedAt = Context.StatementTimestamp,
            Formats = statement.IsBinary ? [1] : [],
            MayScroll = statement.IsScroll ?? (statement.Query.Locking.Count == 0 && BackwardScans.Supports(plan.Plan.Root)),
        };
        session.Portals.Add(portal);
        portal.Execution = runner.Begin(plan, out Snapshot snapshot);
        portal.Snapshot = snapshot;
        if (statement.IsHold || statement.IsScroll == true)
            portal.Rows = new CursorRows(Context, TypesOf(plan));
        if (statement.IsHold)
        {
            portal.Rows!.TryReach(long.MaxValue, portal.Execution);
            portal.Close(Context.Transactions.Current);
        }
        else
        {
            runner.Rest(portal);
        }

        return new UtilityResult("DECLARE CURSOR");
    }

    private static void CheckLocking(DeclareCursorStatement statement)
    {
        string strength = Binding.SelectBinder.LockName(statement.Query.Locking[0].Strength);
        (string? kind, string detail) = statement switch
        {
            { IsHold: true } => ("DECLARE CURSOR WITH HOLD", "Holdable cursors must be READ ONLY."),
            { IsScroll: true } => ("DECLARE SCROLL CURSOR", "Scrollable cursors must be READ ONLY."),
            { IsInsensitive: true } => ("DECLARE INSENSITIVE CURSOR", "Insensitive cursors must be READ ONLY."),
            _ => (null, ""),
        };
        if (kind is not null)
            throw new SqlException(SqlState.FeatureNotSupported, $"{kind} ... {strength} is not supported") { Detail = detail };
    }

    private static SqlType[] TypesOf(CachedPlan plan) => plan.Plan.ResultColumns.Select(column => column.Type).ToArray();

    public UtilityResult Fetch(FetchStatement statement, short[] formats)
    {
        Portal portal = session.Portals.FindCursor(statement.CursorName);
        if (portal.HasFailed)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"portal \"{portal.Name}\" cannot be run");
        if (!statement.IsMove && formats.Length == 0)
            Context.Output.RowDescription(portal.Plan!.Columns, portal.Formats);
        if (formats.Length > 0)
            portal.Formats = formats;
        if (portal.Rows is null && !IsForward(portal, statement))
            KeepRows(portal);
        long rows = portal.Rows is null ? Forward(portal, statement) : Scroll(portal, portal.Rows, statement);
        return new UtilityResult(statement.IsMove ? "MOVE" : "FETCH") { CountsRows = true, RowCount = rows };
    }

    /// <summary>What a cursor can do that reads its rows as it goes and forgets them.</summary>
    private static bool IsForward(Portal portal, FetchStatement statement) => statement.Direction switch
    {
        FetchDirection.Forward or FetchDirection.Relative => statement.Count > 0,
        FetchDirection.Backward => statement.Count < 0,
        _ => statement.Count > portal.Position,
    };

    /// <summary>The cursor turns back: its query runs again under the snapshot that it began with, and from now on its rows are kept.</summary>
    private void KeepRows(Portal portal)
    {
        if (!portal.MayScroll)
            throw OnlyForward();
        long position = portal.Position;
        portal.Execution?.Close();
        portal.Execution = portal.Plan!.Plan.Rent();
        portal.Execution.Begin(Context.Transactions.Current, portal.Snapshot, Context, Context.SystemScan, Context.Cancellation);
        portal.IsFinished = false;
        portal.Rows = new CursorRows(Context, TypesOf(portal.Plan)) { Position = position };
        runner.Rest(portal);
    }

    private static SqlException OnlyForward() =>
        new(SqlState.ObjectNotInPrerequisiteState, "cursor can only scan forward") { Hint = "Declare it with SCROLL option to enable backward scan." };

    private long Forward(Portal portal, FetchStatement statement)
    {
        if (portal.IsFinished)
            return 0;
        long count = Math.Abs(statement.Count);
        if (statement.Direction is FetchDirection.Relative or FetchDirection.Absolute)
        {
            long skipped = statement.Direction == FetchDirection.Relative ? count - 1 : count - 1 - portal.Position;
            if (Skip(portal, skipped) < skipped)
                return 0;
            count = 1;
        }

        if (statement.IsMove)
            return Skip(portal, count);
        runner.Run(portal, count, out long rows);
        return rows;
    }

    private long Skip(Portal portal, long count)
    {
        long skipped = 0;
        while (skipped < count && !portal.IsFinished)
        {
            Batch? batch = portal.Execution!.Next((int)Math.Min(count - skipped, Batch.RowsMax));
            if (batch is null)
            {
                portal.Position++;
                portal.Addresses = null;
                portal.Close(Context.Transactions.Current);
                break;
            }

            skipped += batch.Count;
            portal.Position += batch.Count;
            portal.Addresses = CursorAddress.Of(portal.Plan!.Plan, batch, batch.Selection[batch.Count - 1]);
        }

        return skipped;
    }

    private long Scroll(Portal portal, CursorRows rows, FetchStatement statement)
    {
        switch (statement.Direction)
        {
            case FetchDirection.Absolute when statement.Count >= 0:
                return MoveTo(portal, rows, statement.Count, statement.IsMove);
            case FetchDirection.Absolute:
                rows.TryReach(long.MaxValue, portal.Execution);
                return MoveTo(portal, rows, Math.Max(0, rows.Count + 1 + statement.Count), statement.IsMove);
            case FetchDirection.Relative:
                return MoveTo(portal, rows, statement.Count > 0 && rows.Position > long.MaxValue - statement.Count ? long.MaxValue : rows.Position + statement.Count, statement.IsMove);
        }

        bool backward = statement.Direction == FetchDirection.Backward != statement.Count < 0;
        long count = statement.Count == FetchStatement.All ? long.MaxValue : Math.Abs(statement.Count);
        if (count == 0)
            return MoveTo(portal, rows, rows.Position, statement.IsMove);
        long done = 0;
        while (done < count)
        {
            long next = rows.Position + (backward ? -1 : 1);
            if (!Stand(portal, rows, next))
                break;
            Send(portal, rows, next, statement.IsMove);
            done++;
        }

        return done;
    }

    private long MoveTo(Portal portal, CursorRows rows, long position, bool isMove)
    {
        if (!Stand(portal, rows, position))
            return 0;
        Send(portal, rows, position, isMove);
        return 1;
    }

    /// <summary>Moves to a row, or to before the first or behind the last when there is no such row.</summary>
    private bool Stand(Portal portal, CursorRows rows, long position)
    {
        if (position < rows.Position && !portal.MayScroll)
            throw OnlyForward();
        bool exists = position >= 1 && rows.TryReach(position, portal.Execution);
        rows.Position = exists ? position : position < 1 ? 0 : rows.Count + 1;
        portal.Addresses = exists ? rows.AddressesOf(position) : null;
        return exists;
    }

    private void Send(Portal portal, CursorRows rows, long number, bool isMove)
    {
        if (isMove)
            return;
        Span<int> slots = stackalloc int[portal.Plan!.Columns.Length];
        for (int i = 0; i < slots.Length; i++)
            slots[i] = i;
        runner.Rows.Write(rows.Row(number), slots, portal.Formats);
    }

    public UtilityResult Close(CloseStatement statement)
    {
        if (statement.CursorName is null)
        {
            session.Portals.RemoveAllCursors();
            return new UtilityResult("CLOSE CURSOR ALL");
        }

        session.Portals.Remove(session.Portals.FindCursor(statement.CursorName));
        return new UtilityResult("CLOSE CURSOR");
    }
}
