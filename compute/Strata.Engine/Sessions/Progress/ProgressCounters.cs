namespace Strata.Engine.Sessions.Progress;

/// <summary>Counters and phases of ANALYZE.</summary>
internal static class AnalyzeProgress
{
    public const int BlocksTotal = 0;
    public const int BlocksDone = 1;
    public const int ExtendedTotal = 2;
    public const int ExtendedDone = 3;
    public const int ChildrenTotal = 4;
    public const int ChildrenDone = 5;
    public const int CurrentChild = 6;

    public const string AcquiringSample = "acquiring sample rows";
    public const string AcquiringInherited = "acquiring inherited sample rows";
    public const string ComputingStatistics = "computing statistics";
    public const string ComputingExtended = "computing extended statistics";
    public const string Finalizing = "finalizing analyze";
}

/// <summary>Counters and phases of VACUUM.</summary>
internal static class VacuumProgress
{
    public const int BlocksTotal = 0;
    public const int BlocksScanned = 1;
    public const int BlocksVacuumed = 2;
    public const int IndexRounds = 3;
    public const int DeadMax = 4;
    public const int Dead = 5;

    public const string Scanning = "scanning heap";
    public const string VacuumingIndexes = "vacuuming indexes";
    public const string VacuumingHeap = "vacuuming heap";
    public const string Truncating = "truncating heap";
    public const string FinalCleanup = "performing final cleanup";
}

/// <summary>Counters and phases of CREATE INDEX and REINDEX.</summary>
internal static class IndexProgress
{
    public const int IndexOid = 0;
    public const int BlocksTotal = 1;
    public const int BlocksDone = 2;
    public const int RowsTotal = 3;
    public const int RowsDone = 4;
    public const int PartitionsTotal = 5;
    public const int PartitionsDone = 6;

    public const string Scanning = "building index: scanning table";
    public const string Sorting = "building index: sorting live tuples";
    public const string Loading = "building index: loading tuples in tree";
}

/// <summary>Counters of COPY.</summary>
internal static class CopyProgress
{
    public const int BytesDone = 0;
    public const int BytesTotal = 1;
    public const int RowsDone = 2;
    public const int RowsExcluded = 3;
}

/// <summary>Counters and phases of CLUSTER and VACUUM FULL.</summary>
internal static class ClusterProgress
{
    public const int IndexOid = 0;
    public const int BlocksTotal = 1;
    public const int BlocksScanned = 2;
    public const int IndexesBuilt = 3;

    /// <summary>Where the rows go: its counts of rows tell how far the command is.</summary>
    public const int NewStorage = 4;

    /// <summary>All rows, when they are written.</summary>
    public const int RowsWritten = 5;

    public const string Scanning = "seq scanning heap";
    public const string Swapping = "swapping relation files";
    public const string RebuildingIndexes = "rebuilding index";
    public const string FinalCleanup = "performing final cleanup";
}
