using System.Buffers.Binary;

namespace Strata.Format;

/// <summary>
/// The place of a row version: heap block and line pointer (1-based, as users see it in <c>ctid</c>). Slot 0 means "none".
/// The binary form is 6 bytes, big-endian, so that memcmp gives the same order.
/// </summary>
public readonly record struct Tid(uint Block, ushort Slot) : IComparable<Tid>
{
    /// <summary>Size in bytes of the binary form: block 4, slot 2.</summary>
    public const int SizeBytes = 6;

    /// <summary>Stands where a row's newer version is named: the row went to another table, a partition.</summary>
    public static readonly Tid Moved = new(uint.MaxValue, 1);

    public bool IsNone => Slot == 0;

    public int CompareTo(Tid other)
    {
        int order = Block.CompareTo(other.Block);
        return order == 0 ? Slot.CompareTo(other.Slot) : order;
    }

    public static bool operator <(Tid left, Tid right) => left.CompareTo(right) < 0;
    public static bool operator >(Tid left, Tid right) => left.CompareTo(right) > 0;
    public static bool operator <=(Tid left, Tid right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Tid left, Tid right) => left.CompareTo(right) >= 0;

    /// <summary>Writes the binary form to the first 6 bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Block);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Slot);
    }

    /// <summary>Reads the binary form from the first 6 bytes of <paramref name="source"/>.</summary>
    public static Tid Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(source), BinaryPrimitives.ReadUInt16BigEndian(source[4..]));

    /// <summary>PostgreSQL's text form, e.g. <c>(0,1)</c>.</summary>
    public override string ToString() => $"({Block},{Slot})";
}
