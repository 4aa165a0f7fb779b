using System.Buffers.Binary;
using Strata.Engine.Sessions;
using Strata.Engine.Sessions.Pooling;
using Strata.Engine.Types;
using Strata.Platform;

namespace Strata.Compute.Protocol;

/// <summary>
/// One client connection: reads messages on a borrowed thread, hands them to the phase that the connection is in, sends what was said, and parks when the client is quiet.
/// </summary>
/// <remarks>
/// One thread at a time runs <see cref="Serve"/>. <see cref="Cancel"/> and <see cref="Abort"/> may come from any thread.
/// </remarks>
public sealed class PgConnection : IDisposable
{
    /// <summary>PostgreSQL's limit of a message (1 GB - 1).</summary>
    private const int MessageBytesMax = 0x3fffffff;

    private static readonly TimeSpan s_farewellTimeout = TimeSpan.FromSeconds(1);

    /// <summary>First byte of a TLS record that begins a handshake.</summary>
    private const byte TlsHandshakeType = 0x16;

    private readonly PgServer _server;
    private readonly ClientTransport _transport;
    private readonly InputBuffer _input = new();
    private readonly ProtocolOutput _output;
    private readonly long _acceptedAt;
    private StartupPhase? _startup;
    private SessionPhase? _session;
    private SqlSession? _own;
    private PooledClient? _pooled;
    private int _pace;
    private bool _isQuiet;
    private long _restedAt;
    private int _leftGate;
    private int _isSilenceOver;
    private ITimer? _farewell;
    private int _disposed;

    // What a thread does with the connection, for who wakes it.
    private const int BeingServed = 0;
    private const int WaitingForSession = 1;
    private const int Called = 2;

    private enum Arrived
    {
        /// <summary>Everything that has arrived was handled.</summary>
        Handled,

        /// <summary>The connection is over.</summary>
        Over,

        /// <summary>A message waits for a session of the pooler.</summary>
        NeedsSession,
    }

    internal PgConnection(PgServer server, ByteSocket socket, int processId, bool isOnPoolerPort)
    {
        IsOnPoolerPort = isOnPoolerPort;
        Wake = () =>
        {
            if ((_own ?? _pooled?.Session) is { IsTerminated: true })
                EndSoon();
            server.Wake(this);
        };
        ServeAction = () => server.Serve(this);
        _server = server;
        _transport = new ClientTransport(socket) { QuietTimeout = server.Options.QuietBeforeParking };
        _output = new ProtocolOutput(_transport);
        ProcessId = processId;
        _acceptedAt = server.Time.GetTimestamp();
        _startup = new StartupPhase(this, server);
    }

    /// <summary>Number shown as the backend's process id.</summary>
    public int ProcessId { get; }

    /// <summary>It came in where every client gets the pooler.</summary>
    internal bool IsOnPoolerPort { get; }

    /// <summary>The client speaks protocol 3.2: its cancel requests carry a long secret.</summary>
    internal bool HasLongSecret { get; set; }

    /// <summary>Bytes have arrived that were not looked at yet.</summary>
    internal bool HasInput => !_input.IsEmpty;

    /// <summary>Has the connection served: there is news for it.</summary>
    internal Action Wake { get; }

    /// <summary>A thread's work for the connection.</summary>
    internal Action ServeAction { get; }

    /// <summary>True once, when the connection leaves the gate.</summary>
    internal bool LeaveGate() => Interlocked.Exchange(ref _leftGate, 1) == 0;

    /// <summary>True while the session holds a transaction: it gets a thread at once.</summary>
    internal bool IsUrgent => _session is { InTransaction: true };

    internal ClientTransport Transport => _transport;

    internal ProtocolOutput Output => _output;

    /// <summary>Time left to authenticate; null once done.</summary>
    internal TimeSpan? AuthenticationTimeLeft => _session is not null ? null :
        _server.Options.AuthenticationTimeout - _server.Time.GetElapsedTime(_acceptedAt);

    /// <summary>How long the client may be silent; null for ever.</summary>
    internal TimeSpan? SilenceMax => AuthenticationTimeLeft ?? (_session is { } session && session.IdleTimeout is { Ticks: > 0 } timeout ? timeout : null);

    /// <summary><see cref="SilenceMax"/> is over. The connection is then to be served.</summary>
    internal void EndSilence()
    {
        if (_session is null)
            _transport.Abort();
        else
            Volatile.Write(ref _isSilenceOver, 1);
    }

    /// <summary>The client is to be told something that it did not ask for.</summary>
    internal bool HasNews => _session is { HasNews: true };

