using Strata.Engine.Execution.Rows;
using Strata.Engine.Execution.Spill;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// What RETURNING reads: the stored rows of a modification, kept until it is complete. Columns: the row's live attributes, its ctid, the OID of its table, then columns passed
/// from the input. Not thread-safe.
/// </summary>
internal sealed unsafe class ReturnedRows : IDisposable
{
    private readonly SpillableRows _rows;
    private readonly SpillableReader _reader;
    private readonly int[] _attributes;
    private readonly int[] _passed;
    private readonly Batch _line;
    private readonly Vector[] _passedValues;
    private readonly Vector _ctid = new(SqlType.Tid);
    private readonly Vector _tableOid = new(SqlType.OidType);
    private int _next;

    /// <summary><paramref name="attributes"/>: 0-based attributes of the row; <paramref name="passed"/>: slots of the input.</summary>
    public ReturnedRows(ExecutionState state, int[] attributes, int[] passed, SqlType[] types)
    {
        _attributes = attributes;
        _passed = passed;
        _rows = new SpillableRows(state, types, "tuplestore");
        _reader = new SpillableReader(_rows, isSequential: true);
        _line = new Batch(new Vector[types.Length]);
        _passedValues = new Vector[passed.Length];
        for (int i = 0; i < passed.Length; i++)
            _passedValues[i] = new Vector(types[attributes.Length + 2 + i]);
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
        // The passed columns are at another position of another batch.
        for (int i = 0; i < _passed.Length; i++)
        {
            _passedValues[i].ResetConstant();
            _passedValues[i].CopyRow(input![_passed[i]], inputPosition, 0);
            _line.Columns[_attributes.Length + 2 + i] = _passedValues[i];
        }

        _line.SetCount(Batch.RowsMax);
        _line.Select(new Selection(&position, 1));
        _rows.Append(_line);
    }

    /// <summary>The next rows, or null.</summary>
    public Batch? Next(int rowsMax) => _reader.Read(ref _next, rowsMax);

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _rows.Clear();
        _reader.Free();
        _next = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _reader.Dispose();
        _ctid.Dispose();
        _tableOid.Dispose();
        foreach (Vector vector in _passedValues)
            vector.Dispose();
    }
}
