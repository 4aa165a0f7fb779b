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

    public UtilityResult Declare(DeclareCursorStatement statement, string text, string own)
    {
        if (!Context.Transactions.IsBlock && !statement.IsHold)
            throw new SqlException(SqlState.NoActiveSqlTransaction, "DECLARE CURSOR can only be used in transaction blocks");
        CachedPlan plan;
        do
            plan = runner.Plan(statement.Query, "cursor:" + own, text, [], allowParameters: false, out _);
        while (!runner.TryLock(plan));
        var portal = new Portal(statement.Name, own, statement)
        {
            Plan = plan,
            Declaration = statement,
            SavepointDepth = Context.Transactions.SavepointDepth,
            CreatedAt = Context.StatementTimestamp,
            Formats = statement.IsBinary ? [1] : [],
        };
        session.Portals.Add(portal);
        portal.Execution = runner.Begin(plan, out Snapshot snapshot);
        portal.Snapshot = snapshot;
        if (statement.IsHold || statement.IsScroll == true)
            KeepRows(portal);
        else
            runner.Rest(portal);
        return new UtilityResult("DECLARE CURSOR");
    }

    private void KeepRows(Portal portal)
    {
        var types = new SqlType[portal.Plan!.Columns.Length];
        for (int i = 0; i < types.Length; i++)
            types[i] = portal.Plan.Plan.ResultColumns[i].Type;
        portal.Rows = new CursorRows(types);
        while (portal.Execution!.Next(Batch.RowsMax) is { } batch)
            portal.Rows.Add(batch, portal.Execution.ResultSlots);
        portal.Close(Context.Transactions.Current);
    }

    public UtilityResult Fetch(FetchStatement statement, short[] formats)
    {
        Portal portal = session.Portals.FindCursor(statement.CursorName);
        if (!statement.IsMove && formats.Length == 0)
            Context.Output.RowDescription(portal.Plan!.Columns, portal.Formats);
        if (formats.Length > 0)
            portal.Formats = formats;
        long rows = portal.Rows is null ? Forward(portal, statement) : Scroll(portal, portal.Rows, statement);
        return new UtilityResult(statement.IsMove ? "MOVE" : "FETCH") { CountsRows = true, RowCount = rows };
    }

    private long Forward(Portal portal, FetchStatement statement)
    {
        bool forward = statement.Direction == FetchDirection.Forward && statement.Count >= 0 ||
            statement.Direction == FetchDirection.Relative && statement.Count >= 0;
        if (!forward)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "cursor can only scan forward") { Hint = "Declare it with SCROLL option to enable backward scan." };
        if (portal.IsFinished || statement.Count == 0)
            return 0;
        if (statement.Direction == FetchDirection.Relative && statement.Count > 1)
            Skip(portal, statement.Count - 1);
        long count = statement.Direction == FetchDirection.Relative ? 1 : statement.Count;
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
                portal.Close(Context.Transactions.Current);
                break;
            }

            skipped += batch.Count;
        }

        return skipped;
    }

    private long Scroll(Portal portal, CursorRows rows, FetchStatement statement)
    {
        switch (statement.Direction)
        {
            case FetchDirection.Absolute:
                return MoveTo(portal, rows, statement.Count >= 0 ? statement.Count : rows.Count + 1 + statement.Count, statement.IsMove);
            case FetchDirection.Relative:
                return MoveTo(portal, rows, rows.Position + statement.Count, statement.IsMove);
        }

        bool backward = statement.Direction == FetchDirection.Backward != statement.Count < 0;
        long count = statement.Count == FetchStatement.All ? long.MaxValue : Math.Abs(statement.Count);
        if (count == 0)
            return MoveTo(portal, rows, rows.Position, statement.IsMove);
        long done = 0;
        while (done < count)
        {
            int next = rows.Position + (backward ? -1 : 1);
            rows.Position = Math.Clamp(next, 0, rows.Count + 1);
            if (next < 1 || next > rows.Count)
                break;
            Send(portal, rows, next, statement.IsMove);
            done++;
        }

        return done;
    }

    private long MoveTo(Portal portal, CursorRows rows, long position, bool isMove)
    {
        rows.Position = (int)Math.Clamp(position, 0, rows.Count + 1L);
        if (rows.Position < 1 || rows.Position > rows.Count)
            return 0;
        Send(portal, rows, rows.Position, isMove);
        return 1;
    }

    private void Send(Portal portal, CursorRows rows, int number, bool isMove)
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
