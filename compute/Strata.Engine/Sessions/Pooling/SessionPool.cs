using System.Globalization;
using System.Runtime.InteropServices;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Sessions.Pooling;

/// <summary>
/// The pooler of an endpoint: thousands of clients take turns on few working sessions, per user and database, first come first served. Thread-safe; one lock, held for a few instructions at each
/// transaction's beginning and end.
/// </summary>
/// <remarks>
/// A client is counted as working from the moment that it is let in until it gives its session back; what is limited is that count. Sessions that are bound to an idle client are not counted.
/// <code>
/// None ──room──▶ Leased ──end of transaction──▶ None
/// None ──no room──▶ Waiting ──somebody leaves──▶ Granted ──client is served──▶ Leased
///                   Waiting ──wait timeout──▶ TimedOut      Waiting ──cancel──▶ Cancelled
/// </code>
/// </remarks>
public sealed class SessionPool
{
    private readonly EngineInstance _engine;
    private volatile PoolOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<PoolKey, Pool> _pools = [];
    private readonly Dictionary<uint, int> _workingOfRole = [];
    private readonly Dictionary<uint, int> _workingOfDatabase = [];
    private ITimer? _timer;
    private int _clients;
    private int _waiting;

    private sealed class Pool(PoolKey key)
    {
        public PoolKey Key { get; } = key;

        /// <summary>Clients that are counted as working.</summary>
        public int Working { get; set; }

        public LinkedList<PooledClient> Waiting { get; } = new();

        /// <summary>Sessions that nobody uses; the one used last is taken first.</summary>
        public Stack<SqlSession> Idle { get; } = new();
    }

    internal SessionPool(EngineInstance engine)
    {
        _engine = engine;
        _options = engine.Options.Pool;
        _time = engine.Options.Scheduler.Time;
        IdleSessionWoken = CloseTerminated;
    }

    /// <summary>The pooler's mode and limits.</summary>
    public PoolOptions Options => _options;

    /// <summary>Changes mode and limits: for new clients and for those who want to work next. Who waits goes on waiting as long as it was told.</summary>
    public void Change(PoolOptions options)
    {
        List<PooledClient>? granted = null;
        lock (_gate)
        {
            _options = options;
            RecountWorking();
            foreach (Pool pool in _pools.Values)
                GrantIn(pool, ref granted);
        }

        Wake(granted);
    }

