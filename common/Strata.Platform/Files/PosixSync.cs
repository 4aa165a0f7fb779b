using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Strata.Platform;

/// <summary>What .NET does not tell of disks and files: <c>fdatasync</c>, the sync of a directory, links, devices. Throws <see cref="IOException"/>.</summary>
internal static unsafe partial class PosixSync
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux
    private const int CurrentDirectory = -100; // AT_FDCWD

    // struct statx, the same on every architecture.
    private const int StatusBytes = 256;
    private const int DeviceMajorOffset = 136;
    private const int DeviceMinorOffset = 140;

    public static void SyncData(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }
        if (fdatasync(file) != 0)
            throw Failure("fdatasync", path);
    }

    public static void SyncDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
            return; // Elsewhere a flushed file's name is as durable as the platform makes it.
        int descriptor = open(path, ReadOnlyDirectory);
        if (descriptor < 0)
            throw Failure("open", path);
        try
        {
            if (fsync(descriptor) != 0)
                throw Failure("fsync", path);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    /// <summary>Number of the device that a file or directory is on; null where it can't be told.</summary>
    public static ulong? DeviceOf(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        byte* status = stackalloc byte[StatusBytes];
        if (statx(CurrentDirectory, path, 0, 0, status) != 0)
            return null;
        return ((ulong)*(uint*)(status + DeviceMajorOffset) << 32) | *(uint*)(status + DeviceMinorOffset);
    }

    /// <summary>Hard-links a file under a new name; false when that name exists.</summary>
    public static bool TryLink(string existing, string created)
    {
        if (link(existing, created) == 0)
            return true;
        const int Exists = 17; // EEXIST
        return Marshal.GetLastPInvokeError() == Exists ? false : throw Failure("link", created);
    }

    private static IOException Failure(string call, string path) =>
        new($"{call} of \"{path}\" failed: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string created);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
