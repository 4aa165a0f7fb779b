namespace Strata.Format.Messages;

/// <summary>A message of the safekeeper protocol; the layouts are drawn in <see cref="SafekeeperMessageCodec"/>.</summary>
public abstract record SafekeeperMessage
{
    public abstract SafekeeperMessageKind Kind { get; }
}
