using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strata.Platform;

/// <summary>
/// /healthz and /metrics of a role that has no other HTTP port: one small thread, HTTP/1.0, one request per connection, because a web server would double the role's memory.
/// </summary>
public sealed class HealthServer : IDisposable
{
    private const int RequestBytesMax = 4096;
    private const int TimeoutMilliseconds = 2000;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<string> _metrics;
    private readonly IWorker _worker;

    /// <summary>Starts answering. <see cref="IOException"/> when the port is busy.</summary>
    public HealthServer(IPAddress host, int port, Func<string> metrics, IScheduler scheduler)
    {
        _metrics = metrics;
        try
        {
            _socket.Bind(new IPEndPoint(host, port));
            _socket.Listen();
        }
        catch (SocketException error)
        {
            _socket.Dispose();
            throw new IOException($"cannot listen on {host}:{port}: {error.Message}", error);
        }
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _worker = scheduler.StartThread("health", Run);
    }

    /// <summary>The real port.</summary>
    public int Port { get; }

    public void Dispose()
    {
        _worker.Dispose();
        _socket.Dispose();
    }

    private void Run(CancellationToken cancellation)
    {
        byte[] buffer = new byte[RequestBytesMax];
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (!_socket.Poll(s_poll, SelectMode.SelectRead))
                    continue;
                using Socket client = _socket.Accept();
                client.ReceiveTimeout = client.SendTimeout = TimeoutMilliseconds;
                Answer(client, buffer);
            }
            catch (SocketException)
            {
                // The client went away or was too slow: there is nobody to tell.
            }
        }
    }

    private void Answer(Socket client, byte[] buffer)
    {
        int count = 0;
        while (count < buffer.Length && buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8) < 0)
        {
            int received = client.Receive(buffer.AsSpan(count));
            if (received == 0)
                return;
            count += received;
        }
        string request = Encoding.ASCII.GetString(buffer, 0, count);
        (string status, string body) = request.StartsWith("GET /healthz", StringComparison.Ordinal) ? ("200 OK", "ok\n") :
            request.StartsWith("GET /metrics", StringComparison.Ordinal) ? ("200 OK", _metrics()) : ("404 Not Found", "not found\n");
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        client.Send(Encoding.ASCII.GetBytes($"HTTP/1.0 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {bytes.Length}\r\n\r\n"));
        client.Send(bytes);
    }
}
