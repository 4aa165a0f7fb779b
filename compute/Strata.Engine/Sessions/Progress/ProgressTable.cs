namespace Strata.Engine.Sessions.Progress;

/// <summary>The commands of an engine that run now and report their progress. Thread-safe.</summary>
internal sealed class ProgressTable
{
    private readonly Lock _gate = new();
    private readonly List<ProgressReport> _reports = [];

    /// <summary>Begins to report a command of a session.</summary>
    public ProgressReport Begin(ProgressCommand command, SessionContext session, uint relation, string words = "", string source = "")
    {
        var report = new ProgressReport(this, command, session.Startup.ProcessId, session.DatabaseOid, relation) { Words = words, Source = source };
        lock (_gate)
            _reports.Add(report);
        return report;
    }

    /// <summary>The reports of one kind of command.</summary>
    public List<ProgressReport> Of(ProgressCommand command)
    {
        lock (_gate)
            return _reports.FindAll(report => report.Command == command);
    }

    public void Remove(ProgressReport report)
    {
        lock (_gate)
            _reports.Remove(report);
    }
}
