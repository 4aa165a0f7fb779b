namespace Strata.Simulation.Quorum;

/// <summary>What happened in one history, to show that the faults really occur.</summary>
public sealed class QuorumStatistics
{
    public long Steps { get; set; }
    public int Elections { get; set; }
    public int Crashes { get; set; }
    public int Wipes { get; set; }
    public int Partitions { get; set; }
    public int Commits { get; set; }
    public int Uploads { get; set; }
    public int FailedPuts { get; set; }
    public int RemovedSegments { get; set; }
    public int DiskErrors { get; set; }
    public long CommittedBytes { get; set; }

    /// <summary>Adds another history's numbers.</summary>
    public void Add(QuorumStatistics other)
    {
        Steps += other.Steps;
        Elections += other.Elections;
        Crashes += other.Crashes;
        Wipes += other.Wipes;
        Partitions += other.Partitions;
        Commits += other.Commits;
        Uploads += other.Uploads;
        FailedPuts += other.FailedPuts;
        RemovedSegments += other.RemovedSegments;
        DiskErrors += other.DiskErrors;
        CommittedBytes += other.CommittedBytes;
    }

    /// <summary>One line of averages.</summary>
    public string PerSeed(int seeds) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""
            {seeds} seeds; per seed: {(double)Steps / seeds:F0} events, {(double)Elections / seeds:F1} elections, {(double)Crashes / seeds:F1} crashes, {(double)Wipes / seeds:F1} lost disks, {(double)Partitions / seeds:F1} partitions, {(double)Commits / seeds:F0} commits, {(double)CommittedBytes / seeds / 1024:F0} KiB committed, {(double)Uploads / seeds:F1} uploads, {(double)FailedPuts / seeds:F1} failed puts, {(double)RemovedSegments / seeds:F1} segments removed, {(double)DiskErrors / seeds:F1} disk errors
            """);
}
