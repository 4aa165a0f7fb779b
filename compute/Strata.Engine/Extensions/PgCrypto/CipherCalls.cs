using System.Security.Cryptography;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>encrypt() and decrypt(): block ciphers as <c>algorithm-mode/pad:padding</c>. Stateless; thread-safe.</summary>
internal static class CipherCalls
{
    private readonly record struct Choice(string Algorithm, bool IsChained, bool IsPadded);

    /// <summary>Encrypts; an initialization vector that is too short is filled up with zeros. Throws 22023, 39000, 0A000.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> data, ReadOnlySpan<byte> key, ReadOnlySpan<byte> vector, string type)
    {
        Choice choice = Parse(type);
        int block = BlockBytes(choice);
        byte[] text = choice.IsPadded ? Padded(data, block) : data.ToArray();
        if (text.Length % block != 0)
            throw Failure("encrypt", "Encryption failed");
        return Transform(choice, text, Key(choice, key), vector, isEncryption: true);
    }

    /// <summary>Decrypts. Throws 22023, 39000, 0A000.</summary>
    public static byte[] Decrypt(ReadOnlySpan<byte> data, ReadOnlySpan<byte> key, ReadOnlySpan<byte> vector, string type)
    {
        Choice choice = Parse(type);
        int block = BlockBytes(choice);
        if (data.Length % block != 0)
            throw Failure("decrypt", "Decryption failed");
        byte[] text = Transform(choice, data.ToArray(), Key(choice, key), vector, isEncryption: false);
        if (!choice.IsPadded)
            return text;
        int padding = text.Length == 0 ? 0 : text[^1];
        bool isPadding = padding > 0 && padding <= block && text.AsSpan(text.Length - padding).IndexOfAnyExcept((byte)padding) < 0;
        return isPadding ? text[..^padding] : throw Failure("decrypt", "Decryption failed");
    }

    private static SqlException Failure(string call, string message) => new(SqlState.ExternalRoutineInvocationException, $"{call} error: {message}");

    private static Choice Parse(string type)
    {
        string text = AsciiCase.Lower(type);
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string cipher = slash < 0 ? text : text[..slash];
        bool isPadded = true;
        if (slash >= 0)
        {
            string[] option = text[(slash + 1)..].Split(':');
            if (option.Length != 2 || option[0] != "pad" || option[1] is not ("pkcs" or "none"))
                throw Unusable(type, "Unknown option");
            isPadded = option[1] == "pkcs";
        }

        int dash = cipher.IndexOf('-', StringComparison.Ordinal);
        string algorithm = dash < 0 ? cipher : cipher[..dash], mode = dash < 0 ? "cbc" : cipher[(dash + 1)..];
        if (mode is not ("cbc" or "ecb"))
            throw Unusable(type, "No such cipher algorithm");
        return algorithm switch
        {
            "aes" or "rijndael" or "aes128" or "aes-128" => new Choice("aes", mode == "cbc", isPadded),
            "bf" or "blowfish" => new Choice("bf", mode == "cbc", isPadded),
            "des" or "3des" or "des3" or "cast5" => throw new SqlException(SqlState.FeatureNotSupported, $"cipher algorithm \"{algorithm}\" is not supported") { Hint = "Use aes or bf." },
            _ => throw Unusable(type, "No such cipher algorithm"),
        };
    }

    private static SqlException Unusable(string type, string reason) => new(SqlState.InvalidParameterValue, $"Cannot use \"{type}\": {reason}");

    private static int BlockBytes(Choice choice) => choice.Algorithm == "aes" ? 16 : Blowfish.BlockBytes;

    private static byte[] Padded(ReadOnlySpan<byte> data, int block)
    {
        int padding = block - (data.Length % block);
        var text = new byte[data.Length + padding];
        data.CopyTo(text);
        text.AsSpan(data.Length).Fill((byte)padding);
        return text;
    }

    // AES takes the next longer key, filled up with zeros. What is too long is cut.
    private static byte[] Key(Choice choice, ReadOnlySpan<byte> key)
    {
        int max = choice.Algorithm == "aes" ? 32 : 56;
        key = key[..Math.Min(key.Length, max)];
        if (choice.Algorithm != "aes")
            return key.IsEmpty ? [0] : key.ToArray();
        var filled = new byte[key.Length <= 16 ? 16 : key.Length <= 24 ? 24 : 32];
        key.CopyTo(filled);
        return filled;
    }

    private static byte[] Transform(Choice choice, byte[] text, byte[] key, ReadOnlySpan<byte> given, bool isEncryption)
    {
        int block = BlockBytes(choice);
        var vector = new byte[block];
        given[..Math.Min(given.Length, block)].CopyTo(vector);
        if (choice.Algorithm == "bf")
            return TransformByBlowfish(choice, text, Blowfish.WithKey(key), vector, isEncryption);
        using Aes aes = Aes.Create();
        aes.Key = key;
        return (choice.IsChained, isEncryption) switch
        {
            (true, true) => aes.EncryptCbc(text, vector, PaddingMode.None),
            (true, false) => aes.DecryptCbc(text, vector, PaddingMode.None),
            (false, true) => aes.EncryptEcb(text, PaddingMode.None),
            _ => aes.DecryptEcb(text, PaddingMode.None),
        };
    }

    private static byte[] TransformByBlowfish(Choice choice, byte[] text, Blowfish cipher, byte[] vector, bool isEncryption)
    {
        Span<byte> before = vector, given = stackalloc byte[Blowfish.BlockBytes];
        for (int at = 0; at < text.Length; at += Blowfish.BlockBytes)
        {
            Span<byte> block = text.AsSpan(at, Blowfish.BlockBytes);
            if (!choice.IsChained)
            {
                cipher.Transform(block, isEncryption);
                continue;
            }

            block.CopyTo(given);
            if (isEncryption)
                Mix(block, before);
            cipher.Transform(block, isEncryption);
            if (!isEncryption)
                Mix(block, before);
            (isEncryption ? block : given).CopyTo(before);
        }

        return text;
    }

    private static void Mix(Span<byte> target, ReadOnlySpan<byte> other)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] ^= other[i];
    }
}
