using Strata.Platform;

namespace Strata.Compute.Protocol;

/// <summary>
/// The byte stream under TLS. A read never returns bytes of two TLS records, so the TLS layer never holds a whole record that its reader has not asked for: when
/// the socket is quiet, there is nothing left to read, and the session may be parked.
/// </summary>
/// <remarks>TLS record (RFC 8446 §5.1): type u8, version u16, length u16, then that many bytes.</remarks>
internal sealed class TlsRecordStream(ByteSocket socket, byte[] received) : Stream
{
    private const int HeaderBytes = 5;

    private readonly byte[] _header = new byte[HeaderBytes];
    private int _headerCount;
    private int _headerGiven;
    private int _bodyLeft;
    private int _receivedGiven;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_bodyLeft > 0)
        {
            int read = Receive(buffer[..Math.Min(buffer.Length, _bodyLeft)]);
            _bodyLeft -= read;
            return read;
        }
        if (_headerGiven == _headerCount)
        {
            _headerCount = _headerGiven = 0;
            while (_headerCount < HeaderBytes)
            {
                int read = Receive(_header.AsSpan(_headerCount));
                if (read == 0)
                    break;
                _headerCount += read;
            }
            if (_headerCount == 0)
                return 0;
        }
        int given = Math.Min(buffer.Length, _headerCount - _headerGiven);
        _header.AsSpan(_headerGiven, given).CopyTo(buffer);
        _headerGiven += given;
        if (_headerGiven == HeaderBytes)
            _bodyLeft = (_header[3] << 8) | _header[4];
        return given;
    }

    public override void Write(byte[] buffer, int offset, int count) => socket.Send(buffer.AsSpan(offset, count));
    public override void Write(ReadOnlySpan<byte> buffer) => socket.Send(buffer);

    public override void Flush()
    {
        // Every write goes to the socket at once.
    }

    private int Receive(Span<byte> destination)
    {
        if (_receivedGiven < received.Length)
        {
            int given = Math.Min(destination.Length, received.Length - _receivedGiven);
            received.AsSpan(_receivedGiven, given).CopyTo(destination);
            _receivedGiven += given;
            return given;
        }

        int read = socket.Receive(destination);
        return read >= 0 ? read : throw new IOException("timed out within a TLS record");
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
