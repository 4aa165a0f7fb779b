using System.Buffers.Binary;
using Strata.Engine.Sessions;
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

    private readonly PgServer _server;
    private readonly ClientTransport _transport;
    private readonly InputBuffer _input = new();
    private readonly ProtocolOutput _output;
    private readonly long _acceptedAt;
    private readonly StartupPhase _startup;
    private SessionPhase? _session;
    private int _disposed;

    internal PgConnection(PgServer server, ByteSocket socket, int processId, int secret)
    {
        _server = server;
        _transport = new ClientTransport(socket) { QuietTimeout = server.Options.QuietBeforeParking };
        _output = new ProtocolOutput(_transport);
        ProcessId = processId;
        Secret = secret;
        _acceptedAt = server.Time.GetTimestamp();
        _startup = new StartupPhase(this, server);
    }

    /// <summary>Number shown as the backend's process id.</summary>
    public int ProcessId { get; }

    /// <summary>What a cancel request must know.</summary>
    public int Secret { get; }

    /// <summary>True while the session holds a transaction: it gets a thread at once.</summary>
    internal bool IsUrgent => _session is { InTransaction: true };

    internal ClientTransport Transport => _transport;

    internal ProtocolOutput Output => _output;

    /// <summary>Time left to authenticate; null once done.</summary>
    internal TimeSpan? AuthenticationTimeLeft => _session is not null ? null :
        _server.Options.AuthenticationTimeout - _server.Time.GetElapsedTime(_acceptedAt);

    /// <summary>The client is to be told something that it did not ask for.</summary>
    internal bool HasNews => _session is { HasNews: true };

    /// <summary>Cancels the running statement, if any.</summary>
    public void Cancel() => _session?.Cancel();

    /// <summary>Ends the connection from any thread: a running statement is cancelled and blocked calls return.</summary>
    public void Abort()
    {
        Cancel();
        _transport.Abort();
    }

    /// <summary>Serves what has arrived until the client is quiet. Returns true to be parked, false when the connection is over.</summary>
    internal bool Serve()
    {
        try
        {
            while (true)
            {
                if (!HandleArrived())
                {
                    _output.Flush();
                    return false;
                }
                if (_session is { HasNews: true } && !_session.DeliverNews())
                {
                    _output.Flush();
                    return false;
                }
                _output.Flush();
                if (MustYield)
                    return Rest();
                int received = _transport.Receive(_input.Room());
                if (received == 0)
                    return false;
                if (received > 0)
                {
                    _input.Received(received);
                    continue;
                }
                if (AuthenticationTimeLeft is { } left && left <= TimeSpan.Zero)
                    return false;
                if (!HasNews)
                    return Rest();
            }
        }
        catch (IOException)
        {
            return false; // The client is gone; its open transaction is rolled back by Dispose.
        }
        catch (OperationCanceledException)
        {
            return false; // Likewise, noticed while the session was writing.
        }
        catch (Exception error)
        {
            // A bug outside of any statement. It costs this connection, not the endpoint: failures of the storage have ended the process on their own account.
            _server.Log.Error($"connection {ProcessId} ends: {error}");
            return false;
        }
    }

    // Others wait for a thread: nobody keeps one between two transactions.
    private bool MustYield => _session is { InTransaction: false } && _server.AreThreadsWanted;

    private bool Rest()
    {
        _input.ReleaseIfEmpty();
        _output.Release();
        return true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _session?.Dispose();
        _transport.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    /// <summary>Start-up is over: from now on messages go to the session.</summary>
    internal void Begin(SqlSession session)
    {
        session.Woken = () => _server.Wake(this);
        _session = new SessionPhase(session, _output);
    }

    /// <summary>Sends a fatal error; the caller then ends the connection.</summary>
    internal void Fatal(SqlState state, string message) =>
        _output.Error(new Diagnostic { Severity = "FATAL", SqlState = state.Code, Message = message });

    /// <summary>Handles every whole message that is in the buffer. False ends the connection.</summary>
    private bool HandleArrived()
    {
        while (true)
        {
            if (_startup.ExpectsPacket)
            {
                if (!TryTakeStartupPacket(out StartupPacket? packet, out bool malformed))
                    return !malformed;
                if (packet is null || !_startup.Handle(packet))
                    return false;
                continue;
            }
            int limit = _session is null ? StartupPacket.LengthMax : MessageBytesMax;
            if (!_input.TryMessage(out byte type, out ReadOnlySpan<byte> body, out int length))
            {
                bool sane = _input.Pending.Length < 5 || (length is >= 4 && length <= limit);
                if (!sane || (_input.Pending.Length > 0 && !IsKnown(_input.Pending[0])))
                {
                    Fatal(SqlState.ProtocolViolation, sane ? $"invalid frontend message type {_input.Pending[0]}" : "invalid message length");
                    return false;
                }
                return true;
            }
            bool goesOn;
            try
            {
                goesOn = length <= limit && (_session?.Handle(type, body) ?? _startup.Handle(type, body));
            }
            catch (SqlException error) when (_session is null)
            {
                _output.Error(Diagnostics.Of(error, "FATAL"));
                return false;
            }
            if (!goesOn)
                return false;
        }
    }

    private bool TryTakeStartupPacket(out StartupPacket? packet, out bool malformed)
    {
        packet = null;
        malformed = false;
        ReadOnlySpan<byte> pending = _input.Pending;
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

    private static bool IsKnown(byte type) => "QPBEDCSHXFdcfp"u8.Contains(type);
}
