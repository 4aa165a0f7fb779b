using Strata.Format.Messages;
using Strata.Platform;

namespace Strata.Compute.Pages;

/// <summary>Sends control requests (projects, timelines, leases, time lookups) to a page server, one connection per request. Thread-safe.</summary>
public sealed class PageControlClient(string address, INetwork network, IScheduler scheduler)
{
    /// <summary>
    /// Sends one request. Every request is idempotent, so after an <see cref="IOException"/> (not reached, or the answer was lost) the caller may repeat it;
    /// <see cref="PageRequestException"/> is an answer.
    /// </summary>
    public PageControlResponse Call(PageControlRequest request, TimeSpan timeout, CancellationToken cancellation)
    {
        var options = new PageClientOptions(address, request.Project, request.Timeline) { AnswerTimeout = timeout };
        using var channel = new PageChannel(network.Connect(address, timeout), options);
        return channel.Call(request, scheduler.Time, cancellation);
    }
}
