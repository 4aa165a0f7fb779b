using System.Security.Cryptography;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>Hash functions by name. Thread-safe.</summary>
internal static class HashAlgorithms
{
    public static HashAlgorithm Md5 { get; } = new(64, MD5.HashData);

    public static HashAlgorithm Sha1 { get; } = new(64, SHA1.HashData);

    private static readonly HashAlgorithm s_sha224 = new(64, static data => Sha224.HashData(data));
    private static readonly HashAlgorithm s_sha256 = new(64, SHA256.HashData);
    private static readonly HashAlgorithm s_sha384 = new(128, SHA384.HashData);
    private static readonly HashAlgorithm s_sha512 = new(128, SHA512.HashData);

    /// <summary>A hash function by its name in any case. Throws 22023.</summary>
    public static HashAlgorithm Require(string name) => AsciiCase.Lower(name) switch
    {
        "md5" => Md5,
        "sha1" => Sha1,
        "sha224" => s_sha224,
        "sha256" => s_sha256,
        "sha384" => s_sha384,
        "sha512" => s_sha512,
        _ => throw new SqlException(SqlState.InvalidParameterValue, $"Cannot use \"{name}\": No such hash algorithm"),
    };
}
