using System.Collections.Immutable;

namespace Strata.Engine.Sessions.Settings;

/// <summary>All values of a session between two transactions, to be given to another session of the same user and database. Immutable.</summary>
/// <param name="Reset">What RESET goes back to.</param>
/// <param name="Session">What holds between transactions.</param>
internal sealed record SettingsState(ImmutableDictionary<string, string> Reset, ImmutableDictionary<string, string> Session);
