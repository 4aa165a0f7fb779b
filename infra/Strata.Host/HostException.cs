namespace Strata.Host;

/// <summary>The command can't do what it was asked: one clear line on standard error and a non-zero exit.</summary>
public sealed class HostException(string message, Exception? inner = null) : Exception(message, inner);
