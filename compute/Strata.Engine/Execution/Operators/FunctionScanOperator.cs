using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Functions in FROM, side by side; where one has fewer rows than another its columns are null. Optionally numbers the rows.</summary>
internal sealed class FunctionScanOperator(ExecutionState state, SetCall[] calls, int[] columnCounts, bool hasOrdinality, SqlType[] types) : Operator
{
    private readonly Batch _single = SingleRow();
    private readonly Batch _output = new(types, state.Memory);
    private readonly ErrorSink _errors = new();
    private bool _started;
    private long _ordinal;

    public override void Open() => _started = false;

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_started)
            Start();
        state.CheckCancel();
        int limit = Math.Min(rowsMax, Batch.RowsMax);
        _output.Reset(limit);
        int rows = 0;
        int column = 0;
        Span<int> counts = stackalloc int[calls.Length];
        for (int i = 0; i < calls.Length; i++)
        {
            ReadOnlySpan<Vector> own = _output.Columns.AsSpan(column, columnCounts[i]);
            while (counts[i] < limit)
            {
                int read = calls[i].Read(own, counts[i], limit - counts[i], 0);
                if (read == 0)
                    break;
                counts[i] += read;
            }

            rows = Math.Max(rows, counts[i]);
            column += columnCounts[i];
        }

        if (rows == 0)
            return null;
        column = 0;
        for (int i = 0; i < calls.Length; i++)
        {
            for (int c = 0; c < columnCounts[i]; c++, column++)
            {
                for (int row = counts[i]; row < rows; row++)
                    _output[column].SetNull(row);
            }
        }

        if (hasOrdinality)
        {
            for (int row = 0; row < rows; row++)
                _output[column].Set(row, ++_ordinal);
        }

        _output.SetCount(rows);
        return _output;
    }

    public override void Rescan() => _started = false;

    public override void Close()
    {
    }

    public override void Dispose()
    {
        _output.Dispose();
        foreach (SetCall call in calls)
            call.Dispose();
    }

    private void Start()
    {
        _started = true;
        _ordinal = 0;
        foreach (SetCall call in calls)
        {
            call.Bind(state.Evaluation, _single, new Selection(1), _errors);
            _errors.ThrowIfAny();
            call.Start(0, state.Evaluation.Functions);
        }
    }

    private static Batch SingleRow()
    {
        var batch = new Batch(Array.Empty<Vector>());
        batch.SetCount(1);
        return batch;
    }
}
