namespace Strata.Compute.Endpoints;

/// <summary>What a client's startup packet says about where it wants to go.</summary>
/// <param name="EndpointId">From <c>options=endpoint=ID</c>; null when absent.</param>
/// <param name="BranchName">From a database name of the form <c>DB@BRANCH</c>; null when absent.</param>
/// <remarks>With neither, the default branch of the default project is meant.</remarks>
public readonly record struct EndpointAddress(string? EndpointId, string? BranchName)
{
    private const string PoolerSuffix = "-pooler";
    private const string EndpointPrefix = "ep-";

    /// <summary>
    /// Puts together what a client said: the endpoint of its options, else the first label of the host name that it asked TLS for, when that is an endpoint's (<c>ep-…</c>); and the branch. A name
    /// that ends with <c>-pooler</c> means the pooler of what is before it.
    /// </summary>
    public static (EndpointAddress Address, bool IsPooled) Resolve(string? endpointId, string? branchName, string? serverName)
    {
        bool pooled = Cut(ref endpointId) | Cut(ref branchName);
        string? label = serverName?.Split('.')[0];
        pooled |= Cut(ref label);
        if (endpointId is null && label is not null && label.StartsWith(EndpointPrefix, StringComparison.Ordinal))
            endpointId = label;
        return (new EndpointAddress(endpointId, branchName), pooled);
    }

    private static bool Cut(ref string? name)
    {
        if (name is null || name.Length == PoolerSuffix.Length || !name.EndsWith(PoolerSuffix, StringComparison.Ordinal))
            return false;
        name = name[..^PoolerSuffix.Length];
        return true;
    }

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
