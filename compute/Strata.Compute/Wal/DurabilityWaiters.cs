using Strata.Engine.Storage;
using Strata.Format;

namespace Strata.Compute.Wal;

/// <summary>
/// Sessions that wait for an LSN to become durable: each has its own monitor, so that an advance wakes exactly those whose LSN it covers. Thread-safe; allocates nothing per wait.
/// </summary>
internal sealed class DurabilityWaiters
{
    [ThreadStatic]
    private static Waiter? t_waiter;

    private readonly Lock _lock = new();
    private Waiter? _first;
    private Waiter? _last;
    private Lsn _durable;
    private bool _closed;

    /// <summary>Nobody waits at the moment.</summary>
    public bool IsEmpty => Volatile.Read(ref _first) is null;

    /// <summary>Blocks until <see cref="Advance"/> reached the LSN, the caller cancels, or <see cref="Close"/>.</summary>
    public DurabilityWait Wait(Lsn lsn, CancellationToken cancellation)
    {
        Waiter waiter = t_waiter ??= new Waiter();
        waiter.Lsn = lsn;
        waiter.Result = null;
        lock (_lock)
        {
            if (_durable >= lsn)
                return DurabilityWait.Durable;
            if (_closed)
                return DurabilityWait.LostTerm;
            Append(waiter);
        }
        using (cancellation.CanBeCanceled
            ? cancellation.UnsafeRegister(static state => ((Waiter)state!).Finish(DurabilityWait.Cancelled), waiter)
            : default(CancellationTokenRegistration))
        {
            lock (waiter)
            {
                while (waiter.Result is null)
                    Monitor.Wait(waiter);
            }
        }
        if (waiter.Result == DurabilityWait.Cancelled)
        {
            lock (_lock)
                Remove(waiter); // who finishes a wait otherwise has taken it off the list
        }
        return waiter.Result.Value;
    }

    /// <summary>Everything at or below is durable.</summary>
    public void Advance(Lsn durable)
    {
        lock (_lock)
        {
            _durable = durable;
            for (Waiter? waiter = _first; waiter is not null;)
            {
                Waiter? next = waiter.Next;
                if (waiter.Lsn <= durable)
                {
                    Remove(waiter);
                    waiter.Finish(DurabilityWait.Durable);
                }
                waiter = next;
            }
        }
    }

    /// <summary>The term is lost: ends all waits, present and future, with an unknown outcome.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            for (Waiter? waiter = _first; waiter is not null;)
            {
                Waiter? next = waiter.Next;
                Remove(waiter);
                waiter.Finish(DurabilityWait.LostTerm);
                waiter = next;
            }
        }
    }

    private void Append(Waiter waiter)
    {
        waiter.Listed = true;
        waiter.Previous = _last;
        waiter.Next = null;
        if (_last is null)
            _first = waiter;
        else
            _last.Next = waiter;
        _last = waiter;
    }

    private void Remove(Waiter waiter)
    {
        if (!waiter.Listed)
            return;
        waiter.Listed = false;
        if (waiter.Previous is null)
            _first = waiter.Next;
        else
            waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null)
            _last = waiter.Previous;
        else
            waiter.Next.Previous = waiter.Previous;
    }

    private sealed class Waiter
    {
        public Lsn Lsn;
        public DurabilityWait? Result;
        public bool Listed;
        public Waiter? Previous;
        public Waiter? Next;

        /// <summary>The first result stands.</summary>
        public void Finish(DurabilityWait result)
        {
            lock (this)
            {
                Result ??= result;
                Monitor.Pulse(this);
            }
        }
    }
}
