using System.Globalization;
using System.Net.Security;
using System.Numerics;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Strata.Engine.Sessions;
using Strata.Platform;

namespace Strata.Compute.Protocol;

/// <summary>A client's byte stream, plain or under TLS. One thread at a time, except for <see cref="Abort"/>.</summary>
public sealed class ClientTransport(ByteSocket socket) : IDisposable
{
    /// <summary>Room that a read under TLS needs to take a whole record.</summary>
    public const int ReadBytesMin = 16 << 10;

    private SslStream? _secure;
    private TimeSpan _quiet;

    public ByteSocket Socket => socket;

    public bool IsSecure => _secure is not null;

    /// <summary>The host name that the client asked TLS for; null when it gave none.</summary>
    public string? ServerName => _secure?.TargetHostName is { Length: > 0 } name ? name : null;

    /// <summary>The client chose PostgreSQL's protocol in the handshake itself (ALPN).</summary>
    public bool HasChosenProtocol => _secure is not null && _secure.NegotiatedApplicationProtocol.Protocol.Span.SequenceEqual(PostgresProtocol.Protocol.Span);

    /// <summary>The name of PostgreSQL's protocol for TLS (ALPN).</summary>
    public static SslApplicationProtocol PostgresProtocol { get; } = new("postgresql");

    /// <summary>The client has shown a certificate, which an authority that the server trusts has signed.</summary>
    public bool HasClientCertificate => _secure?.RemoteCertificate is not null;

    /// <summary>The (first) common name in the client's certificate; null when there is none.</summary>
    public string? ClientCommonName => _secure?.RemoteCertificate is { } certificate ? CommonName(new X500DistinguishedName(new X509Certificate2(certificate).SubjectName)) : null;

    /// <summary>How the stream is encrypted; null when it is not.</summary>
    public ClientEncryption? Encryption
    {
        get
        {
            if (_secure is null)
                return null;
            string cipher = _secure.NegotiatedCipherSuite.ToString();
            string version = _secure.SslProtocol switch
            {
                SslProtocols.Tls13 => "TLSv1.3",
                SslProtocols.Tls12 => "TLSv1.2",
                _ => _secure.SslProtocol.ToString(),
            };
            var encryption = new ClientEncryption(version, cipher, cipher.Contains("128", StringComparison.Ordinal) ? 128 : 256);
            if (_secure.RemoteCertificate is not { } shown)
                return encryption;
            using X509Certificate2 certificate = new(shown);
            return encryption with
            {
                ClientName = Slashed(certificate.SubjectName),
                ClientSerial = new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture),
                IssuerName = Slashed(certificate.IssuerName),
            };
        }
    }

    // OpenSSL's X509_NAME_oneline.
    private static string Slashed(X500DistinguishedName name)
    {
        var text = new StringBuilder();
        foreach (X500RelativeDistinguishedName part in name.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (!part.HasMultipleElements)
                text.Append('/').Append(part.GetSingleElementType().FriendlyName).Append('=').Append(part.GetSingleElementValue());
        }

        return text.ToString();
    }

    private static string? CommonName(X500DistinguishedName subject)
    {
        const string CommonNameOid = "2.5.4.3";
        foreach (X500RelativeDistinguishedName part in subject.EnumerateRelativeDistinguishedNames(reversed: false))
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameOid)
                return part.GetSingleElementValue();
        return null;
    }

    /// <summary>How long <see cref="Receive"/> waits for the first byte.</summary>
    public TimeSpan QuietTimeout
    {
        set
        {
            _quiet = value;
            if (_secure is null)
                socket.ReceiveTimeout = value;
        }
    }

    /// <summary>Bytes received; 0 when the peer closed, -1 when nothing came in <see cref="QuietTimeout"/>. The span has at least <see cref="ReadBytesMin"/> bytes.</summary>
    public int Receive(Span<byte> destination)
    {
        if (_secure is null)
            return socket.Receive(destination);
        return socket.WaitReadable(_quiet) ? _secure.Read(destination) : -1;
    }

    public void Send(ReadOnlySpan<byte> source)
    {
        if (_secure is null)
            socket.Send(source);
        else
            _secure.Write(source);
    }

    /// <summary>Runs the server's side of the handshake; <paramref name="received"/> is what has come of it already. <see cref="IOException"/> when it fails.</summary>
    public void StartTls(SslServerAuthenticationOptions options, TimeSpan timeout, byte[] received)
    {
        socket.ReceiveTimeout = timeout;
        SslStream secure = new(new TlsRecordStream(socket, received));
        try
        {
            secure.AuthenticateAsServer(options);
        }
        catch (AuthenticationException error)
        {
            secure.Dispose();
            throw new IOException($"TLS handshake failed: {error.Message}", error);
        }
        socket.ReceiveTimeout = TimeSpan.Zero;
        _secure = secure;
    }

    /// <summary>Breaks the connection from any thread.</summary>
    public void Abort() => socket.Abort();

    public void Dispose()
    {
        _secure?.Dispose();
        socket.Dispose();
    }
}
