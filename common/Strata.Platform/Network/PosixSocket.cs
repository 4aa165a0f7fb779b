using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>
/// The blocking socket calls without .NET's asynchronous machinery around them: one system call per call. A session thread that blocks here is woken by the kernel
/// directly, with no hand-off (Linux).
/// </summary>
internal static unsafe partial class PosixSocket
{
    public const short PollIn = 0x001;
    public const short PollRdHup = 0x2000;
    public const short PollOut = 0x004;
    public const uint EpollIn = 0x001;
    public const uint EpollRdHup = 0x2000;
    public const uint EpollOneShot = 1u << 30;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;
    public const int Interrupted = 4; // EINTR
    public const int WouldBlock = 11; // EAGAIN
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC

    /// <summary>Receives at least one byte; 0 at the end of the stream, -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static int Receive(int descriptor, Span<byte> destination)
    {
        fixed (byte* buffer = destination)
        {
            nint received;
            do
                received = recv(descriptor, buffer, (nuint)destination.Length, 0);
            while (received < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return (int)received;
        }
    }

    /// <summary>Sends all bytes, blocking; false with the error in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static bool Send(int descriptor, ReadOnlySpan<byte> source)
    {
        fixed (byte* buffer = source)
        {
            int sent = 0;
            while (sent < source.Length)
            {
                nint count = send(descriptor, buffer + sent, (nuint)(source.Length - sent), NoSignal);
                if (count >= 0)
                    sent += (int)count;
                else if (Marshal.GetLastPInvokeError() != Interrupted)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Waits until the socket can be read (or was closed by its peer); false after the timeout.</summary>
    public static bool WaitReadable(int descriptor, int timeoutMilliseconds)
    {
        PollDescriptor request = new() { Descriptor = descriptor, Events = PollIn };
        return poll(&request, 1, timeoutMilliseconds) != 0;
    }

    /// <summary>Whether the peer has closed its end or the connection broke; does not wait.</summary>
    public static bool IsClosedByPeer(int descriptor)
    {
        PollDescriptor request = new() { Descriptor = descriptor, Events = PollRdHup };
        return poll(&request, 1, 0) != 0; // errors and hang-ups are always told
    }

    public static int EpollCreate() => epoll_create1(CloseOnExec);

    public static int EpollControl(int epoll, int operation, int descriptor, uint events, ulong data)
    {
        EpollEvent change = new() { Events = events, Data = data };
        return epoll_ctl(epoll, operation, descriptor, &change);
    }

    /// <summary>Waits for events; returns how many, 0 on timeout or interruption.</summary>
    public static int EpollWait(int epoll, Span<EpollEvent> events, int timeoutMilliseconds)
    {
        fixed (EpollEvent* first = events)
            return Math.Max(0, epoll_wait(epoll, first, events.Length, timeoutMilliseconds));
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public struct EpollEvent
    {
        public uint Events;
        public ulong Data;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, EpollEvent* change);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, EpollEvent* events, int count, int timeoutMilliseconds);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
