using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>
/// Rows kept in memory, in chunks of <see cref="Batch.RowsMax"/>; row n stands in chunk n / RowsMax. Bytes are copied, so the rows outlive their
/// producer. Buffers are kept by <see cref="Clear"/> up to a small number of chunks. Not thread-safe.
/// </summary>
public sealed class RowStore(SqlType[] types, MemoryAccount? account) : IDisposable
{
    private const int ChunksKept = 2;
    private readonly List<Batch> _chunks = [];

    /// <summary>Types of the columns.</summary>
    public SqlType[] Types { get; } = types;

    /// <summary>Rows stored.</summary>
    public int Count { get; private set; }

    /// <summary>Number of chunks in use.</summary>
    public int ChunkCount => (Count + Batch.RowsMax - 1) / Batch.RowsMax;

    /// <summary>A chunk; all of its stored rows count.</summary>
    public Batch Chunk(int index) => _chunks[index];

    /// <summary>The chunk of a row.</summary>
    public Batch ChunkOf(int row) => _chunks[row / Batch.RowsMax];

    /// <summary>The place of a row in its chunk.</summary>
    public static int Offset(int row) => row % Batch.RowsMax;

    /// <summary>Copies the rows that count of <paramref name="batch"/>, the first columns as many as there are types. Returns the number of the first.</summary>
    public int Append(Batch batch)
    {
        int first = Count;
        Selection selection = batch.Selection;
        for (int i = 0; i < selection.Count;)
        {
            Batch chunk = WritableChunk(Math.Min(selection.Count - i, Batch.RowsMax));
            int start = chunk.StoredCount;
            int rows = Math.Min(selection.Count - i, Batch.RowsMax - start);
            for (int column = 0; column < Types.Length; column++)
            {
                Vector target = chunk[column];
                target.EnsureCapacity(start + rows, start);
                target.CopyRows(batch[column], selection, i, rows, start);
            }

            chunk.SetCount(start + rows);
            Count += rows;
            i += rows;
        }

        return first;
    }

    /// <summary>
    /// Makes a flat vector show column <paramref name="column"/> of the listed rows; bytes stay in the store. A negative row is null.
    /// </summary>
    public unsafe void Gather(int column, ReadOnlySpan<int> rows, Vector target)
    {
        target.Reset(rows.Length);
        switch (target.Physical.WidthBytes())
        {
            case 4:
                GatherValues<uint>(column, rows, target);
                break;
            case 8:
                GatherValues<ulong>(column, rows, target);
                break;
            case 16:
                GatherValues<UInt128>(column, rows, target);
                break;
            case 2:
                GatherValues<ushort>(column, rows, target);
                break;
            default:
                GatherValues<byte>(column, rows, target);
                break;
        }
    }

    private unsafe void GatherValues<T>(int column, ReadOnlySpan<int> rows, Vector target)
        where T : unmanaged
    {
        var to = (T*)target.Data;
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            if (row < 0)
            {
                target.SetNull(i);
                continue;
            }

            Vector from = _chunks[row / Batch.RowsMax].Columns[column];
            int offset = row % Batch.RowsMax;
            if (from.HasNulls && from.IsNull(offset))
                target.SetNull(i);
            else
                to[i] = ((T*)from.Data)[offset];
        }
    }

    /// <summary>Copies one row; returns its number.</summary>
    public int AppendRow(Batch batch, int row)
    {
        Batch chunk = WritableChunk(1);
        int start = chunk.StoredCount;
        for (int column = 0; column < Types.Length; column++)
        {
            chunk[column].EnsureCapacity(start + 1, start);
            chunk[column].CopyRow(batch[column], row, start);
        }

        chunk.SetCount(start + 1);
        return Count++;
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        for (int i = _chunks.Count - 1; i >= ChunksKept; i--)
        {
            _chunks[i].Dispose();
            _chunks.RemoveAt(i);
        }

        foreach (Batch chunk in _chunks)
            chunk.Reset(0);
        Count = 0;
    }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        foreach (Batch chunk in _chunks)
            chunk.Dispose();
        _chunks.Clear();
        Count = 0;
    }

    private Batch WritableChunk(int rows)
    {
        int index = Count / Batch.RowsMax;
        if (index == _chunks.Count)
        {
            var chunk = new Batch(Types, account);
            chunk.Reset(Math.Min(rows, Batch.RowsMax));
            _chunks.Add(chunk);
        }

        return _chunks[index];
    }
}
