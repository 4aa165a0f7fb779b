using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Functions;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Platform;

namespace Strata.Engine.Sessions;

/// <summary>
/// What all parts of a session share: identity, settings, transaction, catalog and the way to the client. Commands get it instead of the session, so that they can't reach the protocol's state. For one thread.
/// </summary>
internal sealed class SessionContext : IFunctionContext
{
    private static readonly DateTimeOffset s_epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private long _typeSettingsGeneration = -1;
    private TypeSettings _typeSettings = TypeSettings.Default;
    private long _plannerSettingsGeneration = -1;
    private Planning.PlannerSettings _plannerSettings = Planning.PlannerSettings.Default;
    private Planning.PlannerSettings? _oldPlannerSettings;
    private long _searchPathGeneration = -1;
    private DatabaseImage? _searchPathImage;
    private uint _searchPathRole;
    private SearchPath? _searchPath;
    private long _timeoutGeneration = -1;
    private SystemScanContext? _systemScan;
    private long _executionSettingsGeneration = -1;
    private ExecutionSettings _executionSettings = ExecutionSettings.Default;
    private TimeSpan _statementTimeout;

    public SessionContext(EngineInstance engine, SessionStartup startup, ISessionOutput output, DatabaseInfo database, RoleInfo role, TransactionBlock transactions, SessionSettings settings)
    {
        Engine = engine;
        Startup = startup;
        Output = output;
        DatabaseOid = database.Oid;
        DatabaseName = database.Name;
        SessionUserOid = AuthenticatedUserOid = CurrentUserOid = role.Oid;
        Transactions = transactions;
        Settings = settings;
        Catalog = new CatalogServices(this);
        Services = new SessionServices(this);
        RoutineRunner = new Routines.RoutineRunner(this);
        Temporary = new TemporaryObjects(this);
        TemporarySpace = new TemporarySpace(TemporaryFileClosed);
    }

    public EngineInstance Engine { get; }

    /// <summary>The session itself, for what must name it (listeners, system tables).</summary>
    public SqlSession Session { get; set; } = null!;

    /// <summary><c>lock_timeout</c>; infinite for none. As of the last look at <see cref="StatementTimeout"/>.</summary>
    public TimeSpan LockTimeout { get; private set; } = Timeout.InfiniteTimeSpan;

    /// <summary><c>deadlock_timeout</c>. As of the last look at <see cref="StatementTimeout"/>.</summary>
    public TimeSpan DeadlockTimeout { get; private set; }

    /// <summary><c>client_connection_check_interval</c>; zero for never. As of the last look at <see cref="StatementTimeout"/>.</summary>
    public TimeSpan ClientCheckInterval { get; private set; }

    /// <summary><c>idle_in_transaction_session_timeout</c>; zero for none. As of the last look at <see cref="StatementTimeout"/>.</summary>
    public TimeSpan IdleInTransactionTimeout { get; private set; }

    /// <summary><c>idle_session_timeout</c>; zero for none. As of the last look at <see cref="StatementTimeout"/>.</summary>
    public TimeSpan IdleSessionTimeout { get; private set; }

    /// <summary><c>statement_timeout</c>; zero for none.</summary>
    public TimeSpan StatementTimeout
    {
        get
        {
            if (_timeoutGeneration != Settings.Generation)
            {
                _timeoutGeneration = Settings.Generation;
                TimeSpan lockTimeout = Milliseconds("lock_timeout");
                LockTimeout = lockTimeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : lockTimeout;
                DeadlockTimeout = Milliseconds("deadlock_timeout");
                ClientCheckInterval = Milliseconds("client_connection_check_interval");
                IdleInTransactionTimeout = Milliseconds("idle_in_transaction_session_timeout");
                IdleSessionTimeout = Milliseconds("idle_session_timeout");
                _statementTimeout = Milliseconds("statement_timeout");
            }

            return _statementTimeout;
        }
    }

