namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Makes the temporary files of one execution (or of one cursor) and knows which are open, so that whatever happens none outlives it. Threads of one statement may use it together.
/// </summary>
internal sealed class SpillScope
{
    private readonly Lock _gate = new();
    private readonly HashSet<SpillFile> _open = [];
    private TemporaryFiles? _files;
    private TemporarySpace? _space;

    /// <summary>False where there is no disk to spill to: operators keep everything in memory then.</summary>
    public bool IsAvailable => _files is not null;

    /// <summary>What the execution's session has set.</summary>
    public ExecutionSettings Settings { get; private set; } = ExecutionSettings.Default;

    /// <summary>Begins an execution.</summary>
    public void Begin(TemporaryFiles? files, TemporarySpace? space, ExecutionSettings settings)
    {
        _files = files;
        _space = space;
        Settings = settings;
    }

    /// <summary>Begins an execution that belongs to another one: a helper's.</summary>
    public void Begin(SpillScope leader) => Begin(leader._files, leader._space, leader.Settings);

    /// <summary>A new file, the caller's to dispose of. Throws <see cref="Types.SqlException"/>.</summary>
    public SpillFile CreateFile()
    {
        var file = new SpillFile(this, _files!, _space);
        lock (_gate)
            _open.Add(file);
        return file;
    }

    /// <summary>A file has gone.</summary>
    public void Forget(SpillFile file)
    {
        lock (_gate)
            _open.Remove(file);
    }

    /// <summary>Ends the execution: what operators left behind goes.</summary>
    public void End()
    {
        while (true)
        {
            SpillFile file;
            lock (_gate)
            {
                if (_open.Count == 0)
                    return;
                file = _open.First();
            }

            file.Dispose();
        }
    }
}
