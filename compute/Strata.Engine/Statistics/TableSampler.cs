using System.Runtime.InteropServices;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Format.Pages.Heap;
using Strata.Platform;

namespace Strata.Engine.Statistics;

/// <summary>
/// Draws rows from a table in two stages, as PostgreSQL's ANALYZE does: as many blocks as rows are wanted, all equally likely (Knuth's algorithm S), and of the rows on them a reservoir of that
/// size (Vitter 1985, with Li's geometric skips of 1994). So a large table costs no more than a small one. For one thread and one table.
/// </summary>
internal sealed class TableSampler(HeapRelation heap, TableLayout layout, short[] attributes, IRandom random)
{
    private const int ReadAheadBlocks = 32;

    private readonly List<(Tid Tid, Datum[] Values, int[]? Wide)> _rows = [];
    private readonly RowDecoder _decoder = new(layout, attributes);

    /// <summary>Values longer than <see cref="SampledColumn.WidthMax"/> are read too, for expressions over them.</summary>
    public bool ReadsWide { get; init; }

    /// <summary>Called after each block with the number of blocks done so far.</summary>
    public Action<int>? BlockDone { get; init; }

    /// <summary>Blocks that will be read; known when the first one is.</summary>
    public int BlocksToRead { get; private set; }

    /// <summary>Draws at most <paramref name="wanted"/> rows that the snapshot sees.</summary>
    public TableSample Draw(uint totalBlocks, int wanted, in Snapshot snapshot, CancellationToken cancellation)
    {
        List<uint> blocks = ChooseBlocks(totalBlocks, wanted);
        BlocksToRead = blocks.Count;
        Vector[] scratch = Array.ConvertAll(attributes, attribute => new Vector(layout.Types[attribute - 1]!));
        var scan = new HeapScan();
        double seen = 0;
        try
        {
            var detoast = new Detoast(heap, snapshot.ReadPoint, cancellation);
            double weight = 0, skip = 0;
            for (int i = 0; i < blocks.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (i % ReadAheadBlocks == 0)
                    ReadAhead(blocks, i, snapshot, cancellation);
                scan.Open(heap, snapshot, forUpdate: false, blocks[i], blocks[i] + 1, cancellation);
                while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, cancellation))
                {
                    foreach (ref readonly HeapRowPointer row in rows)
                    {
                        seen++;
                        if (_rows.Count < wanted)
                        {
                            _rows.Add(Read(row, scratch, detoast));
                            if (_rows.Count == wanted)
                            {
                                weight = Math.Exp(Math.Log(NextDouble()) / wanted);
                                skip = NextSkip(weight);
                            }
                        }
                        else if (skip-- < 1)
                        {
                            _rows[random.Next(wanted)] = Read(row, scratch, detoast);
                            weight *= Math.Exp(Math.Log(NextDouble()) / wanted);
                            skip = NextSkip(weight);
                        }
                    }
                }

                scan.Close();
                BlockDone?.Invoke(i + 1);
            }
        }
        finally
        {
            scan.Close();
            foreach (Vector vector in scratch)
                vector.Dispose();
        }

        return Finish(blocks.Count == 0 ? 0 : Math.Floor((seen / blocks.Count * totalBlocks) + 0.5));
    }

    private TableSample Finish(double totalRows)
    {
        // Replaced rows stand out of order.
        _rows.Sort(static (a, b) => a.Tid.CompareTo(b.Tid));
        var sample = new TableSample(attributes.Length) { TotalRows = totalRows };
        foreach ((Tid _, Datum[] values, int[]? wide) in _rows)
        {
            for (int i = 0; wide is not null && i < wide.Length; i++)
            {
                if (wide[i] > 0)
                    sample.Wide.Add((sample.Rows.Count, i), wide[i]);
            }

            sample.Rows.Add(values);
        }

        return sample;
    }

    private List<uint> ChooseBlocks(uint total, int wanted)
    {
        var blocks = new List<uint>((int)Math.Min(total, (uint)wanted));
        for (uint block = 0; block < total && blocks.Count < wanted; block++)
        {
            uint left = total - block;
            int needed = wanted - blocks.Count;
            if (needed >= left || NextDouble() * left < needed)
                blocks.Add(block);
        }

        return blocks;
    }

    private void ReadAhead(List<uint> blocks, int first, in Snapshot snapshot, CancellationToken cancellation)
    {
        Span<PageKey> keys = stackalloc PageKey[Math.Min(ReadAheadBlocks, blocks.Count - first)];
        ReadOnlySpan<uint> next = CollectionsMarshal.AsSpan(blocks).Slice(first, keys.Length);
        for (int i = 0; i < keys.Length; i++)
            keys[i] = heap.KeyOf(next[i]);
        if (keys.Length > 1)
            heap.Context.Pool.ReadAhead(keys, snapshot.ReadPoint, cancellation);
    }

    private (Tid, Datum[], int[]?) Read(in HeapRowPointer row, Vector[] scratch, in Detoast detoast)
    {
        var values = new Datum[attributes.Length];
        int[]? wide = null;
        for (int i = 0; i < values.Length; i++)
        {
            if (!ReadsWide && WideBytes(row, attributes[i] - 1) is var bytes and > 0)
            {
                wide ??= new int[values.Length];
                wide[i] = bytes;
                continue;
            }

            scratch[i].Reset(1);
            _decoder.DecodeColumn(row, i, scratch[i], 0, detoast);
            values[i] = Datum.FromVector(scratch[i], 0);
        }

        return (row.Tid, values, wide);
    }

    /// <summary>Length of a value that is compressed or out of line and too wide; 0 for others.</summary>
    private int WideBytes(in HeapRowPointer row, int column)
    {
        ReadOnlySpan<byte> bytes = row.Bytes;
        int count = HeapRow.GetColumnCount(bytes);
        if (column >= count || layout.Physical[column] != PhysicalType.Bytes || RowLayout.IsNull(bytes, column))
            return 0;
        RowLayout version = layout.Of(count);
        if (!version.IsToasted(bytes, column))
            return 0;
        ToastedValue value = ToastedValue.Read(version.Column(bytes, column));
        return value.RawBytes > SampledColumn.WidthMax ? value.RawBytes : 0;
    }

    /// <summary>Rows to pass over until the next one that goes into the reservoir.</summary>
    private double NextSkip(double weight) => Math.Floor(Math.Log(NextDouble()) / Math.Log(1 - weight));

    /// <summary>Uniform between 0 and 1, both excluded.</summary>
    private double NextDouble() => ((random.NextUInt64() >> 11) + 0.5) * (1.0 / (1UL << 53));
}
