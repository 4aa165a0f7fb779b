using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Sessions;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Statistics;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>
/// ANALYZE: of a sample of the rows, statistics of the columns, of the expressions in indexes and of the table's statistics objects; for a table with descendants once more over the whole tree.
/// Costs depend on the statistics target, not on the table's size.
/// </summary>
internal sealed class AnalyzeCommand(DdlContext context, ProgressReport? progress = null)
{
    private const int RowsPerTarget = 300;
    private const int RowsMin = 100;

    /// <summary>Rows of a sample that are worth a second thread.</summary>
    private const int SharedRowsMin = 4096;

    private readonly List<ColumnStatistics> _statistics = [];

    /// <summary>Called after each block that was read; autovacuum rests there.</summary>
    public Action? Throttle { get; init; }

    /// <summary>Objects that can't be built for lack of columns are passed over in silence (autovacuum).</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>Analyzes a locked table; columns by name, or all. Throws 42703, 42701.</summary>
    public void Analyze(RelationInfo table, string[] columnNames)
    {
        ColumnInfo[] columns = ColumnsOf(table, columnNames);
        var indexes = new List<(IndexInfo Index, List<ColumnStatistics> Statistics)>();
        var built = new Dictionary<uint, (ExtendedStatisticsData? Own, ExtendedStatisticsData? Inherited)>();
        int pages = -1;
        double? rows = null;
        double ownRows = 0;
        if (table.Storage != 0)
        {
            SetPhase(AnalyzeProgress.AcquiringSample);
            using var own = Draw(table, columns, out pages);
            rows = ownRows = own.Sample.TotalRows;
            SetPhase(AnalyzeProgress.ComputingStatistics);
            Summarize(own, columns, inherited: false);
            if (columnNames.Length == 0)
                SummarizeIndexes(table, own, indexes);
            BuildExtended(table, own, columns, inherited: false, built);
        }

        if (table.Children.Length > 0)
        {
            SetPhase(AnalyzeProgress.AcquiringInherited);
            using var whole = DrawTree(table, columns);
            if (table.Storage == 0)
                rows = whole.Sample.TotalRows;
            SetPhase(AnalyzeProgress.ComputingStatistics);
            Summarize(whole, columns, inherited: true);
            BuildExtended(table, whole, columns, inherited: true, built);
        }

        if (table.Storage != 0)
            UniqueFloor.Raise(_statistics, table.Indexes, ownRows);
        SetPhase(AnalyzeProgress.Finalizing);
        Store(table, columns, pages, rows ?? 0, built);
        foreach (IndexInfo index in table.Indexes)
            StoreIndex(index, (float)(rows ?? 0), indexes.Find(i => i.Index.Oid == index.Oid).Statistics);
    }

    private void SetPhase(string phase)
    {
        if (progress is not null)
            progress.Phase = phase;
    }

    private static ColumnInfo[] ColumnsOf(RelationInfo table, string[] names)
    {
        if (names.Length == 0)
            return [.. table.Columns.Where(static c => !c.IsDropped)];
        var columns = new List<ColumnInfo>();
        foreach (string name in names)
        {
            ColumnInfo column = table.FindColumn(name)
                ?? throw new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" of relation \"{table.Name}\" does not exist");
            if (columns.Contains(column))
                throw new SqlException(SqlState.DuplicateColumn, $"column \"{name}\" of relation \"{table.Name}\" appears more than once");
            columns.Add(column);
        }

