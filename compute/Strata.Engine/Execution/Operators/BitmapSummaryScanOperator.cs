using Strata.Engine.Catalog;
using Strata.Engine.Execution.BlockSummaries;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>The blocks that a BRIN index cannot rule out, as whole blocks.</summary>
internal sealed class BitmapSummaryScanOperator(
    ExecutionState state, HeapRelation heap, BTreeIndex index, IndexInfo info, EntryCondition[] conditions, ExpressionInstance?[] values) : BitmapOperator
{
    private readonly TidBitmap _bitmap = new(state.Memory);
    private readonly BTreeScan _scan = new();
    private readonly SummaryClass[] _classes = Array.ConvertAll(info.Keys[..info.KeyCount], SummaryClass.Of);
    private readonly Dictionary<(int Column, int Kind), byte[]> _hull = [];
    private readonly Batch _single = SingleRow();
    private readonly ErrorSink _errors = new();

    public override void Open() => _bitmap.Clear();

    protected override TidBitmap Collect()
    {
        _bitmap.Clear();
        SummaryTest[] tests = Tests();
        // Rows that are added later need not change a summary, so the whole table counts as read.
        state.Reader?.ReadRelation(heap.Storage);
        uint blocks = heap.CountBlocks(state.ReadPoint, state.Cancellation);
        uint pages = (uint)SummaryFormat.PagesPerRange(index, state.ReadPoint, state.Cancellation);
        uint range = 0;
        _hull.Clear();
        _scan.Open(index, BTreeRange.All, ScanDirection.Forward, withKeys: true, state.ReadPoint, state.Reader);
        while (_scan.NextBatch(state.Cancellation))
        {
            for (int i = 0; i < _scan.Tids.Length; i++)
            {
                ReadOnlySpan<byte> key = _scan.Key(i);
                if (!SummaryFormat.IsSummary(key))
                    continue;
                uint first = SummaryFormat.FirstBlock(key);
                if (first != range)
                    Decide(tests, range, pages, blocks);
                range = first;
                Note(key);
            }
        }

        Decide(tests, range, pages, blocks);
        _bitmap.Complete();
        return _bitmap;
    }

    public override void Rescan() => _bitmap.Clear();

    public override void Close()
    {
        _scan.Close();
        _bitmap.Dispose();
    }

    public override void Dispose()
    {
        foreach (ExpressionInstance? value in values)
            value?.Dispose();
        _bitmap.Dispose();
    }

    private SummaryTest[] Tests()
    {
        var tests = new SummaryTest[conditions.Length];
        for (int i = 0; i < tests.Length; i++)
        {
            if (values[i] is not { } value)
            {
                tests[i] = conditions[i].Test == EntryTest.IsNull ? SummaryTest.Nulls : SummaryTest.Any;
                continue;
            }

            Vector vector = value.Evaluate(state.Evaluation, _single, new Selection(1), _errors);
            _errors.ThrowIfAny();
            tests[i] = vector.IsNull(0) ? SummaryTest.None : _classes[conditions[i].Column].Test(conditions[i].OperatorName, conditions[i].Type, vector, 0);
        }

        return tests;
    }

    private void Note(ReadOnlySpan<byte> key)
    {
        (int Column, int Kind) end = (key[4], key[5]);
        // Of low ends the first counts, of high ends the last.
        if ((end.Kind & 1) != 0 || !_hull.ContainsKey(end))
            _hull[end] = key[SummaryFormat.HeaderBytes..].ToArray();
    }

    private void Decide(SummaryTest[] tests, uint range, uint pages, uint blocks)
    {
        bool passes = _hull.Count > 0;
        for (int i = 0; i < tests.Length && passes; i++)
            passes = Passes(tests[i], conditions[i].Column);
        if (passes && range < blocks)
            _bitmap.AddBlocks(range, Math.Min(range + pages, blocks));
        _hull.Clear();
    }

    private bool Passes(SummaryTest test, int column)
    {
        if (test.FindsNothing)
            return false;
        if (test.FindsNulls)
            return _hull.ContainsKey((column, SummaryFormat.NullKind));
        if (test.FindsEmpty && _hull.ContainsKey((column, SummaryFormat.EmptyKind)))
            return true;
        if (!_hull.ContainsKey((column, 0)))
            return false;
        for (int dimension = 0; dimension < test.Bounds.Length; dimension++)
        {
            SummaryBound bound = test.Bounds[dimension];
            if (bound.LowMax is { } lowMax && _hull[(column, 2 * dimension)].AsSpan().SequenceCompareTo(lowMax) > 0)
                return false;
            if (_hull[(column, (2 * dimension) + 1)].AsSpan().SequenceCompareTo(bound.HighMin) < 0)
                return false;
        }

        return true;
    }

    private static Batch SingleRow()
    {
        var batch = new Batch(Array.Empty<Vector>());
        batch.SetCount(1);
        return batch;
    }
}
