using System.Collections.Concurrent;

namespace Strata.Platform;

/// <summary>
/// The <see cref="INetwork"/> of one process: the same frames through queues in memory, without checksums since nothing can be damaged. A sender waits
/// while more than <see cref="QueueBytesMax"/> bytes are unread, as with a full socket.
/// </summary>
public sealed class MemoryNetwork(TimeProvider time) : INetwork
{
    /// <summary>Bytes in flight per direction before a sender waits.</summary>
    public const int QueueBytesMax = 8 << 20;

    private readonly ConcurrentDictionary<string, Listener> _listeners = new(StringComparer.Ordinal);

    public IFrameListener Listen(string address)
    {
        Listener listener = new(address, this);
        if (!_listeners.TryAdd(address, listener))
            throw new IOException($"address \"{address}\" is in use");
        return listener;
    }

    public IFrameConnection Connect(string address, TimeSpan timeout)
    {
        if (!_listeners.TryGetValue(address, out Listener? listener))
            throw new IOException($"nobody listens on \"{address}\"");
        MemoryPipe toServer = new(time), toClient = new(time);
        Connection server = new(toServer, toClient, "client of " + address);
        if (!listener.TryOffer(server))
            throw new IOException($"nobody listens on \"{address}\"");
        return new Connection(toClient, toServer, address);
    }

    private sealed class Listener(string address, MemoryNetwork network) : IFrameListener
    {
        private readonly BlockingCollection<Connection> _offered = [];

        public string Address => address;

        public bool TryOffer(Connection connection)
        {
            try
            {
                return _offered.TryAdd(connection);
            }
            catch (InvalidOperationException)
            {
                return false; // closed in the meantime
            }
        }

        public IFrameConnection? Accept(CancellationToken cancellation)
        {
            try
            {
                return _offered.TryTake(out Connection? next, Timeout.Infinite, cancellation) ? next : null;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        public void Dispose()
        {
            network._listeners.TryRemove(new KeyValuePair<string, Listener>(address, this));
            _offered.CompleteAdding();
        }
    }

    private sealed class Connection(MemoryPipe incoming, MemoryPipe outgoing, string remote) : IFrameConnection
    {
        public string RemoteAddress => remote;

        public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body = default)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(head.Length + body.Length, IFrameConnection.MaxFrameBytes);
            if (!outgoing.TryWrite(head, body, mayServe: false, out _))
                throw new IOException($"connection to {remote} is closed");
        }

        public bool Receive(out ReadOnlyMemory<byte> frame, TimeSpan timeout) => incoming.TryRead(out frame, timeout);

        public bool TryHandOver(FrameHandler handler)
        {
            incoming.HandOver(handler);
            return true;
        }

        public bool TryLetSendersServe(FrameServer server)
        {
            incoming.LetWritersServe(server);
            return true;
        }

        public bool SendToServe(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(head.Length + body.Length, IFrameConnection.MaxFrameBytes);
            if (!outgoing.TryWrite(head, body, mayServe: true, out bool mustServe))
                throw new IOException($"connection to {remote} is closed");
            return mustServe;
        }

        public void Serve() => outgoing.Serve();

        public void Dispose()
        {
            incoming.Close();
            outgoing.Close();
        }
    }
}
