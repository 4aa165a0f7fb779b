using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>The C library's heap, which keeps what is freed for later. Thread-safe.</summary>
public static class NativeHeap
{
    private static readonly unsafe delegate* unmanaged<nuint, int> s_trim = FindTrim();

    /// <summary>Gives freed memory back to the system where the C library can (glibc); takes milliseconds on a large heap.</summary>
    public static unsafe void Trim()
    {
        if (s_trim != null)
            _ = s_trim(0);
    }

    private static unsafe delegate* unmanaged<nuint, int> FindTrim() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out nint trim)
            ? (delegate* unmanaged<nuint, int>)trim
            : null;
}
