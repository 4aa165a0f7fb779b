namespace Strata.Simulation.World;

/// <summary>An invariant did not hold: the message names the seed that reproduces it.</summary>
public sealed class SimulationViolationException(string message) : Exception(message);
