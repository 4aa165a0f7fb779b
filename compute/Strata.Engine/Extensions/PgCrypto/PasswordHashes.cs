using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Strata.Engine.Types;
using Strata.Platform;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>crypt() and gen_salt(): hashes of passwords in the forms of Unix. Stateless; thread-safe.</summary>
internal static class PasswordHashes
{
    private const string CryptDigits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string BcryptDigits = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int BcryptSaltBytes = 16;
    private const int BcryptSaltChars = 22;
    private const int BcryptHashBytes = 23;
    private const int BcryptPrefixChars = 7;
    private const int BcryptKeyBytesMax = 72;
    private const int Md5SaltCharsMax = 8;
    private const int Md5Rounds = 1000;

    /// <summary>The hash of a password with the settings that a salt (or an earlier hash) begins with. Throws 22023, 0A000.</summary>
    public static string Crypt(ReadOnlySpan<byte> password, string salt, CancellationToken cancellation)
    {
        if (salt.StartsWith("$2a$", StringComparison.Ordinal) || salt.StartsWith("$2x$", StringComparison.Ordinal))
            return Bcrypt(password, salt, cancellation);
        if (salt.StartsWith("$1$", StringComparison.Ordinal))
            return Md5Crypt(password, salt);
        return DesCrypt.Crypt(password, salt, cancellation) ?? throw InvalidSalt();
    }

    private static SqlException InvalidSalt() => new(SqlState.InvalidParameterValue, "invalid salt");

    /// <summary>A new salt; 0 rounds are the usual number. Throws 22023.</summary>
    public static string MakeSalt(string type, int rounds, IRandom random)
    {
        (int usual, int min, int max) = AsciiCase.Lower(type) switch
        {
            "bf" => (6, 4, 31),
            "md5" => (1000, 1000, 1000),
            "xdes" => (29 * 25, 1, 0xFFFFFF),
            "des" => (25, 25, 25),
            _ => throw new SqlException(SqlState.InvalidParameterValue, "gen_salt: Unknown salt algorithm"),
        };
        if (rounds == 0)
            rounds = usual;
        // Even numbers of rounds would reveal weak keys of DES.
        bool isWrong = rounds < min || rounds > max || (AsciiCase.Lower(type) == "xdes" && rounds % 2 == 0);
        if (isWrong)
            throw new SqlException(SqlState.InvalidParameterValue, "gen_salt: Incorrect number of rounds");
        switch (AsciiCase.Lower(type))
        {
            case "bf":
                return string.Create(CultureInfo.InvariantCulture, $"$2a${rounds:D2}$") + ToBcryptText(RandomBytes(random, BcryptSaltBytes));
            case "md5":
                return "$1$" + RandomDigits(random, Md5SaltCharsMax);
            case "xdes":
                return "_" + DesCrypt.Digits(rounds, 4) + RandomDigits(random, 4);
            default:
                return RandomDigits(random, 2);
        }
    }

