using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Strata.Platform;

/// <summary>Accepts <see cref="ByteSocket"/>s on a TCP address. <see cref="Accept"/> is called by one thread; disposing makes it return null.</summary>
public sealed class ByteListener : IDisposable
{
    private const int Backlog = 4096;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_outOfDescriptors = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;

    /// <summary>Starts listening. <see cref="IOException"/> when the address is malformed or in use.</summary>
    public ByteListener(string host, int port)
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException("client connections need Linux (epoll)");
        IPAddress address = host is "*" or "0.0.0.0" ? IPAddress.Any : host == "localhost" ? IPAddress.Loopback :
            IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : throw new IOException($"\"{host}\" is not an IP address");
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _socket.Bind(new IPEndPoint(address, port));
            _socket.Listen(Backlog);
        }
        catch (SocketException error)
        {
            _socket.Dispose();
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"cannot listen on {host}:{port}: {error.Message}"), error);
        }
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    /// <summary>The port, also when 0 was asked for.</summary>
    public int Port { get; }

    /// <summary>The next connection, or null once disposed or cancelled.</summary>
    public ByteSocket? Accept(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (!_socket.Poll(s_poll, SelectMode.SelectRead))
                    continue;
                Socket accepted = _socket.Accept();
                accepted.NoDelay = true;
                accepted.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                return new ByteSocket(accepted);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                cancellation.WaitHandle.WaitOne(s_outOfDescriptors); // Others must close first; the client waits in the backlog.
            }
            catch (SocketException error) when (error.SocketErrorCode is not (SocketError.OperationAborted or SocketError.NotSocket))
            {
                // The peer went away before it was accepted: wait for the next.
            }
            catch (SocketException)
            {
                return null;
            }
        }
        return null;
    }

    public void Dispose() => _socket.Dispose();
}
