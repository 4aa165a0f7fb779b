using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Strata.Platform;

/// <summary>
/// Where idle connections wait without a thread: one epoll descriptor and one thread for all of them. Thread-safe.
/// </summary>
public sealed class ReadinessPoller : IDisposable
{
    private const int EventsPerWait = 256;
    private const int TickMilliseconds = 500;
    private const int FineTickMilliseconds = 20;

    private readonly int _epoll;
    private readonly ConcurrentDictionary<int, Registration> _parked = new();
    private readonly IWorker _worker;
    private readonly TimeProvider _time;

    public ReadinessPoller(IScheduler scheduler)
    {
        _time = scheduler.Time;
        _epoll = PosixSocket.EpollCreate();
        if (_epoll < 0)
            throw new IOException($"epoll: {Marshal.GetLastPInvokeErrorMessage()}");
        _worker = scheduler.StartThread("readiness-poller", Run);
    }

    /// <summary>Connections parked now.</summary>
    public int Count => _parked.Count;

    /// <summary>
    /// Parks a connection: <paramref name="onReadable"/> is called once, on the poller's thread, when bytes (or the peer's close) arrive, or when the deadline passes.
    /// It must be short. The caller no longer uses the socket after this call.
    /// </summary>
    /// <param name="socket">The connection.</param>
    /// <param name="state">Given to the callback.</param>
    /// <param name="onReadable">Gets the state, and true when the deadline passed instead.</param>
    /// <param name="deadline">How long it may stay parked; null for ever.</param>
    public void Park(ByteSocket socket, object state, Action<object, bool> onReadable, TimeSpan? deadline)
    {
        long? expires = deadline is { } span ? _time.GetTimestamp() + (long)(span.TotalSeconds * _time.TimestampFrequency) : null;
        int descriptor = socket.Descriptor;
        _parked[descriptor] = new Registration(state, onReadable, expires);
        const uint Events = PosixSocket.EpollIn | PosixSocket.EpollRdHup | PosixSocket.EpollOneShot;
        // A descriptor stays registered, disarmed, between two parkings; closing it removes it.
        if (PosixSocket.EpollControl(_epoll, PosixSocket.EpollModify, descriptor, Events, (ulong)descriptor) == 0 ||
            PosixSocket.EpollControl(_epoll, PosixSocket.EpollAdd, descriptor, Events, (ulong)descriptor) == 0)
            return;
        string reason = Marshal.GetLastPInvokeErrorMessage();
        _parked.TryRemove(descriptor, out _);
        throw new IOException($"cannot park a connection: {reason}");
    }

    /// <summary>Takes a connection back before anything arrived: true when it was parked, and then its callback will not come.</summary>
    public bool TryTake(ByteSocket socket, object state)
    {
        // The descriptor may be another connection's by now.
        int descriptor = socket.Descriptor;
        return _parked.TryGetValue(descriptor, out Registration? found) && ReferenceEquals(found.State, state) &&
            _parked.TryRemove(new KeyValuePair<int, Registration>(descriptor, found));
    }

    public void Dispose()
    {
        _worker.Dispose();
        PosixSocket.Close(_epoll);
    }

    private void Run(CancellationToken cancellation)
    {
        PosixSocket.EpollEvent[] events = new PosixSocket.EpollEvent[EventsPerWait];
        long nextTick = _time.GetTimestamp(), coarse = _time.TimestampFrequency * TickMilliseconds / 1000;
        int tick = TickMilliseconds;
        while (!cancellation.IsCancellationRequested)
        {
            int count = PosixSocket.EpollWait(_epoll, events, tick);
            for (int i = 0; i < count; i++)
                Fire((int)events[i].Data, expired: false);
            long now = _time.GetTimestamp();
            if (now < nextTick)
                continue;
            long next = long.MaxValue;
            foreach ((int descriptor, Registration parked) in _parked)
            {
                if (parked.Expires is not { } expires)
                    continue;
                if (expires <= now)
                    Fire(descriptor, expired: true);
                else
                    next = Math.Min(next, expires);
            }
            // Deadlines that are near are met closely; nobody's costs a wake-up more.
            tick = next - now <= coarse ? FineTickMilliseconds : TickMilliseconds;
            nextTick = now + (_time.TimestampFrequency * tick / 1000);
        }
    }

    private void Fire(int descriptor, bool expired)
    {
        if (_parked.TryRemove(descriptor, out Registration? found))
            found.OnReadable(found.State, expired);
    }

    private sealed class Registration(object state, Action<object, bool> onReadable, long? expires)
    {
        public object State { get; } = state;

        public Action<object, bool> OnReadable { get; } = onReadable;

        public long? Expires { get; } = expires;
    }
}
