namespace Strata.Simulation.World;

/// <summary>
/// Frames between two nodes, one direction each: delayed, and with the world's faults lost, repeated or overtaken. <see cref="Break"/> ends the present connection: frames of
/// it that are still under way never arrive, as with TCP. Both sides see the connection's number, so that a new greeting begins a new one.
/// </summary>
public sealed class SimulatedLink(SimulatedWorld world, SimulatedNetworkFaults faults, string name)
{
    /// <summary>Number of the present connection.</summary>
    public int Connection { get; private set; }

    /// <summary>While set nothing gets through, in either direction.</summary>
    public bool Partitioned { get; set; }

    /// <summary>Ends the present connection; returns the number of the next.</summary>
    public int Break() => ++Connection;

    /// <summary>Sends a frame on a connection; <paramref name="deliver"/> runs when it arrives.</summary>
    public void Send(int connection, string what, Action deliver)
    {
        if (connection != Connection || Partitioned || (faults.LoseOneIn > 0 && world.OneIn(faults.LoseOneIn)))
            return;
        Deliver(connection, what, deliver);
        if (faults.RepeatOneIn > 0 && world.OneIn(faults.RepeatOneIn))
            Deliver(connection, what, deliver);
    }

    private void Deliver(int connection, string what, Action deliver)
    {
        TimeSpan delay = world.Between(faults.DelayMin, faults.DelayMax);
        if (faults.StallOneIn > 0 && world.OneIn(faults.StallOneIn))
            delay += faults.Stall;
        world.After(delay, $"{name} {what}", () =>
        {
            if (connection == Connection && !Partitioned)
                deliver();
        });
    }
}
