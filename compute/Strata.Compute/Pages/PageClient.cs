using System.Runtime.InteropServices;
using Strata.Engine.Storage;
using Strata.Format;
using Strata.Format.Messages;
using Strata.Format.Pages;
using Strata.Platform;

namespace Strata.Compute.Pages;

/// <summary>
/// The page server as the engine's page source. Callers block; a few connections are shared, one caller on each. A restart or a lag of the page server is waited out
/// until the caller cancels. Thread-safe.
/// </summary>
public sealed class PageClient : IPageSource, IDisposable
{
    private static readonly TimeSpan RetryDelayMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromMilliseconds(500);

    private readonly PageClientOptions _options;
    private readonly INetwork _network;
    private readonly IScheduler _scheduler;
    private readonly Log _log;
    private readonly object _gate = new();
    private readonly Stack<PageChannel> _idle = [];
    private readonly HashSet<PageChannel> _rented = [];
    private int _open;
    private bool _disposed;
    private PageFeedback _feedback;

    public PageClient(PageClientOptions options, INetwork network, IScheduler scheduler, Log log)
    {
        _options = options;
        _network = network;
        _scheduler = scheduler;
        _log = log;
    }

    /// <summary>What the page server said about itself in its last answer: how far ingest is, and its debt.</summary>
    public PageFeedback Feedback
    {
        get
        {
            lock (_gate)
                return _feedback;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="PageRequestException">The LSN is below the kept history, the timeline is gone, or the stored page is broken.</exception>
    public void Read(ReadOnlySpan<PageRead> pages, Lsn lsn, CancellationToken cancellation)
    {
        if (pages.IsEmpty)
            return;
        TimeSpan delay = RetryDelayMin;
        for (int failures = 0; ; failures++)
        {
            string reason;
            try
            {
                if (TryRead(pages, lsn, cancellation, out reason))
                    return;
            }
            catch (PageRequestException error) when (IsTransient(error.Code))
            {
                reason = error.Message;
            }
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
            if (failures == 0)
                _log.Info($"pages of timeline {_options.Timeline} from {_options.Address}: {reason}; trying on");
            if (!_scheduler.Sleep(delay, cancellation))
                cancellation.ThrowIfCancellationRequested();
            delay = delay * 2 < RetryDelayMax ? delay * 2 : RetryDelayMax;
        }
    }

    /// <summary>
    /// The page as the page server has it at exactly <paramref name="lsn"/>, for the comparison with compute's own copy (<see cref="PageCompare"/>). Waits until it was ingested.
    /// </summary>
    public unsafe void ReadForComparison(PageKey key, Lsn lsn, Span<byte> page, CancellationToken cancellation)
    {
        Invariant.Check(page.Length == PageFormat.PageSizeBytes);
        fixed (byte* destination = page)
        {
            var read = new PageRead(key, lsn, (nint)destination);
            Read(MemoryMarshal.CreateReadOnlySpan(in read, 1), lsn, cancellation);
        }
    }

    /// <summary>Closes the connections. Callers that wait get <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out PageChannel? channel))
                channel.Dispose();
            foreach (PageChannel rented in _rented)
                rented.Dispose();
            Monitor.PulseAll(_gate);
        }
    }

    // Waiting cures these: the server restarts, lags, loads, or its successor takes over the address.
    private static bool IsTransient(PageErrorCode code) => code is PageErrorCode.NotYet or PageErrorCode.Unavailable or PageErrorCode.Fenced;

    private bool TryRead(ReadOnlySpan<PageRead> pages, Lsn lsn, CancellationToken cancellation, out string reason)
    {
        PageChannel? channel = null;
        bool good = false;
        try
        {
            channel = Rent(cancellation);
            channel.Read(pages, lsn, _scheduler.Time, cancellation);
            good = true;
            reason = "";
            return true;
        }
        catch (PageRequestException)
        {
            good = true;
            throw;
        }
        catch (IOException error)
        {
            reason = error.Message;
            return false;
        }
        finally
        {
            if (channel is not null)
                Return(channel, good);
        }
    }

    private PageChannel Rent(CancellationToken cancellation)
    {
        lock (_gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_idle.TryPop(out PageChannel? idle))
                {
                    _rented.Add(idle);
                    return idle;
                }
                if (_open < _options.ConnectionsMax)
                    break;
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(100));
                cancellation.ThrowIfCancellationRequested();
            }
            _open++;
        }
        try
        {
            PageChannel channel = new(_network.Connect(_options.Address, _options.ConnectTimeout), _options);
            lock (_gate)
                _rented.Add(channel);
            return channel;
        }
        catch
        {
            lock (_gate)
            {
                _open--;
                Monitor.Pulse(_gate);
            }
            throw;
        }
    }

    private void Return(PageChannel channel, bool good)
    {
        lock (_gate)
        {
            _rented.Remove(channel);
            if (good && !_disposed)
            {
                _feedback = channel.Feedback;
                _idle.Push(channel);
            }
            else
            {
                _open--;
                channel.Dispose();
                // The others were opened to the same server and are most likely broken too.
                while (_idle.TryPop(out PageChannel? other))
                {
                    _open--;
                    other.Dispose();
                }
            }
            Monitor.Pulse(_gate);
        }
    }
}
