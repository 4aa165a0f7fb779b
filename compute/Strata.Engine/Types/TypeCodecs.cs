using Strata.Engine.Types.Geometry;
using Strata.Engine.Types.Network;
using Strata.Engine.Types.Ranges;
using Strata.Engine.Types.TextSearch;

namespace Strata.Engine.Types;

/// <summary>Finds the codec of types whose forms stand in files of their own. Thread-safe.</summary>
internal static class TypeCodecs
{
    /// <summary>The codec, or null when the type's forms are in TypeInput, TypeOutput and TypeBinary.</summary>
    public static TypeCodec? Find(SqlType type) => type.Native is { } native ? native : type.Kind switch
    {
        TypeKind.Range => RangeCodec.Instance,
        TypeKind.Multirange => MultirangeCodec.Instance,
        _ => type.Oid switch
        {
            TypeOid.Point or TypeOid.Lseg or TypeOid.Line or TypeOid.Box or TypeOid.Path or TypeOid.Polygon or TypeOid.Circle => GeometryCodec.Instance,
            TypeOid.TsVector or TypeOid.TsQuery => TsCodec.Instance,
            TypeOid.Inet or TypeOid.Cidr => InetCodec.Instance,
            TypeOid.MacAddr or TypeOid.MacAddr8 => MacAddressCodec.Instance,
            TypeOid.Bit or TypeOid.VarBit => BitString.Instance,
            TypeOid.PgSnapshot or TypeOid.TxidSnapshot => SnapshotCodec.Instance,
            TypeOid.Xml => Xml.XmlCodec.Instance,
            _ => null,
        },
    };
}
