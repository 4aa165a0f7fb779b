using System.Diagnostics.CodeAnalysis;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>The notational types <c>smallserial</c>, <c>serial</c> and <c>bigserial</c>.</summary>
internal static class SerialTypes
{
    /// <summary>The integer type behind a serial type's name; false for other names.</summary>
    public static bool TryGet(TypeName name, [NotNullWhen(true)] out SqlType? type)
    {
        type = name.Names.Count != 1 || name.IsColumnType ? null : name.Name switch
        {
            "smallserial" or "serial2" => SqlType.Int2,
            "serial" or "serial4" => SqlType.Int4,
            "bigserial" or "serial8" => SqlType.Int8,
            _ => null,
        };
        if (type is not null && !name.ArrayBounds.IsEmpty)
            throw new SqlException(SqlState.FeatureNotSupported, "array of serial is not implemented");
        return type is not null;
    }
}
