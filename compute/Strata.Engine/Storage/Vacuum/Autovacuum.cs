using Strata.Format;
using Strata.Platform;

namespace Strata.Engine.Storage.Vacuum;

/// <summary>
/// Vacuums and analyzes tables when enough of their rows have changed. One thread per engine; between pages it waits so long that it takes
/// a small part of the machine. An error in one table is reported and the next table goes on.
/// </summary>
public sealed class Autovacuum(IScheduler scheduler, IAutovacuumTables tables, TableActivities activities, Action<AutovacuumTable, Exception> report)
{
    /// <summary>Pages between two pauses (<c>vacuum_cost_limit</c> / <c>vacuum_cost_page_miss</c>, roughly).</summary>
    private const int PagesPerPause = 32;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    private readonly List<AutovacuumTable> _tables = [];
    private CancellationToken _cancellation;
    private int _pages;

    /// <summary>How long it sleeps between two looks at all tables (<c>autovacuum_naptime</c>).</summary>
    public TimeSpan Naptime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The thread's body: looks at all tables again and again until cancelled.</summary>
    public void Run(CancellationToken cancellation)
    {
        while (scheduler.Sleep(Naptime, cancellation))
            RunOnce(cancellation);
    }

    /// <summary>Looks at all tables once. Returns how many were maintained.</summary>
    public int RunOnce(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _tables.Clear();
        tables.List(_tables);
        int maintained = 0;
        foreach (AutovacuumTable table in _tables)
        {
            if (cancellation.IsCancellationRequested)
                break;
            maintained += MaintainIfNeeded(table, cancellation) ? 1 : 0;
        }
        return maintained;
    }

    private bool MaintainIfNeeded(in AutovacuumTable table, CancellationToken cancellation)
    {
        TableActivity activity = activities.Of(table.Database, table.Storage);
        bool vacuum = table.Thresholds.NeedsVacuum(activity, table.Rows);
        bool analyze = table.Thresholds.NeedsAnalyze(activity, table.Rows);
        if (!vacuum && !analyze)
            return false;
        TableActivityMark begin = activity.Mark();
        try
        {
            if (!tables.Maintain(table, vacuum, analyze, Throttle, cancellation))
                return false;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception error) when (error is not (InvariantViolationException or LostTermException))
        {
            // Its transaction was rolled back: one table that can't be maintained must take neither the others' care nor the compute with it.
            report(table, error);
            return false;
        }
        if (vacuum)
            activity.NoteVacuumed(begin);
        if (analyze)
            activity.NoteAnalyzed(begin);
        return true;
    }

    private void Throttle()
    {
        if (++_pages % PagesPerPause == 0)
            scheduler.Sleep(s_pause, _cancellation);
    }
}
