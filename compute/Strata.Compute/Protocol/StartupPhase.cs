using System.Text;
using Strata.Compute.Endpoints;
using Strata.Engine.Sessions;
using Strata.Engine.Types;

namespace Strata.Compute.Protocol;

/// <summary>A connection until it has a session: encryption, routing to an endpoint, authentication. Not thread-safe.</summary>
internal sealed class StartupPhase(PgConnection connection, PgServer server)
{
    private const string Mechanism = "SCRAM-SHA-256";
    private const string BindingMechanism = "SCRAM-SHA-256-PLUS";
    private const int AuthenticationOk = 0;
    private const int AuthenticationSasl = 10;
    private const int AuthenticationSaslContinue = 11;
    private const int AuthenticationSaslFinal = 12;

    /// <summary>Most memory and time that TLS and GSS requests may cost: each once.</summary>
    private const int NegotiationsMax = 2;

    private enum State
    {
        Packet,
        SaslInitial,
        SaslFinal,
    }

    private State _state = State.Packet;
    private int _negotiations;
    private string _user = "";
    private string? _database;
    private readonly List<KeyValuePair<string, string>> _settings = [];
    private EngineInstance? _engine;
    private RoleCredential _credential;
    private ScramServer? _scram;

    /// <summary>True while the next bytes are a packet without a type byte.</summary>
    public bool ExpectsPacket => _state == State.Packet;

    /// <summary>Handles a startup packet. False ends the connection.</summary>
    public bool Handle(StartupPacket packet)
    {
        switch (packet.Kind)
        {
            case StartupKind.Tls:
            case StartupKind.Gss:
                return Negotiate(packet.Kind == StartupKind.Tls);
            case StartupKind.Cancel:
                server.Cancel(packet.CancelProcessId, packet.CancelSecret);
                return false;
            case StartupKind.UnsupportedVersion:
                connection.Fatal(SqlState.FeatureNotSupported,
                    $"unsupported frontend protocol {packet.Version >> 16}.{packet.Version & 0xFFFF}: server supports 3.0 to 3.0");
                return false;
            default:
                return StartSession(packet);
        }
    }

    /// <summary>Handles a message during authentication. False ends the connection.</summary>
    public bool Handle(byte type, ReadOnlySpan<byte> body)
    {
        if (type != (byte)'p')
        {
            if (type != (byte)'X')
                connection.Fatal(SqlState.ProtocolViolation, $"expected SASL response, got message type {type}");
            return false;
        }
        return _state == State.SaslInitial ? ScramFirst(body) : ScramFinal(body);
    }

    private bool Negotiate(bool tls)
    {
        if (++_negotiations > NegotiationsMax || connection.Transport.IsSecure)
        {
            connection.Fatal(SqlState.ProtocolViolation, "unexpected encryption request");
            return false;
        }
        bool accept = tls && server.Options.Tls is not null;
        connection.Output.Buffer.Byte(accept ? (byte)'S' : (byte)'N');
        connection.Output.Flush();
        if (accept)
            connection.Transport.StartTls(server.Options.Tls!, connection.AuthenticationTimeLeft ?? TimeSpan.FromSeconds(1));
        return true;
    }

    private bool StartSession(StartupPacket packet)
    {
        try
        {
            string? endpointId = ReadParameters(packet);
            (_database, string? branch) = EndpointAddress.SplitDatabase(_database);
            _engine = server.Endpoints.Open(new EndpointAddress(endpointId, branch), CancellationToken.None);
            _credential = _engine.GetRoleCredential(_user);
            bool mayBind = connection.Transport.IsSecure && server.CertificateHash is not null;
            _scram = new ScramServer(_credential.Verifier, _user, server.MockSecret, server.Random, mayBind ? server.CertificateHash : null);
            _state = State.SaslInitial;
            connection.Output.Authentication(AuthenticationSasl, mayBind ? BindingMechanism + "\0" + Mechanism + "\0\0" : Mechanism + "\0\0");
            return true;
        }
        catch (SqlException error)
        {
            connection.Output.Error(Diagnostics.Of(error, "FATAL"));
            return false;
        }
    }

    /// <summary>Reads user, database and settings; returns the endpoint named in <c>options</c>.</summary>
    private string? ReadParameters(StartupPacket packet)
    {
        string? endpointId = null;
        List<string> unknown = [];
        foreach ((string name, string value) in packet.Parameters)
        {
            if (name == "user")
                _user = value;
            else if (name == "database")
                _database = value;
            else if (name == "options")
            {
                if (!CommandLineOptions.TryParse(value, _settings, out endpointId))
                    throw new SqlException(SqlState.SyntaxError, $"invalid command-line argument for server process: {value}");
            }
            else if (name == "replication")
            {
                if (value is not ("false" or "off" or "no" or "0"))
                    throw new SqlException(SqlState.FeatureNotSupported, "replication connections are not supported");
            }
            else if (name.StartsWith("_pq_.", StringComparison.Ordinal))
                unknown.Add(name);
            else
                _settings.Add(new(name, value));
        }
        if (_user.Length == 0)
            throw new SqlException(SqlState.InvalidAuthorizationSpecification, "no PostgreSQL user name specified in startup packet");
        if ((packet.Version & 0xFFFF) > 0 || unknown.Count > 0)
            connection.Output.NegotiateProtocolVersion(0, unknown);
        return endpointId;
    }

    private bool ScramFirst(ReadOnlySpan<byte> body)
    {
        MessageReader reader = new(body);
        string mechanism = reader.String();
        int length = reader.Int32();
        bool binding = mechanism == BindingMechanism && connection.Transport.IsSecure && server.CertificateHash is not null;
        if (mechanism != Mechanism && !binding)
        {
            connection.Fatal(SqlState.ProtocolViolation, "client selected an invalid SASL authentication mechanism");
            return false;
        }
        ReadOnlySpan<byte> response = reader.Take(Math.Max(0, length));
        reader.End();
        if (_scram!.First(response, binding, out string reply) != ScramOutcome.Continue)
            return Malformed();
        _state = State.SaslFinal;
        connection.Output.Authentication(AuthenticationSaslContinue, reply);
        return true;
    }

    private bool ScramFinal(ReadOnlySpan<byte> body)
    {
        switch (_scram!.Final(body, out string reply))
        {
            case ScramOutcome.Malformed:
                return Malformed();
            case ScramOutcome.Failed:
                server.Log.Info($"password authentication failed for user \"{_user}\" from {connection.Transport.Socket.RemoteAddress}");
                connection.Fatal(SqlState.InvalidPassword, $"password authentication failed for user \"{_user}\"");
                return false;
        }
        if (!_credential.CanLogin)
        {
            connection.Fatal(SqlState.InvalidAuthorizationSpecification, $"role \"{_user}\" is not permitted to log in");
            return false;
        }
        connection.Output.Authentication(AuthenticationSaslFinal, reply);
        connection.Output.Authentication(AuthenticationOk);
        SessionStartup startup = new()
        {
            User = _user,
            Database = _database ?? _user,
            Settings = _settings,
            ClientAddress = connection.Transport.Socket.RemoteAddress,
            ClientPort = connection.Transport.Socket.RemotePort,
            ProcessId = connection.ProcessId,
        };
        SqlSession session = _engine!.OpenSession(startup, connection.Output);
        connection.Begin(session);
        connection.Output.BackendKeyData(connection.ProcessId, connection.Secret);
        connection.Output.ReadyForQuery(TransactionStatus.Idle);
        return true;
    }

    private bool Malformed()
    {
        connection.Fatal(SqlState.ProtocolViolation, "malformed SCRAM message");
        return false;
    }
}
