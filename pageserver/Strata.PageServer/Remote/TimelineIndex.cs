using System.Collections.Immutable;
using Strata.Format;
using Strata.PageServer.Layers;

namespace Strata.PageServer.Remote;

/// <summary>A promise to keep an LSN readable until a time.</summary>
internal sealed record Lease(string Holder, Lsn At, DateTimeOffset ExpiresAt);

/// <summary>
/// The index object of a timeline: the sole authority on what the timeline consists of. Every layer it names is in the object store.
/// </summary>
/// <param name="ConsistentLsn">Everything at or below is in the layers: ingest goes on here after a restart.</param>
/// <param name="HistoryStart">Lowest LSN that may be read or branched from; never goes back.</param>
/// <param name="Layers">All layers.</param>
/// <param name="Leases">LSNs that stay readable even below <paramref name="HistoryStart"/>.</param>
/// <param name="BranchPoints">
/// Branch points that were known when history moved past them. A branch below the history's start that is not among them was never acknowledged, and what it needs is gone.
/// </param>
internal sealed record TimelineIndex(
    Lsn ConsistentLsn,
    Lsn HistoryStart,
    ImmutableArray<LayerDescriptor> Layers,
    ImmutableArray<Lease> Leases,
    ImmutableArray<Lsn> BranchPoints);

/// <summary>The object that makes a timeline exist.</summary>
/// <param name="Ancestor">Zero for a root.</param>
/// <param name="AncestorLsn">Branch point; for a root, where its log begins.</param>
/// <param name="Base">Name of the base image of a root, or empty.</param>
internal sealed record BranchObject(TimelineId Ancestor, Lsn AncestorLsn, string Base);

/// <summary>The object that says which page server owns a project.</summary>
internal sealed record AttachObject(ulong Generation, string Node);
