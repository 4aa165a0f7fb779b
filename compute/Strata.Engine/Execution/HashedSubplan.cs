using Strata.Engine.Execution.Keys;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>The rows of an uncorrelated IN subquery of one column as a hash table. Rows with a null make "not found" unknown, as SQL wants. Not thread-safe.</summary>
internal sealed class HashedSubplan(MemoryAccount? account, int slot) : IDisposable
{
    private readonly KeyTable _table = new(account);
    private readonly HashKeyBuilder _rowKey = new([slot]);
    private readonly HashKeyBuilder _testKey = new([0]);
    private readonly Batch _tests = new(new Vector[1]);
    private bool _hasNull;
    private int _rows;

    /// <summary>The rows are there.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes the rows of an opened plan.</summary>
    public void Fill(Operator plan)
    {
        Clear();
        while (plan.Next(Batch.RowsMax) is { } batch)
        {
            _rows += batch.Count;
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection[i];
                ReadOnlySpan<byte> key = _rowKey.Build(batch, row);
                if (!_rowKey.HasNull)
                    _table.FindOrAdd(key, out _);
                else
                    _hasNull = true;
            }
        }

        IsComplete = true;
    }

    /// <summary>Looks the test's values up: true, false or null by SQL's rules.</summary>
    public void Probe(Vector tests, Selection selection, Vector result)
    {
        _tests.Columns[0] = tests;
        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            ReadOnlySpan<byte> key = _testKey.Build(_tests, row);
            if (_rows == 0)
            {
                Set(result, row, 0);
            }
            else if (_testKey.HasNull)
            {
                result.SetNull(row);
            }
            else if (_table.Find(key) >= 0)
            {
                Set(result, row, 1);
            }
            else if (_hasNull)
            {
                result.SetNull(row);
            }
            else
            {
                Set(result, row, 0);
            }
        }
    }

    /// <summary>Forgets the rows.</summary>
    public void Clear()
    {
        _table.Clear();
        _hasNull = false;
        _rows = 0;
        IsComplete = false;
    }

    public void Dispose() => _table.Dispose();

    private static void Set(Vector result, int row, byte value)
    {
        result.Set(row, value);
        result.SetValid(row);
    }
}
