using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>The C library's heap, from which vectors and arenas come, and which keeps what is freed for later. Thread-safe. Does nothing with other C libraries than glibc.</summary>
public static partial class NativeHeap
{
    private const int ArenaMax = -8;
    private const int MapThreshold = -3;
    private const int TrimThreshold = -1;

    private const int Arenas = 4;
    private const int LargeBytes = 1 << 20;

    private static readonly bool s_isGlibc = OperatingSystem.IsLinux() && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);

    /// <summary>
    /// Keeps what was freed from piling up: glibc gives each of many threads a heap of its own, and raises its threshold for giving memory back with the largest block that it has seen. Called once,
    /// before the process has other threads of its own.
    /// </summary>
    public static void Configure()
    {
        if (!s_isGlibc)
            return;
        _ = SetOption(ArenaMax, Arenas);
        _ = SetOption(MapThreshold, LargeBytes);
        _ = SetOption(TrimThreshold, LargeBytes);
    }

    /// <summary>Gives freed memory back to the system; takes milliseconds on a large heap.</summary>
    public static void Trim()
    {
        if (s_isGlibc)
            _ = TrimHeap(0);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint pad);
}
