using Strata.Engine.Execution;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Sessions.Results;
using Strata.Engine.Transactions;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>A statement bound to parameters, perhaps half-way through its rows: a protocol portal or an SQL cursor. It ends with its transaction. For its session's thread.</summary>
internal sealed class Portal(string name, string text, Statement? statement)
{
    public string Name { get; } = name;

    public string Text { get; private set; } = text;

    public Statement? Statement { get; private set; } = statement;

    /// <summary>Makes a closed portal a new one of the same name: the unnamed portal is used over and over and need not be made each time.</summary>
    public void Reuse(string text, Statement? statement, int savepointDepth, long createdAt)
    {
        Text = text;
        Statement = statement;
        Plan = null;
        Arguments = null;
        Utility = null;
        UtilityRowsSent = 0;
        IsFinished = false;
        SavepointDepth = savepointDepth;
        CreatedAt = createdAt;
    }

    /// <summary>The plan; null for utility commands and the empty query.</summary>
    public CachedPlan? Plan { get; set; }

    /// <summary>The plan was made for this portal's values: its execution serves nobody else.</summary>
    public bool OwnsPlan { get; set; }

    /// <summary>The running execution; null before the first row was asked for, and after the end.</summary>
    public ExecutionInstance? Execution { get; set; }

    /// <summary>What may come of keeping results; null when nothing.</summary>
    public ResultUse? Result { get; set; }

    /// <summary>The snapshot that stays registered while the portal rests.</summary>
    public Snapshot Snapshot { get; set; }

    public bool IsSnapshotRegistered { get; set; }

    /// <summary>Values of the parameters of a CALL, which has no plan; null for other statements.</summary>
    public IReadOnlyList<Expression>? Arguments { get; set; }

    /// <summary>Format codes of the result.</summary>
    public short[] Formats { get; set; } = [];

    /// <summary>Takes over the format codes of a Bind message.</summary>
    public void SetFormats(ReadOnlySpan<short> formats)
    {
        if (!formats.SequenceEqual(Formats))
            Formats = formats.ToArray();
    }

    /// <summary>What a utility command answered; its rows may be taken in portions.</summary>
    public UtilityResult? Utility { get; set; }

    /// <summary>Rows of <see cref="Utility"/> that were sent.</summary>
    public int UtilityRowsSent { get; set; }

    /// <summary>The cursor may move backwards.</summary>
    public bool MayScroll { get; set; }

    /// <summary>An execution of it failed: it can't be used any more.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Rows passed so far; one more when the end was passed too. Only of cursors that read forward.</summary>
    public long Position { get; set; }

    /// <summary>Table rows behind the row that the cursor stands on; null when it stands on none.</summary>
    public CursorAddress[]? Addresses { get; set; }

    /// <summary>Everything was delivered: executing again gives nothing.</summary>
    public bool IsFinished { get; set; }

    /// <summary>Savepoints that were open when it was made: rolling back further closes it.</summary>
    public int SavepointDepth { get; set; }

    /// <summary>The cursor's DECLARE; null for protocol portals.</summary>
    public DeclareCursorStatement? Declaration { get; init; }

    /// <summary>Rows kept for cursors that move freely or outlive their transaction.</summary>
    public CursorRows? Rows { get; set; }

    /// <summary>A held cursor whose transaction has committed.</summary>
    public bool OutlivedTransaction { get; set; }

    /// <summary>Microseconds since 2000-01-01 UTC.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Gives back the execution and the snapshot. Harmless when done already.</summary>
    public void Close(Transaction? transaction)
    {
        Execution?.Close();
        if (OwnsPlan)
            Execution?.Dispose();
        OwnsPlan = false;
        Result = null;
        Execution = null;
        if (IsSnapshotRegistered && transaction is { State: TransactionState.Active })
            transaction.Unregister(Snapshot);
        IsSnapshotRegistered = false;
        IsFinished = true;
    }
}
