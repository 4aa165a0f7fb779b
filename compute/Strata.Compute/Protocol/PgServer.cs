using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Strata.Compute.Endpoints;
using Strata.Platform;

namespace Strata.Compute.Protocol;

/// <summary>
/// The PostgreSQL port: accepts connections, lends them threads while they are busy and parks them while they are quiet. Thread-safe.
/// </summary>
public sealed class PgServer : IDisposable
{
    private static readonly Meter s_meter = new("Strata.Compute");
    private static readonly UpDownCounter<long> s_connections =
        s_meter.CreateUpDownCounter<long>("strata_connections", description: "Client connections, idle ones included.");

    private readonly IScheduler _scheduler;
    private readonly ByteListener _listener;
    private readonly ReadinessPoller _poller;
    private readonly SessionThreads _threads;
    private readonly ConcurrentDictionary<int, PgConnection> _connections = new();
    private readonly IWorker _acceptor;
    private int _nextProcessId;
    private volatile bool _stopping;

    /// <summary>Starts listening. <see cref="IOException"/> when the port is busy.</summary>
    public PgServer(PgServerOptions options, IEndpointHost endpoints, IScheduler scheduler, IRandom random, Log log)
    {
        Options = options;
        Endpoints = endpoints;
        Random = random;
        Log = log;
        _scheduler = scheduler;
        CertificateHash = options.Tls?.ServerCertificateContext is { } tls ? CertificateHashes.EndPoint(tls.TargetCertificate) : null;
        byte[] secret = new byte[32];
        random.Fill(secret);
        MockSecret = secret;
        _listener = new ByteListener(options.Host, options.Port);
        _poller = new ReadinessPoller(scheduler);
        _threads = new SessionThreads(scheduler, options.SessionThreadsMax);
        _acceptor = scheduler.StartThread("pg-accept", Accept);
    }

    /// <summary>The port, also when the options asked for any.</summary>
    public int Port => _listener.Port;

    /// <summary>Open connections.</summary>
    public int ConnectionCount => _connections.Count;

    internal PgServerOptions Options { get; }
    internal IEndpointHost Endpoints { get; }
    internal IRandom Random { get; }
    internal Log Log { get; }
    internal byte[] MockSecret { get; }

    /// <summary>What channel binding is to; null without TLS.</summary>
    internal byte[]? CertificateHash { get; }

    /// <summary>Sessions wait for a thread.</summary>
    internal bool AreThreadsWanted => _threads.AreWanted;

    internal TimeProvider Time => _scheduler.Time;

    /// <summary>A cancel request: does nothing unless the secret is right, and tells nobody which.</summary>
    public void Cancel(int processId, int secret)
    {
        if (_connections.TryGetValue(processId, out PgConnection? target) && target.Secret == secret)
            target.Cancel();
    }

    /// <summary>Stops accepting and ends all connections; their transactions are rolled back.</summary>
    public void Dispose()
    {
        _stopping = true;
        _listener.Dispose();
        _acceptor.Dispose();
        foreach (PgConnection connection in _connections.Values)
            connection.Abort();
        // A parked connection becomes readable by the abort, gets a thread and ends itself.
        long start = Time.GetTimestamp();
        while (!_connections.IsEmpty && Time.GetElapsedTime(start) < TimeSpan.FromSeconds(5))
            _scheduler.Sleep(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        _poller.Dispose();
        _threads.Dispose();
    }

    private void Accept(CancellationToken cancellation)
    {
        while (_listener.Accept(cancellation) is { } socket)
        {
            if (_stopping || _connections.Count >= Options.ConnectionsMax)
            {
                socket.Dispose();
                if (!_stopping)
                    Log.Warn($"connection from {socket.RemoteAddress} refused: {Options.ConnectionsMax} are open");
                continue;
            }
            PgConnection connection = Register(socket);
            s_connections.Add(1);
            Park(connection);
        }
    }

    private PgConnection Register(ByteSocket socket)
    {
        Span<byte> secret = stackalloc byte[4];
        Random.Fill(secret);
        while (true)
        {
            int processId = Interlocked.Increment(ref _nextProcessId) & int.MaxValue;
            PgConnection connection = new(this, socket, processId, BinaryPrimitives.ReadInt32LittleEndian(secret));
            if (processId != 0 && _connections.TryAdd(processId, connection))
                return connection;
        }
    }

    private void Park(PgConnection connection)
    {
        try
        {
            _poller.Park(connection.Transport.Socket, connection, OnReadable, connection.AuthenticationTimeLeft);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Close(connection);
        }
    }

    /// <summary>Has a connection served that is parked; one that is being served looks for itself before it parks. Any thread.</summary>
    internal void Wake(PgConnection connection)
    {
        if (_poller.TryTake(connection.Transport.Socket, connection))
            _threads.Run(() => Serve(connection), connection.IsUrgent);
    }

    private void OnReadable(object state, bool expired)
    {
        PgConnection connection = (PgConnection)state;
        if (expired)
            connection.Transport.Abort();
        _threads.Run(() => Serve(connection), connection.IsUrgent);
    }

    private void Serve(PgConnection connection)
    {
        if (connection.Serve())
            Park(connection);
        else
            Close(connection);
        if (connection.HasNews)
            Wake(connection); // it came while the connection was on its way to being parked
    }

    private void Close(PgConnection connection)
    {
        if (!_connections.TryRemove(connection.ProcessId, out _))
            return;
        s_connections.Add(-1);
        connection.Dispose();
    }
}
