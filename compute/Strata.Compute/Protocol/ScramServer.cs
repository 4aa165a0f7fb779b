using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Strata.Platform;

namespace Strata.Compute.Protocol;

/// <summary>What a step of the exchange asks the connection to do.</summary>
public enum ScramOutcome
{
    /// <summary>Send the reply in an AuthenticationSASLContinue and wait for the next message.</summary>
    Continue,

    /// <summary>The password is right: send the reply in an AuthenticationSASLFinal.</summary>
    Authenticated,

    /// <summary>The password is wrong, or there is none.</summary>
    Failed,

    /// <summary>The client broke the protocol.</summary>
    Malformed,
}

/// <summary>
/// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) as PostgreSQL speaks it: the user name of the exchange is ignored and that of the startup packet counts.
/// With channel binding (<c>tls-server-end-point</c>, RFC 5929) the client proves that it sees this server's certificate. Without a verifier the exchange runs against a made-up one that looks the same every time, and fails at its end. One instance per exchange.
/// </summary>
public sealed class ScramServer
{
    private const int NonceBytes = 18;
    private const int SaltBytes = 16;
    private const int KeyBytes = 32;
    private const string BindingHeader = "p=tls-server-end-point,,";

    private readonly string _serverNonce;
    private readonly byte[] _salt;
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;
    private readonly int _iterations;
    private readonly bool _known;
    private readonly byte[]? _certificateHash;

    private string _clientFirstBare = "";
    private string _serverFirst = "";
    private string _gs2Header = "";

    /// <param name="verifier"><c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>, or null.</param>
    /// <param name="user">Seeds the made-up salt, so that it is the same at every try.</param>
    /// <param name="mockSecret">A secret of this installation, for the made-up salt.</param>
    /// <param name="random">Gives the nonce.</param>
    /// <param name="certificateHash">Hash of the server's certificate as of RFC 5929 §4.1, or null without TLS.</param>
    public ScramServer(string? verifier, string user, ReadOnlySpan<byte> mockSecret, IRandom random, byte[]? certificateHash = null)
    {
        _certificateHash = certificateHash;
        Span<byte> nonce = stackalloc byte[NonceBytes];
        random.Fill(nonce);
        _serverNonce = Convert.ToBase64String(nonce);
        _known = TryParseVerifier(verifier, out _iterations, out _salt, out _storedKey, out _serverKey);
        if (_known)
            return;
        _iterations = ScramVerifier.Iterations;
        _salt = HMACSHA256.HashData(mockSecret, Encoding.UTF8.GetBytes(user))[..SaltBytes];
        _storedKey = new byte[KeyBytes];
        _serverKey = new byte[KeyBytes];
    }

    /// <summary>Takes the client-first-message. <paramref name="binding"/>: the client chose the mechanism with channel binding.</summary>
    public ScramOutcome First(ReadOnlySpan<byte> message, bool binding, out string reply)
    {
        reply = "";
        if (!TryDecode(message, out string text))
            return ScramOutcome.Malformed;
        // gs2-header: "p=…,," (channel binding), "n,," (none) or "y,," (the client could and thinks that we can't, which is an attack when we can), with an optional authzid that must be empty.
        string header = binding ? BindingHeader : text.StartsWith('y') && _certificateHash is null ? "y,," : "n,,";
        if (!text.StartsWith(header, StringComparison.Ordinal))
            return ScramOutcome.Malformed;
        _gs2Header = header;
        _clientFirstBare = text[header.Length..];
        string[] parts = _clientFirstBare.Split(',');
        if (parts.Length < 2 || !parts[0].StartsWith("n=", StringComparison.Ordinal) || !parts[1].StartsWith("r=", StringComparison.Ordinal) || parts[1].Length == 2)
            return ScramOutcome.Malformed;
        _serverFirst = string.Create(CultureInfo.InvariantCulture, $"{parts[1]}{_serverNonce},s={Convert.ToBase64String(_salt)},i={_iterations}");
        reply = _serverFirst;
        return ScramOutcome.Continue;
    }

    /// <summary>Takes the client-final-message.</summary>
    public ScramOutcome Final(ReadOnlySpan<byte> message, out string reply)
    {
        reply = "";
        if (!TryDecode(message, out string text))
            return ScramOutcome.Malformed;
        int proofAt = text.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0)
            return ScramOutcome.Malformed;
        string withoutProof = text[..proofAt];
        string[] parts = withoutProof.Split(',');
        string nonce = _serverFirst[.._serverFirst.IndexOf(',')];
        byte[] bound = Encoding.ASCII.GetBytes(_gs2Header);
        string binding = "c=" + Convert.ToBase64String(_gs2Header == BindingHeader ? [.. bound, .. _certificateHash!] : bound);
        if (parts.Length < 2 || parts[0] != binding || parts[1] != nonce)
            return ScramOutcome.Malformed;
        Span<byte> proof = stackalloc byte[KeyBytes];
        if (!Convert.TryFromBase64String(text[(proofAt + 3)..], proof, out int written) || written != KeyBytes)
            return ScramOutcome.Malformed;

        byte[] authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{withoutProof}");
        Span<byte> clientKey = stackalloc byte[KeyBytes];
        HMACSHA256.HashData(_storedKey, authMessage, clientKey);
        for (int i = 0; i < KeyBytes; i++)
            clientKey[i] ^= proof[i];
        bool matches = CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), _storedKey);
        if (!matches || !_known)
            return ScramOutcome.Failed;
        reply = "v=" + Convert.ToBase64String(HMACSHA256.HashData(_serverKey, authMessage));
        return ScramOutcome.Authenticated;
    }

    private static bool TryParseVerifier(string? verifier, out int iterations, out byte[] salt, out byte[] storedKey, out byte[] serverKey)
    {
        iterations = 0;
        salt = storedKey = serverKey = [];
        if (verifier?.Split('$') is not ["SCRAM-SHA-256", var parameters, var keys] || parameters.Split(':') is not [var count, var saltText] ||
            keys.Split(':') is not [var stored, var server] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out iterations))
            return false;
        try
        {
            salt = Convert.FromBase64String(saltText);
            storedKey = Convert.FromBase64String(stored);
            serverKey = Convert.FromBase64String(server);
        }
        catch (FormatException)
        {
            return false; // Not a verifier of ours: nobody can log in with it.
        }
        return storedKey.Length == KeyBytes && serverKey.Length == KeyBytes;
    }

    private static bool TryDecode(ReadOnlySpan<byte> message, out string text)
    {
        text = "";
        if (message.IndexOf((byte)0) >= 0 || !System.Text.Unicode.Utf8.IsValid(message))
            return false;
        text = Encoding.UTF8.GetString(message);
        return true;
    }
}
