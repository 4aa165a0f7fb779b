using Strata.Engine.Types.Ranges;

namespace Strata.Engine.Types;

/// <summary>Finds the codec of types whose forms stand in files of their own. Thread-safe.</summary>
internal static class TypeCodecs
{
    /// <summary>The codec, or null when the type's forms are in TypeInput, TypeOutput and TypeBinary.</summary>
    public static TypeCodec? Find(SqlType type) => type.Kind switch
    {
        TypeKind.Range => RangeCodec.Instance,
        TypeKind.Multirange => MultirangeCodec.Instance,
        _ => null,
    };
}
