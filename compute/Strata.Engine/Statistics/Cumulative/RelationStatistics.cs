using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;

namespace Strata.Engine.Statistics.Cumulative;

/// <summary>
/// The counters of one table or index in this compute's life. Access methods count by storage, and a relation gets a new storage when it is truncated or written anew: what the
/// former ones counted is added up here. Thread-safe.
/// </summary>
internal sealed class RelationStatistics
{
    private const int StoragesMax = 4;

    private readonly Lock _gate = new();
    private readonly List<(ulong Storage, Func<RelationTotals> Count)> _storages = [];
    private RelationTotals _former;
    private ulong _storage;
    private (ulong Storage, long Rows, long Change) _maintained;
    private (long Count, long At) _vacuum;
    private (long Count, long At) _autovacuum;
    private (long Count, long At) _analyze;
    private (long Count, long At) _autoanalyze;

    /// <summary>The heap whose changes the running transaction may have counted; null for an index.</summary>
    public HeapActivity? Heap { get; private set; }

    /// <summary>The relation has this storage now.</summary>
    public void Follow(BufferPool pool, uint database, ulong storage, HeapActivity? heap, IndexActivity? index)
    {
        lock (_gate)
        {
            if (_storage == storage)
                return;
            _storage = storage;
            Heap = heap;
            // A rolled-back TRUNCATE brings the storage back that was left.
            if (_storages.Exists(known => known.Storage == storage))
                return;
            if (_storages.Count == StoragesMax)
            {
                _former += _storages[0].Count();
                _storages.RemoveAt(0);
            }

            _storages.Add((storage, () => heap is not null
                ? new RelationTotals(
                    heap.SequentialScans, heap.SequentialRows, heap.RowsFetched, heap.Inserted, heap.Updated, heap.HotUpdated, heap.Deleted, heap.BlocksFetched,
                    pool.ReadsOf(database, storage))
                : new RelationTotals(index!.Scans, index.EntriesRead, index.RowsFetched, 0, 0, 0, 0, index.BlocksFetched, pool.ReadsOf(database, storage))));
        }
    }

    public RelationTotals Totals
    {
        get
        {
            lock (_gate)
                return Sum();
        }
    }

    /// <summary>Counts begin anew.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _former = default;
            _former = -Sum();
            _vacuum = _autovacuum = _analyze = _autoanalyze = default;
        }
    }

    /// <summary>A vacuum or an analyze found so many live rows.</summary>
    public void NoteMaintained(bool vacuum, bool isAutomatic, double rows, long now)
    {
        lock (_gate)
        {
            ref (long Count, long At) done = ref (vacuum ? ref (isAutomatic ? ref _autovacuum : ref _vacuum) : ref (isAutomatic ? ref _autoanalyze : ref _analyze));
            done = (done.Count + 1, now);
            _maintained = (_storage, (long)Math.Max(rows, 0), Heap?.LiveChange ?? 0);
        }
    }

    /// <summary>Live rows; <paramref name="rows"/> is the catalog's number, for a table that nobody has maintained in this life.</summary>
    public long Live(double rows)
    {
        lock (_gate)
        {
            long change = Heap?.LiveChange ?? 0;
            if (_maintained.Storage == _storage)
                return Math.Max(0, _maintained.Rows + change - _maintained.Change);
            // A storage that came in this life was empty at first.
            return Math.Max(0, _storages.Count > 1 ? change : (long)Math.Max(rows, 0) + change);
        }
    }

    /// <summary>How often, and when last (microseconds since 2000-01-01 UTC).</summary>
    public (long Count, long At) Maintained(bool vacuum, bool isAutomatic)
    {
        lock (_gate)
            return vacuum ? isAutomatic ? _autovacuum : _vacuum : isAutomatic ? _autoanalyze : _analyze;
    }

    private RelationTotals Sum()
    {
        RelationTotals sum = _former;
        foreach ((_, Func<RelationTotals> count) in _storages)
            sum += count();
        return sum;
    }
}
