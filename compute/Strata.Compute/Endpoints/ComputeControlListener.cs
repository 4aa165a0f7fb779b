using System.Text.Json;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.Compute.Endpoints;

/// <summary>Takes the control plane's requests over framed connections, a thread per connection. Garbage closes the connection.</summary>
public sealed class ComputeControlListener : IDisposable
{
    private const int ConnectionsMax = 64;
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(60);

    private readonly InProcessEndpointHost _host;
    private readonly IScheduler _scheduler;
    private readonly Log _log;
    private readonly IFrameListener _listener;
    private readonly IWorker _acceptor;
    private int _connections;

    /// <summary>Starts listening. <see cref="IOException"/> when the address is in use.</summary>
    public ComputeControlListener(InProcessEndpointHost host, string address, INetwork network, IScheduler scheduler, Log log)
    {
        _host = host;
        _scheduler = scheduler;
        _log = log;
        _listener = network.Listen(address);
        _acceptor = scheduler.StartThread("compute-control", Accept);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _acceptor.Dispose();
    }

    private void Accept(CancellationToken cancellation)
    {
        while (_listener.Accept(cancellation) is { } connection)
        {
            if (Interlocked.Increment(ref _connections) > ConnectionsMax)
            {
                Interlocked.Decrement(ref _connections);
                connection.Dispose();
                continue;
            }
            _scheduler.StartThread("compute-control-connection", _ => Serve(connection));
        }
    }

    private void Serve(IFrameConnection connection)
    {
        using (connection)
        {
            try
            {
                while (connection.Receive(out ReadOnlyMemory<byte> frame, s_silence))
                {
                    ComputeRequest? request = JsonSerializer.Deserialize(frame.Span, ControlJson.Default.ComputeRequest);
                    if (request is null)
                        break;
                    connection.Send(JsonSerializer.SerializeToUtf8Bytes(_host.Handle(request), ControlJson.Default.ComputeResponse));
                }
            }
            catch (JsonException error)
            {
                _log.Info($"garbage on the control port from {connection.RemoteAddress}: {error.Message}");
            }
            catch (Exception error) when (error is IOException or TimeoutException)
            {
                _log.Debug($"control connection of {connection.RemoteAddress} ended: {error.Message}");
            }
            finally
            {
                Interlocked.Decrement(ref _connections);
            }
        }
    }
}
