using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions;

/// <summary>The rows of a cursor that may move backwards or that outlives its transaction, as values of their own, and the position among them. For one thread.</summary>
internal sealed class CursorRows(SqlType[] types) : IDisposable
{
    private readonly List<Datum[]> _rows = [];
    private readonly Batch _batch = new(types);

    /// <summary>Before the first row at 0, on row n at n, after the last at <see cref="Count"/> + 1.</summary>
    public int Position { get; set; }

    public int Count => _rows.Count;

    /// <summary>Keeps the selected rows of a batch.</summary>
    public void Add(Batch batch, ReadOnlySpan<int> slots)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            var row = new Datum[slots.Length];
            for (int column = 0; column < row.Length; column++)
                row[column] = Datum.FromVector(batch[slots[column]], batch.Selection[i]);
            _rows.Add(row);
        }
    }

    /// <summary>One row (from 1) as a batch, valid until the next call.</summary>
    public Batch Row(int number)
    {
        _batch.Reset(1);
        Datum[] row = _rows[number - 1];
        for (int column = 0; column < row.Length; column++)
            row[column].Store(_batch[column], 0);
        _batch.SetCount(1);
        return _batch;
    }

    public void Dispose() => _batch.Dispose();
}
