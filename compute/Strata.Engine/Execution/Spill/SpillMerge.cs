using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

/// <summary>Merges sorted runs whose first column is the key; of equal keys those of the earlier run come first. Not thread-safe.</summary>
internal sealed class SpillMerge : IDisposable
{
    // Bytes of long values after which a batch is delivered although it has room for more rows.
    private const long BatchBytesMax = 4 << 20;

    private readonly Source[] _sources;
    private readonly int[] _heap;
    private int _live;

    private struct Source
    {
        public SpillReader Reader;
        public Batch Chunk;
        public int Position;
        public ulong Prefix;
    }

    public SpillMerge(SqlType[] types, MemoryAccount account, IReadOnlyList<SpillRun> runs)
    {
        _sources = new Source[runs.Count];
        _heap = new int[runs.Count];
        for (int i = 0; i < runs.Count; i++)
        {
            _sources[i].Reader = new SpillReader(types, account);
            _sources[i].Reader.Open(runs[i]);
            if (Refill(ref _sources[i]))
                _heap[_live++] = i;
        }

        for (int i = (_live / 2) - 1; i >= 0; i--)
            SiftDown(i);
    }

    /// <summary>Copies up to <paramref name="rowsMax"/> rows, from a column on, to a batch, which it resets; returns how many, 0 at the end.</summary>
    public int Read(Batch target, int rowsMax, int firstColumn)
    {
        target.Reset(rowsMax);
        int count = 0;
        while (count < rowsMax && _live > 0)
        {
            ref Source source = ref _sources[_heap[0]];
            for (int column = 0; column < target.Columns.Length; column++)
                target[column].CopyRow(source.Chunk[column + firstColumn], source.Position, count);
            count++;
            Advance();
            if ((count & 15) == 0 && IsLarge(target))
                break;
        }

        return count;
    }

    /// <summary>Copies up to <paramref name="rowsMax"/> rows whole.</summary>
    public void CopyTo(SpillWriter target, long rowsMax, ExecutionState state)
    {
        for (long copied = 0; copied < rowsMax && _live > 0; copied++)
        {
            if ((copied & 0xFFFF) == 0)
                state.CheckCancel();
            ref Source source = ref _sources[_heap[0]];
            target.AppendRow(source.Chunk, source.Position);
            Advance();
        }
    }

    public void Dispose()
    {
        foreach (Source source in _sources)
            source.Reader?.Dispose();
    }

    private static bool IsLarge(Batch batch)
    {
        long bytes = 0;
        foreach (Vector column in batch.Columns)
            bytes += column.StringBytesUsed;
        return bytes > BatchBytesMax;
    }

    private void Advance()
    {
        ref Source source = ref _sources[_heap[0]];
        if (++source.Position < source.Chunk.StoredCount)
            source.Prefix = KeyPrefix.Of(source.Chunk[0].GetBytes(source.Position));
        else if (!Refill(ref source))
            _heap[0] = _heap[--_live];
        SiftDown(0);
    }

    private static bool Refill(ref Source source)
    {
        if (source.Reader.Next() is not { } chunk)
            return false;
        source.Chunk = chunk;
        source.Position = 0;
        source.Prefix = KeyPrefix.Of(chunk[0].GetBytes(0));
        return true;
    }

    private void SiftDown(int place)
    {
        while (true)
        {
            int least = (2 * place) + 1;
            if (least >= _live)
                return;
            if (least + 1 < _live && IsBefore(_heap[least + 1], _heap[least]))
                least++;
            if (!IsBefore(_heap[least], _heap[place]))
                return;
            (_heap[place], _heap[least]) = (_heap[least], _heap[place]);
            place = least;
        }
    }

    private bool IsBefore(int a, int b)
    {
        ref Source x = ref _sources[a];
        ref Source y = ref _sources[b];
        if (x.Prefix != y.Prefix)
            return x.Prefix < y.Prefix;
        int order = x.Chunk[0].GetBytes(x.Position).SequenceCompareTo(y.Chunk[0].GetBytes(y.Position));
        return order != 0 ? order < 0 : a < b;
    }
}
