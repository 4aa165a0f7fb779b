using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Platform;

/// <summary>What is stored of a password for clients that know nothing better than MD5: <c>md5</c> and 32 hexadecimal digits of md5(password || user).</summary>
public static class Md5Verifier
{
    private const string Prefix = "md5";
    private const int LengthChars = 35;

    [SuppressMessage("Security", "CA5351", Justification = "PostgreSQL's form of passwords for old clients; roles get it only when asked for.")]
    public static string Create(string password, string user) => Prefix + Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(password + user)));

    /// <summary>True when a text has the form of a verifier, so that it is stored as it is.</summary>
    public static bool IsVerifier(string text) =>
        text.Length == LengthChars && text.StartsWith(Prefix, StringComparison.Ordinal) && text.AsSpan(Prefix.Length).IndexOfAnyExcept("0123456789abcdef") < 0;
}
