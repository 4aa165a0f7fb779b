using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// A key of at most 16 bytes with its row, as three numbers that compare as key and row do:
/// <code>
/// | first 8 bytes of the key | the other 8, zeros behind its end | block:32 slot:16 length:15 null:1 |
/// </code>
/// Keys of an index are free of prefixes, so zeros behind the end decide nothing.
/// </summary>
internal readonly struct ShortIndexKey : IComparable<ShortIndexKey>
{
    /// <summary>Bytes of the longest key.</summary>
    public const int KeyBytesMax = 16;

    /// <summary>Bytes of one.</summary>
    public const int SizeBytes = 24;

    private const int LengthShift = 1;
    private const int LengthMask = 0x7FFF;
    private const int TidShift = 16;

    public readonly ulong High;
    public readonly ulong Low;
    public readonly ulong Row;

    private ShortIndexKey(ulong high, ulong low, ulong row) => (High, Low, Row) = (high, low, row);

    /// <summary>The key and row as numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortIndexKey Of(ReadOnlySpan<byte> key, Tid tid, bool hasNull)
    {
        Span<byte> bytes = stackalloc byte[KeyBytesMax];
        bytes.Clear();
        key.CopyTo(bytes);
        return new ShortIndexKey(
            BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]),
            ((ulong)TidValue.Pack(tid) << TidShift) | ((uint)key.Length << LengthShift) | (hasNull ? 1u : 0));
    }

    /// <summary>Most bytes that a key of these types has; more than <see cref="KeyBytesMax"/> when one of them has no greatest.</summary>
    public static int BytesMax(IEnumerable<SqlType> types) => types.Sum(static type => 1 + (type.Physical == PhysicalType.Bytes ? KeyBytesMax : type.Oid == TypeOid.TimeTz ? 12 : type.Physical.WidthBytes()));

    public bool HasNull => (Row & 1) != 0;

    public Tid Tid => TidValue.Unpack((long)(Row >> TidShift));

    public int KeyLength => (int)(Row >> LengthShift) & LengthMask;

    /// <summary>Equal keys, whatever the rows.</summary>
    public bool HasKeyOf(in ShortIndexKey other) => High == other.High && Low == other.Low && KeyLength == other.KeyLength;

    /// <summary>Writes the key into 16 bytes; the first <see cref="KeyLength"/> of them are it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteKey(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, High);
        BinaryPrimitives.WriteUInt64BigEndian(target[sizeof(ulong)..], Low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsBelow(in ShortIndexKey other) => High != other.High ? High < other.High : Low != other.Low ? Low < other.Low : Row < other.Row;

    public int CompareTo(ShortIndexKey other) => IsBelow(other) ? -1 : other.IsBelow(this) ? 1 : 0;
}
