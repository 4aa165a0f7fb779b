using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using Strata.Format;

namespace Strata.Engine.Types;

/// <summary>
/// Time zones by IANA name, abbreviation or POSIX rule. The IANA database and PostgreSQL's default abbreviations are embedded, so that
/// answers do not depend on the machine. Thread-safe.
/// </summary>
public static class TimeZones
{
    /// <summary>An abbreviation: a fixed offset east of UTC, or (<see cref="Zone"/>) what it means in a zone at the time.</summary>
    public readonly record struct ZoneAbbreviation(string Name, int OffsetSeconds, bool IsDst, string? Zone);

    private const int NameMaxChars = 255;

    private static readonly byte[] s_database = Unzip();
    private static readonly FrozenDictionary<string, (string Name, int Offset, int Length)> s_names = ReadNames();
    private static readonly FrozenDictionary<string, ZoneAbbreviation> s_abbreviations = ReadAbbreviations();
    private static readonly ConcurrentDictionary<string, TimeZoneRules?> s_zones = new(StringComparer.OrdinalIgnoreCase);

    private static Stream Resource(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream("TimeZones." + name) ?? throw new InvariantViolationException($"no embedded {name}");

    private static byte[] Unzip()
    {
        using var zip = new GZipStream(Resource("zones.bin.gz"), CompressionMode.Decompress);
        using var all = new MemoryStream();
        zip.CopyTo(all);
        return all.ToArray();
    }

    /// <summary>u16 names, u16 zones; names as u16 zone, u8 length, bytes; zones as u32 length, bytes.</summary>
    private static FrozenDictionary<string, (string Name, int Offset, int Length)> ReadNames()
    {
        ReadOnlySpan<byte> all = s_database;
        int names = BinaryPrimitives.ReadUInt16LittleEndian(all), zones = BinaryPrimitives.ReadUInt16LittleEndian(all[2..]);
        var list = new (string Name, int Zone)[names];
        int at = 4;
        for (int i = 0; i < names; i++)
        {
            int length = all[at + 2];
            list[i] = (Encoding.ASCII.GetString(all.Slice(at + 3, length)), BinaryPrimitives.ReadUInt16LittleEndian(all[at..]));
            at += 3 + length;
        }

        var places = new (int Offset, int Length)[zones];
        for (int i = 0; i < zones; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(all[at..]);
            places[i] = (at + 4, length);
            at += 4 + length;
        }

        return list.ToFrozenDictionary(n => n.Name, n => (n.Name, places[n.Zone].Offset, places[n.Zone].Length), StringComparer.OrdinalIgnoreCase);
    }

    private static FrozenDictionary<string, ZoneAbbreviation> ReadAbbreviations()
    {
        using var reader = new StreamReader(Resource("abbreviations.tsv"));
        var rows = new List<ZoneAbbreviation>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] parts = line.Split('\t');
            bool isFixed = int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seconds);
            rows.Add(new ZoneAbbreviation(parts[0], seconds, parts[2] == "1", isFixed ? null : parts[1]));
        }

        return rows.ToFrozenDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The names of the IANA database, sorted.</summary>
    public static IEnumerable<string> Names => s_names.Values.Select(v => v.Name).Order(StringComparer.Ordinal);

    /// <summary>The known abbreviations.</summary>
    public static IEnumerable<ZoneAbbreviation> Abbreviations => s_abbreviations.Values;

    /// <summary>What an abbreviation stands for, or null.</summary>
    public static ZoneAbbreviation? Abbreviation(string name) => s_abbreviations.TryGetValue(name, out ZoneAbbreviation found) ? found : null;

    /// <summary>A zone by IANA name, in any case, or by POSIX rule (where positive is west of Greenwich), or null.</summary>
    public static TimeZoneRules? Find(string name)
    {
        if (name.Length is 0 or > NameMaxChars)
            return null;
        if (name.Equals("UTC", StringComparison.OrdinalIgnoreCase))
            return TimeZoneRules.Utc;
        if (s_names.TryGetValue(name, out (string Name, int Offset, int Length) known))
            return s_zones.GetOrAdd(known.Name, static (n, k) => TimeZoneRules.Unpack(n, s_database.AsSpan(k.Offset, k.Length)), known);
        return !name.StartsWith(':') && PosixZone.TryParse(name.ToUpperInvariant()) is { } rule ? TimeZoneRules.FromPosix(name.ToUpperInvariant(), rule) : null;
    }

    /// <summary>A zone as AT TIME ZONE takes it: an abbreviation, a name or a POSIX rule. Throws 22023.</summary>
    public static TimeZoneRules Parse(string text)
    {
        if (Abbreviation(text) is { } abbreviation)
            return abbreviation.Zone is null ? TimeZoneRules.Fixed(abbreviation.OffsetSeconds, abbreviation.Name) : Find(abbreviation.Zone)!;
        return Find(text) ?? throw new SqlException(SqlState.InvalidParameterValue, $"time zone \"{text}\" not recognized");
    }

    /// <summary>Seconds east of UTC that a text for AT TIME ZONE means at a UTC moment (microseconds since 2000-01-01). Throws 22023.</summary>
    public static int OffsetAt(string text, long timestamp)
    {
        if (Abbreviation(text) is { Zone: { } zone } dynamic)
            return OffsetOf(dynamic, Find(zone)!, DateTimeMath.ToUnixMicroseconds(timestamp) / DateTimeMath.MicrosecondsPerSecond);
        return DateTimeMath.OffsetAt(Parse(text), timestamp);
    }

    /// <summary>Seconds east of UTC that a text for AT TIME ZONE means at a local time (microseconds since 2000-01-01). Throws 22023.</summary>
    public static int OffsetAtLocal(string text, long timestamp)
    {
        if (Abbreviation(text) is { Zone: not null } dynamic)
            return OffsetAtLocal(dynamic, timestamp);
        return DateTimeMath.OffsetAtLocal(Parse(text), timestamp);
    }

    /// <summary>Seconds east of UTC that an abbreviation means at a local time.</summary>
    internal static int OffsetAtLocal(in ZoneAbbreviation abbreviation, long timestamp)
    {
        if (abbreviation.Zone is null)
            return abbreviation.OffsetSeconds;
        TimeZoneRules zone = Find(abbreviation.Zone)!;
        int guess = DateTimeMath.OffsetAtLocal(zone, timestamp);
        return OffsetOf(abbreviation, zone, (DateTimeMath.ToUnixMicroseconds(timestamp) / DateTimeMath.MicrosecondsPerSecond) - guess);
    }

    private static int OffsetOf(in ZoneAbbreviation abbreviation, TimeZoneRules zone, long utcSeconds) =>
        (zone.Meaning(abbreviation.Name, utcSeconds) ?? zone.At(utcSeconds)).OffsetSeconds;
}
