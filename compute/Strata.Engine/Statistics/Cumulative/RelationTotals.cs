namespace Strata.Engine.Statistics.Cumulative;

/// <summary>Counters of a relation that add up over its storages.</summary>
internal readonly record struct RelationTotals(
    long Scans, long RowsReturned, long RowsFetched, long Inserted, long Updated, long HotUpdated, long Deleted, long BlocksFetched, long BlocksRead)
{
    public static RelationTotals operator +(RelationTotals a, RelationTotals b) => new(
        a.Scans + b.Scans, a.RowsReturned + b.RowsReturned, a.RowsFetched + b.RowsFetched, a.Inserted + b.Inserted, a.Updated + b.Updated, a.HotUpdated + b.HotUpdated,
        a.Deleted + b.Deleted, a.BlocksFetched + b.BlocksFetched, a.BlocksRead + b.BlocksRead);

    public static RelationTotals operator -(RelationTotals a) => new(
        -a.Scans, -a.RowsReturned, -a.RowsFetched, -a.Inserted, -a.Updated, -a.HotUpdated, -a.Deleted, -a.BlocksFetched, -a.BlocksRead);
}
