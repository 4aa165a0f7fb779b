using System.Runtime.InteropServices;

namespace Strata.Host.Processes;

/// <summary>Signals to our own child processes, which .NET can only kill.</summary>
internal static partial class Signals
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int processId) => _ = kill(processId, SigTerm);

    /// <summary>Makes the kernel send SIGTERM to this process when its parent dies, so that no role outlives its supervisor.</summary>
    public static void EndWithParent()
    {
        const int SetParentDeathSignal = 1; // PR_SET_PDEATHSIG
        if (OperatingSystem.IsLinux())
            _ = prctl(SetParentDeathSignal, SigTerm, 0, 0, 0);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);
}
