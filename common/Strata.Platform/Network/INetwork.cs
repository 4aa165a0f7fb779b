namespace Strata.Platform;

/// <summary>
/// The network between Strata's services: ordered, framed, checksummed connections, over TCP (optionally TLS) or over pipes in memory.
/// Addresses are <c>host:port</c> for TCP and any name for pipes. Blocking calls, made from threads of <see cref="IScheduler"/>. Thread-safe.
/// </summary>
public interface INetwork
{
    /// <summary>Starts listening. <see cref="IOException"/> when the address is in use.</summary>
    IFrameListener Listen(string address);

    /// <summary>Connects, or throws <see cref="IOException"/> after at most <paramref name="timeout"/>.</summary>
    IFrameConnection Connect(string address, TimeSpan timeout);
}

/// <summary>Accepts connections. Disposing it makes a blocked <see cref="Accept"/> return null.</summary>
public interface IFrameListener : IDisposable
{
    /// <summary>The address with the real port.</summary>
    string Address { get; }

    /// <summary>The next connection, or null when closed.</summary>
    IFrameConnection? Accept(CancellationToken cancellation);
}

/// <summary>
/// One connection. One thread may send while another receives. A frame that fails its checksum or length limit closes the
/// connection. Disposing it from any thread makes blocked calls return.
/// </summary>
public interface IFrameConnection : IDisposable
{
    /// <summary>The largest payload of a frame, in bytes: a longer length field is garbage and closes the connection.</summary>
    public const int MaxFrameBytes = 32 << 20;

    string RemoteAddress { get; }

    /// <summary>Sends one frame whose payload is the concatenation of both parts (no copy is kept). <see cref="IOException"/> once closed.</summary>
    void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body = default);

    /// <summary>
    /// Waits for the next frame. The memory is valid until the next call. Returns false when the peer closed or the
    /// connection broke; throws <see cref="TimeoutException"/> when nothing arrived within <paramref name="timeout"/> (the connection stays usable).
    /// </summary>
    bool Receive(out ReadOnlyMemory<byte> frame, TimeSpan timeout);

    /// <summary>
    /// Where the sender lives in this process: from now on frames are given to <paramref name="handler"/> on the sender's own thread, in order and one at a time, which saves the hand-off to a
    /// receiving thread. <see cref="Receive"/> then gives no more frames; it returns false when the connection ended and no handler runs or will run. False, with nothing changed, when the connection can't do that.
    /// Called by the receiving thread; frames that arrived already are handled before it returns.
    /// </summary>
    /// <param name="handler">May not throw, nor wait for the sender. It may dispose the connection.</param>
    bool TryHandOver(FrameHandler handler) => false;

    /// <summary>
    /// Where the sender lives in this process: a sender that is about to wait for the answer (<see cref="SendToServe"/>) may have its frame handled by <paramref name="server"/> on its own thread while the
    /// receiving thread waits in <see cref="Receive"/>, which goes on giving all other frames. Never two at a time. False, with nothing changed, when the connection can't do that. Called by the receiving thread.
    /// </summary>
    /// <param name="server">May not throw. It may dispose the connection.</param>
    bool TryLetSendersServe(FrameServer server) => false;

    /// <summary>
    /// Sends a frame as <see cref="Send"/> does. True when the receiver was left asleep: the caller must call <see cref="Serve"/> soon, which handles the frame on its own thread. It may let go of locks before.
    /// </summary>
    bool SendToServe(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        Send(head, body);
        return false;
    }

    /// <summary>Handles the frame of a <see cref="SendToServe"/> that returned true.</summary>
    void Serve()
    {
    }
}

/// <summary>Takes a frame, whose bytes are valid during the call only.</summary>
public delegate void FrameHandler(ReadOnlySpan<byte> frame);

/// <summary>Takes a frame, which is valid during the call only.</summary>
public delegate void FrameServer(ReadOnlyMemory<byte> frame);
