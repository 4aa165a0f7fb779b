using System.Runtime.InteropServices;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Format;
using Strata.Platform;

namespace Strata.Engine.Statistics;

/// <summary>
/// Draws rows from a table in two stages, as PostgreSQL's ANALYZE does: as many blocks as rows are wanted, all equally likely (Knuth's algorithm S), and of the rows on them a reservoir of that
/// size. So a large table costs no more than a small one. Two threads read a half of the blocks each, and the halves' reservoirs are merged; which rows are drawn does not depend on whether there are two.
/// For one table.
/// </summary>
internal sealed class TableSampler(HeapRelation heap, TableLayout layout, short[] attributes, IRandom random)
{
    private const int ReadAheadBlocks = 32;

    /// <summary>Blocks that are worth a second thread.</summary>
    private const int HelpedBlocksMin = 512;

    /// <summary>The system's generator is asked for a seed only: numbers are needed by the hundred thousand.</summary>
    private readonly SeededRandom _random = new(random.NextUInt64());

    /// <summary>Called after each block; by several threads when there are <see cref="Workers"/>.</summary>
    public Action? BlockDone { get; init; }

    /// <summary>Called with the number of blocks that will be read.</summary>
    public Action<int>? Begun { get; init; }

    /// <summary>Who may help; null for nobody.</summary>
    public QueryWorkers? Workers { get; init; }

    /// <summary>Draws at most <paramref name="wanted"/> rows that the snapshot sees and adds them to a sample.</summary>
    public void Draw(uint totalBlocks, int wanted, Snapshot snapshot, TableSample sample, CancellationToken cancellation)
    {
        uint[] blocks = ChooseBlocks(totalBlocks, wanted);
        Begun?.Invoke(blocks.Length);
        int parts = blocks.Length < HelpedBlocksMin ? 1 : 2;
        var reservoirs = new RowReservoir[parts];
        for (int part = 0; part < parts; part++)
            reservoirs[part] = new RowReservoir(wanted, new SeededRandom(_random.NextUInt64()));
        try
        {
            SharedWork.Run(Workers, parts, part =>
            {
                int first = blocks.Length * part / parts, end = blocks.Length * (part + 1) / parts;
                Read(blocks.AsSpan(first..end), reservoirs[part], snapshot, cancellation);
            }, cancellation);
        }
        catch
        {
            foreach (RowReservoir reservoir in reservoirs)
                reservoir.Dispose();
            throw;
        }

        HeapRowPointer[] rows = parts == 1 ? [.. reservoirs[0].Rows] : RowReservoir.Merge(reservoirs[0], reservoirs[1], wanted, _random);
        double seen = reservoirs.Sum(static reservoir => reservoir.Seen);
        sample.Add(
            new StoredRows(rows, reservoirs, layout, attributes, new Detoast(heap, snapshot.ReadPoint, cancellation)),
            blocks.Length == 0 ? 0 : Math.Floor((seen / blocks.Length * totalBlocks) + 0.5));
    }

    private void Read(ReadOnlySpan<uint> blocks, RowReservoir reservoir, in Snapshot snapshot, CancellationToken cancellation)
    {
        var scan = new HeapScan();
        try
        {
            for (int i = 0; i < blocks.Length; i += ReadAheadBlocks)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<uint> next = blocks.Slice(i, Math.Min(ReadAheadBlocks, blocks.Length - i));
                ReadAhead(next, snapshot, cancellation);
                for (int first = 0; first < next.Length;)
                {
                    // Blocks side by side are one scan.
                    int end = first + 1;
                    while (end < next.Length && next[end] == next[first] + (uint)(end - first))
                        end++;
                    scan.Open(heap, snapshot, forUpdate: false, next[first], next[end - 1] + 1, cancellation);
                    while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, cancellation))
                        reservoir.Offer(rows);
                    scan.Close();
                    for (; first < end; first++)
                        BlockDone?.Invoke();
                }
            }
        }
        finally
        {
            scan.Close();
        }
    }

    private uint[] ChooseBlocks(uint total, int wanted)
    {
        var blocks = new uint[(int)Math.Min(total, (uint)wanted)];
        int chosen = 0;
        for (uint block = 0; chosen < blocks.Length; block++)
        {
            uint left = total - block;
            int needed = blocks.Length - chosen;
            if (needed >= left || RowReservoir.NextDouble(_random) * left < needed)
                blocks[chosen++] = block;
        }

        return blocks;
    }

    private void ReadAhead(ReadOnlySpan<uint> blocks, in Snapshot snapshot, CancellationToken cancellation)
    {
        Span<PageKey> keys = stackalloc PageKey[blocks.Length];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = heap.KeyOf(blocks[i]);
        if (keys.Length > 1)
            heap.Context.Pool.ReadAhead(keys, snapshot.ReadPoint, cancellation);
    }
}
