using System.Globalization;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions;

/// <summary>Turns the settings that type input and output depend on into their parsed form.</summary>
internal static class TypeSettingsFactory
{
    public static TypeSettings Make(SessionSettings settings) => new()
    {
        DateStyle = settings["DateStyle"] switch
        {
            var style when style.StartsWith("SQL", StringComparison.Ordinal) => DateStyle.Sql,
            var style when style.StartsWith("German", StringComparison.Ordinal) => DateStyle.German,
            var style when style.StartsWith("Postgres", StringComparison.Ordinal) => DateStyle.Postgres,
            _ => DateStyle.Iso,
        },
        DateOrder = settings["DateStyle"] switch
        {
            var style when style.EndsWith("DMY", StringComparison.Ordinal) => DateOrder.Dmy,
            var style when style.EndsWith("YMD", StringComparison.Ordinal) => DateOrder.Ymd,
            _ => DateOrder.Mdy,
        },
        IntervalStyle = settings["IntervalStyle"] switch
        {
            "postgres_verbose" => IntervalStyle.PostgresVerbose,
            "sql_standard" => IntervalStyle.SqlStandard,
            "iso_8601" => IntervalStyle.Iso8601,
            _ => IntervalStyle.Postgres,
        },
        TimeZone = TimeZones.Find(settings["TimeZone"]) ?? TimeZoneRules.Utc,
        ExtraFloatDigits = int.Parse(settings["extra_float_digits"], CultureInfo.InvariantCulture),
        ByteaEscape = settings["bytea_output"] == "escape",
        XmlIsDocument = settings["xmloption"] == "document",
        XmlBinaryIsHex = settings["xmlbinary"] == "hex",
    };
}
