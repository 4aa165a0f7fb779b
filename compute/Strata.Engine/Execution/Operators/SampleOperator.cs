using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;
using Strata.Platform;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// TABLESAMPLE. Whether a row (BERNOULLI) or its block (SYSTEM) is in the sample follows from a hash of its address and the seed, so that one seed gives one sample as long as the table does not change.
/// </summary>
internal sealed unsafe class SampleOperator(ExecutionState state, Operator input, int ctidSlot, bool isSystem, ExpressionInstance percentage, ExpressionInstance? seed) : UnaryOperator(input)
{
    private readonly SelectionBuffer _selected = new();
    private bool _isBegun;
    private ulong _seed;
    private ulong _cutoff;

    protected override Batch? NextBatch(int rowsMax)
    {
        if (!_isBegun)
            Begin();
        while (Input.Next(rowsMax) is { } batch)
        {
            state.CheckCancel();
            Selection rows = batch.Selection;
            int* kept = _selected.Reserve(rows.Count);
            int count = 0;
            Vector addresses = batch[ctidSlot];
            for (int i = 0; i < rows.Count; i++)
            {
                if (IsSampled(TidValue.Unpack(addresses.Get<long>(rows[i]))))
                    kept[count++] = rows[i];
            }

            if (count == 0)
                continue;
            batch.Select(new Selection(kept, count));
            return batch;
        }

        return null;
    }

    protected override void Clear() => _isBegun = false;

    public override void Dispose()
    {
        base.Dispose();
        percentage.Dispose();
        seed?.Dispose();
        _selected.Dispose();
    }

    private void Begin()
    {
        _isBegun = true;
        Datum share = percentage.EvaluateScalar(state.Evaluation);
        if (share.IsNull)
            throw new SqlException(SqlState.InvalidTablesampleArgument, "TABLESAMPLE parameter cannot be null");
        float percent = share.Get<float>();
        if (float.IsNaN(percent) || percent < 0 || percent > 100)
            throw new SqlException(SqlState.InvalidTablesampleArgument, "sample percentage must be between 0 and 100");
        // Hashes have 32 bits; 100 % is above them all.
        _cutoff = (ulong)Math.Round((uint.MaxValue + 1.0) * percent / 100);
        if (seed is null)
        {
            _seed = state.Evaluation.Functions.Random.NextUInt64();
            return;
        }

        Datum given = seed.EvaluateScalar(state.Evaluation);
        if (given.IsNull)
            throw new SqlException(SqlState.InvalidTablesampleRepeat, "TABLESAMPLE REPEATABLE parameter cannot be null");
        double value = given.Get<double>();
        _seed = BitConverter.DoubleToUInt64Bits(value == 0 ? 0 : value);
    }

    private bool IsSampled(Tid tid)
    {
        ulong address = isSystem ? tid.Block : ((ulong)tid.Block << 16) | tid.Slot;
        return (uint)(SplitMix64.Mix(address ^ SplitMix64.Mix(_seed)) >> 32) < _cutoff;
    }
}
