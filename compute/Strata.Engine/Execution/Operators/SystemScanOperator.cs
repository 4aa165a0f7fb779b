using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>Reads a system table, whose rows are made by code.</summary>
internal sealed class SystemScanOperator(
    ExecutionState state, RelationInfo relation, short[] attributes, SqlType[] types, ExpressionInstance? filter) : Operator
{
    private const int RowsAtOnce = 256;

    private readonly Batch _batch = new(types, state.Memory);
    private readonly ErrorSink _errors = new();
    private CatalogValueWriter? _values;
    private IEnumerator<CatalogValue[]>? _rows;

    public override void Open()
    {
        Close();
        _errors.Reset();
    }

    protected override Batch? NextBatch(int rowsMax)
    {
        _errors.ThrowIfAny();
        _values ??= new CatalogValueWriter(state.Evaluation.Functions);
        _rows ??= relation.SystemTable!.Scan(
            state.SystemScan ?? throw new SqlException(SqlState.FeatureNotSupported, $"system table \"{relation.Name}\" cannot be read here")).GetEnumerator();
        while (true)
        {
            state.CheckCancel();
            int limit = filter is null ? Math.Min(rowsMax, RowsAtOnce) : Math.Min(rowsMax, RowsAtOnce);
            _batch.Reset(limit);
            int count = 0;
            while (count < limit && _rows.MoveNext())
                Store(_rows.Current, count++);
            if (count == 0)
                return null;
            _batch.SetCount(count);
            if (filter is null)
                return _batch;
            Selection selection = filter.Filter(state.Evaluation, _batch, _batch.Selection, _errors);
            if (_errors.HasError)
                selection = BatchErrors.Cut(_errors, selection);
            if (selection.IsEmpty)
                continue;
            _batch.Select(selection);
            return _batch;
        }
    }

    public override void Rescan() => Open();

    public override void Close()
    {
        _rows?.Dispose();
        _rows = null;
        _values = null;
    }

    public override void Dispose()
    {
        Close();
        _batch.Dispose();
        filter?.Dispose();
    }

    private void Store(CatalogValue[] values, int row)
    {
        for (int i = 0; i < attributes.Length; i++)
        {
            Vector vector = _batch[i];
            if (attributes[i] <= 0)
            {
                StoreSystem(attributes[i], vector, row);
                continue;
            }

            _values!.Store(values[attributes[i] - 1], vector, row);
        }
    }

    private void StoreSystem(short attribute, Vector vector, int row)
    {
        vector.SetValid(row);
        switch (attribute)
        {
            case Planning.Algebra.SystemAttribute.TableOid:
                vector.Set(row, relation.Oid);
                break;
            case Planning.Algebra.SystemAttribute.Ctid:
                vector.Set(row, 0L);
                break;
            default:
                vector.Set(row, 0);
                break;
        }
    }
}
