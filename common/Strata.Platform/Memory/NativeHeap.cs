using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>The C library's heap, from which vectors and arenas come.</summary>
public static partial class NativeHeap
{
    private const int ArenaMax = -8;
    private const int MapThreshold = -3;
    private const int TrimThreshold = -1;

    private const int Arenas = 4;
    private const int LargeBytes = 1 << 20;

    /// <summary>
    /// Keeps what was freed from piling up: glibc gives each of many threads a heap of its own, and raises its threshold for giving memory back with the largest block that it has seen. Called once,
    /// before the process has other threads of its own. Does nothing with another C library.
    /// </summary>
    public static void Configure()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
            return;
        _ = SetOption(ArenaMax, Arenas);
        _ = SetOption(MapThreshold, LargeBytes);
        _ = SetOption(TrimThreshold, LargeBytes);
    }

    /// <summary>Gives freed memory back to the system where the C library can (glibc); takes milliseconds on a large heap. Thread-safe.</summary>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux() && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
            _ = TrimAll(0);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimAll(nuint padBytes);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
