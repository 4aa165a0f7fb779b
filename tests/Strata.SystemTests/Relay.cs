using System.Net;
using System.Net.Sockets;

namespace Strata.SystemTests;

/// <summary>Passes the bytes of connections on to a server, until it is cut: then the server sees its clients gone without a word, as when their machine is lost.</summary>
public sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly int _target;
    private bool _isCut;

    public Relay(int targetPort)
    {
        _target = targetPort;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where clients connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Closes all connections on both sides.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            _isCut = true;
            _sockets.ForEach(static socket => socket.Dispose());
        }
    }

    public void Dispose()
    {
        Cut();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync();
                Socket server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await server.ConnectAsync(IPAddress.Loopback, _target);
                lock (_sockets)
                {
                    _sockets.AddRange([client, server]);
                    if (_isCut)
                        Cut();
                }
                _ = CopyAsync(client, server);
                _ = CopyAsync(server, client);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed: no more connections.
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                for (int sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
