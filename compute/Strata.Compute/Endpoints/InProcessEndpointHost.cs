using System.Collections.Concurrent;
using Strata.Engine.Storage;
using Strata.Engine.Types;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.Compute.Endpoints;

/// <summary>
/// Computes in this process: opens an endpoint's at its first connection and keeps it. A compute that lost its term is dropped and opened anew by the next connection. Thread-safe.
/// </summary>
public sealed class InProcessEndpointHost : IEndpointHost, IDisposable
{
    private readonly ComputeOptions _options;
    private readonly EndpointDirectory _directory;
    private readonly INetwork _network;
    private readonly IScheduler _scheduler;
    private readonly IRandom _random;
    private readonly Log _log;
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    public InProcessEndpointHost(ComputeOptions options, IObjectStore objects, INetwork network, IScheduler scheduler, IRandom random, Log log)
    {
        _options = options;
        _directory = new EndpointDirectory(objects);
        _network = network;
        _scheduler = scheduler;
        _random = random;
        _log = log;
    }

    public OpenEndpoint Open(EndpointAddress address, CancellationToken cancellation)
    {
        OpenCompute compute = OpenCompute(address, cancellation);
        return new OpenEndpoint(compute.Engine, compute.Access);
    }

    /// <summary>Answers a request of the control plane. Blocking.</summary>
    public ComputeResponse Handle(ComputeRequest request)
    {
        EndpointAddress address = new(request.EndpointId, null);
        try
        {
            switch (request.Kind)
            {
                case ComputeRequestKind.Wake:
                    return Status(OpenCompute(address, CancellationToken.None));
                case ComputeRequestKind.Close:
                    Close(request.EndpointId);
                    return new ComputeResponse(null, false, null, 0);
                case ComputeRequestKind.Reload:
                    return Status(Reload(address));
                default:
                    return Status(_slots.TryGetValue(request.EndpointId, out Slot? slot) ? slot.Compute : null);
            }
        }
        catch (SqlException error)
        {
            return new ComputeResponse(error.Message, false, null, 0);
        }
    }

    /// <summary>Closes all computes.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        foreach (string endpointId in _slots.Keys)
            Close(endpointId);
    }

    private OpenCompute OpenCompute(EndpointAddress address, CancellationToken cancellation)
    {
        EndpointTarget target = _directory.Find(address);
        Slot slot = _slots.GetOrAdd(target.EndpointId, static _ => new Slot());
        if (slot.Compute is { IsFailed: false } open)
            return open;
        lock (slot.Gate)
        {
            if (slot.Compute is { IsFailed: false } openedMeanwhile)
                return openedMeanwhile;
            slot.Compute?.Dispose();
            slot.Compute = null;
            return slot.Compute = Wake(target, cancellation);
        }
    }

    private OpenCompute Wake(EndpointTarget target, CancellationToken cancellation)
    {
        long start = _scheduler.Time.GetTimestamp();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        deadline.CancelAfter(_options.WakeTimeout);
        try
        {
            OpenCompute opened = Endpoints.OpenCompute.Open(target, _options, _network, _scheduler, _random, _log, deadline.Token);
            _log.Info($"endpoint {target.EndpointId} is open in term {opened.Wal.Term} after {_scheduler.Time.GetElapsedTime(start).TotalMilliseconds:F0} ms");
            return opened;
        }
        catch (OperationCanceledException error)
        {
            throw new SqlException(SqlState.CannotConnectNow, "the endpoint could not be started in time: no majority of safekeepers, or the page server does not answer", error);
        }
        catch (LostTermException error)
        {
            throw new SqlException(SqlState.CannotConnectNow, "the endpoint is being started elsewhere", error);
        }
    }

    private void Close(string endpointId)
    {
        _directory.Forget(endpointId);
        if (!_slots.TryGetValue(endpointId, out Slot? slot))
            return;
        lock (slot.Gate)
        {
            slot.Compute?.Dispose();
            slot.Compute = null;
        }
        _log.Info($"endpoint {endpointId} is closed");
    }

    private OpenCompute? Reload(EndpointAddress address)
    {
        _directory.Forget(address.EndpointId!);
        EndpointTarget target = _directory.Find(address);
        OpenCompute? compute = _slots.TryGetValue(target.EndpointId, out Slot? slot) ? slot.Compute : null;
        compute?.Apply(target, _options.Pool);
        return compute;
    }

    private static ComputeResponse Status(OpenCompute? compute) => compute is null or { IsFailed: true }
        ? new ComputeResponse(null, false, null, 0)
        : new ComputeResponse(null, true, compute.Wal.DurableLsn.ToString(), compute.Engine.SessionCount);

    private sealed class Slot
    {
        public readonly Lock Gate = new();

        public volatile OpenCompute? Compute;
    }
}
