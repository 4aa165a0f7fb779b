namespace Strata.Platform;

/// <summary>SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): neighbouring numbers give unrelated ones. Not for cryptography. Stateless.</summary>
public static class SplitMix64
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The number that belongs to a state.</summary>
    public static ulong Mix(ulong state)
    {
        ulong z = state + Step;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>The next number of a sequence.</summary>
    public static ulong Next(ref ulong state)
    {
        ulong number = Mix(state);
        state += Step;
        return number;
    }
}
