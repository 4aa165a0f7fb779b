using Strata.Engine.Execution;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions;

/// <summary>
/// The rows of a cursor that may move backwards or that outlives its transaction, as values of their own, and the position among them. Rows are read as the cursor comes to them. For one thread.
/// </summary>
internal sealed class CursorRows(SqlType[] types) : IDisposable
{
    private readonly List<Datum[]> _rows = [];
    private readonly List<CursorAddress[]> _addresses = [];
    private readonly Batch _batch = new(types);

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

            for (int i = 0; i < batch.Count; i++)
            {
                var row = new Datum[types.Length];
                for (int column = 0; column < row.Length; column++)
                    row[column] = Datum.FromVector(batch[execution.ResultSlots[column]], batch.Selection[i]);
                _rows.Add(row);
                _addresses.Add(CursorAddress.Of(execution.Plan, batch, batch.Selection[i]));
            }
        }

        return number <= Count;
    }

    /// <summary>The table rows behind a row (from 1).</summary>
    public CursorAddress[] AddressesOf(long number) => _addresses[(int)number - 1];

    /// <summary>One row (from 1) as a batch, valid until the next call.</summary>
    public Batch Row(long number)
    {
        _batch.Reset(1);
        Datum[] row = _rows[(int)number - 1];
        for (int column = 0; column < row.Length; column++)
            row[column].Store(_batch[column], 0);
        _batch.SetCount(1);
        return _batch;
    }

    public void Dispose() => _batch.Dispose();
}