    private static byte[] RandomBytes(IRandom random, int count)
    {
        var bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    private static string RandomDigits(IRandom random, int count) => string.Concat(RandomBytes(random, count).Select(static b => CryptDigits[b & 63]));

    private static string Bcrypt(ReadOnlySpan<byte> password, string salt, CancellationToken cancellation)
    {
        bool isShaped = salt.Length >= BcryptPrefixChars + BcryptSaltChars && char.IsAsciiDigit(salt[4]) && char.IsAsciiDigit(salt[5]) && salt[6] == '$';
        int cost = isShaped ? ((salt[4] - '0') * 10) + salt[5] - '0' : 0;
        if (cost is < 4 or > 31 || FromBcryptText(salt.AsSpan(BcryptPrefixChars, BcryptSaltChars)) is not { } saltBytes)
            throw InvalidSalt();
        var saltWords = new uint[BcryptSaltBytes / sizeof(uint)];
        for (int i = 0; i < saltWords.Length; i++)
            saltWords[i] = BinaryPrimitives.ReadUInt32BigEndian(saltBytes.AsSpan(i * sizeof(uint)));
        // The zero at the end of the text belongs to the key.
        byte[] key = [.. password[..Math.Min(password.Length, BcryptKeyBytesMax - 1)], 0];
        if (password.Length >= BcryptKeyBytesMax)
            key = password[..BcryptKeyBytesMax].ToArray();
        Blowfish cipher = Blowfish.Expensive(key, saltWords, cost, salt[2] == 'x', cancellation);
        byte[] text = "OrpheanBeholderScryDoubt"u8.ToArray();
        for (int block = 0; block < text.Length; block += Blowfish.BlockBytes)
            for (int i = 0; i < 64; i++)
                cipher.Transform(text.AsSpan(block, Blowfish.BlockBytes), isEncryption: true);
        // The last digit of a salt has two bits that mean nothing.
        string prefix = salt[..(BcryptPrefixChars + BcryptSaltChars - 1)] + BcryptDigits[BcryptDigits.IndexOf(salt[BcryptPrefixChars + BcryptSaltChars - 1], StringComparison.Ordinal) & 0x30];
        return prefix + ToBcryptText(text.AsSpan(0, BcryptHashBytes));
    }

    // Six bits for a digit, the high ones first.
    private static string ToBcryptText(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        int bits = 0, held = 0;
        foreach (byte b in bytes)
        {
            held = (held << 8) | b;
            for (bits += 8; bits >= 6; bits -= 6)
                text.Append(BcryptDigits[(held >> (bits - 6)) & 63]);
            held &= (1 << bits) - 1;
        }

        if (bits > 0)
            text.Append(BcryptDigits[(held << (6 - bits)) & 63]);
        return text.ToString();
    }

    private static byte[]? FromBcryptText(ReadOnlySpan<char> text)
    {
        var bytes = new byte[BcryptSaltBytes];
        int bits = 0, held = 0, at = 0;
        foreach (char c in text)
        {
            int digit = BcryptDigits.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return null;
            held = (held << 6) | digit;
            bits += 6;
            if (bits < 8)
                continue;
            bits -= 8;
            if (at < bytes.Length)
                bytes[at++] = (byte)(held >> bits);
            held &= (1 << bits) - 1;
        }

        return bytes;
    }

    // P.-H. Kamp's hash of FreeBSD.
    private static string Md5Crypt(ReadOnlySpan<byte> password, string salt)
    {
        int end = salt.IndexOf('$', 3);
        string own = salt[3..(end < 0 ? salt.Length : end)];
        own = own[..Math.Min(own.Length, Md5SaltCharsMax)];
        byte[] saltBytes = Encoding.UTF8.GetBytes(own), word = password.ToArray();
        byte[] alternate = MD5.HashData([.. word, .. saltBytes, .. word]);
        var first = new List<byte>([.. word, .. "$1$"u8, .. saltBytes]);
        for (int rest = word.Length; rest > 0; rest -= alternate.Length)
            first.AddRange(alternate.AsSpan(0, Math.Min(rest, alternate.Length)));
        for (int i = word.Length; i != 0; i >>= 1)
            first.Add((i & 1) != 0 ? (byte)0 : word[0]);
        byte[] hash = MD5.HashData(first.ToArray());
        for (int i = 0; i < Md5Rounds; i++)
        {
            byte[] begin = (i & 1) != 0 ? word : hash, tail = (i & 1) != 0 ? hash : word;
            hash = MD5.HashData([.. begin, .. i % 3 != 0 ? saltBytes : [], .. i % 7 != 0 ? word : [], .. tail]);
        }

        var text = new StringBuilder("$1$").Append(own).Append('$');
        for (int i = 0; i < 5; i++)
            Append(text, (hash[i] << 16) | (hash[i + 6] << 8) | hash[i == 4 ? 5 : i + 12], 4);
        Append(text, hash[11], 2);
        return text.ToString();
    }

    private static void Append(StringBuilder text, int value, int digits)
    {
        for (; digits > 0; digits--, value >>= 6)
            text.Append(CryptDigits[value & 63]);
    }
}
