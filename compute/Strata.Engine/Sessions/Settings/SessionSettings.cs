using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Sessions.Settings;

/// <summary>
/// The settings of one session: defaults, what the connection, the role and the database set, and what SET and SET LOCAL changed; a rollback takes back what its (sub)transaction changed. For one thread.
/// </summary>
public sealed class SessionSettings
{
    private static readonly ImmutableDictionary<string, string> s_none = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    // What RESET goes back to, what holds after commit, and what holds now (SET LOCAL included).
    private ImmutableDictionary<string, string> _reset = s_none;
    private ImmutableDictionary<string, string> _session = s_none;
    private ImmutableDictionary<string, string> _current = s_none;
    private readonly Stack<Saved> _saved = new();
    private SettingsState? _captured;

    private readonly record struct Saved(ImmutableDictionary<string, string> Session, ImmutableDictionary<string, string> Current);

    /// <summary>Grows with every change of any value: caches of parsed values compare it.</summary>
    public long Generation { get; private set; }

    /// <summary>Called after a reported setting got a new value.</summary>
    public Action<string, string>? Reported { get; set; }

    /// <summary>Values that are not kept but asked for (<c>transaction_isolation</c> and the like): null for names that are not such.</summary>
    internal Func<string, string?>? Computed { get; set; }

    /// <summary>The value in force, in its stored form. Throws 42704 for an unknown name.</summary>
    public string this[string name] => _current.TryGetValue(name, out string? value) ? value : Definition(name).Default;

