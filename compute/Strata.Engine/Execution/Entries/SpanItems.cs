using System.Buffers.Binary;
using System.Numerics;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Types.Network;
using Strata.Engine.Types.Ranges;
using Strata.Engine.Vectors;
using Vector = Strata.Engine.Vectors.Vector;

namespace Strata.Engine.Execution.Entries;

// A span's part, 17 bytes, big-endian:
//
//   0   1   number of bits of (high - low)
//   1   8   low
//   9   8   high
//
// So spans of about the same length stand together, by where they begin: those of a length below 2^b that overlap [x, y] begin in (x - 2^b, y], one range of keys.

/// <summary>
/// range_ops, multirange_ops and inet_ops of GiST and SP-GiST. Values become spans of 64-bit numbers by a mapping that keeps the order (not always the difference), and a search is a range of keys
/// for each length class that occurs.
/// </summary>
internal sealed class SpanItems : ItemClass
{
    /// <summary>Bytes of a part.</summary>
    public const int PartBytes = 17;

    /// <summary>The shared instance.</summary>
    public static SpanItems Instance { get; } = new();

    public override void Extract(Vector vector, int row, EntryList entries)
    {
        if (!TrySpan(vector.Type.Plain, vector.GetStored(row), out ulong low, out ulong high))
        {
            entries.Add(EntryCategory.Empty);
            return;
        }

        KeyBuffer entry = entries.Begin();
        Span<byte> part = entry.Reserve(PartBytes);
        part[0] = (byte)LengthClass(low, high);
        BinaryPrimitives.WriteUInt64BigEndian(part[1..], low);
        BinaryPrimitives.WriteUInt64BigEndian(part[9..], high);
        entry.Advance(PartBytes);
        entries.End();
    }

    public override EntryQuery Query(string operatorName, Vector value, int row, EntryList scratch)
    {
        int column = scratch.Column;
        bool isEmpty = !TrySpan(value.Type.Plain, value.GetStored(row), out ulong low, out ulong high);
        EntryQuery empty = EntryQuery.Of(column, EntryCategory.Empty);
        if (isEmpty)
        {
            // Everything contains the empty range, which is equal to itself and contained in itself; otherwise it has no place.
            return operatorName switch { "@>" => EntryQuery.AllOf(column), "<@" or "=" => empty, _ => EntryQuery.None };
        }

        if (operatorName == "<>")
            return EntryQuery.AllOf(column);
        if (operatorName == "-|-")
        {
            return EntryQuery.Or(
            [
                new SpanQuery(column, new SpanConstraint(0, low, low, low)), new SpanQuery(column, new SpanConstraint(high, high, high, ulong.MaxValue)),
            ])!;
        }

        var query = new SpanQuery(column, ConstraintOf(operatorName, value.Type.Plain.Oid, low, high));
        return operatorName == "<@" ? EntryQuery.Or([query, empty])! : query;
    }

    /// <summary>Where a span must lie for <c>span operator [low, high]</c> to hold.</summary>
    public static SpanConstraint ConstraintOf(string operatorName, uint typeOid, ulong low, ulong high)
    {
        // << and >> mean "is within" and "contains" for networks.
        bool isNetwork = typeOid is TypeOid.Inet or TypeOid.Cidr;
        return operatorName switch
        {
            "&&" or "?#" => SpanConstraint.Overlaps(low, high),
            "@>" or ">>=" => SpanConstraint.Contains(low, high),
            "<@" or "<<=" => SpanConstraint.Within(low, high),
            "=" => SpanConstraint.Same(low, high),
            "<<" => isNetwork ? SpanConstraint.Within(low, high) : SpanConstraint.EndsBy(low),
            ">>" => isNetwork ? SpanConstraint.Contains(low, high) : SpanConstraint.BeginsFrom(high),
            "&<" => SpanConstraint.EndsBy(high),
            "&>" => SpanConstraint.BeginsFrom(low),
            "<" or "<=" => new SpanConstraint(0, high, 0, ulong.MaxValue),
            ">" or ">=" => new SpanConstraint(0, ulong.MaxValue, low, ulong.MaxValue),
            "-|-" => SpanConstraint.Overlaps(low, high),
            _ => SpanConstraint.Any,
        };
    }

    /// <summary>The number of bits of a span's length.</summary>
    public static int LengthClass(ulong low, ulong high) => 64 - BitOperations.LeadingZeroCount(high - low);

    /// <summary>The span of a value, given in its stored form; of an element, the point. False for empty ones.</summary>
    public static bool TrySpan(SqlType type, ReadOnlySpan<byte> stored, out ulong low, out ulong high)
    {
        low = 0;
        high = ulong.MaxValue;
        switch (type.Kind)
        {
            case TypeKind.Range:
                return TryRange(type.RangeInfo, new RangeValue(stored), ref low, ref high);
            case TypeKind.Multirange:
                var ranges = new MultirangeValue(stored);
                if (ranges.IsEmpty)
                    return false;
                ulong inner = 0;
                return TryRange(type.RangeInfo, ranges.First, ref low, ref inner) && TryRange(type.RangeInfo, ranges.Last, ref inner, ref high);
        }

        if (type.Oid is TypeOid.Inet or TypeOid.Cidr)
        {
            InetValue network = InetValue.Decode(stored);
            low = NetworkNumber(network.IsV6, network.NetworkAddress);
            high = NetworkNumber(network.IsV6, network.NetworkAddress | network.HostMask);
        }
        else
        {
            low = high = NumberOf(type, stored);
        }

        return true;
    }

    private static bool TryRange(RangeInfo info, RangeValue range, ref ulong low, ref ulong high)
    {
        if (range.IsEmpty)
            return false;
        low = range.Lower.IsInfinite ? 0 : NumberOf(info.Subtype, range.Lower.Value);
        high = range.Upper.IsInfinite ? ulong.MaxValue : NumberOf(info.Subtype, range.Upper.Value);
        return true;
    }

    /// <summary>IPv4 below IPv6; of an IPv6 address the first 63 bits.</summary>
    private static ulong NetworkNumber(bool isV6, UInt128 address) => isV6 ? (1UL << 63) | (ulong)(address >> 65) : (ulong)address;

    [ThreadStatic]
    private static KeyBuffer? s_key;

    /// <summary>The first 8 bytes of the value's key: greater or equal for greater values.</summary>
    private static ulong NumberOf(SqlType type, ReadOnlySpan<byte> stored)
    {
        KeyBuffer key = s_key ??= new KeyBuffer();
        key.Clear();
        KeyEncoder.AppendStored(type, stored, key);
        Span<byte> first = stackalloc byte[sizeof(ulong)];
        first.Clear();
        key.Written[..Math.Min(key.Length, first.Length)].CopyTo(first);
        return BinaryPrimitives.ReadUInt64BigEndian(first);
    }
}
