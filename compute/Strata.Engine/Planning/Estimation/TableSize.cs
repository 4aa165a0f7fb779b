using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Storage.Buffers;

namespace Strata.Engine.Planning.Estimation;

/// <summary>Size of a table as plans see it.</summary>
/// <param name="Pages">Pages now.</param>
/// <param name="Rows">Rows, at least 1.</param>
internal readonly record struct TableSize(double Pages, double Rows)
{
    private const int UnanalyzedPagesMin = 10;
    private const int PageBytes = 8192 - 24;
    private const int RowOverheadBytes = 28;

    /// <summary>
    /// The pages that a table has now, with as many rows on each as ANALYZE or VACUUM found; without either, with rows of the columns' usual width, and not less than ten pages (PostgreSQL's
    /// estimate_rel_size).
    /// </summary>
    public static TableSize Of(RelationInfo relation, StorageHandles handles)
    {
        if (relation.Storage == 0)
            return relation.Tuples >= 0 ? new TableSize(Math.Max(1, relation.Pages), Math.Max(1, relation.Tuples)) : Guess(relation, UnanalyzedPagesMin);
        double pages = handles.Heap(relation.Database, relation.Storage).CountBlocks(ReadPoint.Live);
        if (relation.Tuples < 0)
            return Guess(relation, relation.Children.Length > 0 ? pages : Math.Max(pages, UnanalyzedPagesMin));
        if (relation.Pages <= 0)
            return pages == 0 ? new TableSize(0, Math.Max(1, relation.Tuples)) : Guess(relation, pages);
        return new TableSize(pages, Math.Max(1, Math.Round(relation.Tuples / relation.Pages * pages)));
    }

    /// <summary>The size of a table whose rows are made by code: it has no pages.</summary>
    public static TableSize Of(SystemTable table, CatalogView catalog) => new(1, Math.Max(1, table.EstimateRows(catalog)));

    private static TableSize Guess(RelationInfo relation, double pages)
    {
        int width = RowOverheadBytes;
        foreach (ColumnInfo column in relation.Columns)
            width += column.IsDropped ? 0 : ColumnWidth.Default(column);
        return new TableSize(pages, Math.Max(1, Math.Round(pages * (PageBytes / width))));
    }
}
