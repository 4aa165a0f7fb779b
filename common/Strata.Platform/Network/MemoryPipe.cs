using System.Buffers;

namespace Strata.Platform;

/// <summary>One direction of a <see cref="MemoryNetwork"/> connection: frames in pooled buffers. One reader, any number of writers.</summary>
internal sealed class MemoryPipe(TimeProvider time)
{
    private readonly Queue<(byte[] Buffer, int Length)> _frames = new();
    private byte[]? _handedOut;
    private long _queuedBytes;
    private bool _closed;

    /// <summary>Copies a frame in, waiting while the pipe is full. False once closed.</summary>
    public bool TryWrite(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        int length = head.Length + body.Length;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        head.CopyTo(buffer);
        body.CopyTo(buffer.AsSpan(head.Length));
        lock (_frames)
        {
            while (!_closed && _queuedBytes > MemoryNetwork.QueueBytesMax)
                Monitor.Wait(_frames);
            if (_closed)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return false;
            }
            _frames.Enqueue((buffer, length));
            _queuedBytes += length;
            Monitor.PulseAll(_frames);
            return true;
        }
    }

    /// <summary>Takes the next frame, whose memory stays valid until the next call. Frames written before a close are still read.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> frame, TimeSpan timeout)
    {
        frame = default;
        lock (_frames)
        {
            if (_handedOut is not null)
                ArrayPool<byte>.Shared.Return(_handedOut);
            _handedOut = null;
            long start = time.GetTimestamp();
            while (_frames.Count == 0)
            {
                if (_closed)
                    return false;
                TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - time.GetElapsedTime(start);
                if (left < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
                    throw new TimeoutException($"nothing arrived within {timeout}");
                Monitor.Wait(_frames, left);
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