    // Users and databases are counted only while there is a limit.
    private void RecountWorking()
    {
        _workingOfRole.Clear();
        _workingOfDatabase.Clear();
        foreach (Pool pool in _pools.Values)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_workingOfRole, pool.Key.RoleOid, out _) += pool.Working;
            CollectionsMarshal.GetValueRefOrAddDefault(_workingOfDatabase, pool.Key.DatabaseOid, out _) += pool.Working;
        }
    }

    /// <summary>Clients connected to the pooler.</summary>
    public int ClientCount => Volatile.Read(ref _clients);

    /// <summary>Clients that wait for a session.</summary>
    public int WaitingCount => Volatile.Read(ref _waiting);

    /// <summary>For <see cref="SqlSession.Woken"/> of sessions that nobody uses: all that can happen to them is that they are terminated.</summary>
    internal Action IdleSessionWoken { get; }

    internal PooledClient Admit(SessionStartup startup, ISessionOutput output, PooledClientOptions options)
    {
        (PoolKey key, SettingsState settings) = SessionOpener.Admit(_engine, startup, output);
        if (Interlocked.Increment(ref _clients) <= _options.ClientsMax)
            return new PooledClient(this, key, settings, startup, output, options);
        Interlocked.Decrement(ref _clients);
        throw new SqlException(SqlState.TooManyConnections, "no more connections allowed to the pooler (max_client_conn)") { IsFatal = true };
    }

    /// <summary>Counts a client as working, or queues it. True: it may go on, with <paramref name="session"/> unless it has one; null when a new one is to be opened.</summary>
    internal bool TryAcquire(PooledClient client, out SqlSession? session)
    {
        session = null;
        lock (_gate)
        {
            Pool pool = PoolOf(client.Key);
            switch (client.State)
            {
                case LeaseState.Waiting:
                    return false;
                case LeaseState.TimedOut:
                    client.State = LeaseState.None;
                    throw new SqlException(SqlState.TooManyConnections, string.Create(CultureInfo.InvariantCulture, $"query_wait_timeout: no session of the pool became free within {_options.WaitTimeout.TotalSeconds} s"))
                    {
                        IsFatal = true,
                        Hint = "More clients want to work at a time than the pool has sessions for. Shorten transactions or raise the pool's size.",
                    };
                case LeaseState.Cancelled:
                    client.State = LeaseState.None;
                    throw new SqlException(SqlState.QueryCanceled, "canceling statement due to user request");
                case LeaseState.None when !MayWork(client, pool):
                    Enqueue(client, pool);
                    return false;
                case LeaseState.None:
                    Count(pool, 1);
                    break;
            }

            client.State = LeaseState.Leased;
            if (client.Session is null)
                session = TakeIdle(pool);
            return true;
        }
    }

    /// <summary>Opens a working session for a client that has been let in. What it throws takes the client out again.</summary>
    internal SqlSession OpenSession(PooledClient client, SessionStartup startup, ISessionOutput output)
    {
        try
        {
            return _engine.OpenWorking(startup, output, client.Key);
        }
        catch
        {
            Release(client, null);
            throw;
        }
    }

    /// <summary>The client is not working any more. Its session is for others now, unless null.</summary>
    internal void Release(PooledClient client, SqlSession? session)
    {
        SqlSession? superfluous = null;
        List<PooledClient>? granted = null;
        lock (_gate)
        {
            Pool pool = PoolOf(client.Key);
            client.State = LeaseState.None;
            Count(pool, -1);
            if (session is not null && !session.IsTerminated && pool.Idle.Count + pool.Working < _options.PoolSize)
                pool.Idle.Push(session);
            else
                superfluous = session;
            if (_waiting > 0)
                granted = Grant(pool);
        }

        if (superfluous is not null)
            End(superfluous);
        Wake(granted);
    }

    /// <summary>Takes a client out of the queue. False when it does not wait.</summary>
    internal bool CancelWait(PooledClient client)
    {
        lock (_gate)
        {
            if (client.State != LeaseState.Waiting)
                return false;
            Dequeue(client, LeaseState.Cancelled);
        }

        client.Wake();
        return true;
    }

    /// <summary>The client has disconnected; it has no session any more.</summary>
    internal void Leave(PooledClient client)
    {
        LeaseState state;
        lock (_gate)
        {
            if (client.State == LeaseState.Waiting)
                Dequeue(client, LeaseState.None);
            state = client.State;
        }

        if (state is LeaseState.Granted or LeaseState.Leased)
            Release(client, null);
        Interlocked.Decrement(ref _clients);
    }

    /// <summary>Ends the sessions of a database that nobody uses.</summary>
    internal void CloseIdle(uint databaseOid) => Close((pool, _) => pool.Key.DatabaseOid == databaseOid);

    private void CloseTerminated() => Close(static (_, session) => session.IsTerminated);

    private void Close(Func<Pool, SqlSession, bool> which)
    {
        List<SqlSession> closed = [];
        lock (_gate)
        {
            foreach (Pool pool in _pools.Values)
            {
                SqlSession[] sessions = [.. pool.Idle];
                if (!Array.Exists(sessions, session => which(pool, session)))
                    continue;
                pool.Idle.Clear();
                foreach (SqlSession session in sessions.Reverse())
                {
                    if (which(pool, session))
                        closed.Add(session);
                    else
                        pool.Idle.Push(session);
                }
            }
        }

        foreach (SqlSession session in closed)
            End(session);
    }

    // No client was cut off.
    private static void End(SqlSession session)
    {
        session.NoteTerminate();
        session.Dispose();
    }

    private Pool PoolOf(PoolKey key)
    {
        ref Pool? pool = ref CollectionsMarshal.GetValueRefOrAddDefault(_pools, key, out _);
        return pool ??= new Pool(key);
    }

    // Who holds advisory locks is let in at once: those who work may be waiting for them.
    private bool MayWork(PooledClient client, Pool pool) =>
        client.Session is { HoldsSessionLocks: true } || (pool.Waiting.Count == 0 && HasRoom(pool));

    private bool HasRoom(Pool pool) =>
        pool.Working < _options.PoolSize &&
        (_options.UserSessionsMax == 0 || _workingOfRole.GetValueOrDefault(pool.Key.RoleOid) < _options.UserSessionsMax) &&
        (_options.DatabaseSessionsMax == 0 || _workingOfDatabase.GetValueOrDefault(pool.Key.DatabaseOid) < _options.DatabaseSessionsMax);

    private void Count(Pool pool, int change)
    {
        pool.Working += change;
        Invariant.Check(pool.Working >= 0);
        if (_options.UserSessionsMax != 0)
            CollectionsMarshal.GetValueRefOrAddDefault(_workingOfRole, pool.Key.RoleOid, out _) += change;
        if (_options.DatabaseSessionsMax != 0)
            CollectionsMarshal.GetValueRefOrAddDefault(_workingOfDatabase, pool.Key.DatabaseOid, out _) += change;
    }

    private static SqlSession? TakeIdle(Pool pool)
    {
        while (pool.Idle.TryPop(out SqlSession? session))
        {
            if (!session.IsTerminated)
                return session;
            session.Dispose();
        }

        return null;
    }

    // A client that leaves its own pool makes room there first; with limits that span pools, perhaps in others too.
    private List<PooledClient>? Grant(Pool left)
    {
        List<PooledClient>? granted = null;
        GrantIn(left, ref granted);
        if (_options.UserSessionsMax != 0 || _options.DatabaseSessionsMax != 0)
        {
            foreach (Pool pool in _pools.Values)
                GrantIn(pool, ref granted);
        }

        return granted;
    }

    private void GrantIn(Pool pool, ref List<PooledClient>? granted)
    {
        while (pool.Waiting.First is { Value: { } next } && HasRoom(pool))
        {
            Dequeue(next, LeaseState.Granted);
            Count(pool, 1);
            (granted ??= []).Add(next);
        }
    }

    private void Enqueue(PooledClient client, Pool pool)
    {
        client.State = LeaseState.Waiting;
        client.Place = pool.Waiting.AddLast(client);
        if (_waiting++ > 0 || _options.WaitTimeout <= TimeSpan.Zero)
        {
            client.Deadline = Deadline();
            return;
        }

        client.Deadline = Deadline();
        _timer ??= _time.CreateTimer(static pool => ((SessionPool)pool!).EndWaits(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(_options.WaitTimeout, Timeout.InfiniteTimeSpan);
    }

    private long Deadline() => _time.GetTimestamp() + (long)(_options.WaitTimeout.TotalSeconds * _time.TimestampFrequency);

    private void Dequeue(PooledClient client, LeaseState state)
    {
        client.Place!.List!.Remove(client.Place);
        client.Place = null;
        client.State = state;
        _waiting--;
    }

    private void EndWaits()
    {
        List<PooledClient>? over = null;
        lock (_gate)
        {
            long now = _time.GetTimestamp(), next = long.MaxValue;
            foreach (Pool pool in _pools.Values)
            {
                while (pool.Waiting.First is { Value: { } first } && first.Deadline <= now)
                {
                    Dequeue(first, LeaseState.TimedOut);
                    (over ??= []).Add(first);
                }

                next = Math.Min(next, pool.Waiting.First?.Value.Deadline ?? long.MaxValue);
            }

            if (next != long.MaxValue)
                _timer!.Change(TimeSpan.FromSeconds((next - now) / (double)_time.TimestampFrequency) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }

        Wake(over);
    }

    private static void Wake(List<PooledClient>? clients)
    {
        foreach (PooledClient client in clients ?? [])
            client.Wake();
    }
}
