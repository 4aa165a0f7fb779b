namespace Strata.Host.Roles;

/// <summary>Where the services of one installation find each other.</summary>
/// <param name="Safekeepers">Their addresses; the first has id 1.</param>
/// <param name="PageServer">The page server's.</param>
/// <param name="Compute">The compute process's control address.</param>
public sealed record RoleAddresses(IReadOnlyList<string> Safekeepers, string PageServer, string Compute)
{
    /// <summary>Names for pipes within one process.</summary>
    public static RoleAddresses InMemory(int safekeepers) =>
        new([.. Enumerable.Range(1, safekeepers).Select(id => $"safekeeper-{id}")], "pageserver", "compute");

    public IReadOnlyList<uint> SafekeeperIds => [.. Enumerable.Range(1, Safekeepers.Count).Select(id => (uint)id)];
}
