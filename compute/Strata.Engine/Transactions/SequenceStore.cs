using System.Collections.Concurrent;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Wal;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Format.Pages;
using Strata.Format.Pages.Maps;
using Strata.Format.Pages.Ops;
using Strata.Format.Wal;

namespace Strata.Engine.Transactions;

/// <summary>What a sequence's catalog row says.</summary>
public readonly record struct SequenceDefinition(long Start, long Increment, long Min, long Max, bool Cycle);

/// <summary>
/// Values of sequences: one page each, not transactional. Values are logged 32 ahead of what is handed out, so a crash skips some and none comes twice; the page always
/// holds the logged state. Thread-safe.
/// </summary>
public sealed class SequenceStore
{
    /// <summary>Values fetched by one record, as in PostgreSQL.</summary>
    public const int LoggedAhead = 32;

    private const int RecordBytes = 128;

    private sealed class State
    {
        /// <summary>The value handed out last, or the one to hand out first.</summary>
        public long Last;
        public bool IsCalled;

        /// <summary>Values that are logged and not handed out.</summary>
        public int Left;

        /// <summary>The record that covers what is handed out.</summary>
        public Lsn Logged;
    }

    private readonly BufferPool _pool;
    private readonly WalInserter _wal;
    private readonly ConcurrentDictionary<(uint Database, ulong Storage), State> _states = [];

    internal SequenceStore(BufferPool pool, WalInserter wal)
    {
        _pool = pool;
        _wal = wal;
    }

    /// <summary>Makes the page of a new sequence.</summary>
    public void Create(Transaction transaction, uint database, ulong storage, in SequenceDefinition definition, CancellationToken cancellation)
    {
        transaction.DropStorageAtAbort(database, storage);
        Log(transaction.EnsureXid(cancellation), database, storage, definition.Start, isCalled: false, cancellation);
    }

    /// <summary>
    /// The next value. The transaction's commit waits until it is durable that the value is taken. Throws 2200H at the bound of a sequence that does not
    /// cycle; <paramref name="name"/> is for that message.
    /// </summary>
    public long Next(Transaction transaction, uint database, ulong storage, string name, in SequenceDefinition definition, CancellationToken cancellation)
    {
        State state = StateOf(database, storage, cancellation);
        lock (state)
        {
            long value = state.IsCalled ? Advance(state.Last, name, definition) : state.Last;
            if (state.Left == 0)
            {
                long ahead = value;
                int count = 1;
                while (count < LoggedAhead && TryAdvance(ahead, definition, out long next))
                {
                    ahead = next;
                    count++;
                }
                state.Logged = Log(0, database, storage, ahead, isCalled: true, cancellation);
                state.Left = count;
            }
            state.Last = value;
            state.IsCalled = true;
            state.Left--;
            transaction.RequireDurable(state.Logged);
            return value;
        }
    }

    /// <summary><c>setval</c>: takes effect at once and for all. Throws 22003 when out of bounds.</summary>
    public void Set(
        Transaction transaction, uint database, ulong storage, string name, in SequenceDefinition definition, long value, bool isCalled, CancellationToken cancellation)
    {
        if (value < definition.Min || value > definition.Max)
        {
            throw new SqlException(SqlState.NumericValueOutOfRange,
                $"setval: value {value} is out of bounds for sequence \"{name}\" ({definition.Min}..{definition.Max})");
        }
        State state = StateOf(database, storage, cancellation);
        lock (state)
        {
            state.Logged = Log(0, database, storage, value, isCalled, cancellation);
            state.Last = value;
            state.IsCalled = isCalled;
            state.Left = 0;
            transaction.RequireDurable(state.Logged);
        }
    }

    /// <summary>What <c>SELECT last_value, is_called</c> shows.</summary>
    public (long LastValue, bool IsCalled) Get(uint database, ulong storage, CancellationToken cancellation)
    {
        State state = StateOf(database, storage, cancellation);
        lock (state)
            return (state.Last, state.IsCalled);
    }

    /// <summary>Forgets a dropped sequence.</summary>
    public void Forget(uint database, ulong storage) => _states.TryRemove((database, storage), out _);

    private State StateOf(uint database, ulong storage, CancellationToken cancellation)
    {
        if (_states.TryGetValue((database, storage), out State? state))
            return state;
        PageHandle page = _pool.Pin(SequencePage.KeyOf(database, storage), ReadPoint.Live, cancellation);
        page.LatchShared();
        state = new State { Last = SequencePage.GetLastValue(page.Bytes), IsCalled = SequencePage.IsCalled(page.Bytes) };
        page.UnlatchShared();
        page.Unpin();
        return _states.GetOrAdd((database, storage), state);
    }

    private static long Advance(long last, string name, in SequenceDefinition definition)
    {
        if (TryAdvance(last, definition, out long next))
            return next;
        if (definition.Cycle)
            return definition.Increment > 0 ? definition.Min : definition.Max;
        throw new SqlException(SqlState.SequenceGeneratorLimitExceeded, definition.Increment > 0
            ? $"nextval: reached maximum value of sequence \"{name}\" ({definition.Max})"
            : $"nextval: reached minimum value of sequence \"{name}\" ({definition.Min})");
    }

    private static bool TryAdvance(long last, in SequenceDefinition definition, out long next)
    {
        Int128 sum = (Int128)last + definition.Increment;
        next = (long)sum;
        return sum >= definition.Min && sum <= definition.Max;
    }

    private Lsn Log(ulong xid, uint database, ulong storage, long value, bool isCalled, CancellationToken cancellation)
    {
        PageHandle page = _pool.Pin(SequencePage.KeyOf(database, storage), ReadPoint.Live, cancellation);
        try
        {
            _wal.EnsureRoom(RecordBytes, cancellation);
            page.LatchExclusive();
            try
            {
                WalRecordBuilder record = _wal.Begin(WalRecordKind.Change, xid);
                ByteWriter change = record.BeginChange(page);
                SequenceSet.Encode(ref change, value, isCalled, init: PageFormat.IsNew(page.Bytes));
                record.EndChange(in change);
                return record.Insert();
            }
            finally
            {
                page.UnlatchExclusive();
            }
        }
        finally
        {
            page.Unpin();
        }
    }
}
