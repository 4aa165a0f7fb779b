using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Copying;

/// <summary>Format of COPY's data.</summary>
internal enum CopyFormat
{
    Text,
    Csv,
    Binary,
}

/// <summary>The options of a COPY with PostgreSQL's defaults and checks. Immutable.</summary>
internal sealed record CopyOptions
{
    public CopyFormat Format { get; init; }

    public byte Delimiter { get; init; }

    /// <summary>What the data are in; null for UTF-8.</summary>
    public CharacterConversion? Encoding { get; init; }

    /// <summary>What stands for null.</summary>
    public byte[] Null { get; init; } = [];

    public bool Header { get; init; }

    /// <summary>HEADER MATCH: the names must be those of the columns.</summary>
    public bool HeaderMatch { get; init; }

    public byte Quote { get; init; } = (byte)'"';

    public byte Escape { get; init; } = (byte)'"';

    public bool ForceQuoteAll { get; init; }
    public string[] ForceQuote { get; init; } = [];
    public string[] ForceNotNull { get; init; } = [];
    public string[] ForceNull { get; init; } = [];

    /// <summary>Reads the options of a statement. Throws 42601, 22023, 0A000.</summary>
    public static CopyOptions Parse(CopyStatement statement, CharacterConversion? clientEncoding)
    {
        var options = new CopyOptions { Encoding = clientEncoding };
        string? delimiter = null, nullText = null, quote = null, escape = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (DefinitionElement option in statement.Options)
        {
            if (!seen.Add(option.Name))
                throw Binding.BindingErrors.At(option.Position, SqlState.SyntaxError, "conflicting or redundant options");
            switch (option.Name)
            {
                case "format":
                    options = options with { Format = ParseFormat(Text(option), option.Position) };
                    break;
                case "delimiter":
                    delimiter = Text(option);
                    break;
                case "null":
                    nullText = Text(option);
                    break;
                case "header":
                    options = WithHeader(options, option);
                    if (options.HeaderMatch && !statement.IsFrom)
                        throw new SqlException(SqlState.FeatureNotSupported, "cannot use \"match\" with HEADER in COPY TO");
                    break;
                case "quote":
                    quote = Text(option);
                    break;
                case "escape":
                    escape = Text(option);
                    break;
                case "force_quote":
                    options = option.Value is StarSelection ? options with { ForceQuoteAll = true } : options with { ForceQuote = Names(option) };
                    break;
                case "force_not_null":
                    options = options with { ForceNotNull = Names(option) };
                    break;
                case "force_null":
                    options = options with { ForceNull = Names(option) };
                    break;
                case "encoding":
                    options = options with { Encoding = FindEncoding(Text(option), option.Position) };
                    break;
                case "freeze":
                    break;
                default:
                    throw Binding.BindingErrors.At(option.Position, SqlState.SyntaxError, $"option \"{option.Name}\" not recognized");
            }
        }

        options = Complete(options, delimiter, nullText, quote, escape);
        CheckDirection(options, statement.IsFrom);
        return options;
    }

    private static void CheckDirection(CopyOptions options, bool isFrom)
    {
        if (isFrom && (options.ForceQuoteAll || options.ForceQuote.Length > 0))
            throw new SqlException(SqlState.FeatureNotSupported, "COPY force quote only available using COPY TO");
        if (!isFrom && options.ForceNotNull.Length > 0)
            throw new SqlException(SqlState.FeatureNotSupported, "COPY force not null only available using COPY FROM");
        if (!isFrom && options.ForceNull.Length > 0)
            throw new SqlException(SqlState.FeatureNotSupported, "COPY force null only available using COPY FROM");
    }

    private static CopyOptions WithHeader(CopyOptions options, DefinitionElement option)
    {
        if (option.Value is StringLiteral { Value: var text } && text.Equals("match", StringComparison.OrdinalIgnoreCase))
            return options with { Header = true, HeaderMatch = true };
        bool header = option.Value switch
        {
            null => true,
            BooleanLiteral boolean => boolean.Value,
            IntegerLiteral { Value: 0 or 1 } number => number.Value == 1,
            StringLiteral word when Settings.SettingValues.TryParseBoolean(word.Value, out bool value) => value,
            _ => throw new SqlException(SqlState.SyntaxError, "header requires a Boolean value or \"match\""),
        };
        return options with { Header = header };
    }