    /// <summary>Cancels the running statement, if any.</summary>
    public void Cancel()
    {
        _own?.Cancel();
        _pooled?.Cancel();
    }

    /// <summary>The connection is served again although nothing has arrived: it has got its session, or news. True when the caller must find it a thread. Any thread.</summary>
    internal bool Call() => Interlocked.Exchange(ref _pace, Called) == WaitingForSession;

    /// <summary>The serving thread is about to leave without parking the connection. False when it was called meanwhile and must be served again.</summary>
    internal bool LeaveWaiting() => Interlocked.CompareExchange(ref _pace, WaitingForSession, BeingServed) == BeingServed;

    /// <summary>Ends the connection from any thread: a running statement is cancelled and blocked calls return.</summary>
    public void Abort()
    {
        Cancel();
        _transport.Abort();
    }

    /// <summary>The session was terminated: its thread says so to the client and leaves. A client that does not read what it is sent keeps the thread no longer than a moment.</summary>
    private void EndSoon()
    {
        lock (_input)
        {
            if (_disposed == 0)
                _farewell ??= _server.Time.CreateTimer(static transport => ((ClientTransport)transport!).Abort(), _transport, s_farewellTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Serves what has arrived until the client is quiet, and says how to go on.</summary>
    internal ServeOutcome Serve()
    {
        // Woken by bytes, it must take some before it gives its thread up: else it would be woken again at once, and never get on while others wait.
        bool mayRest = Interlocked.Exchange(ref _pace, BeingServed) == Called;
        if (_isQuiet && _server.Time.GetElapsedTime(_restedAt) < _server.Options.QuietBeforeParking)
            _isQuiet = false;
        try
        {
            // What came in the last moment is served.
            if (Interlocked.Exchange(ref _isSilenceOver, 0) != 0 && _session is { Session: not null } idle && !_transport.Socket.WaitReadable(TimeSpan.Zero))
            {
                idle.EndIdle();
                _output.Flush();
                return ServeOutcome.Over;
            }
            while (true)
            {
                switch (HandleArrived())
                {
                    case Arrived.Over:
                        _output.Flush();
                        return ServeOutcome.Over;
                    case Arrived.NeedsSession:
                        _output.Flush();
                        _output.Release();
                        return ServeOutcome.WaitForSession;
                }
                if (_session is { HasNews: true } && !_session.DeliverNews())
                {
                    _output.Flush();
                    return ServeOutcome.Over;
                }
                _output.Flush();
                if (mayRest && (MustYield || MayParkAtOnce))
                    return Rest();
                int received = _transport.Receive(_input.Room());
                if (received == 0)
                    return ServeOutcome.Over;
                if (received > 0)
                {
                    _input.Received(received);
                    mayRest = true;
                    continue;
                }
                if (AuthenticationTimeLeft is { } left && left <= TimeSpan.Zero)
                    return ServeOutcome.Over;
                _isQuiet = _session is not null;
                if (!HasNews)
                    return Rest();
            }
        }
        catch (IOException)
        {
            return ServeOutcome.Over; // The client is gone; its open transaction is rolled back by Dispose.
        }
        catch (OperationCanceledException)
        {
            return ServeOutcome.Over; // Likewise, noticed while the session was writing.
        }
        catch (Exception error)
        {
            // A bug outside of any statement. It costs this connection, not the endpoint: failures of the storage have ended the process on their own account.
            _server.Log.Error($"connection {ProcessId} ends: {error}");
            return ServeOutcome.Over;
        }
    }

    // A client that thinks for longer than a thread waits for it is parked as soon as it has its answer, until it is quick again.
    private bool MayParkAtOnce => _isQuiet && _session is { InTransaction: false };

    // Others wait for a thread: nobody keeps one between two transactions.
    private bool MustYield => _session is { InTransaction: false } && _server.AreThreadsWanted;

    private ServeOutcome Rest()
    {
        _restedAt = _server.Time.GetTimestamp();
        _input.ReleaseIfEmpty();
        _output.Release();
        return ServeOutcome.Park;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        lock (_input)
            _farewell?.Dispose();
        _own?.Dispose();
        _pooled?.Dispose();
        _transport.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    /// <summary>Start-up is over: from now on messages go to the session.</summary>
    internal void Begin(SqlSession session)
    {
        session.Woken = Wake;
        _server.LeaveGate(this);
        _own = session;
        _startup = null;
        _session = new SessionPhase(_output) { Session = session };
    }

    /// <summary>Start-up is over: from now on messages go to whatever session the pooler gives for them.</summary>
    internal void Begin(PooledClient client)
    {
        _pooled = client;
        _server.LeaveGate(this);
        _startup = null;
        _session = new SessionPhase(_output);
    }

    /// <summary>Sends a fatal error; the caller then ends the connection.</summary>
    internal void Fatal(SqlState state, string message) =>
        _output.Error(new Diagnostic { Severity = "FATAL", SqlState = state.Code, Message = message });

    /// <summary>Handles every whole message that is in the buffer.</summary>
    private Arrived HandleArrived()
    {
        while (true)
        {
            if (_startup is { ExpectsPacket: true } startup)
            {
                if (!TryTakeStartupPacket(out StartupPacket? packet, out bool malformed))
                    return malformed ? Arrived.Over : Arrived.Handled;
                if (packet is null || !startup.Handle(packet))
                    return Arrived.Over;
                continue;
            }
            if (_pooled is not null && PrepareSession(_pooled, _session!) is { } instead)
                return instead;
            int limit = _session is null ? StartupPacket.LengthMax : MessageBytesMax;
            if (!_input.TryMessage(out byte type, out ReadOnlySpan<byte> body, out int length))
            {
                bool sane = _input.Pending.Length < 5 || (length is >= 4 && length <= limit);
                if (!sane || (_input.Pending.Length > 0 && !IsKnown(_input.Pending[0])))
                {
                    Fatal(SqlState.ProtocolViolation, sane ? $"invalid frontend message type {_input.Pending[0]}" : "invalid message length");
                    return Arrived.Over;
                }
                return Arrived.Handled;
            }
            bool goesOn;
            try
            {
                goesOn = length <= limit && (_session?.Handle(type, body) ?? _startup!.Handle(type, body));
            }
            catch (SqlException error) when (_session is null)
            {
                _output.Error(Diagnostics.Of(error, "FATAL"));
                return Arrived.Over;
            }
            if (!goesOn)
                return Arrived.Over;
        }
    }

    /// <summary>Gives the session back between transactions and takes one for the next message. Null: go on with that message, if it has arrived.</summary>
    private Arrived? PrepareSession(PooledClient client, SessionPhase phase)
    {
        bool arrived = _input.HasMessage(out byte type);
        if (phase.IsAtRest && (!arrived || client.IsSessionWanted))
        {
            client.EndLease();
            phase.Session = client.Session;
        }
        if (!arrived || !phase.NeedsSession(type))
            return null;
        try
        {
            if (!client.TryLease())
                return Arrived.NeedsSession;
            phase.Session = client.Session;
        }
        catch (SqlException error) when (error.IsFatal)
        {
            _output.Error(Diagnostics.Of(error, "FATAL"));
            return Arrived.Over;
        }
        catch (SqlException error)
        {
            _input.TryMessage(out type, out _, out _);
            phase.Refuse(type, Diagnostics.Of(error, "ERROR"));
        }
        return null;
    }

    private bool TryTakeStartupPacket(out StartupPacket? packet, out bool malformed)
    {
        packet = null;
        malformed = false;
        ReadOnlySpan<byte> pending = _input.Pending;
        if (!pending.IsEmpty && pending[0] == TlsHandshakeType && _server.Options.Tls is { } tls && !_transport.IsSecure)
            return StartTlsAtOnce(tls, out malformed);
        if (pending.Length < 4)
            return false;
        int length = BinaryPrimitives.ReadInt32BigEndian(pending);
        if (length is < StartupPacket.LengthMin or > StartupPacket.LengthMax)
        {
            malformed = true;
            _server.Log.Info($"invalid length of startup packet from {_transport.Socket.RemoteAddress}");
            return false;
        }
        if (pending.Length < length)
            return false;
        packet = StartupPacket.Parse(pending[4..length]);
        _input.Take(length);
        if (packet is null)
            Fatal(SqlState.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte");
        return true;
    }

    // TLS without asking first (sslnegotiation=direct). The client must say in the handshake that PostgreSQL's protocol is meant, so that nobody can lead it here from another service.
    private bool StartTlsAtOnce(System.Net.Security.SslServerAuthenticationOptions tls, out bool malformed)
    {
        byte[] received = _input.Pending.ToArray();
        _input.Take(received.Length);
        _transport.StartTls(tls, AuthenticationTimeLeft ?? TimeSpan.FromSeconds(1), received);
        malformed = !_transport.HasChosenProtocol;
        if (malformed)
            Fatal(SqlState.ProtocolViolation, "received direct SSL connection request without ALPN protocol negotiation extension");
        return false;
    }

    private static bool IsKnown(byte type) => "QPBEDCSHXFdcfp"u8.Contains(type);
}
