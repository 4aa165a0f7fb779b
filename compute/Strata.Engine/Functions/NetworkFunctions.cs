using Strata.Engine.Types;
using Strata.Engine.Types.Network;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>Operators and functions of inet, cidr, macaddr and macaddr8. Source: PostgreSQL 15, "Network Address Functions and Operators".</summary>
internal static class NetworkFunctions
{
    private const int HostPartBytes = 3;

    public static void Register(FunctionTable t)
    {
        RegisterParts(t);
        RegisterContainment(t);
        RegisterArithmetic(t);
        RegisterMacAddresses(t);
    }

    private static InetValue Inet(ref FunctionCall c, int argument) => InetValue.Decode(c.Bytes(argument));

    private static void RegisterParts(FunctionTable t)
    {
        t.Add("network_host", static (ref FunctionCall c) => ReturnText(ref c, Inet(ref c, 0), static (value, text) => value.WriteHost(text)));
        t.Add("network_show", static (ref FunctionCall c) => ReturnText(ref c, Inet(ref c, 0), static (value, text) =>
        {
            value.WriteHost(text);
            value.WriteMask(text);
        }));
        t.Add("inet_abbrev", static (ref FunctionCall c) => ReturnText(ref c, Inet(ref c, 0), static (value, text) =>
        {
            value.WriteHost(text);
            if (value.MaskBits != value.BitsMax)
                value.WriteMask(text);
        }));
        t.Add("cidr_abbrev", static (ref FunctionCall c) => ReturnText(ref c, Inet(ref c, 0), static (value, text) => value.WriteAbbreviated(text)));
        t.Add("network_masklen", static (ref FunctionCall c) => c.Return(Inet(ref c, 0).MaskBits));
        t.Add("network_family", static (ref FunctionCall c) => c.Return(Inet(ref c, 0).IsV6 ? 6 : 4));
        t.Add("network_network", static (ref FunctionCall c) => c.Return(Network(Inet(ref c, 0)).Encode()));
        t.Add("inet_to_cidr", static (ref FunctionCall c) => c.Return(Network(Inet(ref c, 0)).Encode()));
        t.Add("network_broadcast", static (ref FunctionCall c) => c.Return(Inet(ref c, 0).WithAddress(Inet(ref c, 0).Address | Inet(ref c, 0).HostMask).Encode()));
        t.Add("network_netmask", static (ref FunctionCall c) => c.Return(Whole(Inet(ref c, 0), Inet(ref c, 0).NetMask).Encode()));
        t.Add("network_hostmask", static (ref FunctionCall c) => c.Return(Whole(Inet(ref c, 0), Inet(ref c, 0).HostMask).Encode()));
        t.Add("inet_set_masklen", static (ref FunctionCall c) => c.Return(SetMask(ref c).Encode()));
        t.Add("cidr_set_masklen", static (ref FunctionCall c) => c.Return(Network(SetMask(ref c)).Encode()));
        t.Add("inet_same_family", static (ref FunctionCall c) => c.Return(Inet(ref c, 0).IsV6 == Inet(ref c, 1).IsV6));
        t.Add("network_larger", static (ref FunctionCall c) => c.ReturnArgument(c.Bytes(0).SequenceCompareTo(c.Bytes(1)) >= 0 ? 0 : 1));
        t.Add("network_smaller", static (ref FunctionCall c) => c.ReturnArgument(c.Bytes(0).SequenceCompareTo(c.Bytes(1)) <= 0 ? 0 : 1));
        t.Add("network_cmp", static (ref FunctionCall c) => c.Return(Compare(InetValue.Decode(c.Bytes(0)), InetValue.Decode(c.Bytes(1)))));
        t.Add("inet_merge", static (ref FunctionCall c) =>
        {
            InetValue a = Inet(ref c, 0), b = Inet(ref c, 1);
            if (a.IsV6 != b.IsV6)
                throw new SqlException(SqlState.InvalidParameterValue, "cannot merge addresses from different families");
            int bits = Math.Min(a.MaskBits, b.MaskBits);
            while (a.WithMask(bits).NetworkAddress != b.WithMask(bits).NetworkAddress)
                bits--;
            c.Return(Network(a.WithMask(bits)).Encode());
        });
    }

