using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types.Network;

/// <summary>Text and binary forms of inet and cidr. Source: PostgreSQL 15, "Network Address Types".</summary>
internal sealed class InetCodec : TypeCodec
{
    public static readonly InetCodec Instance = new();

    public override void Parse(SqlType type, ReadOnlySpan<byte> text, IFunctionContext context, Vector result, int row)
    {
        bool isCidr = type.Oid == TypeOid.Cidr;
        InetValue value = InetValue.TryParse(text, isCidr) ?? throw TypeErrors.InvalidSyntax(type.Name, text);
        if (isCidr && value.Address != value.NetworkAddress)
        {
            throw new SqlException(SqlState.InvalidTextRepresentation, $"invalid cidr value: \"{System.Text.Encoding.UTF8.GetString(text)}\"")
            {
                Detail = "Value has bits set to right of mask.",
            };
        }

        result.SetBytes(row, value.Encode());
    }

    public override void Write(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, TypeSettings settings, ICatalogServices? catalog)
    {
        InetValue value = InetValue.Decode(stored);
        value.WriteHost(buffer);
        if (type.Oid == TypeOid.Cidr || value.MaskBits != value.BitsMax)
            value.WriteMask(buffer);
    }

    public override void Send(SqlType type, ReadOnlySpan<byte> stored, ByteBuffer buffer, ICatalogServices? catalog)
    {
        InetValue value = InetValue.Decode(stored);
        buffer.Write(value.FamilyCode);
        buffer.Write((byte)value.MaskBits);
        buffer.Write(type.Oid == TypeOid.Cidr ? (byte)1 : (byte)0);
        buffer.Write((byte)value.AddressBytes);
        value.WriteAddress(value.Address, buffer.Reserve(value.AddressBytes));
        buffer.Advance(value.AddressBytes);
    }

    public override void Receive(SqlType type, ReadOnlySpan<byte> bytes, IFunctionContext context, Vector result, int row)
    {
        var reader = new BinaryCursor(bytes);
        byte family = reader.Byte(), bits = reader.Byte();
        reader.Byte();
        int length = reader.Byte();
        string name = type.Name;
        if (family is not (2 or 3))
            throw Invalid($"invalid address family in external \"{name}\" value");
        bool isV6 = family == 3;
        if (bits > (isV6 ? 128 : 32))
            throw Invalid($"invalid bits in external \"{name}\" value");
        if (length != (isV6 ? 16 : 4))
            throw Invalid($"invalid length in external \"{name}\" value");
        var value = new InetValue(isV6, InetValue.ReadAddress(reader.Bytes(length)), bits);
        reader.ExpectEnd();
        if (type.Oid == TypeOid.Cidr && value.Address != value.NetworkAddress)
            throw new SqlException(SqlState.InvalidBinaryRepresentation, "invalid external \"cidr\" value") { Detail = "Value has bits set to right of mask." };
        result.SetBytes(row, value.Encode());
    }

    private static SqlException Invalid(string message) => new(SqlState.InvalidBinaryRepresentation, message);
}
