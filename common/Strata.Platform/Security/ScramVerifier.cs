using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Platform;

/// <summary>
/// What is stored instead of a password (RFC 5802, in PostgreSQL's form): <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>.
/// </summary>
public static class ScramVerifier
{
    /// <summary>PostgreSQL's default number of iterations.</summary>
    public const int Iterations = 4096;

    private const string Prefix = "SCRAM-SHA-256$";
    private const int SaltBytes = 16;
    private const int KeyBytes = 32;

    /// <summary>Makes a verifier with a fresh salt. The password is taken as UTF-8 as it is (no SASLprep, as PostgreSQL does when preparation fails).</summary>
    public static string Create(string password, IRandom random)
    {
        byte[] salt = new byte[SaltBytes];
        random.Fill(salt);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, KeyBytes);
        byte[] storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        byte[] serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Prefix}{Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}");
    }

    /// <summary>Whether a verifier was made of this password. False also when it has not the form of one.</summary>
    public static bool Matches(string password, string verifier)
    {
        if (!verifier.StartsWith(Prefix, StringComparison.Ordinal) || verifier[Prefix.Length..].Split('$') is not [var parameters, var keys] || parameters.Split(':') is not [var count, var saltText] ||
            keys.Split(':') is not [var stored, _] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) || iterations == 0)
            return false;
        Span<byte> salt = stackalloc byte[256], storedKey = stackalloc byte[KeyBytes + 1];
        if (!Convert.TryFromBase64String(saltText, salt, out int saltLength) || !Convert.TryFromBase64String(stored, storedKey, out int keyLength) || keyLength != KeyBytes)
            return false;
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt[..saltLength], iterations, HashAlgorithmName.SHA256, KeyBytes);
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8)), storedKey[..KeyBytes]);
    }

    /// <summary>True when a text has the form of a verifier, so that it is stored as it is.</summary>
    public static bool IsVerifier(string text) => text.StartsWith(Prefix, StringComparison.Ordinal) && text.Split('$').Length == 3;
}
