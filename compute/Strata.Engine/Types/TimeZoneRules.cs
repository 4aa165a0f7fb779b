using System.Buffers.Binary;
using System.Text;

namespace Strata.Engine.Types;

/// <summary>
/// One time zone: its history of offsets and the POSIX rule that goes on from there (RFC 8536). Times are seconds since 1970-01-01 UTC,
/// offsets seconds east of UTC. Immutable, thread-safe.
/// </summary>
public sealed class TimeZoneRules
{
    /// <summary>What holds between two transitions.</summary>
    public readonly record struct Period(int OffsetSeconds, bool IsDst, string Abbreviation);

    /// <summary>Coordinated universal time.</summary>
    public static readonly TimeZoneRules Utc = new("UTC", [], [], [new Period(0, false, "UTC")], null);

    private readonly long[] _transitions;
    private readonly byte[] _periodOf;
    private readonly Period[] _periods;
    private readonly PosixZone? _tail;

    private TimeZoneRules(string name, long[] transitions, byte[] periodOf, Period[] periods, PosixZone? tail)
    {
        Name = name;
        _transitions = transitions;
        _periodOf = periodOf;
        _periods = periods;
        _tail = tail;
    }

    public string Name { get; }

    /// <summary>A zone that has followed one POSIX rule always.</summary>
    internal static TimeZoneRules FromPosix(string name, PosixZone rule) => new(name, [], [], [rule.Standard], rule);

    /// <summary>A zone of constant offset.</summary>
    public static TimeZoneRules Fixed(int secondsEast, string name) => new(name, [], [], [new Period(secondsEast, false, name)], null);

    /// <summary>
    /// Reads the packed form in the embedded database, little-endian: counts of transitions, periods, abbreviation bytes and footer bytes
    /// (u16 each), transitions (i64), their periods (u8), periods (i32 offset, u8 dst, u8 abbreviation's start), abbreviations, footer.
    /// </summary>
    internal static TimeZoneRules Unpack(string name, ReadOnlySpan<byte> packed)
    {
        int transitions = BinaryPrimitives.ReadUInt16LittleEndian(packed), periods = BinaryPrimitives.ReadUInt16LittleEndian(packed[2..]);
        int letters = BinaryPrimitives.ReadUInt16LittleEndian(packed[4..]), footer = BinaryPrimitives.ReadUInt16LittleEndian(packed[6..]);
        packed = packed[8..];
        var times = new long[transitions];
        for (int i = 0; i < transitions; i++)
            times[i] = BinaryPrimitives.ReadInt64LittleEndian(packed[(i * 8)..]);
        packed = packed[(transitions * 8)..];
        byte[] periodOf = packed[..transitions].ToArray();
        ReadOnlySpan<byte> rows = packed[transitions..], words = rows[(periods * 6)..];
        var table = new Period[periods];
        for (int i = 0; i < periods; i++)
        {
            ReadOnlySpan<byte> row = rows[(i * 6)..], word = words[row[5]..letters];
            int end = word.IndexOf((byte)0);
            table[i] = new Period(BinaryPrimitives.ReadInt32LittleEndian(row), row[4] != 0, Encoding.ASCII.GetString(end < 0 ? word : word[..end]));
        }

        string rule = Encoding.ASCII.GetString(words.Slice(letters, footer));
        return new TimeZoneRules(name, times, periodOf, table, rule.Length > 0 ? PosixZone.TryParse(rule) : null);
    }

    /// <summary>The period at a moment.</summary>
    public Period At(long utcSeconds)
    {
        if (_transitions.Length > 0 && utcSeconds < _transitions[0])
            return _periods[0];
        if (_transitions.Length == 0 || utcSeconds >= _transitions[^1])
            return _tail?.At(utcSeconds) ?? Last;
        return _periods[_periodOf[IndexAt(utcSeconds)]];
    }

    private Period Last => _transitions.Length == 0 ? _periods[0] : _periods[_periodOf[^1]];

    /// <summary>Index of the last transition at or before a moment; -1 for none.</summary>
    private int IndexAt(long utcSeconds)
    {
        int at = Array.BinarySearch(_transitions, utcSeconds);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>The first transition after a moment, or null.</summary>
    public long? NextTransition(long after)
    {
        int next = IndexAt(after) + 1;
        if (next < _transitions.Length)
            return _transitions[next];
        return _tail?.NextTransition(after);
    }

    /// <summary>
    /// The offset at a local time (seconds as if it were UTC). A time that a jump forward skips is read by the offset before it, a time that
    /// occurs twice by the offset after it, as PostgreSQL does.
    /// </summary>
    public Period AtLocal(long localSeconds)
    {
        const long daySeconds = 86400;
        long start = localSeconds - daySeconds;
        Period before = At(start);
        if (NextTransition(start) is not { } boundary)
            return before;
        Period after = At(boundary);
        long byBefore = localSeconds - before.OffsetSeconds, byAfter = localSeconds - after.OffsetSeconds;
        if (byBefore < boundary && byAfter < boundary)
            return before;
        if (byBefore > boundary && byAfter >= boundary)
            return after;
        return byBefore > byAfter ? before : after;
    }

    /// <summary>What an abbreviation of this zone meant at a moment: its latest use before, else its first after; null when never used.</summary>
    internal Period? Meaning(string abbreviation, long utcSeconds)
    {
        if (!Array.Exists(_periods, p => p.Abbreviation.Equals(abbreviation, StringComparison.OrdinalIgnoreCase)))
            return null;
        int last = IndexAt(utcSeconds);
        for (int i = last; i >= 0; i--)
        {
            if (_periods[_periodOf[i]].Abbreviation.Equals(abbreviation, StringComparison.OrdinalIgnoreCase))
                return _periods[_periodOf[i]];
        }

        if (_periods[0].Abbreviation.Equals(abbreviation, StringComparison.OrdinalIgnoreCase))
            return _periods[0];
        for (int i = last + 1; i < _transitions.Length; i++)
        {
            if (_periods[_periodOf[i]].Abbreviation.Equals(abbreviation, StringComparison.OrdinalIgnoreCase))
                return _periods[_periodOf[i]];
        }

        return null;
    }
}
