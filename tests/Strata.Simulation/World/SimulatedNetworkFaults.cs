namespace Strata.Simulation.World;

/// <summary>How bad the network is; "one in" is 0 for never.</summary>
public sealed record SimulatedNetworkFaults
{
    public TimeSpan DelayMin { get; init; } = TimeSpan.FromMilliseconds(0.1);

    /// <summary>Frames overtake each other within this span.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromMilliseconds(3);

    public int LoseOneIn { get; init; } = 60;

    public int RepeatOneIn { get; init; } = 40;

    public int StallOneIn { get; init; } = 100;

    public TimeSpan Stall { get; init; } = TimeSpan.FromMilliseconds(60);
}
