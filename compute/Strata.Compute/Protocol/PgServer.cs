using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Strata.Compute.Endpoints;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
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

    private const int SecretBytes = 32;
    private const int ShortSecretBytes = 4;
    private const int RefusalsPerLogLine = 100;

    private readonly byte[] _cancelSecret = new byte[SecretBytes];
    private readonly IScheduler _scheduler;
    private readonly ByteListener _listener;
    private readonly ReadinessPoller _poller;
    private readonly SessionThreads _threads;
    private readonly ConcurrentDictionary<int, PgConnection> _connections = new();
    private readonly List<IWorker> _acceptors = [];
    private readonly ByteListener? _poolerListener;
    private int _nextProcessId;
    private int _connectionCount;
    private int _refused;
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
        MockSecret = new byte[SecretBytes];
        random.Fill(MockSecret);
        random.Fill(_cancelSecret);
        _listener = new ByteListener(options.Host, options.Port);
        _poller = new ReadinessPoller(scheduler);
        _threads = new SessionThreads(scheduler, options.SessionThreadsMax);
        Gate = new ConnectionGate(options, scheduler.Time);
        _acceptors.Add(scheduler.StartThread("pg-accept", cancellation => Accept(_listener, isPooler: false, cancellation)));
        if (options.PoolerPort is not { } poolerPort)
            return;
        ByteListener pooler = _poolerListener = new ByteListener(options.Host, poolerPort);
        _acceptors.Add(scheduler.StartThread("pooler-accept", cancellation => Accept(pooler, isPooler: true, cancellation)));
    }

    /// <summary>The port, also when the options asked for any.</summary>
    public int Port => _listener.Port;

    /// <summary>The pooler's port; null when it has none of its own.</summary>
    public int? PoolerPort => _poolerListener?.Port;

    /// <summary>Open connections.</summary>
    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    internal PgServerOptions Options { get; }
    internal IEndpointHost Endpoints { get; }
    internal IRandom Random { get; }
    internal Log Log { get; }
    internal byte[] MockSecret { get; }

    /// <summary>Limits before authentication.</summary>
    internal ConnectionGate Gate { get; }

    /// <summary>What channel binding is to; null without TLS.</summary>
    internal byte[]? CertificateHash { get; }

    /// <summary>Sessions wait for a thread.</summary>
    internal bool AreThreadsWanted => _threads.AreWanted;

    internal TimeProvider Time => _scheduler.Time;

    /// <summary>A cancel request: does nothing unless the secret is right, and tells nobody which.</summary>
    public void Cancel(int processId, ReadOnlySpan<byte> secret)
    {
        if (_connections.TryGetValue(processId, out PgConnection? target) && CryptographicOperations.FixedTimeEquals(SecretOf(target), secret))
            target.Cancel();
    }

    /// <summary>What a cancel request for a connection must know; nothing of it is kept.</summary>
    internal byte[] SecretOf(PgConnection connection)
    {
        Span<byte> id = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(id, connection.ProcessId);
        byte[] secret = HMACSHA256.HashData(_cancelSecret, id);
        return connection.HasLongSecret ? secret : secret[..ShortSecretBytes];
    }

    /// <summary>A process id that no connection has.</summary>
    internal int NewProcessId()
    {
        while (true)
        {
            int processId = Interlocked.Increment(ref _nextProcessId) & int.MaxValue;
            if (processId != 0 && !_connections.ContainsKey(processId))
                return processId;
        }
    }

    /// <summary>The connection has authenticated.</summary>
    internal void LeaveGate(PgConnection connection)
    {
        if (connection.LeaveGate())
            Gate.Leave(connection.Transport.Socket.RemoteAddress);
    }

    /// <summary>Stops accepting and ends all connections; their transactions are rolled back.</summary>
    public void Dispose()
    {
        _stopping = true;
        _listener.Dispose();
        _poolerListener?.Dispose();
        foreach (IWorker acceptor in _acceptors)
            acceptor.Dispose();
        foreach (PgConnection connection in _connections.Values)
            connection.Abort();
        // A parked connection becomes readable by the abort, gets a thread and ends itself.
        long start = Time.GetTimestamp();
        while (!_connections.IsEmpty && Time.GetElapsedTime(start) < TimeSpan.FromSeconds(5))
            _scheduler.Sleep(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        _poller.Dispose();
        _threads.Dispose();
    }

    private void Accept(ByteListener listener, bool isPooler, CancellationToken cancellation)
    {
        while (listener.Accept(cancellation) is { } socket)
        {
            if (_stopping)
            {
                socket.Dispose();
                continue;
            }
            string? reason = ConnectionCount >= Options.ConnectionsMax ? "sorry, too many clients already" : null;
            if (reason is not null || !Gate.TryEnter(socket.RemoteAddress, out reason))
            {
                Refuse(socket, reason);
                continue;
            }
            PgConnection connection = new(this, socket, NewProcessId(), isPooler);
            _connections[connection.ProcessId] = connection;
            Interlocked.Increment(ref _connectionCount);
            s_connections.Add(1);
            Park(connection);
        }
    }

    // Without waiting for what the client wants: a refusal must cost nothing. Its few bytes fit into the socket's buffer.
    private void Refuse(ByteSocket socket, string reason)
    {
        try
        {
            using MessageBuffer message = new();
            ProtocolOutput.WriteError(message, new Diagnostic { Severity = "FATAL", SqlState = SqlState.TooManyConnections.Code, Message = reason });
            socket.Send(message.Written);
        }
        catch (IOException)
        {
            // It did not wait for the answer.
        }
        finally
        {
            socket.Dispose();
        }
        if (Interlocked.Increment(ref _refused) % RefusalsPerLogLine == 1)
            Log.Warn($"connection from {socket.RemoteAddress} refused: {reason} ({_refused} refused so far)");
    }

    private void Park(PgConnection connection)
    {
        try
        {
            _poller.Park(connection.Transport.Socket, connection, OnReadable, connection.SilenceMax);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Close(connection);
        }
    }

    /// <summary>Has a connection served that is parked or waits for a session; one that is being served looks for itself before it rests. Any thread.</summary>
    internal void Wake(PgConnection connection)
    {
        if (connection.Call() || _poller.TryTake(connection.Transport.Socket, connection))
            _threads.Run(connection.ServeAction, connection.IsUrgent);
    }

    private void OnReadable(object state, bool expired)
    {
        PgConnection connection = (PgConnection)state;
        if (expired)
            connection.EndSilence();
        _threads.Run(connection.ServeAction, connection.IsUrgent);
    }

    internal void Serve(PgConnection connection)
    {
        while (true)
        {
            switch (connection.Serve())
            {
                case ServeOutcome.Over:
                    Close(connection);
                    return;
                case ServeOutcome.WaitForSession:
                    if (connection.LeaveWaiting())
                        return;
                    continue; // The session came while the connection was on its way to waiting.
            }
            Park(connection);
            if (connection.HasNews)
                Wake(connection); // Likewise while it was on its way to being parked.
            return;
        }
    }

    private void Close(PgConnection connection)
    {
        if (!_connections.TryRemove(connection.ProcessId, out _))
            return;
        LeaveGate(connection);
        Interlocked.Decrement(ref _connectionCount);
        s_connections.Add(-1);
        connection.Dispose();
    }
}
