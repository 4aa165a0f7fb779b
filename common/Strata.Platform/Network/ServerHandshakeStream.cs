using System.Net.Security;

namespace Strata.Platform;

/// <summary>The accepting side of TLS whose handshake runs at the first read or write.</summary>
internal sealed class ServerHandshakeStream(Stream inner, SslServerAuthenticationOptions options) : Stream
{
    private readonly Lock _lock = new();
    private readonly SslStream _secure = new(inner);
    private volatile bool _authenticated;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Secure().Read(buffer, offset, count);
    public override int Read(Span<byte> buffer) => Secure().Read(buffer);
    public override void Write(byte[] buffer, int offset, int count) => Secure().Write(buffer, offset, count);
    public override void Write(ReadOnlySpan<byte> buffer) => Secure().Write(buffer);
    public override void Flush() => Secure().Flush();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _secure.Dispose();
        base.Dispose(disposing);
    }

    private SslStream Secure()
    {
        if (_authenticated)
            return _secure;
        lock (_lock)
        {
            if (!_authenticated)
            {
                try
                {
                    _secure.AuthenticateAsServer(options);
                }
                catch (System.Security.Authentication.AuthenticationException error)
                {
                    throw new IOException($"TLS handshake failed: {error.Message}", error);
                }
                _authenticated = true;
            }
        }
        return _secure;
    }
}