    private static void ReturnText(ref FunctionCall c, InetValue value, Action<InetValue, ByteBuffer> write)
    {
        var text = new ByteBuffer(64);
        write(value, text);
        c.Return(text.Written);
    }

    private static InetValue Network(InetValue value) => value.WithAddress(value.NetworkAddress);

    private static InetValue Whole(InetValue like, UInt128 address) => new(like.IsV6, address, like.BitsMax);

    private static InetValue SetMask(ref FunctionCall c)
    {
        InetValue value = Inet(ref c, 0);
        int bits = c.Int32(1) == -1 ? value.BitsMax : c.Int32(1);
        return bits < 0 || bits > value.BitsMax
            ? throw new SqlException(SqlState.InvalidParameterValue, $"invalid mask length: {bits}") : value.WithMask(bits);
    }

    private static void RegisterContainment(FunctionTable t)
    {
        t.Add("network_sub", static (ref FunctionCall c) => c.Return(IsWithin(Inet(ref c, 0), Inet(ref c, 1)) && Inet(ref c, 0).MaskBits > Inet(ref c, 1).MaskBits));
        t.Add("network_subeq", static (ref FunctionCall c) => c.Return(IsWithin(Inet(ref c, 0), Inet(ref c, 1))));
        t.Add("network_sup", static (ref FunctionCall c) => c.Return(IsWithin(Inet(ref c, 1), Inet(ref c, 0)) && Inet(ref c, 1).MaskBits > Inet(ref c, 0).MaskBits));
        t.Add("network_supeq", static (ref FunctionCall c) => c.Return(IsWithin(Inet(ref c, 1), Inet(ref c, 0))));
        t.Add("network_overlap", static (ref FunctionCall c) => c.Return(IsWithin(Inet(ref c, 0), Inet(ref c, 1)) || IsWithin(Inet(ref c, 1), Inet(ref c, 0))));
    }

    private static bool IsWithin(InetValue inner, InetValue outer) =>
        inner.IsV6 == outer.IsV6 && inner.MaskBits >= outer.MaskBits && inner.WithMask(outer.MaskBits).NetworkAddress == outer.NetworkAddress;

    private static void RegisterArithmetic(FunctionTable t)
    {
        const uint int8PlusInet = 2631;
        t.Add("inetnot", static (ref FunctionCall c) => c.Return(Inet(ref c, 0).WithAddress(~Inet(ref c, 0).Address).Encode()));
        t.Add("inetand", static (ref FunctionCall c) =>
        {
            (InetValue a, InetValue b) = Pair(ref c, "AND");
            c.Return(a.WithAddress(a.Address & b.Address).WithMask(Math.Max(a.MaskBits, b.MaskBits)).Encode());
        });
        t.Add("inetor", static (ref FunctionCall c) =>
        {
            (InetValue a, InetValue b) = Pair(ref c, "OR");
            c.Return(a.WithAddress(a.Address | b.Address).WithMask(Math.Max(a.MaskBits, b.MaskBits)).Encode());
        });
        t.Add("inetpl", static (ref FunctionCall c) => c.Return(Offset(Inet(ref c, 0), c.Int64(1)).Encode()));
        t.Add(int8PlusInet, static (ref FunctionCall c) => c.Return(Offset(Inet(ref c, 1), c.Int64(0)).Encode()));
        t.Add("inetmi_int8", static (ref FunctionCall c) => c.Return(Offset(Inet(ref c, 0), unchecked(-c.Int64(1))).Encode()));
        t.Add("inetmi", static (ref FunctionCall c) =>
        {
            InetValue a = Inet(ref c, 0), b = Inet(ref c, 1);
            if (a.IsV6 != b.IsV6)
                throw new SqlException(SqlState.InvalidParameterValue, "cannot subtract inet values of different sizes");
            bool isNegative = a.Address < b.Address;
            UInt128 distance = isNegative ? b.Address - a.Address : a.Address - b.Address;
            if (distance > (UInt128)long.MaxValue + (isNegative ? 1u : 0u))
                throw OutOfRange();
            c.Return(isNegative ? (long)-(Int128)distance : (long)distance);
        });
    }

