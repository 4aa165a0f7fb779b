using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Sessions;

/// <summary>
/// The transaction state of a session: no transaction, one begun for a statement or pipeline (implicit), a block that the client opened, or such a block after an error. Keeps transaction, catalog overlay and settings in step.
/// </summary>
/// <remarks>
/// <code>
/// Idle ──statement──▶ Implicit ──end of statement / Sync──▶ Idle      error: rolled back ──▶ Idle
/// Idle, Implicit ──BEGIN──▶ Block ──COMMIT, ROLLBACK──▶ Idle          error: ──▶ Failed
/// Failed ──ROLLBACK, COMMIT──▶ Idle     Failed ──ROLLBACK TO──▶ Block
/// </code>
/// A failed block without savepoints has given everything back already; with savepoints only the innermost was rolled back, so that an outer one can be returned to.
/// For one thread.
/// </remarks>
internal sealed class TransactionBlock(TransactionManager manager, LockOwner owner, CatalogStore catalog, SessionSettings settings, uint databaseOid)
{
    private readonly List<string> _savepoints = [];
    private readonly List<bool> _readOnlyBefore = [];
    private IsolationLevel _isolation;
    private bool _readOnly;
    private bool _deferrable;
    private long _defaultsGeneration = -1;
    private IsolationLevel _defaultIsolation;
    private bool _defaultReadOnly;
    private bool _defaultDeferrable;
    private Transaction? _transaction;
    private CatalogTransaction? _changes;
    private CatalogView? _view;

    private enum State
    {
        Idle,
        Implicit,
        Block,
        Failed,
    }

    private State _state;

    /// <summary>Called when a transaction is about to commit and may still write. What it throws rolls the transaction back.</summary>
    public Action? Committing { get; set; }

    /// <summary>Called after a transaction ended, before the next begins: true when it committed.</summary>
    public Action<bool>? Ended { get; set; }

    /// <summary>Called after a commit with the storages that it dropped.</summary>
    public Action<(uint Database, ulong Storage)[]>? StoragesDropped { get; set; }

    /// <summary>Called after a rollback to a savepoint with the number of savepoints around it: what was made inside it is gone.</summary>
    public Action<int>? RolledBack { get; set; }

    /// <summary>Called after the release of savepoints with the number that is left: what was made inside them belongs to the one around.</summary>
    public Action<int>? Released { get; set; }

    public TransactionStatus Status => _state switch
    {
        State.Block => TransactionStatus.InTransaction,
        State.Failed => TransactionStatus.Failed,
        _ => TransactionStatus.Idle,
    };

    /// <summary>The session's locks.</summary>
    public LockOwner Owner => owner;

    /// <summary>False in the pooler's statement mode: BEGIN is refused.</summary>
    public bool AllowsBlocks { get; set; } = true;

    /// <summary>True between BEGIN and its end.</summary>
    public bool IsBlock => _state is State.Block or State.Failed;

    /// <summary>The statement is one of several of a simple query, which form an implicit block.</summary>
    public bool IsInScript { get; set; }

    public bool IsFailed => _state == State.Failed;

    /// <summary>True when there is a transaction that statements can run in.</summary>
    public bool IsActive => _state is State.Implicit or State.Block;

    public int SavepointDepth => _savepoints.Count;

    /// <summary>The one snapshot of a transaction from REPEATABLE READ on that has it already; zero otherwise.</summary>
    public Lsn HeldSnapshot => _transaction is { State: TransactionState.Active, HasSnapshot: true, Isolation: >= IsolationLevel.RepeatableRead } transaction ? transaction.CurrentSnapshot.VisibleLsn : default;

    /// <summary>The running transaction. <see cref="EnsureBegun"/> first.</summary>
    public Transaction Current
    {
        get
        {
            Invariant.Check(_transaction is not null);
            return _transaction;
        }
    }

