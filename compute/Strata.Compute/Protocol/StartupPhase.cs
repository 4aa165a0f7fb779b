using System.Net;
using Strata.Compute.Endpoints;
using Strata.Engine.Sessions;
using Strata.Engine.Sessions.Pooling;
using Strata.Engine.Types;
using Strata.Format.Control;

namespace Strata.Compute.Protocol;

/// <summary>A connection until it has a session: encryption, routing to an endpoint, authentication. Not thread-safe.</summary>
internal sealed class StartupPhase(PgConnection connection, PgServer server)
{
    private const int AuthenticationOk = 0;
    private const int ProtocolMajor = 3;
    private const int ProtocolMinorMax = 2;
    private const string PoolModeSetting = "strata.pool_mode";

    /// <summary>Most memory and time that TLS and GSS requests may cost: each once.</summary>
    private const int NegotiationsMax = 2;

    private int _negotiations;
    private string _user = "";
    private string? _database;
    private string? _poolMode;
    private readonly List<KeyValuePair<string, string>> _settings = [];
    private OpenEndpoint _endpoint;
    private RoleCredential _credential;
    private AccessRule? _rule;
    private AuthenticationExchange? _exchange;

    /// <summary>True while the next bytes are a packet without a type byte.</summary>
    public bool ExpectsPacket => _exchange is null;

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
                    $"unsupported frontend protocol {packet.Version >> 16}.{packet.Version & 0xFFFF}: server supports {ProtocolMajor}.0 to {ProtocolMajor}.{ProtocolMinorMax}");
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
                connection.Fatal(SqlState.ProtocolViolation, $"expected password response, got message type {type}");
            return false;
        }
        return Advance(_exchange!.Handle(body));
    }

    private bool Negotiate(bool tls)
    {
        if (++_negotiations > NegotiationsMax || connection.Transport.IsSecure)
        {
            connection.Fatal(SqlState.ProtocolViolation, "unexpected encryption request");
            return false;
        }
        bool accept = tls && server.Options.Tls is not null;
        if (accept && connection.HasInput)
        {
            // Somebody in the middle could have put it there for us to take as the client's own words later.
            connection.Fatal(SqlState.ProtocolViolation, "received unencrypted data after SSL request");
            return false;
        }
        connection.Output.Buffer.Byte(accept ? (byte)'S' : (byte)'N');
        connection.Output.Flush();
        if (accept)
            connection.Transport.StartTls(server.Options.Tls!, connection.AuthenticationTimeLeft ?? TimeSpan.FromSeconds(1), []);
        return true;
    }

    private bool StartSession(StartupPacket packet)
    {
        try
        {
            EndpointAddress address = ReadParameters(packet);
            _endpoint = server.Endpoints.Open(address, CancellationToken.None);
            _credential = _endpoint.Engine.GetRoleCredential(_user);
            AccessRule rule = _rule = FindRule();
            CheckCertificateIsThere(rule);
            _exchange = new AuthenticationExchange(connection, server, rule.Method, _user, _credential);
            return Advance(_exchange.Start());
        }
        catch (SqlException error)
        {
            connection.Output.Error(Diagnostics.Of(error, "FATAL"));
            return false;
        }
    }

    private AccessRule FindRule()
    {
        bool secure = connection.Transport.IsSecure;
        string host = connection.Transport.Socket.RemoteAddress, database = _database ?? _user;
        AccessRule? rule = _endpoint.Access.Find(secure, database, _user, IPAddress.TryParse(host, out IPAddress? address) ? address : IPAddress.None);
        if (rule is { Method: not AccessMethod.Reject })
            return rule;
        string who = $"host \"{host}\", user \"{_user}\", database \"{database}\", {(secure ? "SSL encryption" : "no encryption")}";
        throw new SqlException(SqlState.InvalidAuthorizationSpecification, rule is null ? $"no pg_hba.conf entry for {who}" : $"pg_hba.conf rejects connection for {who}");
    }

    // Whoever signed it was checked in the handshake.
    private void CheckCertificateIsThere(AccessRule rule)
    {
        if (rule.Certificate == ClientCertificateCheck.None)
            return;
        if (server.Options.Tls is not { ClientCertificateRequired: true })
            throw new SqlException(SqlState.ConfigFileError, "client certificates can only be checked if a root certificate store is available");
        if (!connection.Transport.HasClientCertificate)
            throw new SqlException(SqlState.InvalidAuthorizationSpecification, "connection requires a valid client certificate");
    }

    private bool IsCertificateOfUser(AccessRule rule) => rule.Certificate != ClientCertificateCheck.Name || connection.Transport.ClientCommonName == _user;

    /// <summary>Reads user, database and settings; returns where the client wants to go.</summary>
    private EndpointAddress ReadParameters(StartupPacket packet)
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
                // Parameters of the packet itself come after these, wherever they stand.
                List<KeyValuePair<string, string>> given = [];
                if (!CommandLineOptions.TryParse(value, given, out endpointId))
                    throw new SqlException(SqlState.SyntaxError, $"invalid command-line argument for server process: {value}");
                _settings.InsertRange(0, given);
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
        NegotiateVersion(packet.Version & 0xFFFF, unknown);
        (_database, string? branch) = EndpointAddress.SplitDatabase(_database);
        (EndpointAddress address, bool pooled) = EndpointAddress.Resolve(endpointId, branch, connection.Transport.ServerName);
        _poolMode = TakePoolMode() ?? (pooled || connection.IsOnPoolerPort ? "" : null);
        return address;
    }

    private void NegotiateVersion(int minor, List<string> unknown)
    {
        // There is no 3.1: clients that ask for it are older than 3.2.
        int spoken = minor >= ProtocolMinorMax ? ProtocolMinorMax : 0;
        connection.HasLongSecret = spoken == ProtocolMinorMax;
        if (minor != spoken || unknown.Count > 0)
            connection.Output.NegotiateProtocolVersion((ProtocolMajor << 16) | spoken, unknown);
    }

    private string? TakePoolMode()
    {
        string? mode = null;
        for (int i = _settings.Count - 1; i >= 0; i--)
        {
            if (!_settings[i].Key.Equals(PoolModeSetting, StringComparison.OrdinalIgnoreCase))
                continue;
            mode ??= _settings[i].Value;
            _settings.RemoveAt(i);
        }
        return mode;
    }

    private bool Advance(AuthenticationStep step)
    {
        if (step != AuthenticationStep.Done)
            return step == AuthenticationStep.Continue;
        if (!IsCertificateOfUser(_rule!))
        {
            server.Log.Info($"the client's certificate is of \"{connection.Transport.ClientCommonName}\", not of user \"{_user}\"");
            if (_rule!.Method is AccessMethod.Certificate or AccessMethod.Trust)
                connection.Fatal(SqlState.InvalidAuthorizationSpecification, $"{(_rule.Method == AccessMethod.Trust ? "\"trust\"" : "certificate")} authentication failed for user \"{_user}\"");
            else
                connection.Fatal(SqlState.InvalidPassword, $"password authentication failed for user \"{_user}\"");
            return false;
        }
        if (_credential is { Exists: true, CanLogin: false })
        {
            connection.Fatal(SqlState.InvalidAuthorizationSpecification, $"role \"{_user}\" is not permitted to log in");
            return false;
        }
        connection.Output.Authentication(AuthenticationOk);
        BeginSession();
        connection.Output.BackendKeyData(connection.ProcessId, server.SecretOf(connection));
        connection.Output.ReadyForQuery(TransactionStatus.Idle);
        return true;
    }

    private void BeginSession()
    {
        PoolMode? mode = FindPoolMode();
        _settings.Add(new(PoolModeSetting, mode switch
        {
            null => "off",
            PoolMode.Session => "session",
            PoolMode.Transaction => "transaction",
            _ => "statement",
        }));
        SessionStartup startup = new()
        {
            User = _user,
            Database = _database ?? _user,
            Settings = _settings,
            ClientAddress = connection.Transport.Socket.RemoteAddress,
            ClientPort = connection.Transport.Socket.RemotePort,
            ProcessId = connection.ProcessId,
            Encryption = connection.Transport.Encryption,
        };
        if (mode is { } wanted)
            connection.Begin(_endpoint.Engine.OpenPooled(startup, connection.Output, new PooledClientOptions(wanted, connection.Wake, server.NewProcessId)));
        else
            connection.Begin(_endpoint.Engine.OpenSession(startup, connection.Output));
    }

    // What the client says counts; else where it came in; else what the endpoint says of all.
    private PoolMode? FindPoolMode()
    {
        PoolOptions pool = _endpoint.Engine.Pool.Options;
        return _poolMode?.ToLowerInvariant() switch
        {
            null => pool.ForAll ? pool.Mode : null,
            "" or "on" => pool.Mode,
            "off" => null,
            "session" => PoolMode.Session,
            "transaction" => PoolMode.Transaction,
            "statement" => PoolMode.Statement,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"{PoolModeSetting}\": \"{_poolMode}\"") { Hint = "Available values: off, on, session, transaction, statement." },
        };
    }
}
