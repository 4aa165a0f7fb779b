using Strata.Format;

namespace Strata.Safekeeper.Timelines;

/// <summary>A timeline within its project.</summary>
internal readonly record struct TimelineKey(ProjectId Project, TimelineId Timeline)
{
    /// <summary>Its directory below the safekeeper's root.</summary>
    public string Path => $"timelines/{Project}/{Timeline}";

    /// <summary>The empty file that says that it was deleted.</summary>
    public string Tombstone => $"tombstones/{Project}-{Timeline}";

    public override string ToString() => $"{Project}/{Timeline}";
}
