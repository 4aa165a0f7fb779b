using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// Text input of every type: what the type's input function does in PostgreSQL. A modifier in the type (varchar(n), numeric(p,s), …) is
/// applied as for an assignment. Throws <see cref="SqlException"/> 22P02, 22003, 22007, …. Thread-safe.
/// </summary>
public static class TypeInput
{
    private const int NameMaxBytes = 63;

    /// <summary>Reads one value.</summary>
    public static Datum Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context)
    {
        using var vector = new Vector(type);
        vector.Reset(1);
        Parse(type, text, context, vector, 0);
        return Datum.FromVector(vector, 0);
    }

    /// <summary>Reads one value into a row of a flat vector with room.</summary>
    public static void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        if (type.DomainBase is { } domainBase)
        {
            Parse(domainBase, text, context, result, row);
            context.Domains?.Check(type, result, row);
            return;
        }

        switch (type.Oid)
        {
            case TypeOid.Boolean: result.Set(row, ParseBoolean(text) ? (byte)1 : (byte)0); break;
            case TypeOid.Int2: result.Set(row, NumberText.ParseInt16(text)); break;
            case TypeOid.Int4: result.Set(row, NumberText.ParseInt32(text)); break;
            case TypeOid.Int8: result.Set(row, NumberText.ParseInt64(text)); break;
            case TypeOid.Float4: result.Set(row, NumberText.ParseFloat32(text)); break;
            case TypeOid.Float8: result.Set(row, NumberText.ParseFloat64(text)); break;
            case TypeOid.Numeric: NumericMath.ApplyTypmod(NumberText.ParseNumeric(text), type.Typmod).Store(result, row); break;
            case TypeOid.Oid: result.Set(row, NumberText.ParseOid(text)); break;
            case TypeOid.Xid: result.Set(row, (uint)ParseTransactionId(text)); break;
            case TypeOid.Cid: result.Set(row, (uint)ParseTransactionId(text)); break;
            case TypeOid.Xid8: result.Set(row, ParseTransactionId(text)); break;
            case TypeOid.Text or TypeOid.Unknown or TypeOid.CString or TypeOid.RefCursor or TypeOid.PgNodeTree or TypeOid.AclItem:
                result.SetBytes(row, text);
                break;
            case TypeOid.VarChar: result.SetBytes(row, CharacterTypes.FitVarChar(text, type.Typmod, isExplicit: false)); break;
            case TypeOid.BpChar: CharacterTypes.StoreBpChar(text, type.Typmod, isExplicit: false, result, row); break;
            case TypeOid.Name: result.SetBytes(row, CharacterTypes.Truncate(text, NameMaxBytes)); break;
            case TypeOid.Char: result.Set(row, ParseChar(text)); break;
            case TypeOid.Bytea: result.SetBytes(row, BinaryText.ParseBytea(text)); break;
            case TypeOid.Uuid: ParseUuid(text, result, row); break;
            case TypeOid.Date: result.Set(row, Moment(text, "date", context).ParseDate()); break;
            case TypeOid.Time: result.Set(row, DateTimeMath.RoundToPrecision(Moment(text, "time", context).ParseTime(), type.Typmod)); break;
            case TypeOid.TimeTz:
                {
                    TimeTzValue value = Moment(text, "time with time zone", context).ParseTimeTz();
                    result.Set(row, value with { Microseconds = DateTimeMath.RoundToPrecision(value.Microseconds, type.Typmod) });
                    break;
                }

            case TypeOid.Timestamp: result.Set(row, RoundTimestamp(Moment(text, "timestamp", context).ParseTimestamp(false), type.Typmod)); break;
            case TypeOid.TimestampTz:
                result.Set(row, RoundTimestamp(Moment(text, "timestamp with time zone", context).ParseTimestamp(true), type.Typmod));
                break;
            case TypeOid.Interval:
                result.Set(row, IntervalModifier.Apply(IntervalInput.Parse(Encoding.UTF8.GetString(text), IntervalModifier.Range(type.Typmod), context.Settings.IntervalStyle == IntervalStyle.SqlStandard), type.Typmod));
                break;
            case TypeOid.Money: result.Set(row, MoneyText.Parse(text)); break;
            case TypeOid.PgLsn: result.Set(row, ParseLsn(text)); break;
            case TypeOid.Tid: result.Set(row, ParseTid(text)); break;
            case TypeOid.Json:
                JsonText.Validate(text);
                result.SetBytes(row, text);
                break;
            case TypeOid.JsonPath:
                {
                    (JsonPathNode root, bool isLax) = JsonPathParser.Parse(Encoding.UTF8.GetString(text));
                    result.SetBytes(row, JsonPathPrinter.Print(root, isLax));
                    break;
                }

            case TypeOid.Jsonb: result.SetBytes(row, JsonbText.Normalize(text)); break;
            case TypeOid.Int2Vector or TypeOid.OidVector: ParseVector(type, text, result, row); break;
            case TypeOid.Void: result.SetBytes(row, default); break;
            default: ParseOther(type, text, context, result, row); break;
        }
    }

    private static void ParseOther(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        if (type.IsArray)
            ArrayText.Parse(type, text, context, result, row);
        else if (RegTypes.IsReg(type.Oid))
            result.Set(row, RegTypes.Parse(type, text, context.Catalog));
        else if (type.Kind == TypeKind.Enum)
            result.Set(row, ParseEnum(type, text, context.Catalog));
        else if (type.Kind == TypeKind.Composite)
            RecordText.Parse(type, text, context, result, row);
        else if (TypeCodecs.Find(type) is { } codec)
            codec.Parse(type, text, context, result, row);
        else if (type.IsPseudo)
            throw new SqlException(SqlState.FeatureNotSupported, type.Oid == TypeOid.Record ? "input of anonymous composite types is not implemented" : $"cannot accept a value of type {TypeNames.Format(type)}");
        else
            throw new SqlException(SqlState.FeatureNotSupported, $"input of type {TypeNames.Format(type)} is not supported");
    }

    private static DateTimeInput Moment(ReadOnlySpan<byte> text, string type, IFunctionContext context) =>
        new(Encoding.UTF8.GetString(text), type, context.Settings, context.TransactionTimestamp);

    private static long RoundTimestamp(long value, int precision)
    {
        if (!DateTimeMath.IsFinite(value) || precision is < 0 or >= 6)
            return value;
        long rounded = DateTimeMath.RoundToPrecision(value, precision);
        return DateTimeMath.IsValidTimestamp(rounded) ? rounded : throw DateTimeMath.TimestampOutOfRange();
    }

    /// <summary>true, yes, on, 1 and their prefixes; false, no, off, 0.</summary>
    public static bool ParseBoolean(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> word = TypeErrors.Trim(text);
        if (IsPrefix(word, "true", 1) || IsPrefix(word, "yes", 1) || IsPrefix(word, "on", 2) || IsPrefix(word, "1", 1))
            return true;
        if (IsPrefix(word, "false", 1) || IsPrefix(word, "no", 1) || IsPrefix(word, "off", 2) || IsPrefix(word, "0", 1))
            return false;
        throw TypeErrors.InvalidSyntax("boolean", text);

        static bool IsPrefix(ReadOnlySpan<byte> word, string full, int minimum) =>
            word.Length >= minimum && word.Length <= full.Length && NumberText.EqualsIgnoreCase(word, full[..word.Length]);
    }

    /// <summary>"char": one byte, or \ooo.</summary>
    private static byte ParseChar(ReadOnlySpan<byte> text)
    {
        if (text.Length == 4 && text[0] == (byte)'\\' && text[1] is >= (byte)'0' and <= (byte)'3' && text[2] is >= (byte)'0' and <= (byte)'7'
            && text[3] is >= (byte)'0' and <= (byte)'7')
            return (byte)(((text[1] - '0') << 6) | ((text[2] - '0') << 3) | (text[3] - '0'));
        return text.IsEmpty ? (byte)0 : text[0];
    }

    private static void ParseUuid(ReadOnlySpan<byte> text, Vector result, int row)
    {
        UInt128 value = 0;
        BinaryText.ParseUuid(text, System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<UInt128>(ref value)));
        result.Set(row, value);
    }

    /// <summary>
    /// xid, xid8 and cid are read like strtoul with base 0: hexadecimal after 0x, octal after 0, as far as there are digits; what is no number is 0.
    /// </summary>
    private static ulong ParseTransactionId(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = TypeErrors.Trim(text);
        bool isNegative = rest.Length > 0 && rest[0] == (byte)'-';
        if (isNegative || (rest.Length > 0 && rest[0] == (byte)'+'))
            rest = rest[1..];
        uint radix = rest.Length > 0 && rest[0] == (byte)'0' ? 8u : 10u;
        if (rest.Length > 2 && radix == 8 && rest[1] is (byte)'x' or (byte)'X')
        {
            radix = 16;
            rest = rest[2..];
        }

        ulong value = 0;
        foreach (byte c in rest)
        {
            int digit = c < 0x80 && char.IsAsciiHexDigit((char)c) ? Convert.ToInt32(((char)c).ToString(), 16) : 16;
            if (digit >= radix)
                break;
            UInt128 next = ((UInt128)value * radix) + (uint)digit;
            if (next > ulong.MaxValue)
                return ulong.MaxValue;
            value = (ulong)next;
        }

        return isNegative ? unchecked(0 - value) : value;
    }

    /// <summary>X/Y in hexadecimal.</summary>
    private static ulong ParseLsn(ReadOnlySpan<byte> text)
    {
        int slash = text.IndexOf((byte)'/');
        if (slash is > 0 and <= 8 && text.Length - slash - 1 is > 0 and <= 8
            && uint.TryParse(text[..slash], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint high)
            && uint.TryParse(text[(slash + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint low))
            return ((ulong)high << 32) | low;
        throw TypeErrors.InvalidSyntax("pg_lsn", text);
    }

    /// <summary>(block,offset), packed as block × 65536 + offset.</summary>
    private static long ParseTid(ReadOnlySpan<byte> text)
    {
        string inner = Encoding.UTF8.GetString(TypeErrors.Trim(text));
        string[] parts = inner.Trim('(', ')').Split(',');
        // Blocks may be given as signed numbers, as strtoul has it.
        if (inner.StartsWith('(') && inner.EndsWith(')') && parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out long block)
            && block is >= int.MinValue and <= uint.MaxValue
            && ushort.TryParse(parts[1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out ushort offset))
            return ((long)(uint)block << 16) | offset;
        throw TypeErrors.InvalidSyntax("tid", text);
    }

    private static void ParseVector(SqlType type, ReadOnlySpan<byte> text, Vector result, int row)
    {
        var builder = new ArrayBuilder();
        foreach (string part in Encoding.UTF8.GetString(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            byte[] digits = Encoding.UTF8.GetBytes(part);
            if (type.Oid == TypeOid.Int2Vector)
                builder.Add(BitConverter.GetBytes(NumberText.ParseInt16(digits)));
            else
                builder.Add(BitConverter.GetBytes(NumberText.ParseOid(digits)));
        }

        result.SetBytes(row, builder.Build(type.ElementOid, lowerBound: 0));
    }

    private static uint ParseEnum(SqlType type, ReadOnlySpan<byte> text, ICatalogServices catalog)
    {
        string label = Encoding.UTF8.GetString(text);
        foreach ((uint oid, string name) in catalog.EnumLabels(type.Oid))
        {
            if (name == label)
                return oid;
        }

        throw new SqlException(SqlState.InvalidTextRepresentation, $"invalid input value for enum {TypeNames.Format(type)}: \"{label}\"");
    }
}
