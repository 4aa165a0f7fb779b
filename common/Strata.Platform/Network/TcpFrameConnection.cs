using System.Net.Sockets;

namespace Strata.Platform;

/// <summary>Frames over one TCP connection. One sender and one receiver at a time; each side has its own buffer.</summary>
internal sealed class TcpFrameConnection(Socket socket, Stream stream, string remoteAddress) : IFrameConnection
{
    private const int InitialBufferBytes = 16 << 10;

    /// <summary>A buffer grown for one large frame is given back once frames are small again.</summary>
    private const int RetainedBufferBytes = 1 << 20;

    private readonly Lock _sendLock = new();
    private byte[] _sendBuffer = new byte[InitialBufferBytes];
    private byte[] _receiveBuffer = new byte[InitialBufferBytes];
    private int _start;
    private int _end;
    private int _frame; // bytes of the frame handed out last, which the next call releases
    private volatile bool _closed;

    public string RemoteAddress => remoteAddress;

    public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body = default)
    {
        lock (_sendLock)
        {
            ObjectDisposedIf();
            int size = FrameFormat.HeaderBytes + head.Length + body.Length;
            if (size > _sendBuffer.Length || (_sendBuffer.Length > RetainedBufferBytes && size <= RetainedBufferBytes))
                _sendBuffer = new byte[Math.Max(InitialBufferBytes, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size))];
            FrameFormat.WriteHeader(_sendBuffer, head, body);
            head.CopyTo(_sendBuffer.AsSpan(FrameFormat.HeaderBytes));
            body.CopyTo(_sendBuffer.AsSpan(FrameFormat.HeaderBytes + head.Length));
            try
            {
                stream.Write(_sendBuffer.AsSpan(0, size));
            }
            catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
            {
                Dispose();
                throw new IOException($"connection to {remoteAddress} broke: {error.Message}", error);
            }
        }
    }

    public bool Receive(out ReadOnlyMemory<byte> frame, TimeSpan timeout)
    {
        frame = default;
        _start += _frame;
        _frame = 0;
        if (!Fill(FrameFormat.HeaderBytes, timeout))
            return false;
        if (!FrameFormat.TryReadHeader(_receiveBuffer.AsSpan(_start), out int length, out uint checksum) ||
            !Fill(FrameFormat.HeaderBytes + length, timeout))
        {
            Dispose();
            return false;
        }
        ReadOnlyMemory<byte> payload = _receiveBuffer.AsMemory(_start + FrameFormat.HeaderBytes, length);
        if (FrameFormat.Checksum((uint)length, payload.Span) != checksum)
        {
            Dispose();
            return false;
        }
        _frame = FrameFormat.HeaderBytes + length;
        frame = payload;
        return true;
    }

    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        try
        {
            socket.Shutdown(SocketShutdown.Both); // wakes a thread that is blocked in receive
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Already closed by the peer: closing it here is all that is left.
        }
        stream.Dispose();
    }

    /// <summary>Reads until the buffer holds that many bytes; false at the end of the stream. A timeout leaves what has arrived in the buffer.</summary>
    private bool Fill(int bytes, TimeSpan timeout)
    {
        if (_end - _start >= bytes)
            return true;
        MakeRoom(bytes);
        int milliseconds = timeout == Timeout.InfiniteTimeSpan ? 0 : Math.Max(1, (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue));
        while (_end - _start < bytes)
        {
            try
            {
                if (socket.ReceiveTimeout != milliseconds)
                    socket.ReceiveTimeout = milliseconds;
                int read = stream.Read(_receiveBuffer.AsSpan(_end));
                if (read == 0)
                    return false;
                _end += read;
            }
            catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } && !_closed)
            {
                throw new TimeoutException($"nothing from {remoteAddress} within {timeout}");
            }
            catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
            {
                Dispose();
                return false;
            }
        }
        return true;
    }

    private void MakeRoom(int bytes)
    {
        int held = _end - _start;
        bool shrink = _receiveBuffer.Length > RetainedBufferBytes && Math.Max(bytes, held) <= RetainedBufferBytes / 2;
        if (bytes > _receiveBuffer.Length || shrink)
        {
            byte[] next = new byte[Math.Max(InitialBufferBytes, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, held)))];
            _receiveBuffer.AsSpan(_start, held).CopyTo(next);
            _receiveBuffer = next;
        }
        else if (_start + bytes > _receiveBuffer.Length || held == 0)
        {
            _receiveBuffer.AsSpan(_start, held).CopyTo(_receiveBuffer);
        }
        else
        {
            return;
        }
        _start = 0;
        _end = held;
    }

    private void ObjectDisposedIf()
    {
        if (_closed)
            throw new IOException($"connection to {remoteAddress} is closed");
    }
}
