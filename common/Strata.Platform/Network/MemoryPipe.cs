using System.Numerics;

namespace Strata.Platform;

/// <summary>One direction of a <see cref="MemoryNetwork"/> connection: frames in buffers that it uses again. One reader, any number of writers.</summary>
/// <remarks>
/// Frames are made on one thread and given back on another. The shared array pool would collect them on the reader's side, up to dozens of each size, so a pipe keeps a few of its own.
/// </remarks>
internal sealed class MemoryPipe(TimeProvider time)
{
    private const int KeptBytesMax = 256 << 10;

    private readonly Queue<(byte[] Buffer, int Length)> _frames = new();
    private readonly List<byte[]> _kept = [];
    private int _keptBytes;
    private byte[]? _handedOut;
    private long _queuedBytes;
    private bool _closed;

    /// <summary>Copies a frame in, waiting while the pipe is full. False once closed.</summary>
    public bool TryWrite(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        int length = head.Length + body.Length;
        byte[] buffer = Rent(length);
        head.CopyTo(buffer);
        body.CopyTo(buffer.AsSpan(head.Length));
        lock (_frames)
        {
            while (!_closed && _queuedBytes > MemoryNetwork.QueueBytesMax)
                Monitor.Wait(_frames);
            if (_closed)
                return false;
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
                Return(_handedOut);
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

    private byte[] Rent(int length)
    {
        lock (_frames)
        {
            for (int i = _kept.Count - 1; i >= 0; i--)
            {
                byte[] kept = _kept[i];
                if (kept.Length < length)
                    continue;
                _kept.RemoveAt(i);
                _keptBytes -= kept.Length;
                return kept;
            }
        }
        return GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 256)));
    }

    /// <summary>Keeps a buffer that was read; under the lock. The oldest, which nobody found large enough, go first.</summary>
    private void Return(byte[] buffer)
    {
        if (buffer.Length > KeptBytesMax)
            return;
        _kept.Add(buffer);
        _keptBytes += buffer.Length;
        while (_keptBytes > KeptBytesMax)
        {
            _keptBytes -= _kept[0].Length;
            _kept.RemoveAt(0);
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
