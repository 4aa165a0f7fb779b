namespace Strata.Safekeeper.Storage;

/// <summary>
/// One sync in flight per safekeeper: whoever arrives while one runs joins the next, which serves all of them together. The first to arrive at an idle
/// disk syncs on its own thread, so a lone writer pays no hand-off. Thread-safe.
/// </summary>
/// <remarks>
/// After a sync that failed nobody knows what is durable, and asking the disk again would only say that nothing is dirty. So the failure stays: every later call
/// fails too, until the safekeeper is started again and reads what is really there.
/// </remarks>
internal sealed class GroupSync
{
    private readonly object _gate = new();
    private List<WalLog> _collecting = [];
    private List<WalLog> _syncing = [];
    private long _round = 1;
    private long _doneRound;
    private bool _running;
    private IOException? _failure;

    /// <summary>Blocks until all that was written to the log is durable; <see cref="IOException"/> when that is not so.</summary>
    public void Sync(WalLog log)
    {
        long mine;
        lock (_gate)
        {
            mine = _round;
            _collecting.Add(log);
            while (_running && _doneRound < mine)
                Monitor.Wait(_gate);
            ThrowIfFailed();
            if (_doneRound >= mine)
                return;
            _running = true;
            _round++;
            (_collecting, _syncing) = (_syncing, _collecting);
        }
        IOException? failure = null;
        try
        {
            foreach (WalLog dirty in _syncing)
                dirty.Sync();
        }
        catch (IOException error)
        {
            failure = error;
        }
        lock (_gate)
        {
            _syncing.Clear();
            _failure ??= failure;
            _doneRound = mine;
            _running = false;
            Monitor.PulseAll(_gate);
            ThrowIfFailed();
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            throw new IOException($"the log could not be synced: {_failure.Message}", _failure);
    }
}
