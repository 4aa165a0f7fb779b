using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Transactions.Serializable;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.BlockSummaries;

/// <summary>
/// Widens the summaries of a BRIN index for rows that are stored. What is known of the range written last is remembered: summaries only ever grow. Not thread-safe.
/// </summary>
internal sealed class SummaryWriter(IndexInfo index, BTreeIndex tree, IndexKeyBuilder keys)
{
    private readonly SummaryClass[] _classes = Array.ConvertAll(index.Keys[..index.KeyCount], SummaryClass.Of);
    private readonly SummaryEnds _ends = new();
    private readonly BTreeScan _scan = new();
    private readonly Dictionary<(int Column, int Kind), byte[]> _known = [];
    private byte[] _key = new byte[256];
    private uint _knownBlock = uint.MaxValue;
    private int _pagesPerRange;

    /// <summary>Makes the summary of a row's range cover the row. Throws what an expression raises.</summary>
    public void Insert(
        EvaluationContext context, Batch row, int position, Tid tid, ulong xid, SerializableTransaction? writer, ErrorSink errors, CancellationToken cancellation)
    {
        if (_pagesPerRange == 0)
            _pagesPerRange = SummaryFormat.PagesPerRange(tree, ReadPoint.Live, cancellation);
        uint block = tid.Block - (tid.Block % (uint)_pagesPerRange);
        if (block != _knownBlock)
        {
            _known.Clear();
            _knownBlock = block;
        }

        for (int column = 0; column < _classes.Length; column++)
        {
            Vector value = keys.Value(column, context, row, position, errors);
            _ends.Clear();
            if (value.IsNull(position))
                Widen(block, column, SummaryFormat.NullKind, default, xid, writer, cancellation);
            else if (!_classes[column].TryEnds(value, position, _ends))
                Widen(block, column, SummaryFormat.EmptyKind, default, xid, writer, cancellation);
            for (int end = 0; end < _ends.Count; end++)
                Widen(block, column, KindOf(end, _classes[column].Dimensions), _ends[end], xid, writer, cancellation);
        }
    }

    /// <summary>The kind of an end by its place among low ends and high ends.</summary>
    public static int KindOf(int end, int dimensions) => end < dimensions ? 2 * end : (2 * (end - dimensions)) + 1;

    private void Widen(uint block, int column, int kind, ReadOnlySpan<byte> end, ulong xid, SerializableTransaction? writer, CancellationToken cancellation)
    {
        bool isLow = (kind & 1) == 0;
        if (_known.TryGetValue((column, kind), out byte[]? known) && Covers(isLow, known, end))
            return;
        if (_key.Length < SummaryFormat.HeaderBytes + end.Length)
            _key = new byte[(SummaryFormat.HeaderBytes + end.Length) * 2];
        SummaryFormat.WriteHeader(_key, block, column, kind);
        end.CopyTo(_key.AsSpan(SummaryFormat.HeaderBytes));
        ReadOnlySpan<byte> prefix = _key.AsSpan(0, SummaryFormat.HeaderBytes);
        _scan.Open(tree, BTreeRange.Prefix(prefix), isLow ? ScanDirection.Forward : ScanDirection.Backward, withKeys: true);
        ReadOnlySpan<byte> stored = _scan.NextBatch(cancellation) ? _scan.Key(0) : default;
        if (stored.IsEmpty || !Covers(isLow, stored[SummaryFormat.HeaderBytes..], end))
        {
            tree.Insert(xid, _key.AsSpan(0, SummaryFormat.HeaderBytes + end.Length), default, writer, cancellation);
            _known[(column, kind)] = end.ToArray();
        }
        else
        {
            _known[(column, kind)] = stored[SummaryFormat.HeaderBytes..].ToArray();
        }

        _scan.Close();
    }

    private static bool Covers(bool isLow, ReadOnlySpan<byte> known, ReadOnlySpan<byte> end) =>
        isLow ? known.SequenceCompareTo(end) <= 0 : known.SequenceCompareTo(end) >= 0;
}
