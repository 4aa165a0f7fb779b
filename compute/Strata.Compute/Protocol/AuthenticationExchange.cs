using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Format.Control;
using Strata.Platform;

namespace Strata.Compute.Protocol;

/// <summary>How a step of the exchange went.</summary>
internal enum AuthenticationStep
{
    /// <summary>The client is to answer.</summary>
    Continue,

    /// <summary>The client is who it says.</summary>
    Done,

    /// <summary>It was told why not.</summary>
    Over,
}

/// <summary>One client proving who it is, by the method that the endpoint's rules ask for. Not thread-safe.</summary>
internal sealed class AuthenticationExchange(PgConnection connection, PgServer server, AccessMethod method, string user, RoleCredential credential)
{
    private const string Mechanism = "SCRAM-SHA-256";
    private const string BindingMechanism = "SCRAM-SHA-256-PLUS";
    private const string Md5Prefix = "md5";
    private const int CleartextRequest = 3;
    private const int Md5Request = 5;
    private const int Sasl = 10;
    private const int SaslContinue = 11;
    private const int SaslFinal = 12;
    private const int Md5SaltBytes = 4;

    private enum Awaited
    {
        Cleartext,
        Md5,
        SaslInitial,
        SaslFinal,
    }

    private Awaited _awaited;
    private ScramServer? _scram;
    private byte[] _salt = [];

    private bool MayBind => connection.Transport.IsSecure && server.CertificateHash is not null;

    /// <summary>Asks the client for its first proof.</summary>
    public AuthenticationStep Start()
    {
        switch (method)
        {
            case AccessMethod.Trust:
            case AccessMethod.Certificate: // Its name is compared when the exchange is over, as with other methods that ask for one too.
                return AuthenticationStep.Done;
            case AccessMethod.CleartextPassword:
                _awaited = Awaited.Cleartext;
                connection.Output.Authentication(CleartextRequest);
                break;
            case AccessMethod.Password when credential.Verifier is { } stored && stored.StartsWith(Md5Prefix, StringComparison.Ordinal):
                _awaited = Awaited.Md5;
                _salt = new byte[Md5SaltBytes];
                server.Random.Fill(_salt);
                connection.Output.AuthenticationMd5(Md5Request, _salt);
                break;
            default:
                // Also for roles that are not there, or have no password: the exchange fails at its end only.
                _scram = new ScramServer(credential.Verifier, user, server.MockSecret, server.Random, MayBind ? server.CertificateHash : null);
                _awaited = Awaited.SaslInitial;
                connection.Output.Authentication(Sasl, MayBind ? BindingMechanism + "\0" + Mechanism + "\0\0" : Mechanism + "\0\0");
                break;
        }
        return AuthenticationStep.Continue;
    }

    /// <summary>Takes a 'p' message.</summary>
    public AuthenticationStep Handle(ReadOnlySpan<byte> body)
    {
        switch (_awaited)
        {
            case Awaited.Cleartext:
                return HandlePassword(body);
            case Awaited.Md5:
                MessageReader reader = new(body);
                string answer = reader.String();
                reader.End();
                return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(answer), Encoding.UTF8.GetBytes(Md5Answer(credential.Verifier!, _salt))) ? AuthenticationStep.Done : WrongPassword();
            case Awaited.SaslInitial:
                return HandleSaslInitial(body);
            default:
                return HandleSaslFinal(body);
        }
    }

    private AuthenticationStep HandlePassword(ReadOnlySpan<byte> body)
    {
        MessageReader reader = new(body);
        string password = reader.String();
        reader.End();
        bool isRight = credential.Verifier is { } stored && password.Length > 0 &&
            (stored.StartsWith(Md5Prefix, StringComparison.Ordinal) ? stored == Md5Verifier.Create(password, user) : ScramVerifier.Matches(password, stored));
        return isRight ? AuthenticationStep.Done : WrongPassword();
    }

    // md5(md5(password || user) || salt), each in hexadecimal.
    [SuppressMessage("Security", "CA5351", Justification = "The protocol's authentication method for old clients.")]
    private static string Md5Answer(string stored, byte[] salt) => Md5Prefix + Convert.ToHexStringLower(MD5.HashData([.. Encoding.ASCII.GetBytes(stored[Md5Prefix.Length..]), .. salt]));

    private AuthenticationStep HandleSaslInitial(ReadOnlySpan<byte> body)
    {
        MessageReader reader = new(body);
        string mechanism = reader.String();
        int length = reader.Int32();
        bool binding = mechanism == BindingMechanism && MayBind;
        if (mechanism != Mechanism && !binding)
        {
            connection.Fatal(SqlState.ProtocolViolation, "client selected an invalid SASL authentication mechanism");
            return AuthenticationStep.Over;
        }
        ReadOnlySpan<byte> response = reader.Take(Math.Max(0, length));
        reader.End();
        if (_scram!.First(response, binding, out string reply) != ScramOutcome.Continue)
            return Malformed();
        _awaited = Awaited.SaslFinal;
        connection.Output.Authentication(SaslContinue, reply);
        return AuthenticationStep.Continue;
    }

    private AuthenticationStep HandleSaslFinal(ReadOnlySpan<byte> body)
    {
        switch (_scram!.Final(body, out string reply))
        {
            case ScramOutcome.Malformed:
                return Malformed();
            case ScramOutcome.Failed:
                return WrongPassword();
        }
        connection.Output.Authentication(SaslFinal, reply);
        return AuthenticationStep.Done;
    }

    private AuthenticationStep WrongPassword()
    {
        server.Log.Info($"password authentication failed for user \"{user}\" from {connection.Transport.Socket.RemoteAddress}");
        server.Gate.Failed(connection.Transport.Socket.RemoteAddress);
        connection.Fatal(SqlState.InvalidPassword, $"password authentication failed for user \"{user}\"");
        return AuthenticationStep.Over;
    }

    private AuthenticationStep Malformed()
    {
        connection.Fatal(SqlState.ProtocolViolation, "malformed SCRAM message");
        return AuthenticationStep.Over;
    }
}
