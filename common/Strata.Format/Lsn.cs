using System.Globalization;

namespace Strata.Format;

/// <summary>
/// Log sequence number: a byte position in one timeline's WAL stream. A record's LSN is the position just past its last
/// byte, so "the page at L" is the page after every record whose LSN is at or below L. Zero means "none".
/// </summary>
public readonly record struct Lsn(ulong Value) : IComparable<Lsn>
{
    /// <summary>No position: sorts below every record.</summary>
    public static Lsn Zero => default;

    /// <summary>Above every record: "the newest".</summary>
    public static Lsn Max => new(ulong.MaxValue);

    /// <summary>The first byte position at which a record of a fresh timeline may begin.</summary>
    public static Lsn First => new(16);

    public bool IsZero => Value == 0;

    public int CompareTo(Lsn other) => Value.CompareTo(other.Value);

    public static bool operator <(Lsn left, Lsn right) => left.Value < right.Value;
    public static bool operator >(Lsn left, Lsn right) => left.Value > right.Value;
    public static bool operator <=(Lsn left, Lsn right) => left.Value <= right.Value;
    public static bool operator >=(Lsn left, Lsn right) => left.Value >= right.Value;
    public static Lsn operator +(Lsn left, ulong bytes) => new(left.Value + bytes);
    public static ulong operator -(Lsn left, Lsn right) => left.Value - right.Value;

    public static Lsn Min(Lsn left, Lsn right) => left <= right ? left : right;
    public static Lsn MaxOf(Lsn left, Lsn right) => left >= right ? left : right;

    /// <summary>PostgreSQL's <c>pg_lsn</c> text form: high and low 32 bits in hex, e.g. <c>0/16B3748</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value >> 32:X}/{Value & 0xFFFF_FFFF:X}");

    /// <summary>Parses the <c>pg_lsn</c> text form. Returns false, and no exception, on anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Lsn lsn)
    {
        lsn = default;
        int slash = text.IndexOf('/');
        if (slash is < 1 or > 8 || text.Length - slash - 1 is < 1 or > 8)
            return false;
        if (!uint.TryParse(text[..slash], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint high) ||
            !uint.TryParse(text[(slash + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint low))
            return false;
        lsn = new Lsn(((ulong)high << 32) | low);
        return true;
    }
}
