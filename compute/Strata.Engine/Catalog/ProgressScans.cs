using Strata.Engine.Sessions.Progress;

namespace Strata.Engine.Catalog;

/// <summary>Rows of the <c>pg_stat_progress_*</c> views.</summary>
internal static class ProgressScans
{
    public static IEnumerable<CatalogValue[]> Analyze(SystemScanContext context)
    {
        foreach (ProgressReport report in Reports(context, ProgressCommand.Analyze))
            yield return
            [
                .. Head(context, report), report.Phase, report[AnalyzeProgress.BlocksTotal], report[AnalyzeProgress.BlocksDone], report[AnalyzeProgress.ExtendedTotal],
                report[AnalyzeProgress.ExtendedDone], report[AnalyzeProgress.ChildrenTotal], report[AnalyzeProgress.ChildrenDone], report[AnalyzeProgress.CurrentChild],
            ];
    }

    public static IEnumerable<CatalogValue[]> Vacuum(SystemScanContext context)
    {
        foreach (ProgressReport report in Reports(context, ProgressCommand.Vacuum))
            yield return
            [
                .. Head(context, report), report.Phase, report[VacuumProgress.BlocksTotal], report[VacuumProgress.BlocksScanned], report[VacuumProgress.BlocksVacuumed],
                report[VacuumProgress.IndexRounds], report[VacuumProgress.DeadMax], report[VacuumProgress.Dead],
            ];
    }

    public static IEnumerable<CatalogValue[]> CreateIndex(SystemScanContext context)
    {
        foreach (ProgressReport report in Reports(context, ProgressCommand.CreateIndex))
            yield return
            [
                .. Head(context, report), report[IndexProgress.IndexOid], report.Words, report.Phase, 0L, 0L, 0L, report[IndexProgress.BlocksTotal], report[IndexProgress.BlocksDone],
                report[IndexProgress.RowsTotal], report[IndexProgress.RowsDone], report[IndexProgress.PartitionsTotal], report[IndexProgress.PartitionsDone],
            ];
    }

    public static IEnumerable<CatalogValue[]> Copy(SystemScanContext context)
    {
        foreach (ProgressReport report in Reports(context, ProgressCommand.Copy))
            yield return
            [
                .. Head(context, report), report.Words, report.Source, report[CopyProgress.BytesDone], report[CopyProgress.BytesTotal], report[CopyProgress.RowsDone],
                report[CopyProgress.RowsExcluded],
            ];
    }

    public static IEnumerable<CatalogValue[]> Cluster(SystemScanContext context)
    {
        foreach (ProgressReport report in Reports(context, ProgressCommand.Cluster))
        {
            long rows = report[ClusterProgress.NewStorage] == 0 || report[ClusterProgress.RowsWritten] > 0 ? report[ClusterProgress.RowsWritten] : context.Session!.Context.Engine.Storage.ActivityOf(report.Database, (ulong)report[ClusterProgress.NewStorage]).Inserted;
            yield return
            [
                .. Head(context, report), report.Words, report.Phase, report[ClusterProgress.IndexOid], rows, rows, report[ClusterProgress.BlocksTotal],
                report[ClusterProgress.BlocksScanned], report[ClusterProgress.IndexesBuilt],
            ];
        }
    }

    private static List<ProgressReport> Reports(SystemScanContext context, ProgressCommand command) => context.Session?.Context.Engine.Progress.Of(command) ?? [];

    private static CatalogValue[] Head(SystemScanContext context, ProgressReport report) =>
        [report.ProcessId, report.Database, context.Catalog.FindDatabase(report.Database)?.Name, report.Relation];
}
