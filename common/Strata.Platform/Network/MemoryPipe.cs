using System.Buffers;

namespace Strata.Platform;

/// <summary>
/// One direction of a <see cref="MemoryNetwork"/> connection: frames in pooled buffers, or handed over on the writer's thread. One reader, any number of writers.
/// </summary>
/// <remarks>
/// A frame that its writer is to serve waits in the queue alone, and the reader leaves it there: <c>_promised</c> from its writing to the beginning of <see cref="Serve"/>, <c>_isServing</c> from there to its end.
/// </remarks>
internal sealed class MemoryPipe(TimeProvider time)
{
    private readonly Queue<(byte[] Buffer, int Length)> _frames = new();
    private readonly Lock _handling = new();
    private FrameHandler? _handler;
    private FrameServer? _server;
    private bool _readerWaits;
    private bool _promised;
    private bool _isServing;
    private byte[]? _handedOut;
    private long _queuedBytes;
    private bool _closed;

    /// <summary>Copies a frame in, waiting while the pipe is full. False once closed. <paramref name="mustServe"/>: the reader was left asleep, and the caller is to call <see cref="Serve"/>.</summary>
    public bool TryWrite(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool mayServe, out bool mustServe)
    {
        mustServe = false;
        if (Volatile.Read(ref _handler) is { } handler)
            return TryHandle(handler, head, body);
        int length = head.Length + body.Length;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        head.CopyTo(buffer);
        body.CopyTo(buffer.AsSpan(head.Length));
        lock (_frames)
        {
            while (!_closed && _queuedBytes > MemoryNetwork.QueueBytesMax)
                Monitor.Wait(_frames);
            handler = _handler;
            if (!_closed && handler is null)
            {
                mustServe = mayServe && _server is not null && _readerWaits && !_promised && !_isServing && _frames.Count == 0;
                _frames.Enqueue((buffer, length));
                _queuedBytes += length;
                if (mustServe)
                    _promised = true;
                else
                    Monitor.PulseAll(_frames);
                return true;
            }
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return handler is not null && TryHandle(handler, head, body);
    }

    /// <summary>From now on writers may serve frames while the reader waits. The reader's thread.</summary>
    public void LetWritersServe(FrameServer server)
    {
        lock (_frames)
            _server = server;
    }

    /// <summary>Handles the frame that was promised to be, on the writer's thread.</summary>
    public void Serve()
    {
        byte[] buffer;
        int length;
        FrameServer server;
        lock (_frames)
        {
            server = _promised && _server is not null ? _server : throw new InvalidOperationException("no frame was promised to be served");
            _promised = false;
            _isServing = true;
            (buffer, length) = _frames.Dequeue();
            _queuedBytes -= length;
        }

        try
        {
            server(buffer.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            lock (_frames)
            {
                _isServing = false;
                if (_frames.Count > 0 || _closed)
                    Monitor.PulseAll(_frames);
            }
        }
    }

    /// <summary>From now on frames go to a handler on their writers' threads; those that wait go there first, on this one. The reader's thread.</summary>
    public void HandOver(FrameHandler handler)
    {
        while (true)
        {
            (byte[] Buffer, int Length) waiting;
            lock (_frames)
            {
                if (!_frames.TryDequeue(out waiting))
                {
                    Volatile.Write(ref _handler, handler);
                    return;
                }
                _queuedBytes -= waiting.Length;
                Monitor.PulseAll(_frames);
            }
            handler(waiting.Buffer.AsSpan(0, waiting.Length));
            ArrayPool<byte>.Shared.Return(waiting.Buffer);
        }
    }

    private bool TryHandle(FrameHandler handler, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        lock (_handling)
        {
            if (Volatile.Read(ref _closed))
                return false;
            if (body.IsEmpty)
            {
                handler(head);
                return true;
            }
            int length = head.Length + body.Length;
            byte[] whole = ArrayPool<byte>.Shared.Rent(length);
            head.CopyTo(whole);
            body.CopyTo(whole.AsSpan(head.Length));
            handler(whole.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(whole);
            return true;
        }
    }

    /// <summary>Takes the next frame, whose memory stays valid until the next call. Frames written before a close are still read.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> frame, TimeSpan timeout)
    {
        if (TryTake(out frame, timeout))
            return true;
        // Closed: no handler begins any more, and one that runs is waited for.
        lock (_handling)
            return false;
    }

    private bool TryTake(out ReadOnlyMemory<byte> frame, TimeSpan timeout)
    {
        frame = default;
        lock (_frames)
        {
            if (_handedOut is not null)
                ArrayPool<byte>.Shared.Return(_handedOut);
            _handedOut = null;
            long start = time.GetTimestamp();
            while (_frames.Count == 0 || _promised || _isServing)
            {
                if (_closed && !_promised && !_isServing)
                    return false;
                TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - time.GetElapsedTime(start);
                if (left < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
                    throw new TimeoutException($"nothing arrived within {timeout}");
                _readerWaits = true;
                Monitor.Wait(_frames, left);
                _readerWaits = false;
            }
            (byte[] buffer, int length) = _frames.Dequeue();
            bool wasFull = _queuedBytes > MemoryNetwork.QueueBytesMax;
            _queuedBytes -= length;
            if (wasFull)
                Monitor.PulseAll(_frames);
            _handedOut = buffer;
            frame = buffer.AsMemory(0, length);
            return true;
        }
    }

    public void Close()
    {
        lock (_frames)
        {
            _closed = true;
            Monitor.PulseAll(_frames);
        }
    }
}
