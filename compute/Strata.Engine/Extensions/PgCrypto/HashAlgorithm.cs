namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>A hash function. Immutable; thread-safe.</summary>
internal sealed class HashAlgorithm(int blockBytes, Func<byte[], byte[]> hash)
{
    /// <summary>The hash of some bytes.</summary>
    public byte[] Hash(ReadOnlySpan<byte> data) => hash(data.ToArray());

    /// <summary>HMAC (RFC 2104).</summary>
    public byte[] Authenticate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        var block = new byte[blockBytes];
        if (key.Length > blockBytes)
            Hash(key).CopyTo(block, 0);
        else
            key.CopyTo(block);
        byte[] inner = Array.ConvertAll(block, static b => (byte)(b ^ 0x36)), outer = Array.ConvertAll(block, static b => (byte)(b ^ 0x5C));
        return hash([.. outer, .. hash([.. inner, .. data])]);
    }
}
