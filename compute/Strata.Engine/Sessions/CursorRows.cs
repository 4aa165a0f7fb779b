using Strata.Engine.Execution;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions;

/// <summary>
/// The rows of a cursor that may move backwards or that outlives its transaction, and the position among them. Rows are read as the cursor comes to them; beyond work_mem they are kept on disk. For one thread.
/// </summary>
internal sealed class CursorRows : IDisposable
{
    private readonly SpillScope _scope = new();
    private readonly SpillableRows _rows;
    private readonly SpillableReader _reader;
    private readonly Batch _read;
    private readonly Batch _batch;
    private readonly List<CursorAddress[]> _addresses = [];

    public CursorRows(SessionContext context, SqlType[] types)
    {
        _scope.Begin(context.Engine.Execution.TemporaryFiles, context.TemporarySpace, context.Execution);
        _rows = new SpillableRows(_scope, types, new OperatorMemory(_scope, context.Engine.Memory, "PortalHoldContext"));
        _reader = new SpillableReader(_rows, isSequential: false);
        _read = new Batch(new Vector[types.Length]);
        _batch = new Batch(types);
    }

    /// <summary>Before the first row at 0, on row n at n, after the last at the number of rows + 1.</summary>
    public long Position { get; set; }

    /// <summary>Rows read so far.</summary>
    public int Count => _rows.Count;

    /// <summary>All rows were read.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Reads on until a row (from 1) is there; false when there are fewer.</summary>
    public bool TryReach(long number, ExecutionInstance? execution)
    {
        while (Count < number && !IsComplete)
        {
            if (execution?.Next((int)Math.Min(number - Count, Batch.RowsMax)) is not { } batch)
            {
                IsComplete = true;
                break;
            }

            for (int column = 0; column < _read.Columns.Length; column++)
                _read.Columns[column] = batch[execution.ResultSlots[column]];
            _read.SetCount(batch.StoredCount);
            _read.Select(batch.Selection);
            _rows.Append(_read);
            if (execution.Plan.RowAddressSlots.Count == 0)
                continue;
            for (int i = 0; i < batch.Count; i++)
                _addresses.Add(CursorAddress.Of(execution.Plan, batch, batch.Selection[i]));
        }

        return number <= Count;
    }

    /// <summary>The table rows behind a row (from 1).</summary>
    public CursorAddress[] AddressesOf(long number) => _addresses.Count == 0 ? [] : _addresses[(int)number - 1];

    /// <summary>One row (from 1) as a batch, valid until the next call.</summary>
    public Batch Row(long number)
    {
        Batch chunk = _reader.ChunkOf((int)number - 1, out int offset);
        _batch.Reset(1);
        for (int column = 0; column < _batch.Columns.Length; column++)
            _batch[column].CopyRow(chunk[column], offset, 0);
        _batch.SetCount(1);
        return _batch;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _reader.Dispose();
        _batch.Dispose();
        _scope.End();
    }
}
