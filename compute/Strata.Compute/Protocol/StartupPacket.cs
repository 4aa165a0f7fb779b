using System.Buffers.Binary;
using System.Text;

namespace Strata.Compute.Protocol;

/// <summary>What the first packet of a connection asks for.</summary>
public enum StartupKind
{
    /// <summary>A session, protocol 3.x.</summary>
    Session,

    /// <summary>TLS first; answered with one byte.</summary>
    Tls,

    /// <summary>GSSAPI encryption first; always answered with 'N'.</summary>
    Gss,

    /// <summary>Cancel the statement of another session.</summary>
    Cancel,

    /// <summary>A protocol that we don't speak.</summary>
    UnsupportedVersion,
}

/// <summary>
/// The packet that opens a connection, which has no type byte (PostgreSQL documentation, "Message Formats"):
/// <code>
/// 0  i32  length including itself, 8 to 10,000
/// 4  i32  version (3.0 = 196608) or request code (cancel 80877102, TLS 80877103, GSSAPI 80877104)
/// 8       session: name\0value\0 ... \0     cancel: i32 process id, secret
/// </code>
/// </summary>
public sealed class StartupPacket
{
    /// <summary>PostgreSQL's MAX_STARTUP_PACKET_LENGTH: a longer one is garbage.</summary>
    public const int LengthMax = 10_000;

    /// <summary>Shortest packet: length and code.</summary>
    public const int LengthMin = 8;

    /// <summary>Longest secret of a cancel request, since protocol 3.2.</summary>
    public const int CancelSecretBytesMax = 256;

    private const int CancelCode = 80877102;
    private const int TlsCode = 80877103;
    private const int GssCode = 80877104;

    private StartupPacket(StartupKind kind, int version)
    {
        Kind = kind;
        Version = version;
    }

    public StartupKind Kind { get; }

    /// <summary>Major version in the upper 16 bits, minor in the lower.</summary>
    public int Version { get; }

    /// <summary>Names and values in the order of the packet.</summary>
    public List<KeyValuePair<string, string>> Parameters { get; } = [];

    public int CancelProcessId { get; private init; }

    /// <summary>4 bytes, or up to 256 since protocol 3.2.</summary>
    public byte[] CancelSecret { get; private init; } = [];

    /// <summary>The value of a parameter, or null.</summary>
    public string? Find(string name)
    {
        foreach ((string key, string value) in Parameters)
        {
            if (key == name)
                return value;
        }
        return null;
    }

    /// <summary>Reads the packet after its length field. Null when it is malformed.</summary>
    public static StartupPacket? Parse(ReadOnlySpan<byte> body)
    {
        int code = BinaryPrimitives.ReadInt32BigEndian(body);
        ReadOnlySpan<byte> rest = body[4..];
        switch (code)
        {
            case TlsCode:
                return new StartupPacket(StartupKind.Tls, code);
            case GssCode:
                return new StartupPacket(StartupKind.Gss, code);
            case CancelCode:
                return rest.Length is < 8 or > 4 + CancelSecretBytesMax ? null : new StartupPacket(StartupKind.Cancel, code)
                {
                    CancelProcessId = BinaryPrimitives.ReadInt32BigEndian(rest),
                    CancelSecret = rest[4..].ToArray(),
                };
        }
        if (code >> 16 != 3)
            return new StartupPacket(StartupKind.UnsupportedVersion, code);
        StartupPacket packet = new(StartupKind.Session, code);
        while (true)
        {
            if (!TryTakeString(ref rest, out string name))
                return null;
            if (name.Length == 0)
                return rest.IsEmpty ? packet : null;
            if (!TryTakeString(ref rest, out string value))
                return null;
            packet.Parameters.Add(new(name, value));
        }
    }

    private static bool TryTakeString(ref ReadOnlySpan<byte> rest, out string value)
    {
        value = "";
        int end = rest.IndexOf((byte)0);
        if (end < 0 || !System.Text.Unicode.Utf8.IsValid(rest[..end]))
            return false;
        value = Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return true;
    }
}