    private static CopyFormat ParseFormat(string text, int position) => text switch
    {
        "text" => CopyFormat.Text,
        "csv" => CopyFormat.Csv,
        "binary" => CopyFormat.Binary,
        _ => throw Binding.BindingErrors.At(position, SqlState.InvalidParameterValue, $"COPY format \"{text}\" not recognized"),
    };

    private static CopyOptions Complete(CopyOptions options, string? delimiter, string? nullText, string? quote, string? escape)
    {
        bool csv = options.Format == CopyFormat.Csv;
        if (options.Format == CopyFormat.Binary && delimiter is not null)
            throw new SqlException(SqlState.SyntaxError, "cannot specify DELIMITER in BINARY mode");
        if (options.Format == CopyFormat.Binary && nullText is not null)
            throw new SqlException(SqlState.SyntaxError, "cannot specify NULL in BINARY mode");
        if (options.Format == CopyFormat.Binary && options.Header)
            throw new SqlException(SqlState.FeatureNotSupported, "cannot specify HEADER in BINARY mode");
        byte separator = Single(delimiter ?? (csv ? "," : "\t"), "delimiter");
        if (separator is (byte)'\r' or (byte)'\n')
            throw new SqlException(SqlState.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return");
        if (!csv && "\\.abcdefghijklmnopqrstuvwxyz0123456789".Contains((char)separator, StringComparison.Ordinal))
            throw new SqlException(SqlState.InvalidParameterValue, $"COPY delimiter cannot be \"{(char)separator}\"");
        string marker = nullText ?? (csv ? "" : "\\N");
        if (marker.Contains('\r', StringComparison.Ordinal) || marker.Contains('\n', StringComparison.Ordinal))
            throw new SqlException(SqlState.InvalidParameterValue, "COPY null representation cannot use newline or carriage return");
        if (marker.Contains((char)separator, StringComparison.Ordinal))
            throw new SqlException(SqlState.InvalidParameterValue, "COPY delimiter must not appear in the NULL specification");
        RequireCsv(csv, quote is not null, "quote");
        RequireCsv(csv, escape is not null, "escape");
        RequireCsv(csv, options.ForceQuoteAll || options.ForceQuote.Length > 0, "force quote");
        RequireCsv(csv, options.ForceNotNull.Length > 0, "force not null");
        RequireCsv(csv, options.ForceNull.Length > 0, "force null");
        byte quoteByte = Single(quote ?? "\"", "quote");
        if (csv && quoteByte == separator)
            throw new SqlException(SqlState.InvalidParameterValue, "COPY delimiter and quote must be different");
        return options with
        {
            Delimiter = separator,
            Null = System.Text.Encoding.UTF8.GetBytes(marker),
            Quote = quoteByte,
            Escape = escape is null ? quoteByte : Single(escape, "escape"),
        };
    }

    private static void RequireCsv(bool csv, bool given, string name)
    {
        if (given && !csv)
            throw new SqlException(SqlState.FeatureNotSupported, $"COPY {name} available only in CSV mode");
    }

    private static byte Single(string text, string name)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) != 1)
            throw new SqlException(SqlState.FeatureNotSupported, $"COPY {name} must be a single one-byte character");
        return (byte)text[0];
    }

    private static CharacterConversion? FindEncoding(string name, int position)
    {
        if (Functions.CharacterEncodings.NameOf(Functions.CharacterEncodings.NumberOf(name)) is not { } known)
            throw Binding.BindingErrors.At(position, SqlState.InvalidParameterValue, "argument to option \"encoding\" must be a valid encoding name");
        return CharacterConversion.Find(known) is not null || known is "UTF8" or "SQL_ASCII"
            ? CharacterConversion.Find(known)
            : throw new SqlException(SqlState.FeatureNotSupported, $"COPY encoding \"{name}\" is not supported");
    }

    private static string Text(DefinitionElement option) => option.Value switch
    {
        StringLiteral text => text.Value,
        BooleanLiteral boolean => boolean.Value ? "true" : "false",
        IntegerLiteral number => number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        QualifiedName name => name.ToString(),
        _ => throw new SqlException(SqlState.SyntaxError, $"{option.Name} requires a parameter"),
    };

    private static string[] Names(DefinitionElement option) => option.Value is NameList list
        ? list.Names.AsSpan().ToArray()
        : throw new SqlException(SqlState.InvalidParameterValue, $"argument to option \"{option.Name}\" must be a list of column names");
}
