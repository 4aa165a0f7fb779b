using Strata.Engine.Execution.Keys;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>What one index column is compared with.</summary>
/// <param name="Values">Values of an equality or of an IN list, of the column's type or a wider integer type.</param>
/// <param name="IsNull">The condition is IS NULL.</param>
internal readonly record struct IndexEquality(ExpressionInstance[] Values, bool IsNull);

/// <summary>
/// Computes the key ranges of an index scan from its conditions: equalities on the first columns (with several values, a range for each), then at most one
/// column with lower and upper bounds. Reused for each (re)scan; not thread-safe.
/// </summary>
internal sealed class IndexRange(
    EvaluationContext context, KeyColumn[] order, PhysicalType[] physical, IndexEquality[] equalities, ExpressionInstance? lower, bool lowerInclusive,
    ExpressionInstance? upper, bool upperInclusive) : IDisposable
{
    private readonly Batch _single = SingleRow();
    private readonly ErrorSink _errors = new();
    private readonly List<byte[]> _prefixes = [];
    private readonly KeyBuffer _prefix = new();
    private readonly KeyBuffer _low = new();
    private readonly KeyBuffer _high = new();
    private int _next;

    /// <summary>True when there is exactly one value for each equality and no bounds: an exact key prefix.</summary>
    public bool IsSingle { get; } = lower is null && upper is null && Array.TrueForAll(equalities, equality => equality.IsNull || equality.Values.Length == 1);

    /// <summary>Computes a single key prefix without allocating; false when a value is null, so that no row matches.</summary>
    public bool TryBuildSingle(out ReadOnlySpan<byte> key)
    {
        _prefix.Clear();
        for (int i = 0; i < equalities.Length; i++)
        {
            if (equalities[i].IsNull)
                KeyEncoder.AppendNull(order[i].NullsFirst, _prefix);
            else if (!AppendValue(equalities[i].Values[0], i, _prefix, out _))
            {
                key = default;
                return false;
            }
        }

        key = _prefix.Written;
        return true;
    }

    /// <summary>Computes the ranges. Call before <see cref="TryNext"/>.</summary>
    public void Restart()
    {
        _prefixes.Clear();
        _next = 0;
        _prefix.Clear();
        Expand(0);
        if (_prefixes.Count > 1)
        {
            _prefixes.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
            for (int i = _prefixes.Count - 1; i > 0; i--)
            {
                if (_prefixes[i].AsSpan().SequenceEqual(_prefixes[i - 1]))
                    _prefixes.RemoveAt(i);
            }
        }
    }

    /// <summary>Opens the scan on the next range; false when there is none left.</summary>
    public bool TryNext(
        BTreeScan scan, BTreeIndex index, ScanDirection direction, Storage.Buffers.ReadPoint readPoint, SerializableTransaction? reader, bool withKeys = false)
    {
        while (_next < _prefixes.Count)
        {
            byte[] prefix = _prefixes[direction == ScanDirection.Forward ? _next : _prefixes.Count - 1 - _next];
            _next++;
            if (TryMakeRange(prefix, out BTreeRange range))
            {
                scan.Open(index, range, direction, withKeys, readPoint, reader);
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (IndexEquality equality in equalities)
        {
            foreach (ExpressionInstance value in equality.Values)
                value.Dispose();
        }

        lower?.Dispose();
        upper?.Dispose();
    }

    private void Expand(int column)
    {
        if (column == equalities.Length)
        {
            _prefixes.Add(_prefix.Written.ToArray());
            return;
        }

        int start = _prefix.Length;
        if (equalities[column].IsNull)
        {
            KeyEncoder.AppendNull(order[column].NullsFirst, _prefix);
            Expand(column + 1);
            _prefix.Length = start;
            return;
        }

        foreach (ExpressionInstance value in equalities[column].Values)
        {
            if (AppendValue(value, column, _prefix, out _))
                Expand(column + 1);
            _prefix.Length = start;
        }
    }

    private bool TryMakeRange(byte[] prefix, out BTreeRange range)
    {
        range = BTreeRange.Prefix(prefix);
        if (lower is null && upper is null)
            return true;
        int column = equalities.Length;
        Start(_low, prefix);
        Start(_high, prefix);
        bool lowIn = true;
        bool highIn = true;
        if (lower is not null)
        {
            _low.Length = prefix.Length;
            if (!AppendValue(lower, column, _low, out int beyond))
            {
                // Above every value: nothing. Below every value: no bound.
                if (beyond >= 0)
                    return false;
                Start(_low, prefix);
            }
            else
            {
                lowIn = lowerInclusive;
            }
        }

        if (upper is not null)
        {
            _high.Length = prefix.Length;
            if (!AppendValue(upper, column, _high, out int beyond))
            {
                if (beyond <= 0)
                    return false;
                Start(_high, prefix);
            }
            else
            {
                highIn = upperInclusive;
            }
        }

        // In a descending column greater values have lesser keys.
        bool swap = order[column].Descending;
        range = new BTreeRange
        {
            HasLower = true,
            Lower = swap ? _high.Written : _low.Written,
            LowerInclusive = swap ? highIn : lowIn,
            HasUpper = true,
            Upper = swap ? _low.Written : _high.Written,
            UpperInclusive = swap ? lowIn : highIn,
        };
        return true;
    }

    /// <summary>The prefix followed by the marker of values: leaves nulls out.</summary>
    private static void Start(KeyBuffer buffer, byte[] prefix)
    {
        buffer.Clear();
        buffer.Write(prefix);
        buffer.Write(1);
    }

    /// <summary>
    /// Appends a value as the column's key part. False when it is null (<paramref name="beyond"/> 0) or an integer below (-1) or above (1) all
    /// that the column can hold.
    /// </summary>
    private bool AppendValue(ExpressionInstance expression, int column, KeyBuffer buffer, out int beyond)
    {
        beyond = 0;
        Vector value = expression.Evaluate(context, _single, new Selection(1), _errors);
        _errors.ThrowIfAny();
        if (value.IsNull(0))
            return false;
        PhysicalType wanted = physical[column];
        if (value.Physical == wanted)
        {
            KeyEncoder.Append(value, 0, order[column].Descending, order[column].NullsFirst, buffer);
            return true;
        }

        long number = value.Physical switch
        {
            PhysicalType.Int16 => value.Get<short>(0),
            PhysicalType.Int32 => value.Get<int>(0),
            _ => value.Get<long>(0),
        };
        (long min, long max) = wanted switch
        {
            PhysicalType.Int16 => (short.MinValue, (long)short.MaxValue),
            PhysicalType.Int32 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        beyond = number < min ? -1 : number > max ? 1 : 0;
        if (beyond != 0)
            return false;
        KeyEncoder.AppendInteger(number, wanted, order[column].Descending, buffer);
        return true;
    }

    private static Batch SingleRow()
    {
        var batch = new Batch(Array.Empty<Vector>());
        batch.SetCount(1);
        return batch;
    }
}
