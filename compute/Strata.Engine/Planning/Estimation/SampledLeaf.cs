using System.Numerics;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Statistics;
using Strata.Engine.Storage.Buffers;

namespace Strata.Engine.Planning.Estimation;

/// <summary>A relation of a join with a sample of its table and the sample's rows that meet the relation's own conditions. Immutable.</summary>
internal sealed class SampledLeaf
{
    private SampledLeaf(ScanNode scan, IReadOnlyList<Expression> conditions, RowSample sample, ulong[] all, ulong[] own, double rest, double tableRows)
    {
        All = all;
        Scan = scan;
        Conditions = conditions;
        Sample = sample;
        Own = own;
        OwnCount = Count(own);
        Rest = rest;
        TableRows = sample.IsComplete ? sample.Rows : Math.Max(tableRows, sample.Rows);
    }

    public ScanNode Scan { get; }

    /// <summary>The relation's own conditions.</summary>
    public IReadOnlyList<Expression> Conditions { get; }

    public RowSample Sample { get; }

    /// <summary>Bits of all rows. Not to be changed.</summary>
    public ulong[] All { get; }

    /// <summary>Bits of the rows that meet the conditions that could be tried; the same array as <see cref="All"/> when these are all. Not to be changed.</summary>
    public ulong[] Own { get; }

    public int OwnCount { get; }

    /// <summary>The share of rows that meets the other conditions.</summary>
    public double Rest { get; }

    /// <summary>Rows of the table.</summary>
    public double TableRows { get; }

    /// <summary>The bits that are set.</summary>
    public static int Count(ulong[] bits)
    {
        int count = 0;
        foreach (ulong word in bits)
            count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>The bits that are set in both: the first array itself when it loses none.</summary>
    public static ulong[] Intersect(ulong[] bits, ulong[] others)
    {
        int i = 0;
        while (i < bits.Length && (bits[i] & ~others[i]) == 0)
            i++;
        if (i == bits.Length)
            return bits;
        var both = new ulong[bits.Length];
        for (i = 0; i < both.Length; i++)
            both[i] = bits[i] & others[i];
        return both;
    }

    /// <summary>A relation with its sample; null for what is no plain table or has none.</summary>
    public static SampledLeaf? Of(PlannerState state, RelationalNode tree)
    {
        (ScanNode? scan, IReadOnlyList<Expression> conditions) = tree switch
        {
            ScanNode plain => (plain, []),
            FilterNode { Input: ScanNode below } filter => (below, filter.Conjuncts),
            _ => ((ScanNode?)null, (IReadOnlyList<Expression>)[]),
        };
        if (scan is not { AsOf: null, Members: null, IsMember: false } || scan.Relation is not { Storage: not 0, SystemTable: null, HasRowSecurity: false, Statistics.Length: > 0 } relation
            || state.Context.Services.Samples is not { } samples)
            return null;
        TableLayout layout = state.LayoutOf(relation);
        RowSample sample = samples.Get(layout, state.Context.Services.Handles.Heap(relation.Database, relation.Storage).CountBlocks(ReadPoint.Live), state.Context.Functions.Cancellation);
        if (sample.Rows == 0)
            return null;
        var all = new ulong[(sample.Rows + 63) / 64];
        Array.Fill(all, ulong.MaxValue);
        if (sample.Rows % 64 != 0)
            all[^1] = (1UL << (sample.Rows % 64)) - 1;
        ulong[] own = all;
        List<Expression>? rest = null;
        foreach (Expression condition in conditions)
        {
            if (MatchesOf(state, scan, condition, sample) is not { } matches)
            {
                (rest ??= []).Add(condition);
                continue;
            }

            own = Intersect(own, matches);
        }

        return new SampledLeaf(scan, conditions, sample, all, own, rest is null ? 1 : state.Selectivity.Of(rest), state.SizeOf(relation).Rows);
    }

    private static ulong[]? MatchesOf(PlannerState state, ScanNode scan, Expression condition, RowSample sample)
    {
        if (!SampleFilter.IsPure(condition) || TreeWalker.ColumnsOf(condition).Any(column => !scan.Columns.Contains(column)))
            return null;
        Expression over = condition.Transform(part => part is ColumnExpression column ? new SlotExpression(AttributeOf(scan, column.Column) - 1, column.Type) : part);
        return over.Any(static part => part is SlotExpression { Slot: < 0 }) ? null : SampleFilter.Matches(over, sample, state.Context.Functions);
    }

    /// <summary>Number of a column in the table; not positive for what is no plain column of it.</summary>
    public short AttributeOf(int column) => AttributeOf(Scan, column);

    private static short AttributeOf(ScanNode scan, int column)
    {
        for (int i = 0; i < scan.Columns.Count; i++)
            if (scan.Columns[i] == column)
                return scan.Attributes[i];
        return 0;
    }

    /// <summary>No two rows of the table have the same value in a column.</summary>
    public bool IsUnique(short attribute) =>
        Array.Exists(Scan.Relation.Indexes, index => index is { IsUnique: true, KeyCount: 1, Predicate: null, IsValid: true } && index.Keys[0].Column == attribute);
}
