using Strata.Engine.Expressions;
using Strata.Engine.Planning;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// The conjuncts of a scan's filter, evaluated one after the other, each over the rows that those before it left. As in PostgreSQL's ExecQual a row is gone at the first conjunct that is false or null.
/// Conjuncts that cannot fail change places by what they were measured to drop for their cost; the others stay behind them in the planner's order. Not thread-safe.
/// </summary>
internal sealed class ScanConditions : IDisposable
{
    // The order is looked at again after so many rows, and twice as many each time.
    private const long RowsToJudge = 4096;

    private readonly Conjunct[] _conjuncts;
    private readonly int _movable;
    private long _rows;
    private long _judgeAt = RowsToJudge;

    /// <summary>Conjuncts of a resolved condition, those that cannot fail first.</summary>
    public ScanConditions(Expression filter)
    {
        IReadOnlyList<Expression> parts = Binding.Conjunction.Split(filter);
        _conjuncts = new Conjunct[parts.Count];
        for (int i = 0; i < _conjuncts.Length; i++)
        {
            _conjuncts[i] = new Conjunct(parts[i]);
            if (_movable == i && FilterOrder.CannotFail(parts[i]))
                _movable++;
        }
    }

    /// <summary>Number of conjuncts.</summary>
    public int Count => _conjuncts.Length;

    /// <summary>Columns that the conjunct at a place of the present order reads.</summary>
    public int[] ColumnsOf(int place) => _conjuncts[place].Columns;

    /// <summary>The rows that the conjunct at a place of the present order keeps. The list lives until its next call.</summary>
    public Selection Apply(int place, EvaluationContext context, Batch batch, Selection selection, ErrorSink errors)
    {
        Conjunct conjunct = _conjuncts[place];
        Selection kept = conjunct.Instance.Filter(context, batch, selection, errors);
        conjunct.Asked += selection.Count;
        conjunct.Kept += kept.Count;
        return kept;
    }

    /// <summary>Call between batches, with the rows of the last one: conjuncts may change places.</summary>
    public void Judge(int rows)
    {
        _rows += rows;
        if (_rows < _judgeAt || _movable < 2)
            return;
        _judgeAt = _rows * 2;
        // Few and nearly in order: an insertion sort, stable, without allocation.
        for (int i = 1; i < _movable; i++)
        {
            Conjunct moved = _conjuncts[i];
            double rank = moved.Rank;
            int at = i;
            for (; at > 0 && _conjuncts[at - 1].Rank > rank; at--)
                _conjuncts[at] = _conjuncts[at - 1];
            _conjuncts[at] = moved;
        }
    }

    public void Dispose()
    {
        foreach (Conjunct conjunct in _conjuncts)
            conjunct.Instance.Dispose();
    }

    private sealed class Conjunct(Expression expression)
    {
        private readonly double _cost = Math.Max(1, FilterOrder.Cost(expression));

        public ExpressionInstance Instance { get; } = new(expression);

        public int[] Columns { get; } = FindColumns(expression);

        public long Asked { get; set; }

        public long Kept { get; set; }

        /// <summary>Cost per row that it drops. One that was never asked stays where it is only if those before it drop nearly all.</summary>
        public double Rank => Asked == 0 ? _cost * 2 : _cost / Math.Max(0.01, 1 - ((double)Kept / Asked));

        private static int[] FindColumns(Expression expression)
        {
            var columns = new SortedSet<int>();
            Visit(expression, columns);
            return [.. columns];
        }

        private static void Visit(Expression part, SortedSet<int> columns)
        {
            if (part is SlotExpression slot)
                columns.Add(slot.Slot);
            foreach (Expression child in part.Children)
                Visit(child, columns);
        }
    }
}
