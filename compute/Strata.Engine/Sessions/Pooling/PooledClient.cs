using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Pooling;

/// <summary>
/// A client of the pooler: what it keeps between two leases of a working session (settings, prepared statements, values of sequences), and the lease that it has or waits for.
/// For one thread at a time, except for <see cref="Cancel"/> and what <see cref="SessionPool"/> does under its lock.
/// </summary>
/// <remarks>
/// What can't be taken along (temporary tables, LISTEN, cursors WITH HOLD, advisory locks of the session) binds the session to the client until it is gone; such a session does not count as
/// working while its client is idle.
/// </remarks>
public sealed class PooledClient : IDisposable
{
    private readonly SessionPool _pool;
    private readonly ISessionOutput _output;
    private readonly SessionStartup _startup;
    private readonly PooledClientOptions _options;
    private readonly Lock _sessionGate = new();
    private SettingsState _settings;
    private Dictionary<string, PreparedStatement>? _statements;
    private SequenceValues? _sequences;
    private SqlSession? _session;
    private bool _disposed;

    internal PooledClient(SessionPool pool, PoolKey key, SettingsState settings, SessionStartup startup, ISessionOutput output, PooledClientOptions options)
    {
        _pool = pool;
        Key = key;
        _settings = settings;
        _startup = startup;
        _output = output;
        _options = options;
    }

    public PoolMode Mode => _options.Mode;

    /// <summary>The session that the client has now; null between two leases.</summary>
    public SqlSession? Session => _session;

    /// <summary>Others wait for a session.</summary>
    public bool IsSessionWanted => _pool.WaitingCount > 0;

    internal PoolKey Key { get; }

    /// <summary>Of the pool's, under its lock.</summary>
    internal LeaseState State { get; set; }

    /// <summary>Its place in the queue. Of the pool's, under its lock.</summary>
    internal LinkedListNode<PooledClient>? Place { get; set; }

    /// <summary>When the wait for a session ends, in the clock's timestamps. Of the pool's, under its lock.</summary>
    internal long Deadline { get; set; }

    /// <summary>Has the client served: it was granted a session, or its wait is over.</summary>
    internal void Wake() => _options.Woken();

    /// <summary>
    /// Makes sure that the client has a working session. False when it must wait: <c>woken</c> is called when this should be asked again. Throws <see cref="SqlException"/>: 53300 (fatal) when the wait
    /// has taken too long, 57014 when it was cancelled, and what opening a session throws.
    /// </summary>
    public bool TryLease()
    {
        if (State == LeaseState.Leased)
            return true;
        if (!_pool.TryAcquire(this, out SqlSession? session))
            return false;
        if (_session is null)
            Attach(session ?? _pool.OpenSession(this, _startup with { ProcessId = _options.NewProcessId() }, _output));
        return true;
    }

    /// <summary>Gives the session back when nothing binds it to the client. To be called between transactions.</summary>
    public void EndLease()
    {
        if (State != LeaseState.Leased || _session is not { } session || Mode == PoolMode.Session)
            return;
        if (session.IsBoundToClient)
        {
            _pool.Release(this, null);
            return;
        }

        Detach(session);
        _pool.Release(this, session);
    }

    /// <summary>Cancels the statement that runs, or the wait for a session. Any thread.</summary>
    public void Cancel()
    {
        if (_pool.CancelWait(this))
            return;
        lock (_sessionGate)
            _session?.Cancel();
    }

    private void Attach(SqlSession session)
    {
        SessionContext context = session.Context;
        context.Output = _output;
        context.Startup = _startup with { ProcessId = session.ProcessId };
        context.Settings.Restore(_settings);
        context.RestoreRoles();
        context.Services.Sequences = _sequences;
        context.Transactions.AllowsBlocks = Mode != PoolMode.Statement;
        session.Portals.StatementsByName = _statements;
        session.Woken = _options.Woken;
        lock (_sessionGate)
            _session = session;
    }

    private void Detach(SqlSession session)
    {
        lock (_sessionGate)
            _session = null;
        SessionContext context = session.Context;
        _settings = context.Settings.Capture();
        _statements = session.Portals.StatementsByName;
        _sequences = context.Services.Sequences;
        session.Portals.StatementsByName = null;
        session.Woken = _pool.IdleSessionWoken;
    }

    /// <summary>The client is gone: its transaction is rolled back, its session ended or given back.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        SqlSession? session = _session;
        lock (_sessionGate)
            _session = null;
        // Its transaction and whatever else it has left end with the session.
        session?.Dispose();
        _pool.Leave(this);
    }
}