    /// <summary>Changes that this transaction makes to the catalogs.</summary>
    public CatalogTransaction Changes => _changes ??= NewChanges();

    /// <summary>Whether the transaction has changed catalogs.</summary>
    public bool HasCatalogChanges => _changes is { HasChanges: true };

    private CatalogTransaction NewChanges()
    {
        var changes = new CatalogTransaction(catalog, Current, databaseOid);
        for (int i = 0; i < _savepoints.Count; i++)
            changes.DefineSavepoint();
        return changes;
    }

    /// <summary>The catalog as the session sees it now. Allocates only when something changed.</summary>
    public CatalogView View(CancellationToken cancellation)
    {
        if (_changes is { HasChanges: true })
            return _changes.View(cancellation);
        DatabaseImage database = catalog.Database(databaseOid, cancellation);
        SharedImage shared = catalog.Shared;
        if (_view is not null && ReferenceEquals(_view.Image, database) && ReferenceEquals(_view.Shared, shared))
            return _view;
        return _view = new CatalogView(database, shared);
    }

    /// <summary>Begins a transaction for a statement when there is none.</summary>
    public void EnsureBegun()
    {
        if (_state != State.Idle)
            return;
        Begin(DefaultIsolation(), DefaultReadOnly);
        _state = State.Implicit;
    }

    private void Begin(IsolationLevel isolation, bool readOnly)
    {
        _isolation = isolation;
        _readOnly = readOnly;
        ReadDefaults();
        _deferrable = _defaultDeferrable;
        _transaction = manager.Begin(isolation, readOnly, owner);
        _transaction.IsDeferrable = _deferrable;
        settings.Push();
    }

    private IsolationLevel DefaultIsolation()
    {
        ReadDefaults();
        return _defaultIsolation;
    }

    private bool DefaultReadOnly
    {
        get
        {
            ReadDefaults();
            return _defaultReadOnly;
        }
    }

    // Every implicit transaction asks for them, and they hardly ever change.
    private void ReadDefaults()
    {
        if (_defaultsGeneration == settings.Generation)
            return;
        _defaultsGeneration = settings.Generation;
        _defaultIsolation = ParseIsolation(settings["default_transaction_isolation"]);
        _defaultReadOnly = settings["default_transaction_read_only"] == "on";
        _defaultDeferrable = settings["default_transaction_deferrable"] == "on";
    }

    /// <summary>An isolation level from its name in settings.</summary>
    public static IsolationLevel ParseIsolation(string name) => name switch
    {
        "serializable" => IsolationLevel.Serializable,
        "repeatable read" => IsolationLevel.RepeatableRead,
        "read uncommitted" => IsolationLevel.ReadUncommitted,
        _ => IsolationLevel.ReadCommitted,
    };

    /// <summary>The running transaction's level, or that of the next one, as settings name it.</summary>
    public string IsolationSetting => _state == State.Idle ? settings["default_transaction_isolation"] : IsolationName(_isolation);

    /// <summary>Whether the running transaction, or the next one, may write.</summary>
    public bool IsReadOnly => _state == State.Idle ? settings["default_transaction_read_only"] == "on" : _readOnly;

    /// <summary>Whether the running transaction, or the next one, is DEFERRABLE: under SERIALIZABLE READ ONLY its first statement waits for a safe snapshot.</summary>
    public bool IsDeferrable
    {
        get => _state == State.Idle ? settings["default_transaction_deferrable"] == "on" : _deferrable;
        set
        {
            _deferrable = value;
            if (IsActive)
                Current.IsDeferrable = value;
        }
    }

    private static string IsolationName(IsolationLevel level) => level switch
    {
        IsolationLevel.Serializable => "serializable",
        IsolationLevel.RepeatableRead => "repeatable read",
        IsolationLevel.ReadUncommitted => "read uncommitted",
        _ => "read committed",
    };

