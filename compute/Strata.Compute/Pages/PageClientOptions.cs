using Strata.Format;

namespace Strata.Compute.Pages;

/// <summary>Where a timeline's pages come from.</summary>
/// <param name="Address">The page server's address.</param>
/// <param name="Project">The project.</param>
/// <param name="Timeline">The timeline.</param>
public sealed record PageClientOptions(string Address, ProjectId Project, TimelineId Timeline)
{
    /// <summary>Most connections; each serves one caller at a time, and further callers wait.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>How long one attempt to connect may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>An answer that takes longer than this is given up and asked for again on another connection.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(45);
}
