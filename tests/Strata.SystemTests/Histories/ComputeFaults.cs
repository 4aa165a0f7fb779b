using Npgsql;

namespace Strata.SystemTests.Histories;

/// <summary>
/// Deaths of the compute in the course of a run, at even distances of time and with work done between them: it is killed, or a second one takes the endpoint over while it lives and serves, which is killed in its turn some time later. Called from the thread
/// that watches the run; sessions connect from theirs.
/// </summary>
public sealed class ComputeFaults(StrataInstance instance, int seed, TimeSpan length, int count, ListWorkload workload) : IDisposable
{
    private static readonly TimeSpan s_takeover = TimeSpan.FromSeconds(2);

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private volatile ComputeTwin? _twin;
    private long _twinStarted;
    private int _committedBefore;

    /// <summary>Transactions that must have committed since the last death before the next.</summary>
    public const int CommitsMin = 100;

    /// <summary>How often the compute was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>How often another one took over.</summary>
    public int Takeovers { get; private set; }

    /// <summary>All have happened.</summary>
    public bool IsOver => Kills + Takeovers == count && _twin is null;

    /// <summary>A session's connection: a quarter of them goes to the second compute while there is one.</summary>
    public NpgsqlConnection Connect(int session) => session % 4 == 3 && _twin is { } twin ? twin.Connect() : instance.Connect();

    /// <summary>Does what is due.</summary>
    public void Tick()
    {
        if (_twin is not null && TimeProvider.System.GetElapsedTime(_twinStarted) > s_takeover)
            Dispose();
        int done = Kills + Takeovers;
        if (done == count || TimeProvider.System.GetElapsedTime(_start) < length * (done + 1) / (count + 1) || workload.Committed < _committedBefore + CommitsMin)
            return;
        _committedBefore = workload.Committed;
        if ((done + seed) % 2 == 0)
        {
            StrataInstance.Signal(instance.RoleProcessId("compute"), "KILL");
            Kills++;
            return;
        }

        Dispose();
        _twinStarted = TimeProvider.System.GetTimestamp();
        _twin = instance.StartTwin();
        Takeovers++;
    }

    public void Dispose()
    {
        ComputeTwin? twin = _twin;
        _twin = null;
        twin?.Dispose();
    }
}
