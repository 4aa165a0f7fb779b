namespace Strata.Platform;

/// <summary>The only source of randomness. The real one is cryptographic; the simulated one is seeded. Thread-safe.</summary>
public interface IRandom
{
    /// <summary>Fills the span with random bytes.</summary>
    void Fill(Span<byte> destination);

    /// <summary>A uniform 64-bit value.</summary>
    ulong NextUInt64();

    /// <summary>A uniform value from 0 to <paramref name="exclusiveMax"/> - 1.</summary>
    int Next(int exclusiveMax);
}
