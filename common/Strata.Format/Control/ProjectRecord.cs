namespace Strata.Format.Control;

/// <summary>
/// All that is known of a project, one object. Every change is a compare-and-swap of the whole, so a project is always in one state.
/// </summary>
public sealed record ProjectRecord
{
    /// <summary>Version of this format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>32 hex digits.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>History that stays readable, in seconds; null takes the page server's setting.</summary>
    public long? HistoryWindowSeconds { get; init; }

    /// <summary>The branch that connections without a branch go to.</summary>
    public required string DefaultBranchId { get; init; }

    /// <summary>Password of role <c>postgres</c> that the root timeline is bootstrapped with, as a SCRAM verifier.</summary>
    public required string BootstrapVerifier { get; init; }

    /// <summary>Safekeepers that hold the project's WAL: a directory with another id may not vote.</summary>
    public required IReadOnlyList<uint> SafekeeperIds { get; init; }

    /// <summary>Set first when the project is deleted: what is left is removed until nothing is, and the id is never used again.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public required IReadOnlyList<BranchRecord> Branches { get; init; }
    public required IReadOnlyList<EndpointRecord> Endpoints { get; init; }

    /// <summary>The branch of that id or name that is not deleted, or null.</summary>
    public BranchRecord? FindBranch(string idOrName)
    {
        foreach (BranchRecord branch in Branches)
        {
            if (branch.DeletedAt is null && (branch.Id == idOrName || branch.Name == idOrName))
                return branch;
        }
        return null;
    }

    /// <summary>The endpoint of that id, or null.</summary>
    public EndpointRecord? FindEndpoint(string id)
    {
        foreach (EndpointRecord endpoint in Endpoints)
        {
            if (endpoint.Id == id)
                return endpoint;
        }
        return null;
    }

    /// <summary>The first endpoint of a branch, or null.</summary>
    public EndpointRecord? FindEndpointOf(string branchId)
    {
        foreach (EndpointRecord endpoint in Endpoints)
        {
            if (endpoint.BranchId == branchId)
                return endpoint;
        }
        return null;
    }
}

/// <summary>A branch: a timeline with a name.</summary>
public sealed record BranchRecord
{
    /// <summary>The timeline's id, 32 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Unique among the project's living branches.</summary>
    public required string Name { get; init; }

    /// <summary>The branch that it came from; null for the root.</summary>
    public string? ParentId { get; init; }

    /// <summary>Where it left its parent, as <c>pg_lsn</c> text; null for the root.</summary>
    public string? ParentLsn { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>False until the page server has the timeline: a creation that was interrupted is finished or undone at the next start.</summary>
    public bool Ready { get; init; }

    /// <summary>The safekeepers that were asked to keep its log, in the order of <see cref="ProjectRecord.SafekeeperIds"/>; empty before the first attempt.</summary>
    public IReadOnlyList<BranchSafekeeperRecord> Safekeepers { get; init; } = [];

    /// <summary>Set first when the branch is deleted.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>A safekeeper of a branch.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Incarnation">The incarnation that it had when the branch was created: with another one it has lost its directory and may not vote before it caught up.</param>
/// <param name="Created">Whether it has confirmed the timeline.</param>
public sealed record BranchSafekeeperRecord(uint Id, ulong Incarnation, bool Created);

/// <summary>A place to connect to: one compute for one branch.</summary>
public sealed record EndpointRecord
{
    /// <summary><c>ep-</c> and 12 hex digits.</summary>
    public required string Id { get; init; }

    public required string BranchId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: everything as by default.</summary>
    public EndpointSettings? Settings { get; init; }
}