    /// <summary>BEGIN: makes a block of the implicit transaction when that has done nothing yet but begin. False when there is a block already.</summary>
    public bool TryBegin(IsolationLevel? isolation, bool? readOnly)
    {
        if (IsBlock)
            return false;
        if (!AllowsBlocks)
            throw new SqlException(SqlState.FeatureNotSupported, "transaction blocks not allowed in statement pooling mode");
        if (_state == State.Implicit && (isolation is { } level && level != Current.Isolation) && Current.Xid == 0)
        {
            // The statement that carries BEGIN started a transaction of the default kind; nothing has looked at it.
            manager.Abort(Current);
            settings.Rollback();
            _transaction = null;
            _state = State.Idle;
        }

        if (_state == State.Idle)
            Begin(isolation ?? DefaultIsolation(), readOnly ?? DefaultReadOnly);
        else if (readOnly is { } value)
            SetReadOnly(value);
        _state = State.Block;
        return true;
    }

    /// <summary>SET TRANSACTION READ ONLY or READ WRITE.</summary>
    public void SetReadOnly(bool readOnly)
    {
        if (_readOnly && !readOnly)
        {
            if (_readOnlyBefore.Count > 0 && _readOnlyBefore[^1])
                throw new SqlException(SqlState.ActiveSqlTransaction, "cannot set transaction read-write mode inside a read-only transaction");
            if (Current.HasSnapshot)
                throw new SqlException(SqlState.ActiveSqlTransaction, "transaction read-write mode must be set before any query");
        }

        Current.ReadOnly = _readOnly = readOnly;
    }

