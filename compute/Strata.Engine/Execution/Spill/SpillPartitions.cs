using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Splits rows by their keys' hashes into parts that are written to a file each, so that one part at a time can be worked on in memory. A part that is still too large is split again
/// on the next level, by other bits. Used for one splitting after the other; not thread-safe.
/// </summary>
internal sealed unsafe class SpillPartitions : IDisposable
{
    /// <summary>Parts of one splitting.</summary>
    public const int Count = 1 << Bits;

    /// <summary>Levels of splitting; beyond them there are no bits left that tell keys apart.</summary>
    public const int LevelsMax = 6;

    private const int Bits = 5;

    private readonly ExecutionState _state;
    private readonly OperatorMemory _memory;
    private readonly SqlType[] _types;
    private readonly SpillWriter?[] _writers = new SpillWriter?[Count];
    private readonly SpillBuffer _buffer;
    private readonly SelectionBuffer _rows = new();
    private readonly int[] _starts = new int[Count + 1];

    public SpillPartitions(ExecutionState state, SqlType[] types, OperatorMemory memory)
    {
        _state = state;
        _memory = memory;
        _types = types;
        _buffer = new SpillBuffer(memory.Account);
    }

    /// <summary>Leaves a row out of <see cref="Append"/>.</summary>
    public const sbyte None = -1;

    /// <summary>The part of a key on a level (from 0).</summary>
    public static sbyte Of(ulong hash, int level) => (sbyte)((hash >> (64 - (Bits * (level + 1)))) & (Count - 1));

    /// <summary>Rows written to a part since the last <see cref="Finish"/>.</summary>
    public long Rows(int part) => _writers[part]?.Rows ?? 0;

    /// <summary>Adds rows: <paramref name="parts"/> has the part of the row at each position of the selection, or <see cref="None"/>.</summary>
    public void Append(Batch batch, Selection selection, ReadOnlySpan<sbyte> parts)
    {
        Array.Clear(_starts);
        for (int i = 0; i < selection.Count; i++)
        {
            if (parts[i] >= 0)
                _starts[parts[i] + 1]++;
        }

        for (int part = 0; part < Count; part++)
            _starts[part + 1] += _starts[part];
        int* rows = _rows.Reserve(Math.Max(1, _starts[Count]));
        for (int i = 0; i < selection.Count; i++)
        {
            if (parts[i] >= 0)
                rows[_starts[parts[i]]++] = selection[i];
        }

        // Filling has moved each start to its part's end.
        for (int part = 0, start = 0; part < Count; part++)
        {
            int end = _starts[part];
            if (end > start)
                Writer(part).Append(batch, new Selection(rows + start, end - start));
            start = end;
        }
    }

    /// <summary>Ends the splitting: the parts' rows, those of empty parts null. The files are the caller's.</summary>
    public SpillRun?[] Finish()
    {
        var runs = new SpillRun?[Count];
        for (int part = 0; part < Count; part++)
        {
            if (Rows(part) > 0)
                runs[part] = _writers[part]!.Finish();
        }

        Abandon();
        return runs;
    }

    /// <summary>Drops what was written and gives the memory back.</summary>
    public void Abandon()
    {
        foreach (SpillWriter? writer in _writers)
            writer?.Abandon();
        _buffer.Free();
    }

    public void Dispose()
    {
        Abandon();
        _buffer.Dispose();
        _rows.Dispose();
    }

    private SpillWriter Writer(int part)
    {
        SpillWriter writer = _writers[part] ??= new SpillWriter(_state.Spill, _types, _memory.Account, _buffer);
        writer.ChunkBytes = _memory.ChunkBytes;
        return writer;
    }
}
