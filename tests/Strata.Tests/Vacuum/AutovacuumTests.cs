using Strata.Engine.Storage.Vacuum;
using Strata.Engine.Types;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Vacuum;

public class AutovacuumTests
{
    private readonly TableActivities _activities = new();
    private readonly Tables _tables = new();
    private readonly List<Exception> _errors = [];

    [Fact]
    public void A_table_is_vacuumed_when_enough_rows_died_and_not_again()
    {
        TableActivity activity = Add(1, rows: 1000);
        activity.NoteDead(250);
        activity.NoteChanged(250);
        Run();
        Assert.Equal((1u, false, true), Assert.Single(_tables.Done));
        activity.NoteDead(1);
        Run();
        Assert.Equal([(1u, false, true), (1u, true, false)], _tables.Done);
        Assert.Equal(0, activity.DeadSinceVacuum);
        Run();
        Assert.Equal(2, _tables.Done.Count);
    }

    [Fact]
    public void Inserts_alone_cause_a_vacuum_too()
    {
        TableActivity activity = Add(1, rows: 0);
        activity.NoteInserted(1001);
        activity.NoteChanged(1001);
        Run();
        Assert.Equal((1u, true, true), Assert.Single(_tables.Done));
    }

    [Fact]
    public void What_happens_during_a_vacuum_counts_for_the_next()
    {
        TableActivity activity = Add(1, rows: 0);
        activity.NoteDead(100);
        _tables.During = () => activity.NoteDead(70);
        Run();
        Assert.Equal(70, activity.DeadSinceVacuum);
    }

    [Fact]
    public void A_locked_table_is_tried_again_and_an_error_does_not_stop_the_others()
    {
        Add(1, rows: 0).NoteDead(100);
        Add(2, rows: 0).NoteDead(100);
        Add(3, rows: 0).NoteDead(100);
        _tables.Locked.Add(1);
        _tables.Broken.Add(2);
        Run();
        Assert.Equal([3u], _tables.Done.Select(done => done.Oid));
        Assert.Single(_errors);
        _tables.Locked.Clear();
        Run();
        Assert.Equal([3u, 1u], _tables.Done.Select(done => done.Oid));
    }

    [Fact]
    public void A_table_may_opt_out()
    {
        Add(1, rows: 0, new AutovacuumThresholds { Enabled = false }).NoteDead(1_000_000);
        Run();
        Assert.Empty(_tables.Done);
    }

    private TableActivity Add(uint oid, double rows, AutovacuumThresholds? thresholds = null)
    {
        _tables.All.Add(new AutovacuumTable(5, oid, oid + 100, rows, thresholds ?? AutovacuumThresholds.Default));
        return _activities.Of(5, oid + 100);
    }

    private void Run() =>
        new Autovacuum(new NoWaiting(), _tables, _activities, (_, error) => _errors.Add(error)).RunOnce(CancellationToken.None);

    private sealed class NoWaiting : IScheduler
    {
        public TimeProvider Time => TimeProvider.System;

        public IWorker StartThread(string name, Action<CancellationToken> body, int stackSizeBytes = 0) => throw new InvalidOperationException();

        public bool Sleep(TimeSpan delay, CancellationToken cancellation) => !cancellation.IsCancellationRequested;
    }

    private sealed class Tables : IAutovacuumTables
    {
        public List<AutovacuumTable> All { get; } = [];

        public List<(uint Oid, bool Vacuum, bool Analyze)> Done { get; } = [];

        public HashSet<uint> Locked { get; } = [];

        public HashSet<uint> Broken { get; } = [];

        public Action? During { get; set; }

        public void List(List<AutovacuumTable> tables) => tables.AddRange(All);

        public bool Maintain(in AutovacuumTable table, bool vacuum, bool analyze, Action throttle, CancellationToken cancellation)
        {
            if (Broken.Contains(table.Oid))
                throw new OverflowException("broken");
            if (Locked.Contains(table.Oid))
                return false;
            for (int page = 0; page < 100; page++)
                throttle();
            During?.Invoke();
            Done.Add((table.Oid, vacuum, analyze));
            return true;
        }
    }
}
