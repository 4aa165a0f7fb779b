using System.Globalization;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Ddl;

/// <summary>
/// Sorted runs of an index's keys on disk, and the memory of what is not on disk yet. Runs come in the order of the table's blocks, so that equal keys of several runs stand in the order of their rows. Not
/// thread-safe.
/// </summary>
internal sealed class IndexKeyRuns : IDisposable
{
    private const int KilobyteBytes = 1024;
    private const int BatchRows = 1024;
    private const int ChunkBytes = 128 << 10;
    private const int WriteBytes = 1 << 20;

    private static readonly SqlType[] s_types = [SqlType.Bytea, SqlType.Tid, SqlType.Boolean];

    private readonly SessionContext _session;
    private readonly SpillScope _scope = new();
    private readonly MemoryAccount _account;
    private readonly SpillBuffer _buffer;
    private readonly List<SpillRun> _runs = [];
    private readonly List<(long Offset, int Count)> _shortRuns = [];
    private readonly long _budgetBytes;
    private SpillWriter? _writer;
    private Batch? _batch;
    private SpillFile? _file;
    private long _chargedBytes;
    private int _rows;

    /// <param name="session">Whose files they are.</param>
    /// <param name="sharers">How many share the session's <c>maintenance_work_mem</c>.</param>
    public IndexKeyRuns(SessionContext session, int sharers)
    {
        _session = session;
        _scope.Begin(session.Engine.Execution.TemporaryFiles, session.TemporarySpace, session.Execution);
        _account = new MemoryAccount("index build", long.MaxValue, session.Engine.Memory);
        _buffer = new SpillBuffer(_account);
        _budgetBytes = long.Parse(session.Settings["maintenance_work_mem"], CultureInfo.InvariantCulture) * KilobyteBytes / sharers;
    }

    /// <summary>Takes a key of a run, its row, and whether a column of the key is null.</summary>
    public delegate void KeyReader(ReadOnlySpan<byte> key, Tid tid, bool hasNull);

    /// <summary>Runs written.</summary>
    public int Count => _runs.Count;

    /// <summary>True when keys that take so many bytes must be written before further ones come.</summary>
    public bool MustSpill(long bytes) => bytes > 0 && _scope.IsAvailable && (bytes > _budgetBytes || _account.FreeBytes / 3 < bytes);

    /// <summary>Takes memory until so much is taken for keys; it is given back at the end. Throws 53200.</summary>
    public void ChargeTo(long bytes)
    {
        if (bytes <= _chargedBytes)
            return;
        _account.Charge(bytes - _chargedBytes);
        _chargedBytes = bytes;
    }

    /// <summary>Bytes of keys that may be in memory.</summary>
    public long BudgetBytes => _budgetBytes;

    /// <summary>Writes sorted short keys as a run.</summary>
    public void Write(ShortKeySorter keys)
    {
        _session.Cancellation.ThrowIfCancellationRequested();
        _file ??= _scope.CreateFile();
        _shortRuns.Add((_file.LengthBytes, keys.Count));
        ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(keys.Keys);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, WriteBytes)..])
            _file.Append(bytes[..Math.Min(bytes.Length, WriteBytes)]);
    }

    /// <summary>Readers of the runs of short keys.</summary>
    public IEnumerable<ShortKeyReader> ShortRuns => _shortRuns.Select(run => new ShortKeyReader(_file!, run.Offset, run.Count));

    /// <summary>Begins a run; keys follow in order.</summary>
    public void Begin()
    {
        _session.Cancellation.ThrowIfCancellationRequested();
        _file ??= _scope.CreateFile();
        _writer ??= new SpillWriter(_scope, s_types, _account, _buffer) { ChunkBytes = ChunkBytes };
        _batch ??= new Batch(s_types, _account);
        _batch.Reset(BatchRows);
        _writer.Begin(_file);
    }

    /// <summary>Adds a key to the run.</summary>
    public void Add(ReadOnlySpan<byte> key, Tid tid, bool hasNull)
    {
        Batch batch = _batch!;
        batch[0].SetBytes(_rows, key);
        batch[1].Set(_rows, TidValue.Pack(tid));
        batch[2].Set(_rows, hasNull ? (byte)1 : (byte)0);
        if (++_rows == BatchRows)
            Flush();
    }

    /// <summary>Ends the run.</summary>
    public void End()
    {
        Flush();
        _runs.Add(_writer!.Finish());
    }

    private void Flush()
    {
        _batch!.SetCount(_rows);
        _writer!.WriteChunk(_batch, new Selection(_rows));
        _batch.Reset(BatchRows);
        _rows = 0;
    }

    /// <summary>Reads the runs of another behind its own, which must live as long.</summary>
    public void Append(IndexKeyRuns other) => _runs.AddRange(other._runs);

    /// <summary>Reads the keys of all runs in order.</summary>
    public void Merge(KeyReader reader)
    {
        using var merge = new SpillMerge(s_types, _account, _runs);
        _batch ??= new Batch(s_types, _account);
        while (merge.Read(_batch, BatchRows, firstColumn: 0) is > 0 and var count)
        {
            _session.Cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < count; i++)
                reader(_batch[0].GetBytes(i), TidValue.Unpack(_batch[1].Get<long>(i)), _batch[2].Get<byte>(i) != 0);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _writer?.Dispose();
        _buffer.Dispose();
        _batch?.Dispose();
        _account.Release(_chargedBytes);
        _chargedBytes = 0;
        _scope.End();
    }
}
