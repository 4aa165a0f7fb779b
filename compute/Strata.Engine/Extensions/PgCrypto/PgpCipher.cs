using System.Security.Cryptography;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>A block cipher of OpenPGP in its CFB mode (RFC 4880, 13.9). Not thread-safe.</summary>
internal sealed class PgpCipher : IDisposable
{
    private readonly Aes? _aes;
    private readonly Blowfish? _blowfish;

    private PgpCipher(int number, byte[] key)
    {
        if (number == BlowfishNumber)
        {
            _blowfish = Blowfish.WithKey(key);
            return;
        }

        _aes = Aes.Create();
        _aes.Key = key;
    }

    private const int BlowfishNumber = 4;

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes => _aes is null ? Blowfish.BlockBytes : 16;

    /// <summary>The number of a cipher by pgcrypto's name. Throws 39000, 0A000.</summary>
    public static int NumberOf(string name) => name switch
    {
        "aes" or "aes128" => 7,
        "aes192" => 8,
        "aes256" => 9,
        "bf" or "blowfish" => BlowfishNumber,
        "3des" or "cast5" => throw Unsupported(name),
        "twofish" => 10,
        _ => throw new SqlException(SqlState.ExternalRoutineInvocationException, "Unsupported cipher algorithm"),
    };

    /// <summary>Bytes of a cipher's key. Throws 39000 for an unknown one, 0A000.</summary>
    public static int KeyBytes(int number) => number switch
    {
        2 => throw Unsupported("3des"),
        3 => throw Unsupported("cast5"),
        BlowfishNumber or 7 => 16,
        8 => 24,
        9 => 32,
        _ => throw new SqlException(SqlState.ExternalRoutineInvocationException, "Unsupported cipher algorithm"),
    };

    private static SqlException Unsupported(string name) => new(SqlState.FeatureNotSupported, $"cipher algorithm \"{name}\" is not supported") { Hint = "Use aes or bf." };

    public static PgpCipher Open(int number, byte[] key) => new(number, key);

    /// <summary>Encrypts or decrypts in place, from an initialization vector on.</summary>
    public void Transform(Span<byte> data, ReadOnlySpan<byte> vector, bool isEncryption)
    {
        Span<byte> before = stackalloc byte[16], stream = stackalloc byte[16];
        before = before[..BlockBytes];
        stream = stream[..BlockBytes];
        vector.CopyTo(before);
        for (int at = 0; at < data.Length; at += before.Length)
        {
            before.CopyTo(stream);
            if (_aes is not null)
                _aes.EncryptEcb(before, stream, PaddingMode.None);
            else
                _blowfish!.Transform(stream, isEncryption: true);
            Span<byte> part = data[at..Math.Min(data.Length, at + before.Length)];
            if (!isEncryption)
                part.CopyTo(before);
            for (int i = 0; i < part.Length; i++)
                part[i] ^= stream[i];
            if (isEncryption)
                part.CopyTo(before);
        }
    }

    public void Dispose() => _aes?.Dispose();
}
