using System.Collections.Concurrent;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Sessions.Pooling;
using Strata.Engine.Sessions.Results;
using Strata.Engine.Storage;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.FreeSpace;
using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Platform;

namespace Strata.Engine.Sessions;

/// <summary>
/// The engine over one open timeline: buffer pool, transactions, catalogs, plans and sessions. Thread-safe. When a failure can't be survived it calls <see cref="EngineOptions.Fatal"/> and refuses new sessions.
/// </summary>
public sealed class EngineInstance : IDisposable
{
    private readonly ConcurrentDictionary<int, SqlSession> _sessions = [];
    private static readonly TimeSpan s_autovacuumEnd = TimeSpan.FromSeconds(5);

    private readonly BufferPool _pool;
    private readonly CancellationTokenSource _closing = new();
    private IWorker? _autovacuum;
    private int _nextProcessId;
    private int _sessionCount;
    private int _failed;

    private EngineInstance(EngineOptions options)
    {
        Options = options;
        _pool = new BufferPool(options.Pages, options.Wal, new BufferPoolOptions { Frames = (int)Math.Max(BufferPoolOptions.MinFrames, options.BufferPoolBytes / PageFormat.PageSizeBytes), EvictionObserver = options.EvictionObserver });
        var wal = new WalInserter(options.Wal, Fail);
        Transactions = new TransactionManager(_pool, wal, options.Scheduler.Time, new TransactionOptions());
        Storage = new StorageContext(_pool, wal, Transactions);
        Files = new RelationFiles(_pool, wal);
        Storage.FreeSpace = Files;
        Prepared = new PreparedTransactions(Storage);
        Handles = new StorageHandles(Storage, Files);
        Memory = new MemoryAccount("TopMemoryContext", options.QueryMemoryBytes)
        {
            Watch = options.QueryMemoryBytes == long.MaxValue ? null : new GarbageWatch(options.QueryMemoryBytes),
        };
        TemporaryFiles? temporaryFiles = options.TemporaryFiles is { } files ? new TemporaryFiles(files) : null;
        Execution = new ExecutionServices(Storage, Handles, temporaryFiles, Memory, options.Scheduler.Time)
        {
            Workers = options.QueryThreads > 1 ? new QueryWorkers(options.Scheduler, options.QueryThreads - 1) : null,
            ParallelScanPagesMin = options.ParallelScanPagesMin,
            Samples = new Statistics.RowSamples(Storage, Memory),
        };
        Catalog = new CatalogStore(Storage);
        Plans = new PlanCache();
        Results = new ResultCache(ResultCache.SizeBytes(options), Memory);
        AutovacuumTables = new AutovacuumTables(this);
        Statistics = new CumulativeStatistics(this);
        Progress = new Progress.ProgressTable();
        Pool = new SessionPool(this);
    }

