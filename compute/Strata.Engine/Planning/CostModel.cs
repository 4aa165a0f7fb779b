using Strata.Engine.Catalog;

namespace Strata.Engine.Planning;

/// <summary>PostgreSQL's cost constants and size estimates.</summary>
internal static class CostModel
{
    public const double SeqPageCost = 1.0;
    public const double RandomPageCost = 4.0;
    public const double CpuTupleCost = 0.01;
    public const double CpuIndexTupleCost = 0.005;
    public const double CpuOperatorCost = 0.0025;
    public const int PageBytes = 8192;

    private const int UnanalyzedPages = 10;
    private const int RowOverheadBytes = 40;
    private const int UnknownWidthBytes = 32;

    /// <summary>Pages and rows of a table; without statistics PostgreSQL's guess of ten pages.</summary>
    public static (double Pages, double Rows) SizeOf(RelationInfo relation)
    {
        double pages = relation.Tuples >= 0 && relation.Pages > 0 ? relation.Pages : UnanalyzedPages;
        if (relation.Tuples >= 0 && relation.Pages > 0)
            return (pages, Math.Max(1, relation.Tuples));
        int width = RowOverheadBytes;
        foreach (ColumnInfo column in relation.Columns)
            width += column.IsDropped ? 0 : WidthOf(column);
        return (pages, Math.Max(1, pages * PageBytes / width));
    }

    /// <summary>Average bytes of a column.</summary>
    public static int WidthOf(ColumnInfo column) => column.Length > 0 ? column.Length : UnknownWidthBytes;
}
