using Strata.Engine.Catalog;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Transactions;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution;

/// <summary>
/// What the operators of one execution instance share. Set anew for each execution; the object and its vectors are reused. Not thread-safe.
/// </summary>
public sealed class ExecutionState(ExecutionServices services, int sharedRowCount) : IDisposable
{
    private Transaction? _transaction;
    private bool _takesNoMoreBlocks;

    /// <summary>The endpoint's services.</summary>
    public ExecutionServices Services { get; } = services;

    /// <summary>Parameters and function context of expressions.</summary>
    public EvaluationContext Evaluation { get; } = new();

    /// <summary>The transaction.</summary>
    public Transaction Transaction => _transaction ?? throw new InvariantViolationException("the execution is not open");

    /// <summary>The transaction in the conflict graph of SERIALIZABLE, when what it reads from indexes must be noted; null at the other levels and in the past.</summary>
    internal SerializableTransaction? Reader => ReadPoint.IsLive ? Transaction.Serializable : null;

    /// <summary>Where foreign keys note what their checks take; null when nobody measures.</summary>
    internal List<Modify.ConstraintTime>? ConstraintTimes { get; set; }

    /// <summary>What the statement sees.</summary>
    public Snapshot Snapshot { get; set; }

    /// <summary>
    /// Set for the actions of foreign keys from REPEATABLE READ on, which look with a snapshot of now: rows that they change must be seen by this one too, or the transaction can't be serialized.
    /// </summary>
    internal Snapshot? CrossCheck { get; set; }

    /// <summary>Cancels the statement.</summary>
    public CancellationToken Cancellation { get; private set; }

    /// <summary>The catalog that system tables are read from.</summary>
    public SystemScanContext? SystemScan { get; private set; }

    /// <summary>Memory of the statement: everything that its operators hold.</summary>
    public MemoryAccount Memory { get; init; } = new("ExecutorState", long.MaxValue, services.Memory);

    /// <summary>Temporary files of the statement, and what its session has set.</summary>
    internal SpillScope Spill { get; } = new();

    /// <summary>Rows inserted, updated or deleted by the statement itself.</summary>
    public long RowsAffected { get; set; }

    /// <summary>Set when a copy of a pipeline that another thread runs should end with the blocks that it has.</summary>
    internal bool TakesNoMoreBlocks
    {
        get => Volatile.Read(ref _takesNoMoreBlocks);
        set => Volatile.Write(ref _takesNoMoreBlocks, value);
    }

    /// <summary>Rows that COPY feeds.</summary>
    public RowFeed? Feed { get; set; }

    /// <summary>Rows shared between operators: WITH items and work tables, by number.</summary>
    internal SharedRows?[] Shared { get; } = new SharedRows?[sharedRowCount];

    /// <summary>Set while a changed row is re-checked: scans deliver the row given here.</summary>
    internal RowRecheck? Recheck { get; set; }

    /// <summary>Differs from execution to execution, so that what a pooled operator remembers can be told to be old.</summary>
    internal ulong ExecutionNumber { get; private set; }

    /// <summary>What must be closed at the end beside the operators: subplans.</summary>
    internal List<Action> Opened { get; } = [];

    /// <summary>Makes the operators of subplans.</summary>
    internal Planning.Physical.InstanceBuilder? Builder { get; set; }

    /// <summary>True between Open and Close.</summary>
    public bool IsOpen => _transaction is not null;

    /// <summary>Live, or the LSN that the statement reads at.</summary>
    public ReadPoint ReadPoint => Snapshot.ReadPoint;

    internal void Begin(Transaction transaction, in Snapshot snapshot, SystemScanContext? systemScan, CancellationToken cancellation)
    {
        _transaction = transaction;
        Snapshot = snapshot;
        SystemScan = systemScan;
        Cancellation = cancellation;
        RowsAffected = 0;
        ExecutionNumber++;
    }

    /// <summary>Begins the part of a helper thread in another state's execution: with its transaction, snapshot and parameters.</summary>
    internal void BeginAsHelper(ExecutionState leader)
    {
        Spill.Begin(leader.Spill);
        Begin(leader.Transaction, leader.Snapshot, leader.SystemScan, leader.Cancellation);
        EvaluationContext context = leader.Evaluation;
        Evaluation.Functions = context.Functions;
        var types = new Types.SqlType[context.Parameters.Length];
        for (int i = 0; i < types.Length; i++)
            types[i] = context.Parameters[i].Type;
        Evaluation.DeclareParameters(types);
        for (int i = 0; i < types.Length; i++)
            Evaluation.SetParameter(i, context.Parameters[i], 0);
    }

    internal void End()
    {
        foreach (Action close in Opened)
            close();
        Opened.Clear();
        _transaction = null;
        SystemScan = null;
        Feed = null;
        Recheck = null;
        CrossCheck = null;
        foreach (SharedRows? rows in Shared)
            rows?.Clear();
        Spill.End();
    }

    /// <summary>Throws <see cref="OperationCanceledException"/> when the statement is cancelled. Called for each batch.</summary>
    public void CheckCancel() => Cancellation.ThrowIfCancellationRequested();

    /// <inheritdoc/>
    public void Dispose()
    {
        Evaluation.Dispose();
        foreach (SharedRows? rows in Shared)
            rows?.Dispose();
    }
}
