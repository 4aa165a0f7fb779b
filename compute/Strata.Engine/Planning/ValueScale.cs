using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Places values of a column's statistics and constants on one scale, so that a share of a histogram can be computed. Numbers and times become doubles;
/// strings keep their byte order by their first bytes, as in PostgreSQL's convert_string_to_scalar.
/// </summary>
internal static class ValueScale
{
    private const double MicrosecondsPerDay = 86_400_000_000;
    private const int StringBytes = 7;

    /// <summary>A text of the statistics of a column, or null when the type has no scale.</summary>
    public static double? Of(string text, SqlType type, IFunctionContext functions)
    {
        if (IsText(type.Oid))
            return OfBytes(Encoding.UTF8.GetBytes(text));
        if (type.Oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Oid or TypeOid.Float4 or TypeOid.Float8 or TypeOid.Numeric)
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;
        try
        {
            return Of(TypeInput.Parse(type, Encoding.UTF8.GetBytes(text), functions), type);
        }
        catch (SqlException)
        {
            // Statistics written under other settings may not be readable: there is no estimate then.
            return null;
        }
    }

    /// <summary>A constant, or null when the type has no scale.</summary>
    public static double? Of(Datum value, SqlType type)
    {
        switch (type.Oid)
        {
            case TypeOid.Int2:
                return value.Get<short>();
            case TypeOid.Int4:
                return value.Get<int>();
            case TypeOid.Date:
                return value.Get<int>() * MicrosecondsPerDay;
            case TypeOid.Int8 or TypeOid.Timestamp or TypeOid.TimestampTz or TypeOid.Time:
                return value.Get<long>();
            case TypeOid.Oid:
                return value.Get<uint>();
            case TypeOid.Float4:
                return value.Get<float>();
            case TypeOid.Float8:
                return value.Get<double>();
            case TypeOid.Numeric:
                NumericValue number = NumericValue.Decode(value.Bytes);
                return number.IsFinite ? (double)number.Mantissa / Math.Pow(10, number.Scale) : null;
            default:
                return IsText(type.Oid) ? OfBytes(value.Bytes) : null;
        }
    }

    /// <summary>True for strings, whose common values are compared as texts.</summary>
    public static bool IsText(uint oid) => oid is TypeOid.Text or TypeOid.VarChar or TypeOid.BpChar or TypeOid.Name;

    private static double OfBytes(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimEnd((byte)' ');
        double value = 0;
        for (int i = 0; i < StringBytes; i++)
            value = (value * 256) + (i < bytes.Length ? bytes[i] : 0);
        return value;
    }
}
