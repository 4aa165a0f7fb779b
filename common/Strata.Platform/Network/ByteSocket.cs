using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>
/// A client's TCP connection as plain bytes, with blocking calls. One thread uses it at a time, except for <see cref="Abort"/>.
/// </summary>
public sealed class ByteSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly int _descriptor;
    private int _disposed;

    internal ByteSocket(Socket socket)
    {
        _socket = socket;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        IPEndPoint? remote = socket.RemoteEndPoint as IPEndPoint;
        RemoteAddress = remote?.Address.ToString() ?? "";
        RemotePort = remote?.Port ?? -1;
    }

    /// <summary>The peer's IP address.</summary>
    public string RemoteAddress { get; }

    /// <summary>The peer's port, -1 when unknown.</summary>
    public int RemotePort { get; }

    internal int Descriptor => _descriptor;

    /// <summary>How long <see cref="Receive"/> waits; zero means for ever. Set by the using thread.</summary>
    public TimeSpan ReceiveTimeout
    {
        set => _socket.ReceiveTimeout = (int)value.TotalMilliseconds;
    }

    /// <summary>
    /// Blocks until at least one byte is there; 0 when the peer closed, -1 when <see cref="ReceiveTimeout"/> passed. <see cref="IOException"/> when the connection broke.
    /// </summary>
    public int Receive(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        int received = PosixSocket.Receive(_descriptor, destination);
        return received >= 0 ? received : Marshal.GetLastPInvokeError() == PosixSocket.WouldBlock ? -1 : throw Broken("receive");
    }

    /// <summary>Blocks until the kernel has taken all bytes. <see cref="IOException"/> when the connection broke.</summary>
    public void Send(ReadOnlySpan<byte> source)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (!PosixSocket.Send(_descriptor, source))
            throw Broken("send");
    }

    /// <summary>Waits until <see cref="Receive"/> would not block; false after the timeout.</summary>
    public bool WaitReadable(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return PosixSocket.WaitReadable(_descriptor, (int)timeout.TotalMilliseconds);
    }

    /// <summary>The peer has closed its end, or the connection broke, as far as is known by now; bytes of it may still be unread. Any thread.</summary>
    public bool IsClosedByPeer => _disposed != 0 || PosixSocket.IsClosedByPeer(_descriptor);

    /// <summary>Breaks the connection from any thread: blocked calls return.</summary>
    public void Abort()
    {
        if (_disposed != 0)
            return;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The peer was faster: the connection is gone, which is what the caller wants.
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _socket.Dispose();
    }

    private IOException Broken(string call) => new($"{call} failed on the connection of {RemoteAddress}: {Marshal.GetLastPInvokeErrorMessage()}");
}
