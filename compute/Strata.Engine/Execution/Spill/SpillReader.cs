using System.Runtime.CompilerServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Spill;

/// <summary>Reads the chunks of runs one after the other. Reused for one run after the other; not thread-safe.</summary>
internal sealed unsafe class SpillReader(SqlType[] types, MemoryAccount? account) : IDisposable
{
    private readonly SelectionBuffer _slice = new();
    private readonly Batch _batch = new(types, account);
    private readonly SpillBuffer _buffer = new(account);
    private SpillRun _run;
    private long _next;
    private int _nextBytes;
    private int _nextRows;
    private int _position;

    /// <summary>True when nothing is left to read.</summary>
    public bool IsAtEnd => _next >= _run.End;

    /// <summary>Begins at the start of a run.</summary>
    public void Open(in SpillRun run)
    {
        _run = run;
        Rewind();
    }

    /// <summary>Begins at the start again.</summary>
    public void Rewind()
    {
        _next = _run.Start;
        _position = 0;
        _batch.SetCount(0);
        if (_next >= _run.End)
            return;
        byte* header = stackalloc byte[SpillFormat.HeaderBytes];
        _run.File.Read(_next, new Span<byte>(header, SpillFormat.HeaderBytes));
        TakeHeader(header);
    }

    /// <summary>The rows of the next chunk, valid until the next call; null at the end.</summary>
    public Batch? Next()
    {
        if (_next >= _run.End)
            return null;
        int bytes = _nextBytes;
        int rows = _nextRows;
        long end = _next + SpillFormat.HeaderBytes + bytes;
        // The header of the chunk behind comes with this one.
        int ahead = end < _run.End ? SpillFormat.HeaderBytes : 0;
        _run.File.Read(_next + SpillFormat.HeaderBytes, _buffer.Reset(bytes + ahead));
        _next = end;
        if (ahead > 0)
            TakeHeader(_buffer.Start + bytes);
        SpillFormat.Read(_buffer.Start, rows, _batch);
        return _batch;
    }

    /// <summary>The next rows, at most so many, valid until the next call; null at the end. Not to be mixed with <see cref="Next()"/>.</summary>
    public Batch? Next(int rowsMax)
    {
        if (_position >= _batch.StoredCount)
        {
            _position = 0;
            if (Next() is null)
            {
                _batch.SetCount(0);
                return null;
            }
        }

        int count = Math.Min(rowsMax, _batch.StoredCount - _position);
        int* rows = _slice.Reserve(count);
        for (int i = 0; i < count; i++)
            rows[i] = _position + i;
        _batch.Select(new Selection(rows, count));
        _position += count;
        return _batch;
    }

    private void TakeHeader(byte* header)
    {
        _nextBytes = Unsafe.ReadUnaligned<int>(header);
        _nextRows = Unsafe.ReadUnaligned<int>(header + 4);
        Invariant.Check(_nextBytes >= 0 && _nextRows is > 0 and <= Batch.RowsMax);
    }

    /// <summary>Gives the memory back; the reader may be opened again.</summary>
    public void Free()
    {
        _batch.Dispose();
        _batch.SetCount(0);
        _buffer.Free();
        _run = default;
        _next = 0;
        _position = 0;
    }

    public void Dispose()
    {
        _batch.Dispose();
        _buffer.Dispose();
        _slice.Dispose();
    }
}
