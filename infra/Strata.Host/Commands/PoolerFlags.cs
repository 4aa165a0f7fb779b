using System.CommandLine;
using System.Globalization;
using Strata.Compute.Protocol;
using Strata.Engine.Sessions.Pooling;

namespace Strata.Host.Commands;

/// <summary>Flags of the PostgreSQL port about its pooler and about limits before authentication, the same for <c>up</c> and <c>compute</c>.</summary>
internal sealed class PoolerFlags
{
    private readonly Option<int?> _port = Number("--pooler-port", "another port for PostgreSQL clients, on which all get the pooler; none when absent", 0, 65535);
    private readonly Option<string?> _mode = new("--pool-mode") { Description = "how long clients of the pooler keep a working session: session, transaction (default) or statement" };
    private readonly Option<bool> _all = new("--pool-all") { Description = "every client gets the pooler, whatever it asks for" };
    private readonly Option<int?> _size = Number("--pool-size", "working sessions per user and database (20)", 1, 10_000);
    private readonly Option<int?> _user = Number("--pool-user-sessions", "working sessions per user in all databases; 0 for no limit (default)", 0, 10_000);
    private readonly Option<int?> _database = Number("--pool-database-sessions", "working sessions per database of all users; 0 for no limit (default)", 0, 10_000);
    private readonly Option<int?> _wait = Number("--pool-wait-ms", "milliseconds that a client waits for a working session (120000); 0 for ever", 0, 86_400_000);
    private readonly Option<int?> _connections = Number("--connections-max", "connections at a time, those of the pooler included (12000)", 1, 1_000_000);
    private readonly Option<int?> _rate = Number("--connect-rate", "new connections of one address per second, beyond 100 at once; 0 for no limit (default)", 0, 1_000_000);
    private readonly Option<int?> _failures = Number("--password-failures", "wrong passwords of one address per minute before it is refused for the rest of the minute; 0 for no limit (default)", 0, 1_000_000);

    public PoolerFlags() => _mode.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<string?>() is not (null or "session" or "transaction" or "statement"))
            result.AddError("--pool-mode must be session, transaction or statement");
    });

    public IEnumerable<Option> All => [_port, _mode, _all, _size, _user, _database, _wait, _connections, _rate, _failures];

    /// <summary>The pooler's options of endpoints that set none of their own.</summary>
    public PoolOptions Pool(ParseResult parsed)
    {
        PoolOptions defaults = new();
        return defaults with
        {
            Mode = parsed.GetValue(_mode) is { } mode ? Enum.Parse<PoolMode>(mode, ignoreCase: true) : defaults.Mode,
            ForAll = parsed.GetValue(_all),
            PoolSize = parsed.GetValue(_size) ?? defaults.PoolSize,
            UserSessionsMax = parsed.GetValue(_user) ?? defaults.UserSessionsMax,
            DatabaseSessionsMax = parsed.GetValue(_database) ?? defaults.DatabaseSessionsMax,
            WaitTimeout = parsed.GetValue(_wait) is { } wait ? TimeSpan.FromMilliseconds(wait) : defaults.WaitTimeout,
        };
    }

    /// <summary>The port's options with those of the flags.</summary>
    public PgServerOptions Apply(PgServerOptions options, ParseResult parsed) => options with
    {
        PoolerPort = parsed.GetValue(_port),
        ConnectionsMax = parsed.GetValue(_connections) ?? options.ConnectionsMax,
        ConnectRatePerSecond = parsed.GetValue(_rate) ?? options.ConnectRatePerSecond,
        PasswordFailuresPerMinuteMax = parsed.GetValue(_failures) ?? options.PasswordFailuresPerMinuteMax,
    };

    /// <summary>The flags as they were given, for a child process.</summary>
    public IEnumerable<string> Given(ParseResult parsed)
    {
        foreach (Option<int?> option in (Option<int?>[])[_port, _size, _user, _database, _wait, _connections, _rate, _failures])
        {
            if (parsed.GetValue(option) is { } value)
            {
                yield return option.Name;
                yield return value.ToString(CultureInfo.InvariantCulture);
            }
        }
        if (parsed.GetValue(_mode) is { } mode)
        {
            yield return _mode.Name;
            yield return mode;
        }
        if (parsed.GetValue(_all))
            yield return _all.Name;
    }

    private static Option<int?> Number(string name, string description, int minimum, int maximum)
    {
        Option<int?> option = new(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < minimum || value > maximum))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be from {minimum} to {maximum}"));
        });
        return option;
    }
}
