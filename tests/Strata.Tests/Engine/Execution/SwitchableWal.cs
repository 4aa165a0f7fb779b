using Strata.Engine.Storage;
using Strata.Format;

namespace Strata.Tests.Engine.Execution;

/// <summary>Passes records on until it is told to forget them: then appending costs no memory, and only cached pages know what happened.</summary>
public sealed class SwitchableWal(IWalSink inner) : IWalSink
{
    private long _end;

    /// <summary>From now on records are forgotten.</summary>
    public void Discard() => _end = (long)inner.EndOfLog.Value;

    public Lsn EndOfLog => _end == 0 ? inner.EndOfLog : new Lsn((ulong)Volatile.Read(ref _end));

    public Lsn DurableLsn => _end == 0 ? inner.DurableLsn : EndOfLog;

    public Action<Lsn>? DurableAdvanced
    {
        set => inner.DurableAdvanced = value;
    }

    public void EnsureRoom(int bytes, CancellationToken cancellation)
    {
        if (_end == 0)
            inner.EnsureRoom(bytes, cancellation);
    }

    public Lsn Append(ReadOnlySpan<byte> record) =>
        _end == 0 ? inner.Append(record) : new Lsn((ulong)Interlocked.Add(ref _end, record.Length));

    public DurabilityWait WaitDurable(Lsn lsn, CancellationToken cancellation) =>
        _end == 0 ? inner.WaitDurable(lsn, cancellation) : DurabilityWait.Durable;
}
