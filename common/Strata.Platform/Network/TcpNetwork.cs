using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Strata.Platform;

/// <summary>TLS of <see cref="TcpNetwork"/>: both sides authenticate; null options mean plain TCP.</summary>
/// <param name="Server">Options of the accepting side.</param>
/// <param name="Client">Options of the connecting side, whose target host is filled in per connection.</param>
public sealed record NetworkTls(SslServerAuthenticationOptions Server, SslClientAuthenticationOptions Client);

/// <summary>The real <see cref="INetwork"/>: frames over TCP, plain or TLS, with blocking sockets.</summary>
public sealed class TcpNetwork(NetworkTls? tls = null) : INetwork
{
    private const int Backlog = 512;

    public IFrameListener Listen(string address)
    {
        IPEndPoint endPoint = Resolve(address);
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return new Listener(socket, tls);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new IOException($"cannot listen on {address}: {error.Message}", error);
        }
    }

    public IFrameConnection Connect(string address, TimeSpan timeout)
    {
        IPEndPoint endPoint = Resolve(address);
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A blocking connect has no timeout of its own: the send timeout bounds it on Linux.
            socket.SendTimeout = (int)timeout.TotalMilliseconds;
            socket.Connect(endPoint);
            socket.SendTimeout = 0;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (tls is not null)
            {
                SslStream secure = new(stream);
                socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;
                secure.AuthenticateAsClient(tls.Client);
                socket.ReceiveTimeout = 0;
                stream = secure;
            }
            return new TcpFrameConnection(socket, stream, address);
        }
        catch (Exception error) when (error is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            socket.Dispose();
            throw new IOException($"cannot connect to {address}: {error.Message}", error);
        }
    }

    private static IPEndPoint Resolve(string address)
    {
        int colon = address.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > 65535)
            throw new IOException($"address \"{address}\" is not of the form host:port");
        string host = address[..colon].Trim('[', ']');
        if (IPAddress.TryParse(host, out IPAddress? ip))
            return new IPEndPoint(ip, port);
        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(host)[0], port);
        }
        catch (Exception error) when (error is SocketException or IndexOutOfRangeException)
        {
            throw new IOException($"cannot resolve \"{host}\": {error.Message}", error);
        }
    }

    private sealed class Listener(Socket socket, NetworkTls? tls) : IFrameListener
    {
        private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

        public string Address { get; } = socket.LocalEndPoint!.ToString()!;

        public IFrameConnection? Accept(CancellationToken cancellation)
        {
            while (!cancellation.IsCancellationRequested)
            {
                Socket? accepted = null;
                try
                {
                    if (!socket.Poll(s_poll, SelectMode.SelectRead))
                        continue;
                    accepted = socket.Accept();
                    accepted.NoDelay = true;
                    string peer = accepted.RemoteEndPoint!.ToString()!;
                    // The handshake runs at the first use, on the connection's own thread, so that a silent peer can't stop accepting.
                    Stream stream = new NetworkStream(accepted, ownsSocket: true);
                    return new TcpFrameConnection(accepted, tls is null ? stream : new ServerHandshakeStream(stream, tls.Server), peer);
                }
                catch (ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException) when (accepted is not null)
                {
                    accepted.Dispose(); // The peer went away between accept and use: wait for the next.
                }
                catch (SocketException error) when (error.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted or SocketError.InvalidArgument or SocketError.NotSocket)
                {
                    return null;
                }
            }
            return null;
        }

        public void Dispose() => socket.Dispose();
    }
}
