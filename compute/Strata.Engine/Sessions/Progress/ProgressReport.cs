namespace Strata.Engine.Sessions.Progress;

/// <summary>The commands whose progress can be watched.</summary>
internal enum ProgressCommand
{
    Analyze,
    Vacuum,
    CreateIndex,
    Copy,
    Cluster,
}

/// <summary>
/// How far one command is. Written by the session that runs it, read by others (<c>pg_stat_progress_*</c>): a reader may see values of two moments. Ends with <see cref="Dispose"/>.
/// </summary>
internal sealed class ProgressReport(ProgressTable table, ProgressCommand command, int processId, uint database, uint relation) : IDisposable
{
    private const int CountersMax = 12;

    private readonly long[] _counters = new long[CountersMax];
    private volatile string _phase = "initializing";

    public ProgressCommand Command => command;

    public int ProcessId => processId;

    public uint Database => database;

    public uint Relation => relation;

    /// <summary>The phase as the view names it.</summary>
    public string Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>The statement's words (<c>CREATE INDEX</c>, <c>COPY FROM</c>).</summary>
    public string Words { get; init; } = "";

    /// <summary>Where COPY's data come from or go to.</summary>
    public string Source { get; init; } = "";

    /// <summary>A counter of the view; its number is the command's (<see cref="AnalyzeProgress"/> and the like).</summary>
    public long this[int counter]
    {
        get => Volatile.Read(ref _counters[counter]);
        set => Volatile.Write(ref _counters[counter], value);
    }

    /// <summary>Adds to a counter. Safe from several threads.</summary>
    public void Add(int counter, long amount) => Interlocked.Add(ref _counters[counter], amount);

    /// <inheritdoc/>
    public void Dispose() => table.Remove(this);
}
