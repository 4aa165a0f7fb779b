namespace Strata.Simulation.World;

/// <summary>Thrown out of a file operation: the node loses power there.</summary>
public sealed class SimulatedCrashException : Exception;
