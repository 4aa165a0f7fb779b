using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

/// <summary>
/// Gathers rows to chunks and appends them to a file, which is made when the first chunk is full. What <see cref="Finish"/> gives out is the caller's; until then the file is the
/// writer's. Not thread-safe.
/// </summary>
internal sealed class SpillWriter : IDisposable
{
    // Rows are copied in pieces of this many where values may be long, so that a chunk does not grow far beyond its size.
    private const int PieceRows = 128;
    private const int ChunkRowsMin = 16;

    private readonly SpillScope _scope;
    private readonly SqlType[] _types;
    private readonly SpillBuffer _buffer;
    private readonly Batch _pending;
    private readonly bool _hasBytes;
    private readonly int _rowBytes;
    private SpillFile? _file;
    private bool _ownsFile;
    private long _start;
    private long _rows;

    /// <param name="buffer">Where chunks are put together; may be shared by the writers of one operator.</param>
    public SpillWriter(SpillScope scope, SqlType[] types, MemoryAccount? account, SpillBuffer buffer)
    {
        _scope = scope;
        _types = types;
        _buffer = buffer;
        _pending = new Batch(types, account);
        _rowBytes = 1;
        foreach (SqlType type in types)
        {
            _rowBytes += type.Physical.WidthBytes();
            _hasBytes |= type.Physical == PhysicalType.Bytes;
        }
    }

    /// <summary>Bytes that a chunk should have.</summary>
    public int ChunkBytes { get; set; } = 1 << 16;

    /// <summary>Rows taken since the last <see cref="Finish"/>.</summary>
    public long Rows => _rows;

    private int ChunkRows => Math.Clamp(ChunkBytes / _rowBytes, ChunkRowsMin, Batch.RowsMax);

    /// <summary>Writes on behind the end of a file that others have runs in. The file stays theirs.</summary>
    public void Begin(SpillFile file)
    {
        _file = file;
        _ownsFile = false;
        _start = file.LengthBytes;
    }

    /// <summary>Copies the selected rows of a batch, the first columns as many as there are types.</summary>
    public void Append(Batch batch, Selection selection)
    {
        int chunkRows = ChunkRows;
        for (int i = 0; i < selection.Count;)
        {
            int start = _pending.StoredCount;
            int rows = Math.Min(selection.Count - i, chunkRows - start);
            if (_hasBytes)
                rows = Math.Min(rows, PieceRows);
            for (int column = 0; column < _types.Length; column++)
            {
                Vector target = _pending[column];
                target.EnsureCapacity(start + rows, start);
                target.CopyRows(batch[column], selection, i, rows, start);
            }

            _pending.SetCount(start + rows);
            _rows += rows;
            i += rows;
            if (start + rows >= chunkRows || IsLarge())
                Flush();
        }
    }

    /// <summary>Copies one row.</summary>
    public void AppendRow(Batch batch, int row)
    {
        int start = _pending.StoredCount;
        for (int column = 0; column < _types.Length; column++)
        {
            Vector target = _pending[column];
            target.EnsureCapacity(start + 1, start);
            target.CopyRow(batch[column], row, start);
        }

        _pending.SetCount(start + 1);
        _rows++;
        if (start + 1 >= ChunkRows || ((start & 15) == 15 && IsLarge()))
            Flush();
    }

    /// <summary>Writes the selected rows as a chunk of their own, without copying them first; nothing must be waiting.</summary>
    public void WriteChunk(Batch batch, Selection selection)
    {
        if (selection.IsEmpty)
            return;
        Format.Invariant.Check(_pending.StoredCount == 0);
        _rows += selection.Count;
        Write(batch, selection);
    }

    /// <summary>Ends the run and gives it out; the writer begins anew.</summary>
    public SpillRun Finish()
    {
        Flush();
        EnsureFile();
        var run = new SpillRun(_file!, _start, _file!.LengthBytes, _rows);
        _file = null;
        _start = 0;
        _rows = 0;
        return run;
    }

    /// <summary>Drops what was written, the file too when it is the writer's own, and gives the memory back.</summary>
    public void Abandon()
    {
        if (_ownsFile)
            _file?.Dispose();
        _file = null;
        _start = 0;
        _rows = 0;
        _pending.Dispose();
        _pending.SetCount(0);
    }

    public void Dispose() => Abandon();

    private bool IsLarge()
    {
        if (!_hasBytes)
            return false;
        long bytes = 0;
        foreach (Vector column in _pending.Columns)
            bytes += column.StringBytesUsed;
        return bytes > ChunkBytes;
    }

    private void Flush()
    {
        int rows = _pending.StoredCount;
        if (rows == 0)
            return;
        Write(_pending, new Selection(rows));
        _pending.Reset(0);
    }

    private void Write(Batch batch, Selection selection)
    {
        EnsureFile();
        _buffer.Clear();
        SpillFormat.Write(batch, selection, _types.Length, _buffer);
        _file!.Append(_buffer.Written);
    }

    private void EnsureFile()
    {
        if (_file is not null)
            return;
        _file = _scope.CreateFile();
        _ownsFile = true;
        _start = 0;
    }
}
