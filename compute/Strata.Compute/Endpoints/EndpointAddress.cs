namespace Strata.Compute.Endpoints;

/// <summary>What a client's startup packet says about where it wants to go.</summary>
/// <param name="EndpointId">From <c>options=endpoint=ID</c>; null when absent.</param>
/// <param name="BranchName">From a database name of the form <c>DB@BRANCH</c>; null when absent.</param>
/// <remarks>With neither, the default branch of the default project is meant.</remarks>
public readonly record struct EndpointAddress(string? EndpointId, string? BranchName)
{
    /// <summary>Splits <c>DB@BRANCH</c> at its last '@'. The database part is null when empty.</summary>
    public static (string? Database, string? BranchName) SplitDatabase(string? database)
    {
        int at = database?.LastIndexOf('@') ?? -1;
        if (at < 0)
            return (database, null);
        string name = database![..at], branch = database[(at + 1)..];
        return (name.Length == 0 ? null : name, branch.Length == 0 ? null : branch);
    }
}
