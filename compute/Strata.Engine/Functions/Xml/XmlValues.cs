using System.Runtime.InteropServices;
using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Types.Xml;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions.Xml;

/// <summary>Turns SQL values into XML text (SQL/XML, "Mapping values of SQL data types"; map_sql_value_to_xml_value in PostgreSQL's xml.c). Stateless; thread-safe.</summary>
internal static class XmlValues
{
    /// <summary>Writes a value.</summary>
    /// <param name="type">The value's type.</param>
    /// <param name="stored">The value in its stored form.</param>
    /// <param name="text">Receives it.</param>
    /// <param name="context">Settings.</param>
    /// <param name="isEscaped">Characters that mean something in XML are escaped, but those of xml values.</param>
    public static void Write(SqlType type, ReadOnlySpan<byte> stored, StringBuilder text, IFunctionContext context, bool isEscaped)
    {
        DepthGuard.Check();
        type = type.Plain;
        if (type.IsArray)
        {
            foreach (ArrayValue.Element element in new ArrayValue(stored))
            {
                if (element.IsNull)
                    continue;
                text.Append("<element>");
                Write(type.ElementType!, element.Stored, text, context, isEscaped);
                text.Append("</element>");
            }

            return;
        }

        var buffer = new ByteBuffer(32);
        switch (type.Oid)
        {
            case TypeOid.Boolean:
                text.Append(stored[0] != 0 ? "true" : "false");
                return;
            case TypeOid.Date:
                int date = MemoryMarshal.Read<int>(stored);
                if (date is int.MinValue or int.MaxValue)
                    throw Infinite("date");
                DateTimeOutput.WriteDate(buffer, date);
                break;
            case TypeOid.Timestamp:
                DateTimeOutput.WriteTimestamp(buffer, Finite(stored), isoT: true);
                break;
            case TypeOid.TimestampTz:
                DateTimeOutput.WriteTimestampTz(buffer, Finite(stored), context.Settings.TimeZone, isoT: true);
                break;
            case TypeOid.Bytea:
                text.Append(context.Settings.XmlBinaryIsHex ? Convert.ToHexString(stored) : Base64(stored));
                return;
            default:
                TypeOutput.Write(type, stored, buffer, context.Settings, context.Catalog);
                if (isEscaped && type.Oid != TypeOid.Xml)
                {
                    XmlText.Escape(text, buffer.ToString());
                    return;
                }

                break;
        }

        text.Append(buffer.ToString());
    }

    private static long Finite(ReadOnlySpan<byte> stored) => MemoryMarshal.Read<long>(stored) is var moment and not (long.MinValue or long.MaxValue) ? moment : throw Infinite("timestamp");

    private static SqlException Infinite(string type) => new(SqlState.DatetimeFieldOverflow, $"{type} out of range") { Detail = $"XML does not support infinite {type} values." };

    // Lines of 72 characters, as libxml writes them.
    private static string Base64(ReadOnlySpan<byte> bytes)
    {
        const int LineLength = 72;
        string digits = Convert.ToBase64String(bytes);
        if (digits.Length <= LineLength)
            return digits;
        var lines = new StringBuilder(digits.Length + (digits.Length / 32));
        for (int i = 0; i < digits.Length; i += LineLength)
            lines.Append(i == 0 ? "" : "\r\n").Append(digits, i, Math.Min(LineLength, digits.Length - i));
        return lines.ToString();
    }
}
