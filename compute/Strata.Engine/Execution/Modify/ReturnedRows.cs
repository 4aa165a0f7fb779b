using Strata.Engine.Execution.Operators;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// What RETURNING reads: the stored rows of a modification, kept until it is complete. Columns: the row's live attributes, its ctid, the OID of its table, then columns passed
/// from the input. Not thread-safe.
/// </summary>
internal sealed class ReturnedRows : IDisposable
{
    private readonly RowStore _rows;
    private readonly int[] _attributes;
    private readonly int[] _passed;
    private readonly Batch _line;
    private readonly Batch _output;
    private readonly SelectionBuffer _slice = new();
    private readonly Vector _ctid = new(SqlType.Tid);
    private readonly Vector _tableOid = new(SqlType.OidType);
    private int _next;

    /// <summary><paramref name="attributes"/>: 0-based attributes of the row; <paramref name="passed"/>: slots of the input.</summary>
    public ReturnedRows(ExecutionState state, int[] attributes, int[] passed, SqlType[] types)
    {
        _attributes = attributes;
        _passed = passed;
        _rows = new RowStore(types, state.Memory);
        _line = new Batch(new Vector[types.Length]);
        _output = new Batch(new Vector[types.Length]);
    }

    /// <summary>Keeps a row. <paramref name="input"/> may be null when nothing is passed from it.</summary>
    public void Add(TargetRow row, int position, Tid tid, uint tableOid, Batch? input, int inputPosition)
    {
        for (int i = 0; i < _attributes.Length; i++)
            _line.Columns[i] = row.Batch[_attributes[i]];
        _ctid.ResetConstant();
        _ctid.Set(0, TidValue.Pack(tid));
        _line.Columns[_attributes.Length] = _ctid;
        _tableOid.ResetConstant();
        _tableOid.Set(0, tableOid);
        _line.Columns[_attributes.Length + 1] = _tableOid;
        // The passed columns are at another position of another batch: they are copied in a second step.
        int stored = AppendOwn(position);
        for (int i = 0; i < _passed.Length; i++)
        {
            Batch chunk = _rows.ChunkOf(stored);
            chunk[_attributes.Length + 2 + i].CopyRow(input![_passed[i]], inputPosition, RowStore.Offset(stored));
        }
    }

    /// <summary>The next rows, or null.</summary>
    public Batch? Next(int rowsMax) => RowSlices.Read(_rows, ref _next, rowsMax, _output, _slice);

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _rows.Clear();
        _next = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _slice.Dispose();
        _ctid.Dispose();
        _tableOid.Dispose();
        foreach (Vector vector in _placeholders)
            vector.Dispose();
    }

    private Vector[] _placeholders = [];

    private int AppendOwn(int position)
    {
        if (_placeholders.Length != _passed.Length)
        {
            _placeholders = new Vector[_passed.Length];
            for (int i = 0; i < _passed.Length; i++)
                _placeholders[i] = new Vector(_rows.Types[_attributes.Length + 2 + i]);
        }

        for (int i = 0; i < _passed.Length; i++)
        {
            _placeholders[i].ResetNull();
            _line.Columns[_attributes.Length + 2 + i] = _placeholders[i];
        }

        _line.SetCount(Batch.RowsMax);
        return _rows.AppendRow(_line, position);
    }
}