        return [.. columns];
    }

    /// <summary>A sample with its columns; owns them.</summary>
    private sealed class Drawn(TableSample sample, short[] attributes) : IDisposable
    {
        public TableSample Sample => sample;

        public short[] Attributes => attributes;

        public Dictionary<short, SampledColumn> Columns { get; } = [];

        public int[] AllRows => [.. Enumerable.Range(0, sample.Count)];

        public void Dispose()
        {
            foreach (SampledColumn column in Columns.Values)
                column.Dispose();
            sample.Dispose();
        }
    }

    private int DefaultTarget => int.Parse(context.Session.Settings["default_statistics_target"], CultureInfo.InvariantCulture);

    private int TargetOf(ColumnInfo column) => column.StatisticsTarget >= 0 ? column.StatisticsTarget : DefaultTarget;

    private int WantedRows(RelationInfo table, ColumnInfo[] columns)
    {
        int target = columns.Length == 0 ? 0 : columns.Max(TargetOf);
        if (HasExpressions(table))
            target = Math.Max(target, DefaultTarget);
        foreach (CatalogObject entry in ExtendedStatistics.On(context.View, table.Oid))
            target = Math.Max(target, TargetOf(ExtendedStatistics.Of(entry), table));
        return Math.Max(RowsMin, target * RowsPerTarget);
    }

    /// <summary>An object's target: its own, else the greatest of its columns'.</summary>
    private int TargetOf(ExtendedStatistics statistics, RelationInfo table)
    {
        if (statistics.Target >= 0)
            return statistics.Target;
        int target = statistics.Expressions.Length > 0 ? DefaultTarget : 0;
        foreach (short column in statistics.Columns)
            target = Math.Max(target, TargetOf(table.Columns[column - 1]));
        return target;
    }

    private bool HasExpressions(RelationInfo table) =>
        Array.Exists(table.Indexes, static index => index.Predicate is not null || Array.Exists(index.Keys, static key => key.Expression is not null))
        || ExtendedStatistics.On(context.View, table.Oid).Any(static entry => !entry.Row[8].IsNull);

    /// <summary>The columns whose values are needed: those asked for, or all when expressions are over them.</summary>
    private short[] AttributesOf(RelationInfo table, ColumnInfo[] columns)
    {
        if (HasExpressions(table))
            return [.. table.Columns.Where(static c => !c.IsDropped).Select(static c => c.Number)];
        IEnumerable<short> others = ExtendedStatistics.On(context.View, table.Oid).SelectMany(static entry => ExtendedStatistics.Of(entry).Columns);
        return [.. columns.Select(static c => c.Number).Concat(others).Distinct().Order()];
    }

    private Drawn Draw(RelationInfo table, ColumnInfo[] columns, out int pages)
    {
        var drawn = new Drawn(new TableSample(), AttributesOf(table, columns));
        try
        {
            pages = AddRows(drawn.Sample, table, table, drawn.Attributes, WantedRows(table, columns));
            Fill(drawn, table);
        }
        catch
        {
            drawn.Dispose();
            throw;
        }

        return drawn;
    }

    /// <summary>Threads that may help. Autovacuum, which rests between blocks, has none.</summary>
    private QueryWorkers? Workers => Throttle is null ? context.Session.Engine.Execution.Workers : null;

    /// <summary>Adds rows of one table to a sample whose columns are those of <paramref name="shape"/>; returns the table's blocks.</summary>
    private int AddRows(TableSample sample, RelationInfo table, RelationInfo shape, short[] attributes, int wanted)
    {
        HeapRelation heap = context.Session.Engine.Handles.Heap(table.Database, table.Storage);
        uint blocks = heap.CountBlocks(ReadPoint.Live, context.Cancellation);
        short[] own = ReferenceEquals(table, shape) ? attributes : RelationTree.Map(shape, table, attributes);
        var sampler = new TableSampler(heap, new TableLayout(table, TypeOf, context.Session), own, context.Session.Random)
        {
            Workers = Workers,
            Begun = count => progress?.Add(AnalyzeProgress.BlocksTotal, count),
            BlockDone = () =>
            {
                progress?.Add(AnalyzeProgress.BlocksDone, 1);
                Throttle?.Invoke();
            },
        };
        sampler.Draw(blocks, wanted, context.Transaction.TakeFreshSnapshot(), sample, context.Cancellation);
        return (int)blocks;
    }

    private SqlType TypeOf(ColumnInfo column)
    {
        SqlType type = TypeResolver.Find(column.TypeOid, context.View)!.WithTypmod(column.TypeModifier);
        return column.CollationOid == 0 ? type : type.WithCollation(column.CollationOid);
    }

    /// <summary>A sample of a table with all its descendants, from each in proportion to its size.</summary>
    private Drawn DrawTree(RelationInfo table, ColumnInfo[] columns)
    {
        short[] attributes = AttributesOf(table, columns);
        int wanted = WantedRows(table, columns);
        var members = new List<(RelationInfo Member, uint Blocks)>();
        double total = 0;
        foreach (RelationInfo member in RelationTree.Descendants(context.View, table).Prepend(table))
        {
            if (member.Storage == 0)
                continue;
            uint blocks = context.Session.Engine.Handles.Heap(member.Database, member.Storage).CountBlocks(ReadPoint.Live, context.Cancellation);
            members.Add((member, blocks));
            total += blocks;
        }

        var drawn = new Drawn(new TableSample(), attributes);
        try
        {
            progress?.Add(AnalyzeProgress.ChildrenTotal, members.Count);
            foreach ((RelationInfo member, uint blocks) in members)
            {
                progress?.Add(AnalyzeProgress.CurrentChild, member.Oid - progress[AnalyzeProgress.CurrentChild]);
                int share = blocks == 0 ? 0 : Math.Min(wanted, (int)Math.Round(wanted * blocks / total));
                if (share > 0)
                    AddRows(drawn.Sample, member, table, attributes, share);
                progress?.Add(AnalyzeProgress.ChildrenDone, 1);
            }

            Fill(drawn, table);
        }
        catch
        {
            drawn.Dispose();
            throw;
        }

        return drawn;
    }

    /// <summary>Decodes and sorts the columns, several at a time where threads are free.</summary>
    private void Fill(Drawn drawn, RelationInfo table)
    {
        var columns = new SampledColumn[drawn.Attributes.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = new SampledColumn(TypeOf(table.Columns[drawn.Attributes[i] - 1]));
            drawn.Columns.Add(drawn.Attributes[i], columns[i]);
        }

        SharedWork.Run(drawn.Sample.Count < SharedRowsMin ? null : Workers, columns.Length, column =>
        {
            context.Cancellation.ThrowIfCancellationRequested();
            drawn.Sample.Decode(column, columns[column]);
            columns[column].Sorted();
        }, context.Cancellation);
    }

    private void Summarize(Drawn drawn, ColumnInfo[] columns, bool inherited)
    {
        if (drawn.Sample.Count == 0)
            return;
        foreach (ColumnInfo column in columns)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            int target = TargetOf(column);
            if (target > 0)
                _statistics.Add(Summarize(drawn.Columns[column.Number], column.Number, target, drawn.Sample.TotalRows) with { IsInherited = inherited });
        }
    }

    private ColumnStatistics Summarize(SampledColumn values, short number, int target, double totalRows)
    {
        ColumnStatistics statistics = ColumnSummary.Of(values, number, target, totalRows, context.Session.Catalog);
        return values.Type.IsArray ? ElementSummary.Add(statistics, values, target, context.Session.Catalog) : statistics;
    }

    private void SummarizeIndexes(RelationInfo table, Drawn drawn, List<(IndexInfo, List<ColumnStatistics>)> indexes)
    {
        var evaluator = new SampleEvaluator(context, table, drawn.Sample, drawn.Attributes);
        foreach (IndexInfo index in table.Indexes)
        {
            if (!Array.Exists(index.Keys, static key => key.Expression is not null) || drawn.Sample.Count == 0)
                continue;
            RelationInfo relation = context.View.FindRelation(index.Oid)!;
            IReadOnlyList<int> rows = index.Predicate is null ? drawn.AllRows : evaluator.Filter(index.Predicate, drawn.AllRows);
            double total = Math.Ceiling(drawn.Sample.TotalRows * rows.Count / drawn.Sample.Count);
            var found = new List<ColumnStatistics>();
            for (short key = 1; key <= index.KeyCount && rows.Count > 0; key++)
            {
                int target = TargetOf(relation.Columns[key - 1]);
                if (index.Keys[key - 1].Expression is not { } expression || target == 0)
                    continue;
                using SampledColumn values = evaluator.Evaluate(expression, rows);
                found.Add(Summarize(values, key, target, total));
            }

            indexes.Add((index, found));
        }
    }

    private void BuildExtended(
        RelationInfo table, Drawn drawn, ColumnInfo[] columns, bool inherited, Dictionary<uint, (ExtendedStatisticsData? Own, ExtendedStatisticsData? Inherited)> built)
    {
        IReadOnlyList<CatalogObject> entries = ExtendedStatistics.On(context.View, table.Oid);
        if (entries.Count == 0 || drawn.Sample.Count == 0)
            return;
        SetPhase(AnalyzeProgress.ComputingExtended);
        progress?.Add(AnalyzeProgress.ExtendedTotal, entries.Count);
        foreach (CatalogObject entry in entries)
        {
            ExtendedStatistics statistics = ExtendedStatistics.Of(entry);
            if (Array.Exists(statistics.Columns, number => !Array.Exists(columns, c => c.Number == number && TargetOf(c) != 0)))
            {
                if (!IsAutomatic)
                    context.Session.Notice($"statistics object \"{context.View.FindSchema(statistics.SchemaOid)?.Name}.{statistics.Name}\" could not be computed for relation \"{context.View.FindSchema(table.SchemaOid)?.Name}.{table.Name}\"", "WARNING", "01000");
                continue;
            }

            int target = TargetOf(statistics, table);
            if (target > 0)
            {
                ExtendedStatisticsData data = Build(table, drawn, statistics, target);
                (ExtendedStatisticsData? own, ExtendedStatisticsData? whole) = built.GetValueOrDefault(statistics.Oid);
                built[statistics.Oid] = inherited ? (own, data) : (data, whole);
            }

            progress?.Add(AnalyzeProgress.ExtendedDone, 1);
        }
    }

    private ExtendedStatisticsData Build(RelationInfo table, Drawn drawn, ExtendedStatistics statistics, int target)
    {
        var evaluator = new SampleEvaluator(context, table, drawn.Sample, drawn.Attributes);
        SampledColumn[] expressions = [.. statistics.Expressions.Select(expression => evaluator.Evaluate(expression, drawn.AllRows))];
        try
        {
            SampledColumn[] columns = [.. statistics.Columns.Select(number => drawn.Columns[number]), .. expressions];
            short[] attributes = [.. statistics.Columns, .. Enumerable.Range(1, expressions.Length).Select(static i => (short)-i)];
            double rows = drawn.Sample.TotalRows;
            ValueTexts[] texts = Array.ConvertAll(columns, column => new ValueTexts(column.Type, context.Session.Catalog));
            return new ExtendedStatisticsData
            {
                Distinct = statistics.Has(ExtendedStatistics.DistinctKind) ? CombinationStatistics.Distinct(columns, attributes, rows) : null,
                Dependencies = statistics.Has(ExtendedStatistics.DependenciesKind) ? CombinationStatistics.Dependencies(columns, attributes) : null,
                Common = statistics.Has(ExtendedStatistics.CommonKind) ? CombinationStatistics.Common(columns, texts, target, rows) : null,
                Expressions = statistics.Has(ExtendedStatistics.ExpressionsKind) ? [.. expressions.Select(e => Summarize(e, 0, target, rows))] : null,
            };
        }
        finally
        {
            foreach (SampledColumn expression in expressions)
                expression.Dispose();
        }
    }

    private void Store(
        RelationInfo table, ColumnInfo[] columns, int pages, double rows, Dictionary<uint, (ExtendedStatisticsData? Own, ExtendedStatisticsData? Inherited)> built)
    {
        RelationInfo current = context.View.FindRelation(table.Oid)!;
        // Statistics of columns that were not asked for stay; an empty table keeps those it has.
        var replaced = _statistics.Select(static s => (s.Column, s.IsInherited)).ToHashSet();
        _statistics.AddRange(current.Statistics.Where(s => !replaced.Contains((s.Column, s.IsInherited))));
        _statistics.Sort(static (a, b) => a.Column != b.Column ? a.Column.CompareTo(b.Column) : a.IsInherited.CompareTo(b.IsInherited));
        Format.Invariant.Check(columns.Length <= current.Columns.Length);
        context.Replace(current, current with { Pages = pages, Tuples = (float)rows, Statistics = [.. _statistics] });
        foreach ((uint oid, (ExtendedStatisticsData? own, ExtendedStatisticsData? inherited)) in built)
            StoreExtended(oid, own, inherited);
    }

    private void StoreExtended(uint oid, ExtendedStatisticsData? own, ExtendedStatisticsData? inherited)
    {
        CatalogObject? known = context.View.FindObject(CatalogOids.PgStatisticExtData, oid);
        if (known is null)
        {
            known = ExtendedStatistics.NewData(oid);
            context.Changes.Create(known, context.Cancellation);
        }

        CatalogValue ownValue = own is null ? known.Row[1] : own.Store();
        CatalogValue inheritedValue = inherited is null ? known.Row[2] : inherited.Store();
        context.Changes.Replace(known, known.With((1, ownValue), (2, inheritedValue)), context.Cancellation);
    }

    private void StoreIndex(IndexInfo index, float rows, List<ColumnStatistics>? statistics)
    {
        if (statistics is { Count: > 0 })
        {
            RelationInfo relation = context.View.FindRelation(index.Oid)!;
            context.Replace(relation, relation with { Statistics = [.. statistics] });
        }

        if (context.View.FindRelation(index.Oid) is { Storage: not 0 } current)
            MaintenanceCommands.NoteSize(context, current, rows);
    }
}