    private TimeSpan Milliseconds(string setting) => TimeSpan.FromMilliseconds(long.Parse(Settings[setting], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What the client said at start-up. A working session of the pooler has another client from transaction to transaction.</summary>
    public SessionStartup Startup { get; set; }

    /// <summary>The way to the client.</summary>
    public ISessionOutput Output { get; set; }

    public uint DatabaseOid { get; }

    public string DatabaseName { get; }

    /// <summary>The role that logged in.</summary>
    public uint AuthenticatedUserOid { get; }

    /// <summary>The role of SET SESSION AUTHORIZATION.</summary>
    public uint SessionUserOid { get; set; }

    /// <summary>The role whose privileges count: SET ROLE's.</summary>
    public uint CurrentUserOid { get; set; }

    public TransactionBlock Transactions { get; }

    public SessionSettings Settings { get; }

    public CatalogServices Catalog { get; }

    public SessionServices Services { get; }

    /// <summary>The session's temporary relations.</summary>
    public TemporaryObjects Temporary { get; }

    /// <summary>Ends the running statement when the client cancels or its time is over.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Arrival of the statement, microseconds since 2000-01-01 UTC.</summary>
    public long StatementTimestamp { get; set; }

    /// <summary>The catalog as statements see it now.</summary>
    public CatalogView View => Transactions.View(Cancellation);

    /// <summary>What system tables are read with now; the same object until the catalog changes.</summary>
    public SystemScanContext SystemScan
    {
        get
        {
            CatalogView view = View;
            return _systemScan is not null && ReferenceEquals(_systemScan.Catalog, view) ? _systemScan : _systemScan = new SystemScanContext(view, Session);
        }
    }

    public bool IsSuperuser => View.FindRole(CurrentUserOid) is { IsSuperuser: true };

    /// <summary>True when the current role may set what only superusers may: it is one, or was granted SET ON PARAMETER.</summary>
    public bool MaySet(string parameter) => IsSuperuser || Catalog.HasParameterPrivilege(null, parameter, "SET");

    /// <summary>What settings say to the planner; the same object until one of them changes.</summary>
    public Planning.PlannerSettings PlannerSettings
    {
        get
        {
            if (_plannerSettingsGeneration != Settings.Generation)
            {
                _plannerSettingsGeneration = Settings.Generation;
                Planning.PlannerSettings made = PlannerSettingsFactory.Make(Settings);
                if (made != _plannerSettings)
                    _plannerSettings = Engine.SharedPlannerSettings.Intern(made);
            }

            return Transactions.HeldSnapshot is { IsZero: false } held && Engine.Transactions.IndexBirths.Any(held) ? SettingsFor(held) : _plannerSettings;
        }
    }

    private Planning.PlannerSettings SettingsFor(Format.Lsn held)
    {
        if (_oldPlannerSettings is not { } old || old.OldSnapshot != held || old with { OldSnapshot = default } != _plannerSettings)
            _oldPlannerSettings = _plannerSettings with { OldSnapshot = held };
        return _oldPlannerSettings;
    }

    public TypeSettings TypeSettings
    {
        get
        {
            if (_typeSettingsGeneration != Settings.Generation)
            {
                _typeSettingsGeneration = Settings.Generation;
                TypeSettings made = TypeSettingsFactory.Make(Settings);
                if (!made.Equals(_typeSettings))
                    _typeSettings = Engine.SharedTypeSettings.Intern(made);
            }

            return _typeSettings;
        }
    }

    /// <summary>Where unqualified names are looked up: <c>search_path</c> for the current role in the catalog as it is now.</summary>
    public SearchPath SearchPath
    {
        get
        {
            CatalogView view = View;
            if (_searchPath is null || _searchPathGeneration != Settings.Generation || !ReferenceEquals(_searchPathImage, view.Image) || _searchPathRole != CurrentUserOid)
            {
                SearchPath made = SearchPathResolver.Resolve(Settings["search_path"], view, view.RoleName(CurrentUserOid), Temporary.SchemaOid(view));
                _searchPath = made.Equals(_searchPath) ? _searchPath : made;
                _searchPathGeneration = Settings.Generation;
                _searchPathImage = view.Image;
                _searchPathRole = CurrentUserOid;
            }

            return _searchPath!;
        }
    }

    private long _planCacheModeGeneration = -1;
    private Plans.PlanCacheMode _planCacheMode;

    /// <summary><c>plan_cache_mode</c>.</summary>
    public Plans.PlanCacheMode PlanCacheMode
    {
        get
        {
            if (_planCacheModeGeneration != Settings.Generation)
            {
                _planCacheModeGeneration = Settings.Generation;
                _planCacheMode = Settings["plan_cache_mode"] switch
                {
                    "force_generic_plan" => Plans.PlanCacheMode.ForceGeneric,
                    "force_custom_plan" => Plans.PlanCacheMode.ForceCustom,
                    _ => Plans.PlanCacheMode.Auto,
                };
            }

            return _planCacheMode;
        }
    }

    private long _resultCacheGeneration = -1;
    private bool _keepsResults;

    /// <summary><c>strata.result_cache</c>.</summary>
    public bool KeepsResults
    {
        get
        {
            if (_resultCacheGeneration != Settings.Generation)
            {
                _resultCacheGeneration = Settings.Generation;
                // What is kept is in the server's encoding.
                _keepsResults = Settings["strata.result_cache"] == "on" && ClientEncoding is null;
            }

            return _keepsResults;
        }
    }

    private long _clientEncodingGeneration = -1;
    private CharacterConversion? _clientEncoding;

    /// <summary>The way to and from the client's encoding; null when it is the server's, UTF-8.</summary>
    public CharacterConversion? ClientEncoding
    {
        get
        {
            if (_clientEncodingGeneration != Settings.Generation)
            {
                _clientEncodingGeneration = Settings.Generation;
                string name = Settings["client_encoding"];
                if (_clientEncoding?.Name != name)
                    _clientEncoding = name == "UTF8" ? null : CharacterConversion.Find(name);
            }

            return _clientEncoding;
        }
    }

    /// <summary>A text from the client. Throws 22021.</summary>
    public string DecodeText(ReadOnlySpan<byte> bytes) => ClientEncoding is { } encoding ? encoding.Decode(bytes) : Utf8Text.Decode(bytes);

    private const string RoleKey = "$role", SessionUserKey = "$session_user";

    private long _rolesGeneration;

    /// <summary>SET ROLE: until the session's or (LOCAL) the transaction's end, and back when the transaction rolls back.</summary>
    public void SetRole(uint role, bool isLocal)
    {
        CurrentUserOid = role;
        Settings.SetHidden(RoleKey, role.ToString(System.Globalization.CultureInfo.InvariantCulture), isLocal);
        _rolesGeneration = Settings.Generation;
    }

    /// <summary>SET SESSION AUTHORIZATION.</summary>
    public void SetSessionUser(uint role, bool isLocal)
    {
        SessionUserOid = role;
        Settings.SetHidden(SessionUserKey, role.ToString(System.Globalization.CultureInfo.InvariantCulture), isLocal);
        SetRole(role, isLocal);
    }

    /// <summary>Roles as they are after a transaction or savepoint has ended.</summary>
    public void RestoreRoles()
    {
        if (_rolesGeneration == Settings.Generation)
            return;
        _rolesGeneration = Settings.Generation;
        SessionUserOid = uint.TryParse(Settings.Hidden(SessionUserKey), out uint user) ? user : AuthenticatedUserOid;
        CurrentUserOid = uint.TryParse(Settings.Hidden(RoleKey), out uint role) ? role : SessionUserOid;
    }

    private long _rowSecurityGeneration = -1;
    private bool _isRowSecurityOn;

    /// <summary>For whom row security policies are applied.</summary>
    public RowSecurityContext RowSecurity
    {
        get
        {
            if (_rowSecurityGeneration != Settings.Generation)
            {
                _isRowSecurityOn = Settings["row_security"] == "on";
                _rowSecurityGeneration = Settings.Generation;
            }

            return new RowSecurityContext(CurrentUserOid, _isRowSecurityOn);
        }
    }

    /// <summary>The part of the keys of plans that tells roles apart: policies may make a statement mean something else for each.</summary>
    public ulong PlanUser => RowSecurity is var security && security.IsOn ? security.UserOid : security.UserOid | (1UL << 32);

    /// <summary>The path is worked out anew at its next use: the session has another temporary schema.</summary>
    public void ForgetSearchPath() => _searchPathGeneration = -1;

    /// <summary>Sends a NOTICE (or another severity) if <c>client_min_messages</c> lets it pass.</summary>
    public void Notice(string message, string severity = "NOTICE", string sqlState = "00000", string? detail = null, string? hint = null)
    {
        Notice(new Diagnostic { Severity = severity, SqlState = sqlState, Message = message, Detail = detail, Hint = hint });
    }

    /// <summary>Sends a message if <c>client_min_messages</c> lets it pass. DEBUG1 to DEBUG5 are all DEBUG to the client.</summary>
    public void Notice(Diagnostic message)
    {
        if (NoticeLevels.Passes(message.Severity, Settings["client_min_messages"]))
            Output.Notice(message.Severity.StartsWith("DEBUG", StringComparison.Ordinal) ? message with { Severity = "DEBUG" } : message);
    }

    void IFunctionContext.Notice(string message) => Notice(message);

    /// <summary>Microseconds since 2000-01-01 UTC.</summary>
    public long Now() => (Clock.GetUtcNow() - s_epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public TimeProvider Clock => Engine.Options.Scheduler.Time;

    public IRandom Random => Engine.Options.Random;

    TypeSettings IFunctionContext.Settings => TypeSettings;

    public long TransactionTimestamp => Transactions.IsActive ? (Transactions.Current.StartTime - s_epoch).Ticks / TimeSpan.TicksPerMicrosecond : StatementTimestamp;

    public MemoryAccount? Memory => Engine.Memory;

    /// <summary>What settings say to running statements.</summary>
    public ExecutionSettings Execution
    {
        get
        {
            if (_executionSettingsGeneration != Settings.Generation)
            {
                _executionSettingsGeneration = Settings.Generation;
                ExecutionSettings made = ExecutionSettingsFactory.Make(Settings);
                if (made != _executionSettings)
                    _executionSettings = made;
            }

            return _executionSettings;
        }
    }

    /// <summary>The session's temporary files.</summary>
    public TemporarySpace TemporarySpace { get; }

    private void TemporaryFileClosed(string name, long bytes) => Engine.TemporaryFileCounters.Add(DatabaseOid, bytes);

    public bool Sleep(TimeSpan duration) => Engine.Options.Scheduler.Sleep(duration, Cancellation);

    ICatalogServices IFunctionContext.Catalog => Catalog;

    ISessionServices IFunctionContext.Session => Services;

    /// <summary>Plans and runs this session's queries; the session sets it.</summary>
    public StatementRunner StatementRunner { get; set; } = null!;

    /// <summary>Runs functions and procedures written in SQL.</summary>
    public Routines.RoutineRunner RoutineRunner { get; }

    IRoutineCaller? IFunctionContext.Routines => RoutineRunner;

    IDomainChecker? IFunctionContext.Domains => _domains ??= new Routines.DomainChecker(this);

    private Routines.DomainChecker? _domains;
}