    private static (InetValue A, InetValue B) Pair(ref FunctionCall c, string operation)
    {
        InetValue a = Inet(ref c, 0), b = Inet(ref c, 1);
        return a.IsV6 == b.IsV6
            ? (a, b) : throw new SqlException(SqlState.InvalidParameterValue, $"cannot {operation} inet values of different sizes");
    }

    private static SqlException OutOfRange() => new(SqlState.NumericValueOutOfRange, "result is out of range");

    private static InetValue Offset(InetValue value, Int128 offset)
    {
        UInt128 magnitude = (UInt128)Int128.Abs(offset), limit = value.IsV6 ? UInt128.MaxValue : uint.MaxValue;
        if (offset < 0 ? magnitude > value.Address : magnitude > limit - value.Address)
            throw OutOfRange();
        return value.WithAddress(offset < 0 ? value.Address - magnitude : value.Address + magnitude);
    }

    private static void RegisterMacAddresses(FunctionTable t)
    {
        foreach (string type in (string[])["macaddr", "macaddr8"])
        {
            t.Add(type + "_not", static (ref FunctionCall c) => c.Return(Combine(c.Bytes(0), c.Bytes(0), static (a, _) => (byte)~a)));
            t.Add(type + "_and", static (ref FunctionCall c) => c.Return(Combine(c.Bytes(0), c.Bytes(1), static (a, b) => (byte)(a & b))));
            t.Add(type + "_or", static (ref FunctionCall c) => c.Return(Combine(c.Bytes(0), c.Bytes(1), static (a, b) => (byte)(a | b))));
            t.Add(type + "_cmp", static (ref FunctionCall c) => c.Return(Math.Sign(c.Bytes(0).SequenceCompareTo(c.Bytes(1)))));
            t.Add(type + "_trunc", static (ref FunctionCall c) =>
            {
                byte[] address = c.Bytes(0).ToArray();
                address.AsSpan(HostPartBytes).Clear();
                c.Return(address);
            });
        }

        t.Add("macaddr8_set7bit", static (ref FunctionCall c) =>
        {
            byte[] address = c.Bytes(0).ToArray();
            address[0] |= 2;
            c.Return(address);
        });
        t.Add("macaddrtomacaddr8", static (ref FunctionCall c) => c.Return(MacAddressCodec.Widen(c.Bytes(0))));
        t.Add("macaddr8tomacaddr", static (ref FunctionCall c) =>
        {
            ReadOnlySpan<byte> address = c.Bytes(0);
            if (address[3] != 0xFF || address[4] != 0xFE)
            {
                throw new SqlException(SqlState.NumericValueOutOfRange, "macaddr8 data out of range to convert to macaddr")
                {
                    Hint = "Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.",
                };
            }

            c.Return([address[0], address[1], address[2], address[5], address[6], address[7]]);
        });
    }

    /// <summary>With the numbers that PostgreSQL answers with: how many bits of mask one has more, otherwise a sign.</summary>
    private static int Compare(in InetValue a, in InetValue b)
    {
        if (a.IsV6 != b.IsV6)
            return a.FamilyCode - b.FamilyCode;
        int bits = Math.Min(a.MaskBits, b.MaskBits);
        int order = CompareBits(a, b, bits);
        if (order != 0)
            return order;
        return a.MaskBits != b.MaskBits ? a.MaskBits - b.MaskBits : CompareBits(a, b, a.BitsMax);
    }

    private static int CompareBits(in InetValue a, in InetValue b, int bits)
    {
        for (int at = 0; at < bits; at += 8)
        {
            int shift = a.BitsMax - at - 8;
            int left = (byte)(a.Address >> shift), right = (byte)(b.Address >> shift);
            if (bits - at < 8)
            {
                int rest = 8 - (bits - at);
                return (left >> rest).CompareTo(right >> rest);
            }

            if (left != right)
                return left - right;
        }

        return 0;
    }

    private static byte[] Combine(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, Func<byte, byte, byte> operation)
    {
        var result = new byte[a.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = operation(a[i], b[i]);
        return result;
    }
}
