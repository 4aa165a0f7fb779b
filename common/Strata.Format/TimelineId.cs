using System.Globalization;

namespace Strata.Format;

/// <summary>A timeline: the history of one branch. 128 bits, printed as 32 hex digits, never reused.</summary>
public readonly record struct TimelineId(UInt128 Value) : IComparable<TimelineId>
{
    /// <summary>Size in bytes of the binary form (big-endian).</summary>
    public const int SizeBytes = 16;

    public int CompareTo(TimelineId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Parses exactly 32 hex digits. Returns false on anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimelineId id)
    {
        bool ok = text.Length == 32 &
            UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 value);
        id = new TimelineId(ok ? value : default);
        return ok;
    }
}
