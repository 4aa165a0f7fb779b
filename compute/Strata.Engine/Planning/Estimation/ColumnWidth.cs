using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Estimation;

/// <summary>Average bytes of columns, as plans show them. Stateless.</summary>
internal static class ColumnWidth
{
    private const int UnknownBytes = 32;
    private const int LongBytes = 1000;

    /// <summary>A column's width by its statistics, else by its type.</summary>
    public static int Of(RelationInfo relation, short attribute)
    {
        if (attribute <= 0 || attribute > relation.Columns.Length)
            return attribute is Algebra.SystemAttribute.Ctid ? 6 : 4;
        foreach (ColumnStatistics statistics in relation.Statistics)
        {
            if (statistics.Column == attribute && statistics.Width > 0)
                return statistics.Width;
        }

        return Default(relation.Columns[attribute - 1]);
    }

    /// <summary>A column's width by its type alone (get_typavgwidth).</summary>
    public static int Default(ColumnInfo column) => column.Length > 0 ? column.Length : OfType(column.TypeOid, column.TypeModifier);

    /// <summary>Width of values of a type.</summary>
    public static int Of(SqlType type) => type.Length > 0 ? type.Length : OfType(type.Oid, type.Typmod);

    private static int OfType(uint oid, int modifier)
    {
        int most = oid is TypeOid.VarChar or TypeOid.BpChar && modifier > 4 ? modifier : 0;
        if (most == 0)
            return UnknownBytes;
        if (oid == TypeOid.BpChar || most <= UnknownBytes)
            return most;
        return most < LongBytes ? UnknownBytes + ((most - UnknownBytes) / 2) : UnknownBytes + ((LongBytes - UnknownBytes) / 2);
    }
}
