using System.Text;
using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// The rows of a target as vectors by attribute number - 1: a view of other batches' vectors, with constant nulls where there is no value. Expressions
/// over a stored row (checks, index keys) are evaluated on it. Not thread-safe.
/// </summary>
internal sealed class TargetRow : IDisposable
{
    private readonly Vector[] _nulls;

    public TargetRow(RelationInfo relation, SqlType?[] types, string? schemaName)
    {
        Relation = relation;
        SchemaName = schemaName;
        _nulls = new Vector[types.Length];
        for (int i = 0; i < types.Length; i++)
        {
            _nulls[i] = new Vector(types[i] ?? SqlType.Int4);
            _nulls[i].ResetNull();
        }

        Batch = new Batch([.. _nulls]);
    }

    /// <summary>The relation.</summary>
    public RelationInfo Relation { get; }

    /// <summary>Schema of the relation, for error fields.</summary>
    public string? SchemaName { get; }

    /// <summary>The vectors.</summary>
    public Batch Batch { get; }

    /// <summary>Shows columns of a batch: <paramref name="slots"/> by attribute number - 1, -1 for null.</summary>
    public void Show(Batch source, int[] slots)
    {
        for (int i = 0; i < slots.Length; i++)
            Batch.Columns[i] = slots[i] >= 0 ? source[slots[i]] : _nulls[i];
        Batch.SetCount(source.StoredCount);
    }

    /// <summary>A value in its text form, as messages show it.</summary>
    public string Text(ExecutionState state, short attribute, int row)
    {
        Vector vector = Batch[attribute - 1];
        if (vector.IsNull(row))
            return "null";
        var buffer = new ByteBuffer();
        TypeOutput.Write(vector, row, buffer, state.Evaluation.Functions.Settings, state.Evaluation.Functions.Catalog);
        return buffer.ToString();
    }

    /// <summary>The whole row as messages show it: <c>(1, null, abc)</c>, long values cut.</summary>
    public string Describe(ExecutionState state, int row)
    {
        const int valueLengthMax = 64;
        var text = new StringBuilder("(");
        foreach (ColumnInfo column in Relation.Columns)
        {
            if (column.IsDropped)
                continue;
            if (text.Length > 1)
                text.Append(", ");
            string value = Text(state, column.Number, row);
            text.Append(value.Length > valueLengthMax ? value[..valueLengthMax] + "..." : value);
        }

        return text.Append(')').ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Vector vector in _nulls)
            vector.Dispose();
    }
}
