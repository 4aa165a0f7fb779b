using System.Globalization;

namespace Strata.Engine.Types;

/// <summary>Type names as SQL shows them (format_type) and the meaning of type modifiers.</summary>
public static class TypeNames
{
    private const int VarHeaderBytes = 4;
    private const int IntervalFullPrecision = 0xFFFF;
    private const int IntervalFullRange = 0x7FFF;

    /// <summary>The SQL name, with its modifier when <paramref name="typmod"/> is not -1: "character varying(10)", "integer[]".</summary>
    public static string Format(SqlType type, int typmod = -1)
    {
        // oidvector and int2vector can be subscripted like arrays, but have names of their own (and plain storage).
        if (type.IsArray && type.Storage != (byte)'p' && type.ElementType is { } element)
            return Format(element, typmod) + "[]";
        return type.Oid switch
        {
            TypeOid.Boolean => "boolean",
            TypeOid.BpChar => typmod >= VarHeaderBytes ? $"character({typmod - VarHeaderBytes})" : typmod == -1 ? "character" : "bpchar",
            TypeOid.Char => "\"char\"",
            TypeOid.Bit => typmod >= 0 ? $"bit({typmod})" : "bit",
            TypeOid.VarBit => typmod >= 0 ? $"bit varying({typmod})" : "bit varying",
            TypeOid.Float4 => "real",
            TypeOid.Float8 => "double precision",
            TypeOid.Int2 => "smallint",
            TypeOid.Int4 => "integer",
            TypeOid.Int8 => "bigint",
            TypeOid.Numeric => typmod >= VarHeaderBytes ? $"numeric({NumericPrecision(typmod)},{NumericScale(typmod)})" : "numeric",
            TypeOid.Interval => "interval" + IntervalModifier(typmod),
            TypeOid.Time => "time" + Precision(typmod) + " without time zone",
            TypeOid.TimeTz => "time" + Precision(typmod) + " with time zone",
            TypeOid.Timestamp => "timestamp" + Precision(typmod) + " without time zone",
            TypeOid.TimestampTz => "timestamp" + Precision(typmod) + " with time zone",
            TypeOid.VarChar => typmod >= VarHeaderBytes ? $"character varying({typmod - VarHeaderBytes})" : "character varying",
            _ => QuoteIdentifier(type.Name),
        };
    }

    private static string Precision(int typmod) => typmod >= 0 ? $"({typmod})" : "";

    public static int NumericPrecision(int typmod) => ((typmod - VarHeaderBytes) >> 16) & 0xFFFF;

    public static int NumericScale(int typmod) => (((typmod - VarHeaderBytes) & 0x7FF) ^ 1024) - 1024;

    /// <summary>The modifier of numeric(precision, scale).</summary>
    public static int NumericTypmod(int precision, int scale) => ((precision << 16) | (scale & 0x7FF)) + VarHeaderBytes;

    private static string IntervalModifier(int typmod)
    {
        if (typmod < 0)
            return "";
        int range = (typmod >> 16) & IntervalFullRange;
        int precision = typmod & IntervalFullPrecision;
        const int year = 1 << 2, month = 1 << 1, day = 1 << 3, hour = 1 << 10, minute = 1 << 11, second = 1 << 12;
        string fields = range switch
        {
            year => " year",
            month => " month",
            day => " day",
            hour => " hour",
            minute => " minute",
            second => " second",
            year | month => " year to month",
            day | hour => " day to hour",
            day | hour | minute => " day to minute",
            day | hour | minute | second => " day to second",
            hour | minute => " hour to minute",
            hour | minute | second => " hour to second",
            minute | second => " minute to second",
            _ => "",
        };
        return precision == IntervalFullPrecision
            ? fields
            : string.Create(CultureInfo.InvariantCulture, $"{fields}({precision})");
    }

    /// <summary>Quotes an identifier when it is not plain lower case or is a reserved word.</summary>
    public static string QuoteIdentifier(string name)
    {
        bool safe = name.Length > 0 && (name[0] is >= 'a' and <= 'z' or '_');
        foreach (char c in name)
            safe &= c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_';
        return safe && !ReservedWords.IsReserved(name) ? name : "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    /// <summary>
    /// The type that a single SQL name stands for ("integer", "character varying", "int4", "timestamp with time zone"), or null.
    /// </summary>
    public static SqlType? FindBuiltin(string name) => name switch
    {
        "boolean" => SqlType.Boolean,
        "smallint" => SqlType.Int2,
        "integer" or "int" => SqlType.Int4,
        "bigint" => SqlType.Int8,
        "real" => SqlType.Float4,
        "double precision" or "float" => SqlType.Float8,
        "decimal" or "dec" => SqlType.Numeric,
        "character varying" or "char varying" => SqlType.VarChar,
        "character" => SqlType.BpChar,
        "bit varying" => BuiltinTypes.Get(TypeOid.VarBit),
        "time without time zone" => SqlType.Time,
        "time with time zone" => SqlType.TimeTz,
        "timestamp without time zone" => SqlType.Timestamp,
        "timestamp with time zone" => SqlType.TimestampTz,
        _ => BuiltinTypes.Find(name),
    };
}
