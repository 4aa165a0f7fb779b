using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.BlockSummaries;

/// <summary>Builds a BRIN index from rows in the order of the table: the hull of a range is kept in memory and written when the next one begins. Not thread-safe.</summary>
internal sealed class SummaryBuilder(IndexInfo index, IndexKeyBuilder keys, BTreeBuilder builder, int pagesPerRange)
{
    private readonly SummaryClass[] _classes = Array.ConvertAll(index.Keys[..index.KeyCount], SummaryClass.Of);
    private readonly SummaryEnds _ends = new();
    private readonly SortedDictionary<(int Column, int Kind), byte[]> _hull = [];
    private byte[] _key = new byte[256];
    private uint _block;

    /// <summary>Adds a row. Throws what an expression raises.</summary>
    public void Add(EvaluationContext context, Batch row, int position, Tid tid, ErrorSink errors)
    {
        uint block = tid.Block - (tid.Block % (uint)pagesPerRange);
        if (block != _block)
            Flush();
        _block = block;
        for (int column = 0; column < _classes.Length; column++)
        {
            Vector value = keys.Value(column, context, row, position, errors);
            _ends.Clear();
            if (value.IsNull(position))
                Widen(column, SummaryFormat.NullKind, default);
            else if (!_classes[column].TryEnds(value, position, _ends))
                Widen(column, SummaryFormat.EmptyKind, default);
            for (int end = 0; end < _ends.Count; end++)
                Widen(column, SummaryWriter.KindOf(end, _classes[column].Dimensions), _ends[end]);
        }
    }

    /// <summary>Writes the last range and the index's settings.</summary>
    public void Finish()
    {
        Flush();
        builder.Add(SummaryFormat.Settings(pagesPerRange), default);
        builder.Finish();
    }

    private void Widen(int column, int kind, ReadOnlySpan<byte> end)
    {
        bool isLow = (kind & 1) == 0;
        if (_hull.TryGetValue((column, kind), out byte[]? known) && (isLow ? known.AsSpan().SequenceCompareTo(end) <= 0 : known.AsSpan().SequenceCompareTo(end) >= 0))
            return;
        _hull[(column, kind)] = end.ToArray();
    }

    private void Flush()
    {
        foreach (((int column, int kind), byte[] end) in _hull)
        {
            int length = SummaryFormat.HeaderBytes + end.Length;
            if (_key.Length < length)
                _key = new byte[length * 2];
            SummaryFormat.WriteHeader(_key, _block, column, kind);
            end.CopyTo(_key, SummaryFormat.HeaderBytes);
            builder.Add(_key.AsSpan(0, length), default);
        }

        _hull.Clear();
    }
}
