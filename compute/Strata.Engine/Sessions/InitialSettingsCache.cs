using System.Globalization;
using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Settings;

namespace Strata.Engine.Sessions;

/// <summary>The settings that sessions started with lately, by user, database and what the client said; of one state of the shared catalogs. Thread-safe.</summary>
internal sealed class InitialSettingsCache
{
    private const int EntriesMax = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SettingsState> _known = new(StringComparer.Ordinal);
    private SharedImage? _shared;

    public static string KeyOf(uint database, uint role, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        StringBuilder key = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{database}/{role}");
        foreach ((string name, string value) in settings)
            key.Append('\0').Append(name).Append('\0').Append(value);
        return key.ToString();
    }

    public SettingsState? Find(SharedImage shared, string key)
    {
        lock (_gate)
            return ReferenceEquals(_shared, shared) ? _known.GetValueOrDefault(key) : null;
    }

    public void Add(SharedImage shared, string key, SettingsState state)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_shared, shared) || _known.Count >= EntriesMax)
                _known.Clear();
            _shared = shared;
            _known[key] = state;
        }
    }
}