    /// <summary>
    /// Opens a timeline whose log's term has been won: writes the term's first record, waits until it is durable, reads the shared catalogs; makes the first ones when the timeline is empty.
    /// Throws <see cref="LostTermException"/>, <see cref="OperationCanceledException"/>.
    /// </summary>
    public static EngineInstance Open(EngineOptions options, CancellationToken cancellation = default)
    {
        var engine = new EngineInstance(options);
        try
        {
            engine.Transactions.Start(options.Term, cancellation);
            engine.Prepared.Recover(cancellation);
            engine.Catalog.LoadShared(cancellation);
            if (engine.Catalog.Shared.Databases.IsEmpty)
                Bootstrap.Run(engine.Catalog, options.BootstrapVerifier, cancellation);
            engine.StartTimestamp = engine.Transactions.Now();
            engine.StartLsn = options.Wal.EndOfLog;
            if (options.Autovacuum)
                engine.StartAutovacuum();
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    private void StartAutovacuum()
    {
        var autovacuum = new Autovacuum(Options.Scheduler, AutovacuumTables, AutovacuumTables.Activities, (table, error) => Options.Warning?.Invoke($"autovacuum of table {table.Oid} failed: {(error is SqlException ? error.Message : error)}"));
        _autovacuum = Options.Scheduler.StartThread("autovacuum", autovacuum.Run);
    }

    internal EngineOptions Options { get; }

    internal StorageContext Storage { get; }

    internal RelationFiles Files { get; }

    internal StorageHandles Handles { get; }

    internal TransactionManager Transactions { get; }

    /// <summary>Transactions between PREPARE TRANSACTION and their end.</summary>
    internal PreparedTransactions Prepared { get; }

    internal ExecutionServices Execution { get; }

    /// <summary>What all statements hold together.</summary>
    internal MemoryAccount Memory { get; }

    internal TemporaryFileCounters TemporaryFileCounters { get; } = new();

    internal CatalogStore Catalog { get; }

    internal PlanCache Plans { get; }

    /// <summary>Results of queries, for sessions that want them kept.</summary>
    internal ResultCache Results { get; }

    internal NotificationHub Notifications { get; } = new();

    /// <summary>Equal settings of different sessions as one object: their plans are compared by reference.</summary>
    internal InternedValues<TypeSettings> SharedTypeSettings { get; } = new(TypeSettings.Default);

    internal InternedValues<Planning.PlannerSettings> SharedPlannerSettings { get; } = new(Planning.PlannerSettings.Default);

    /// <summary>What sessions started with lately.</summary>
    internal InitialSettingsCache InitialSettings { get; } = new();

    /// <summary>Working sessions of the pooler.</summary>
    public SessionPool Pool { get; }

    internal AutovacuumTables AutovacuumTables { get; }

    internal CumulativeStatistics Statistics { get; }

    /// <summary>Commands that report how far they are.</summary>
    internal Progress.ProgressTable Progress { get; }

    internal TemporarySlots TemporarySlots { get; } = new();

    /// <summary>Where the log ended when the engine was opened.</summary>
    internal Lsn StartLsn { get; private set; }

    /// <summary>When the engine was opened, microseconds since 2000-01-01 UTC.</summary>
    internal long StartTimestamp { get; private set; }

    /// <summary>Lets go of what is remembered of storages that are gone. Their ids never come back, so nothing could go wrong with it; it only takes memory.</summary>
    internal void Forget((uint Database, ulong Storage)[] storages)
    {
        foreach ((uint database, ulong storage) in storages)
        {
            Storage.Forget(database, storage);
            Handles.Forget(database, storage);
            Files.Forget(database, storage);
            Transactions.Sequences.Forget(database, storage);
            AutovacuumTables.Forget(database, storage);
        }
    }

    /// <summary>Open sessions.</summary>
    public int SessionCount => Volatile.Read(ref _sessionCount);

    /// <summary>True after a failure that the engine can't survive, or when the term was lost: nothing can be written any more, and no session opens.</summary>
    public bool IsFailed => Volatile.Read(ref _failed) != 0;

    /// <summary>Raised once when <see cref="IsFailed"/> becomes true, from whatever thread saw it.</summary>
    public event Action? Failed;

    /// <summary>Cancelled when the engine closes or fails: ends waits that belong to no statement.</summary>
    internal CancellationToken Closing => _closing.Token;

    internal void MarkFailed()
    {
        if (Interlocked.Exchange(ref _failed, 1) != 0)
            return;
        _closing.Cancel();
        Failed?.Invoke();
    }

    /// <summary>Something was found that no session can go on with: the engine ends.</summary>
    internal void Fail(Exception error)
    {
        MarkFailed();
        Options.Fatal?.Invoke(error);
    }

    /// <summary>What the wire layer authenticates a user with.</summary>
    public RoleCredential GetRoleCredential(string user)
    {
        RoleInfo? role = Catalog.Shared.FindRole(user);
        bool expired = role?.ValidUntil is { } until && until < Transactions.Now();
        return new RoleCredential(role is not null, role is { CanLogin: true }, expired ? null : role?.Password);
    }

    /// <summary>
    /// Opens a session for a user that has been authenticated and reports its settings. Throws <see cref="SqlException"/> (fatal): 28000, 3D000, 42501, 53300, 57P03, and for wrong settings.
    /// </summary>
    public SqlSession OpenSession(SessionStartup startup, ISessionOutput output)
    {
        if (IsFailed)
            throw new SqlException(SqlState.CannotConnectNow, "the database system is shutting down") { IsFatal = true };
        if (SessionCount >= Options.MaxConnections)
            throw new SqlException(SqlState.TooManyConnections, "sorry, too many clients already") { IsFatal = true };
        if (startup.ProcessId == 0)
            startup = startup with { ProcessId = Interlocked.Increment(ref _nextProcessId) };
        SqlSession session = SessionOpener.Open(this, startup, output);
        Register(session);
        return session;
    }

    /// <summary>
    /// Lets a client that has been authenticated use the pooler, and reports its settings: it has no session before its first statement. Throws as <see cref="OpenSession"/>, 53300 beyond the pooler's clients.
    /// </summary>
    public PooledClient OpenPooled(SessionStartup startup, ISessionOutput output, PooledClientOptions options)
    {
        if (IsFailed)
            throw new SqlException(SqlState.CannotConnectNow, "the database system is shutting down") { IsFatal = true };
        return Pool.Admit(startup, output, options);
    }

    /// <summary>Opens a session without a client, for the pooler.</summary>
    internal SqlSession OpenWorking(SessionStartup startup, ISessionOutput output, PoolKey key)
    {
        if (IsFailed)
            throw new SqlException(SqlState.CannotConnectNow, "the database system is shutting down") { IsFatal = true };
        if (SessionCount >= Options.MaxConnections)
            throw new SqlException(SqlState.TooManyConnections, "sorry, too many clients already") { IsFatal = true };
        SqlSession session = SessionOpener.OpenWorking(this, startup, output, key);
        Register(session);
        return session;
    }

    private void Register(SqlSession session)
    {
        if (_sessions.TryAdd(session.ProcessId, session))
            Interlocked.Increment(ref _sessionCount);
    }

    internal void Close(SqlSession session)
    {
        if (_sessions.TryRemove(new KeyValuePair<int, SqlSession>(session.ProcessId, session)))
            Interlocked.Decrement(ref _sessionCount);
    }

    internal IEnumerable<SqlSession> Sessions => _sessions.Values;

    /// <summary>The session of a process id, or null.</summary>
    internal SqlSession? FindSession(int processId) => _sessions.GetValueOrDefault(processId);

    /// <summary>The process ids of lock holders that are sessions.</summary>
    internal IReadOnlyList<int> PidsOf(IReadOnlyList<LockOwner> owners)
    {
        var pids = new List<int>();
        foreach (SqlSession session in _sessions.Values)
        {
            if (owners.Contains(session.LockOwner))
                pids.Add(session.ProcessId);
        }

        // Prepared transactions have no process: PostgreSQL gives 0 for them.
        foreach (PreparedTransaction prepared in Prepared.All)
            if (owners.Contains(prepared.Transaction.Owner))
                pids.Add(0);
        return pids;
    }

    /// <summary>pg_cancel_backend: false when there is no such session.</summary>
    internal bool CancelSession(int processId)
    {
        if (!_sessions.TryGetValue(processId, out SqlSession? session))
            return false;
        session.Cancel();
        return true;
    }

    /// <summary>pg_terminate_backend: the session ends at its next step; false when there is no such session.</summary>
    internal bool TerminateSession(int processId)
    {
        if (!_sessions.TryGetValue(processId, out SqlSession? session))
            return false;
        session.Terminate();
        return true;
    }

    /// <summary>Ends all sessions and frees the memory. Nothing needs to be written: the log has everything.</summary>
    public void Dispose()
    {
        MarkFailed();
        _autovacuum?.RequestStop();
        foreach (SqlSession session in _sessions.Values)
            session.Terminate();
        _autovacuum?.Join(s_autovacuumEnd);
        Execution.Workers?.Dispose();
        _pool.Dispose();
    }
}