    /// <summary>SET TRANSACTION ISOLATION LEVEL: only before the first query. The transaction begins anew under the level.</summary>
    public void SetIsolation(IsolationLevel level)
    {
        if (level == Current.Isolation)
            return;
        if (Current.HasSnapshot || Current.Xid != 0)
            throw new SqlException(SqlState.ActiveSqlTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query");
        if (_savepoints.Count > 0)
            throw new SqlException(SqlState.ActiveSqlTransaction, "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction");
        bool readOnly = Current.ReadOnly;
        manager.Abort(Current);
        _transaction = manager.Begin(level, readOnly, owner);
        _transaction.IsDeferrable = _deferrable;
        _isolation = level;
    }

    /// <summary>SET TRANSACTION SNAPSHOT.</summary>
    public void ImportSnapshot(string name)
    {
        Current.ImportSnapshot(name, databaseOid);
    }

    /// <summary>
    /// Commits. In a failed block it rolls back instead and returns false. Throws what commit throws; the transaction is over in any case.
    /// </summary>
    public bool Commit(CancellationToken cancellation)
    {
        if (_state == State.Failed)
        {
            Rollback();
            return false;
        }

        if (_state == State.Idle)
            return true;
        Transaction transaction = Current;
        try
        {
            Committing?.Invoke();
        }
        catch
        {
            Rollback();
            throw;
        }

        (uint Database, ulong Storage)[] dropped = transaction.CommitDrops.Count == 0 ? [] : [.. transaction.CommitDrops];
        try
        {
            manager.Commit(transaction, cancellation);
        }
        catch (Exception error)
        {
            bool outcomeUnknown = error is SqlException sql && sql.State == SqlState.TransactionResolutionUnknown;
            if (transaction.State == TransactionState.Active)
                manager.Abort(transaction);
            // With an unknown outcome the commit may still become visible, and then the catalog's changes with it.
            if (outcomeUnknown)
                _changes = null;
            Finish(committed: false);
            throw;
        }

        Finish(committed: true);
        if (dropped.Length > 0)
            StoragesDropped?.Invoke(dropped);
        return true;
    }

    /// <summary>
    /// PREPARE TRANSACTION: <paramref name="prepare"/> takes the transaction over. When anything throws, it is rolled back.
    /// </summary>
    public void Prepare(Action<Transaction> prepare)
    {
        try
        {
            Committing?.Invoke();
            prepare(Current);
        }
        catch
        {
            Rollback();
            throw;
        }

        // Changes of catalogs wait for the end of the prepared transaction.
        _changes = null;
        Finish(committed: true);
    }

    /// <summary>Rolls back whatever there is.</summary>
    public void Rollback()
    {
        if (_transaction is { State: TransactionState.Active })
            manager.Abort(_transaction);
        if (_state != State.Idle)
            Finish(committed: false);
    }

    /// <summary>A statement failed: an implicit transaction rolls back, a block becomes a failed one.</summary>
    public void Fail()
    {
        switch (_state)
        {
            case State.Implicit:
                Rollback();
                break;
            case State.Block:
                _state = State.Failed;
                if (_savepoints.Count == 0)
                {
                    _changes?.Abandon();
                    manager.Abort(Current);
                    _changes = null;
                }
                else
                {
                    UndoTo(_savepoints.Count - 1);
                }

                break;
        }
    }

    private void Finish(bool committed)
    {
        if (!committed)
            _changes?.Abandon();
        _changes = null;
        _transaction = null;
        _savepoints.Clear();
        _readOnlyBefore.Clear();
        _state = State.Idle;
        if (committed)
            settings.Commit();
        else
            settings.RollbackAll();
        Ended?.Invoke(committed);
    }

    /// <summary>SAVEPOINT.</summary>
    public void DefineSavepoint(string name)
    {
        Current.DefineSavepoint(name);
        _savepoints.Add(name);
        _readOnlyBefore.Add(_readOnly);
        _changes?.DefineSavepoint();
        settings.Push();
    }

    /// <summary>RELEASE SAVEPOINT. Throws 3B001.</summary>
    public void ReleaseSavepoint(string name)
    {
        int depth = Find(name);
        Current.ReleaseSavepoint(name);
        for (int i = _savepoints.Count; i > depth; i--)
            settings.Release();
        RestoreReadOnly(depth);
        _readOnlyBefore.RemoveRange(depth, _readOnlyBefore.Count - depth);
        _savepoints.RemoveRange(depth, _savepoints.Count - depth);
        _changes?.ReleaseSavepoints(depth);
        Released?.Invoke(depth);
    }

    /// <summary>Undoes what was done since a savepoint that a statement made for itself, and ends it. The statement goes on.</summary>
    public void UndoSavepoint(string name)
    {
        UndoTo(Find(name));
        ReleaseSavepoint(name);
    }

    /// <summary>ROLLBACK TO SAVEPOINT, which also brings a failed block back to life. Throws 3B001.</summary>
    public void RollbackToSavepoint(string name)
    {
        UndoTo(Find(name));
        _state = State.Block;
    }

    private void UndoTo(int depth)
    {
        // Names may repeat; the newest of a name is the one that the transaction finds, so go down one by one.
        for (int i = _savepoints.Count - 1; i >= depth; i--)
        {
            Current.RollbackToSavepoint(_savepoints[i]);
            settings.Rollback();
            if (i > depth)
                Current.ReleaseSavepoint(_savepoints[i]);
        }

        settings.Push();
        RestoreReadOnly(depth);
        _readOnlyBefore.RemoveRange(depth + 1, _readOnlyBefore.Count - depth - 1);
        _savepoints.RemoveRange(depth + 1, _savepoints.Count - depth - 1);
        _changes?.RollbackToSavepoint(depth);
        RolledBack?.Invoke(depth);
    }

    // Read-only mode set inside a savepoint ends with it, however it ends.
    private void RestoreReadOnly(int depth) => Current.ReadOnly = _readOnly = _readOnlyBefore[depth];

    private int Find(string name)
    {
        int depth = _savepoints.LastIndexOf(name);
        return depth >= 0 ? depth : throw new SqlException(SqlState.InvalidSavepointSpecification, $"savepoint \"{name}\" does not exist");
    }
}
