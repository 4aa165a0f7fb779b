using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Extensions.PgCrypto;

/// <summary>Options of OpenPGP functions: <c>name=value, …</c>. Immutable.</summary>
internal sealed record PgpOptions
{
    public int Cipher { get; init; } = 7;
    public int KeyCipher { get; init; } = -1;
    public int Compression { get; init; }
    public int CompressionLevel { get; init; } = 6;
    public bool ConvertsLines { get; init; }
    public bool HasNoCheck { get; init; }
    public bool HasSessionKey { get; init; }
    public int KeyMode { get; init; } = 3;
    public int KeyCount { get; init; }
    public string KeyDigest { get; init; } = "sha1";
    public bool IsUnicode { get; init; }

    /// <summary>Reads options. Throws 22023 and 39000.</summary>
    public static PgpOptions Parse(string text)
    {
        var options = new PgpOptions();
        foreach (string part in text.Split(','))
        {
            if (part.Trim().Length == 0)
                continue;
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new SqlException(SqlState.InvalidParameterValue, "bad arguments to function");
            options = options.With(AsciiCase.Lower(part[..equals].Trim()), AsciiCase.Lower(part[(equals + 1)..].Trim()));
        }

        return options;
    }

    private PgpOptions With(string name, string value)
    {
        int number = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int parsed) ? parsed : 0;
        return name switch
        {
            "cipher-algo" => this with { Cipher = PgpCipher.NumberOf(value) },
            "s2k-cipher-algo" => this with { KeyCipher = PgpCipher.NumberOf(value) },
            "compress-algo" => this with { Compression = number is >= 0 and <= 2 ? number : throw Bad() },
            "compress-level" => this with { CompressionLevel = number is >= 0 and <= 9 ? number : throw Bad() },
            "convert-crlf" => this with { ConvertsLines = number != 0 },
            "disable-mdc" => this with { HasNoCheck = number != 0 },
            "sess-key" => this with { HasSessionKey = number != 0 },
            "s2k-mode" => this with { KeyMode = number is 0 or 1 or 3 ? number : throw Bad() },
            "s2k-count" => this with { KeyCount = number is >= 1024 and <= 65011712 ? number : throw Bad() },
            "s2k-digest-algo" => this with { KeyDigest = value is "md5" or "sha1" or "sha256" or "sha512" ? value : throw Bad() },
            "unicode-mode" => this with { IsUnicode = number != 0 },
            _ when name.StartsWith("expect-", StringComparison.Ordinal) || name == "debug" => this,
            _ => throw Bad(),
        };
    }

    private static SqlException Bad() => new(SqlState.ExternalRoutineInvocationException, "Illegal argument to function");
}
