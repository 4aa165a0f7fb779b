using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>Keys of ciphers from passwords (RFC 4880, 3.7). Stateless; thread-safe.</summary>
internal static class PgpKeys
{
    public const int SaltBytes = 8;

    private static readonly (int Number, string Name)[] s_digests = [(1, "md5"), (2, "sha1"), (8, "sha256"), (9, "sha384"), (10, "sha512"), (11, "sha224")];

    /// <summary>OpenPGP's number of a hash function.</summary>
    public static int NumberOf(string digest) => Array.Find(s_digests, known => known.Name == digest).Number;

    /// <summary>The name of a hash function; throws 39000 for an unknown number.</summary>
    public static string NameOf(int number) => Array.Find(s_digests, known => known.Number == number).Name
        ?? throw new SqlException(SqlState.ExternalRoutineInvocationException, "Unsupported digest algorithm");

    /// <summary>How many bytes a coded count stands for.</summary>
    public static int Count(byte coded) => (16 + (coded & 15)) << ((coded >> 4) + 6);

    /// <summary>The smallest coded count of at least so many bytes.</summary>
    public static byte CodeOf(int count)
    {
        int code = 0;
        while (code < byte.MaxValue && Count((byte)code) < count)
            code++;
        return (byte)code;
    }

    /// <summary>A key of so many bytes. Mode 0 hashes the password, 1 with a salt before it, 3 both again and again up to a number of bytes.</summary>
    public static byte[] Derive(int mode, string digest, ReadOnlySpan<byte> salt, byte count, ReadOnlySpan<byte> password, int keyBytes)
    {
        HashAlgorithm algorithm = HashAlgorithms.Require(digest);
        byte[] once = mode == 0 ? password.ToArray() : [.. salt, .. password];
        byte[] data = once;
        if (mode == 3 && once.Length > 0)
        {
            data = new byte[Math.Max(Count(count), once.Length)];
            for (int at = 0; at < data.Length; at += once.Length)
                once.AsSpan(0, Math.Min(once.Length, data.Length - at)).CopyTo(data.AsSpan(at));
        }

        var key = new byte[keyBytes];
        byte[] hash = algorithm.Hash(data);
        // Further bytes come of hashes with more and more zeros in front.
        for (int at = 0, zeros = 0; at < keyBytes; at += hash.Length)
        {
            if (zeros++ > 0)
                hash = algorithm.Hash([.. new byte[zeros - 1], .. data]);
            hash.AsSpan(0, Math.Min(hash.Length, keyBytes - at)).CopyTo(key.AsSpan(at));
        }

        return key;
    }
}