    /// <summary>The value in force; false for unknown names (current_setting with missing_ok).</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        if (_current.TryGetValue(name, out value))
            return true;
        value = SettingRegistry.Find(name)?.Default;
        return value is not null;
    }

    /// <summary>What SHOW prints.</summary>
    public string Show(string name)
    {
        SettingDefinition definition = Definition(name);
        return Computed?.Invoke(definition.Name) ?? SettingValues.Show(definition, this[name]);
    }

    /// <summary>What RESET would make of it.</summary>
    public string ResetValue(string name) => _reset.TryGetValue(name, out string? value) ? value : Definition(name).Default;

    /// <summary>True when the session changed it.</summary>
    public bool IsChanged(string name) => _current.ContainsKey(name);

    /// <summary>The definition of a setting; a name with a dot that nobody defined is a placeholder for strings. Throws 42704.</summary>
    public static SettingDefinition Definition(string name) => SettingRegistry.Find(name) ??
        (IsPlaceholder(name)
            ? new SettingDefinition { Name = name, Type = SettingType.String, Context = SettingContext.User, Default = "" }
            : throw new SqlException(SqlState.UndefinedObject, $"unrecognized configuration parameter \"{name}\""));

    private static bool IsPlaceholder(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && dot < name.Length - 1;
    }

    /// <summary>
    /// Sets a value before the session's first statement (operator, startup packet, role and database settings): it is what RESET goes back to.
    /// </summary>
    public void SetInitial(string name, string value)
    {
        SettingDefinition definition = Definition(name);
        string normalized = SettingValues.Normalize(definition, value, _current.GetValueOrDefault(definition.Name));
        _reset = _reset.SetItem(definition.Name, normalized);
        _session = _session.SetItem(definition.Name, normalized);
        Become(_current.SetItem(definition.Name, normalized));
    }

    /// <summary>SET: checks who may and what, then changes the value until the end of the session or (LOCAL) the transaction. Throws 22023, 42501, 42704, 55P02.</summary>
    public void Set(string name, string value, bool isLocal, bool isSuperuser)
    {
        SettingDefinition definition = Definition(name);
        CheckMayChange(definition, isSuperuser);
        string normalized = SettingValues.Normalize(definition, value, _current.GetValueOrDefault(definition.Name));
        SetUnchecked(definition.Name, normalized, isLocal);
    }

    /// <summary>Sets a value in its stored form that the caller has checked.</summary>
    internal void SetUnchecked(string name, string normalized, bool isLocal)
    {
        string before = this[name];
        if (!isLocal)
            _session = _session.SetItem(name, normalized);
        Become(_current.SetItem(name, normalized));
        Report(name, before);
    }

    /// <summary>Keeps something that is no setting but ends with the transaction as settings do: the current role. The name must begin with '$'.</summary>
    internal void SetHidden(string name, string value, bool isLocal)
    {
        if (!isLocal)
            _session = _session.SetItem(name, value);
        Become(_current.SetItem(name, value));
    }

    /// <summary>What <see cref="SetHidden"/> kept, or null.</summary>
    internal string? Hidden(string name) => _current.GetValueOrDefault(name);

    /// <summary>RESET.</summary>
    public void Reset(string name, bool isLocal, bool isSuperuser)
    {
        SettingDefinition definition = Definition(name);
        CheckMayChange(definition, isSuperuser);
        string before = this[name];
        bool hasReset = _reset.TryGetValue(definition.Name, out string? value);
        if (!isLocal)
            _session = hasReset ? _session.SetItem(definition.Name, value!) : _session.Remove(definition.Name);
        Become(hasReset ? _current.SetItem(definition.Name, value!) : _current.Remove(definition.Name));
        Report(definition.Name, before);
    }

    /// <summary>RESET ALL.</summary>
    public void ResetAll()
    {
        // Roles are not reset with the settings.
        ImmutableDictionary<string, string> reset = _reset;
        foreach ((string name, string value) in _current)
            if (name.StartsWith('$'))
                reset = reset.SetItem(name, value);
        Replace(reset, reset);
    }

    /// <summary>All names that have a value: the defined ones and placeholders that were set.</summary>
    internal IEnumerable<string> Placeholders => _current.Keys.Where(static name => !name.StartsWith('$') && SettingRegistry.Find(name) is null);

    /// <summary>A (sub)transaction begins.</summary>
    public void Push() => _saved.Push(new Saved(_session, _current));

    /// <summary>A subtransaction is released: its changes belong to its parent now.</summary>
    public void Release() => _saved.Pop();

    /// <summary>The transaction commits: SET LOCAL ends.</summary>
    public void Commit()
    {
        _saved.Clear();
        if (!ReferenceEquals(_current, _session))
            Replace(_session, _session);
    }

    /// <summary>A (sub)transaction rolls back: every change since its <see cref="Push"/> is taken back.</summary>
    public void Rollback()
    {
        Saved saved = _saved.Pop();
        if (!ReferenceEquals(saved.Current, _current) || !ReferenceEquals(saved.Session, _session))
            Replace(saved.Session, saved.Current);
    }

    /// <summary>The whole transaction rolls back.</summary>
    public void RollbackAll()
    {
        while (_saved.Count > 1)
            _saved.Pop();
        if (_saved.Count == 1)
            Rollback();
    }

    private void Replace(ImmutableDictionary<string, string> session, ImmutableDictionary<string, string> current)
    {
        ImmutableDictionary<string, string> before = _current;
        _session = session;
        Become(current);
        foreach (SettingDefinition setting in SettingRegistry.Reported)
            Report(setting.Name, before.TryGetValue(setting.Name, out string? old) ? old : setting.Default);
    }

    /// <summary>The values of now, which no transaction is about to take back.</summary>
    internal SettingsState Capture() => _captured is { } known && ReferenceEquals(known.Reset, _reset) && ReferenceEquals(known.Session, _session)
        ? known : _captured = new SettingsState(_reset, _session);

    /// <summary>Takes over the values of another client, between two transactions. Nobody is told: the client knows its own.</summary>
    internal void Restore(SettingsState state)
    {
        Invariant.Check(_saved.Count == 0);
        _captured = state;
        _reset = state.Reset;
        if (ReferenceEquals(_session, state.Session) && ReferenceEquals(_current, state.Session))
            return;
        _session = state.Session;
        Become(state.Session);
    }

    private void Become(ImmutableDictionary<string, string> current)
    {
        _current = current;
        Generation++;
    }

    private void Report(string name, string before)
    {
        string now = this[name];
        if (now != before && SettingRegistry.Find(name) is { IsReported: true } definition)
            Reported?.Invoke(definition.Name, now);
    }

    private static void CheckMayChange(SettingDefinition setting, bool isSuperuser)
    {
        switch (setting.Context)
        {
            case SettingContext.Internal:
                throw new SqlException(SqlState.CantChangeRuntimeParam, $"parameter \"{setting.Name}\" cannot be changed");
            case SettingContext.Postmaster:
                throw new SqlException(SqlState.CantChangeRuntimeParam, $"parameter \"{setting.Name}\" cannot be changed without restarting the server");
            case SettingContext.Sighup:
                throw new SqlException(SqlState.CantChangeRuntimeParam, $"parameter \"{setting.Name}\" cannot be changed now");
            case SettingContext.Backend or SettingContext.SuperuserBackend:
                throw new SqlException(SqlState.CantChangeRuntimeParam, $"parameter \"{setting.Name}\" cannot be set after connection start");
            case SettingContext.Superuser when !isSuperuser:
                throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to set parameter \"{setting.Name}\"");
        }
    }
}
