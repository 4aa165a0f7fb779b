using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>Chooses how a table is read: sequentially, or through an index whose first columns the conditions fix or bound, or whose order is wanted.</summary>
internal sealed class AccessPathPlanner(PlannerState state)
{
    /// <summary>A condition that an index column can use.</summary>
    private sealed record Usable(Expression Condition, string Operator, IReadOnlyList<Expression> Values);

    /// <summary>
    /// The ways to read a table under conditions, cheapest first. Values that the conditions compare with contain no columns of the table; columns of
    /// other tables in them are parameters by now.
    /// </summary>
    public List<PhysicalNode> Paths(ScanNode scan, IReadOnlyList<Expression> conditions, bool forUpdate, IReadOnlyList<Expression>? above = null)
    {
        if (scan.AsOf is not null)
            throw new SqlException(SqlState.FeatureNotSupported, "AS OF is not supported in this query") { Position = 0 };
        if (scan.Members is not null)
            return new TreeScanPlanner(state).Paths(scan, conditions, forUpdate);
        if (scan.Relation.SystemTable is not null)
            return [SystemScan(scan, conditions)];
        if (scan.Relation.Storage == 0)
            throw new SqlException(SqlState.FeatureNotSupported, $"relation \"{scan.Relation.Name}\" has no storage");
        (double pages, double rows) = state.SizeOf(scan.Relation);
        double selected = Math.Max(1, rows * state.ShareOf(scan, conditions));
        var decoder = new RowDecoder(state.LayoutOf(scan.Relation), scan.Attributes);
        CompiledExpression? filter = state.Expressions.CompileAll(FilterOrder.Sort(conditions, state.Selectivity), scan.Columns);
        int width = scan.Attributes.Sum(attribute => ColumnWidth.Of(scan.Relation, attribute));
        double remote = state.RemoteShare(pages);
        double cost = (pages * (CostModel.SeqPageCost + (remote * CostModel.RemoteRunPageCost))) + (rows * CostModel.CpuTupleCost) + (rows * conditions.Count * CostModel.CpuOperatorCost);
        cost += state.Settings.CostOf(PlannerMethods.SeqScan);
        var paths = new List<PhysicalNode>
        {
            new SeqScanPlan
            {
                Columns = VisibleColumns(scan, above),
                DecodedColumns = scan.Columns,
                Relation = scan.Relation,
                Alias = scan.Alias,
                Scan = scan.Scan,
                Member = scan.IsMember ? scan.Relation.Oid : 0,
                Decoder = decoder,
                Filter = filter,
                Recheck = filter,
                FilterConditions = conditions,
                ForUpdate = forUpdate,
                Rows = selected,
                TotalCost = cost,
                WidthBytes = width,
            },
        };
        var size = new BitmapPathPlanner.TableSize(pages, rows);
        List<IndexScanPlan> scans = IndexPaths(scan, conditions, filter, decoder, size, selected, width, forUpdate);
        foreach (IndexScanPlan path in scans)
        {
            paths.Add(path);
            if (!path.IsLookup && Reverse(path) is { } backward)
                paths.Add(backward);
        }

        if (!scans.Exists(static path => path.IsLookup) && BitmapPath(scan, conditions, scans, filter, decoder, size, selected, width, forUpdate) is { } bitmap)
            paths.Add(bitmap);
        paths.Sort((a, b) => a.TotalCost.CompareTo(b.TotalCost));
        return paths;
    }

    private List<IndexScanPlan> IndexPaths(
        ScanNode scan, IReadOnlyList<Expression> conditions, CompiledExpression? filter, RowDecoder decoder, BitmapPathPlanner.TableSize size, double selected, int width,
        bool forUpdate)
    {
        var paths = new List<IndexScanPlan>();
        foreach (IndexInfo index in scan.Relation.Indexes)
        {
            if (state.Context.MayUse(index) && index.Method.HasKeys() && IndexPath(scan, index, conditions, filter, decoder, size.Pages, size.Rows, selected, width, forUpdate) is { } path)
                paths.Add(path);
        }

        return paths;
    }

    private BitmapHeapScanPlan? BitmapPath(
        ScanNode scan, IReadOnlyList<Expression> conditions, List<IndexScanPlan> scans, CompiledExpression? recheck, RowDecoder decoder,
        BitmapPathPlanner.TableSize size, double selected, int width, bool forUpdate)
    {
        if (conditions.Count == 0 || scan.Relation.Indexes.Length == 0)
            return null;
        BitmapPlan? source = new BitmapPathPlanner(state).Find(
            conditions, Sets(scan, conditions, scans, size), size,
            branch => Sets(scan, branch, IndexPaths(scan, branch, recheck, decoder, size, selected, width, forUpdate), size));
        if (source is null)
            return null;
        Expression[] rest = conditions.Where(condition => !source.Conditions.Contains(condition)).ToArray();
        double remote = state.RemoteShare(size.Pages) * BitmapPathPlanner.RemoteCost(source, size);
        return new BitmapHeapScanPlan
        {
            Columns = scan.Columns,
            Relation = scan.Relation,
            Alias = scan.Alias,
            Scan = scan.Scan,
            Member = scan.IsMember ? scan.Relation.Oid : 0,
            Decoder = decoder,
            Filter = source.IsApproximate ? recheck : state.Expressions.CompileAll(FilterOrder.Sort(rest, state.Selectivity), scan.Columns),
            Recheck = recheck,
            FilterConditions = rest,
            ForUpdate = forUpdate,
            Source = source,
            Rows = selected,
            StartupCost = source.TotalCost,
            RemoteCost = remote,
            TotalCost = BitmapPathPlanner.HeapCost(source, size, rest.Length) + remote + state.Settings.CostOf(PlannerMethods.BitmapScan),
            WidthBytes = width,
        };
    }

    private List<BitmapPlan> Sets(ScanNode scan, IReadOnlyList<Expression> conditions, List<IndexScanPlan> scans, BitmapPathPlanner.TableSize size) =>
    [
        .. scans.Where(static path => path.IndexConditions.Count > 0).Select(BitmapPathPlanner.Single),
        .. new EntryPathPlanner(state).Find(scan, conditions, size, index => index.Predicate is null || Implies(scan, index, conditions)),
    ];

    /// <summary>What a sequential scan gives out. Statements that re-check changed rows need all columns of the conditions.</summary>
    private IReadOnlyList<int> VisibleColumns(ScanNode scan, IReadOnlyList<Expression>? above)
    {
        if (scan.FilterOnly.Count == 0 || state.Plan.IsWriting)
            return scan.Columns;
        var visible = scan.Columns.ToHashSet();
        visible.ExceptWith(scan.FilterOnly);
        foreach (Expression condition in above ?? [])
            TreeWalker.AddColumns(condition, visible);
        return scan.Columns.Where(visible.Contains).ToArray();
    }

    // Rows of catalogs are made when they are read.
    private const double SystemRowCost = 0.05;

    private SystemScanPlan SystemScan(ScanNode scan, IReadOnlyList<Expression> conditions) => new()
    {
        Columns = scan.Columns,
        Relation = scan.Relation,
        Alias = scan.Alias,
        Attributes = [.. scan.Attributes],
        Filter = state.Expressions.CompileAll(conditions, scan.Columns),
        FilterConditions = conditions,
        Rows = Math.Max(1, state.SizeOf(scan.Relation).Rows * state.Selectivity.Of(conditions)),
        TotalCost = 10 + (state.SizeOf(scan.Relation).Rows * SystemRowCost),
        WidthBytes = 64,
    };

    private IndexScanPlan? IndexPath(
        ScanNode scan, IndexInfo index, IReadOnlyList<Expression> conditions, CompiledExpression? recheck, RowDecoder decoder, double pages,
        double rows, double selected, int width, bool forUpdate)
    {
        if (index.Predicate is not null && !Implies(scan, index, conditions))
            return null;
        var used = new List<Expression>();
        var equalities = new List<(IReadOnlyList<CompiledExpression>, bool)>();
        bool single = true;
        int column = 0;
        for (; column < index.KeyCount; column++)
        {
            if (IndexKeyExpressions.Key(state, scan, index.Keys[column]) is not { } key || FindEquality(key, conditions) is not { } equality)
                break;
            used.Add(equality.Condition);
            equalities.Add((state.Expressions.CompileEach(equality.Values, []), equality.Operator == "IS NULL"));
            single &= equality.Values.Count <= 1;
        }

        CompiledExpression? lower = null;
        CompiledExpression? upper = null;
        bool lowerInclusive = false;
        bool upperInclusive = false;
        if (index.Method == IndexMethod.Hash && column < index.KeyCount)
            return null;
        if (column < index.KeyCount && IndexKeyExpressions.Key(state, scan, index.Keys[column]) is { } bounded)
        {
            foreach (Usable bound in FindBounds(bounded, conditions))
            {
                bool isLower = bound.Operator is ">" or ">=";
                if (isLower && lower is null)
                {
                    lower = state.Expressions.Compile(bound.Values[0], []);
                    lowerInclusive = bound.Operator == ">=";
                    used.Add(bound.Condition);
                }
                else if (!isLower && upper is null)
                {
                    upper = state.Expressions.Compile(bound.Values[0], []);
                    upperInclusive = bound.Operator == "<=";
                    used.Add(bound.Condition);
                }
            }
        }

        IReadOnlyList<SortKey> ordering = single ? OrderingOf(scan, index, equalities.Count) : [];
        IndexOnlyColumns? keyColumns = scan.IsTarget || forUpdate || !index.Method.IsOrdered() ? null : IndexOnlyColumns.Find(index, scan.Attributes, attribute => state.TypeOf(scan.Relation.Columns[attribute - 1]));
        if (used.Count == 0 && ordering.Count == 0 && (keyColumns is null || !state.Settings.Allows(PlannerMethods.IndexOnlyScan)))
            return null;
        Expression[] rest = conditions.Where(condition => !used.Contains(condition)).ToArray();
        double fetched = Math.Max(1, rows * state.Selectivity.Of(used));
        bool isLookup = single && index is { IsUnique: true, IsImmediate: true } && equalities.Count == index.KeyCount && equalities.TrueForAll(e => !e.Item2) && lower is null;
        if (isLookup)
            fetched = 1;
        double descent = (Math.Log2(Math.Max(rows, 2)) * CostModel.CpuOperatorCost) + (50 * CostModel.CpuOperatorCost);
        double indexPages = Math.Max(1, Math.Ceiling(fetched / 300));
        double heapPages = used.Count == 0 ? Math.Min(fetched, pages * 2) : Math.Min(fetched, pages);
        double remote = state.RemoteShare(pages);
        double remotePages = remote == 0 ? 0 : remote * (indexPages + CostModel.PagesFetched(fetched, pages, state.CachedPages(pages)));
        double indexCost = descent + (indexPages * CostModel.RandomPageCost) + (fetched * CostModel.CpuIndexTupleCost);
        double rowCost = (fetched * CostModel.CpuTupleCost) + (fetched * rest.Length * CostModel.CpuOperatorCost);
        double cost = indexCost + rowCost + (heapPages * CostModel.RandomPageCost) + (remotePages * CostModel.RemotePageCost) + state.Settings.CostOf(PlannerMethods.IndexScan);
        if (keyColumns is not null && !isLookup)
        {
            // Read in key order the index costs as much as a table of its size; only pages that are not visible to all are looked at.
            double looked = 1 - Math.Clamp(scan.Relation.AllVisiblePages / Math.Max(1, pages), 0, 1);
            double remoteOnly = remote * ((indexPages * CostModel.RemoteRunPageCost) + (looked * heapPages * CostModel.RemotePageCost));
            double only = remoteOnly + descent + CostModel.RandomPageCost + ((indexPages - 1) * CostModel.SeqPageCost) + (fetched * CostModel.CpuIndexTupleCost) + rowCost
                + (heapPages * looked * CostModel.RandomPageCost) + state.Settings.CostOf(PlannerMethods.IndexOnlyScan);
            if (only < cost || used.Count + ordering.Count == 0)
                (cost, remotePages) = (only, remoteOnly / CostModel.RemotePageCost);
            else
                keyColumns = null;
        }
        else
        {
            keyColumns = null;
        }

        return new IndexScanPlan
        {
            Columns = scan.Columns,
            Relation = scan.Relation,
            Alias = scan.Alias,
            Scan = scan.Scan,
            Member = scan.IsMember ? scan.Relation.Oid : 0,
            Decoder = decoder,
            Filter = state.Expressions.CompileAll(rest, scan.Columns),
            Recheck = recheck,
            FilterConditions = rest,
            ForUpdate = forUpdate,
            Index = index,
            Equalities = equalities,
            Lower = lower,
            LowerInclusive = lowerInclusive,
            Upper = upper,
            UpperInclusive = upperInclusive,
            IsLookup = isLookup,
            Order = KeyOrder(index),
            KeyTypes = index.Keys.Take(index.KeyCount).Select(key => KeyPhysical(scan, key)).ToArray(),
            IndexConditions = used,
            KeyColumns = keyColumns,
            IndexCost = indexCost,
            IndexRows = fetched,
            IndexShare = Math.Min(1, fetched / Math.Max(1, rows)),
            RemoteCost = remotePages * CostModel.RemotePageCost,
            Ordering = isLookup ? [] : ordering,
            Rows = isLookup ? 1 : selected,
            StartupCost = descent,
            TotalCost = cost,
            WidthBytes = width,
        };
    }

    private static IndexScanPlan? Reverse(IndexScanPlan plan) => plan.Ordering.Count == 0 ? null : new IndexScanPlan
    {
        Columns = plan.Columns,
        Relation = plan.Relation,
        Alias = plan.Alias,
        Scan = plan.Scan,
        Member = plan.Member,
        Decoder = plan.Decoder,
        Filter = plan.Filter,
        Recheck = plan.Recheck,
        FilterConditions = plan.FilterConditions,
        ForUpdate = plan.ForUpdate,
        Index = plan.Index,
        Equalities = plan.Equalities,
        Lower = plan.Lower,
        LowerInclusive = plan.LowerInclusive,
        Upper = plan.Upper,
        UpperInclusive = plan.UpperInclusive,
        Backward = true,
        Order = plan.Order,
        KeyTypes = plan.KeyTypes,
        IndexConditions = plan.IndexConditions,
        KeyColumns = plan.KeyColumns,
        IndexCost = plan.IndexCost,
        IndexRows = plan.IndexRows,
        IndexShare = plan.IndexShare,
        RemoteCost = plan.RemoteCost,
        Ordering = plan.Ordering.Select(key => new SortKey(key.Column, !key.Descending, !key.NullsFirst)).ToArray(),
        Rows = plan.Rows,
        StartupCost = plan.StartupCost,
        // Backwards is never better than forwards unless the order is wanted.
        TotalCost = plan.TotalCost * 1.001,
        WidthBytes = plan.WidthBytes,
    };

    private static KeyColumn[] KeyOrder(IndexInfo index) => index.Keys.Take(index.KeyCount).Select((key, i) => new KeyColumn(
        i, (key.Options & IndexKeyOptions.Descending) != 0, (key.Options & IndexKeyOptions.NullsFirst) != 0)).ToArray();

    private static PhysicalType KeyPhysical(ScanNode scan, IndexKey key) =>
        BuiltinTypes.PhysicalOf(key.Column > 0 ? scan.Relation.Columns[key.Column - 1].TypeOid : key.TypeOid);

    /// <summary>The order of an index scan in the scan's columns, from the first column that no equality fixes on.</summary>
    private static List<SortKey> OrderingOf(ScanNode scan, IndexInfo index, int fixedColumns)
    {
        var ordering = new List<SortKey>();
        for (int i = fixedColumns; i < index.KeyCount; i++)
        {
            int column = IndexKeyExpressions.ColumnOf(scan, index.Keys[i].Column);
            if (column < 0)
                break;
            ordering.Add(new SortKey(
                column, (index.Keys[i].Options & IndexKeyOptions.Descending) != 0, (index.Keys[i].Options & IndexKeyOptions.NullsFirst) != 0));
        }

        return ordering;
    }

    /// <summary>A partial index is usable when its predicate is one of the conditions, word for word.</summary>
    private bool Implies(ScanNode scan, IndexInfo index, IReadOnlyList<Expression> conditions) =>
        IndexKeyExpressions.Over(state, scan, index.Predicate!, isCondition: true) is { } predicate && Conjunction.Split(predicate).TrueForAll(part => conditions.Contains(part));

    private static Usable? FindEquality(Expression key, IReadOnlyList<Expression> conditions)
    {
        Usable? list = null;
        foreach (Expression condition in conditions)
        {
            switch (condition)
            {
                case FunctionExpression { Operator.Name: "=" } call when Match(call, key) is { } value:
                    return new Usable(condition, "=", [value.Value]);
                case NullTestExpression { IsNotNull: false } tested when key.Type.Kind != TypeKind.Composite && IndexKeyExpressions.IsKey(tested.Operand, key):
                    return new Usable(condition, "IS NULL", []);
                case ArrayComparisonExpression { IsAll: false, Operator.Name: "=", Array: ArrayExpression { IsNested: false } array } any
                    when IndexKeyExpressions.IsKey(any.Scalar, key) && array.Elements.All(element => IsFree(element) && Fits(key.Type, element.Type)):
                    list ??= new Usable(condition, "IN", array.Elements);
                    break;
            }
        }

        return list;
    }

    private static IEnumerable<Usable> FindBounds(Expression key, IReadOnlyList<Expression> conditions)
    {
        foreach (Expression condition in conditions)
        {
            if (condition is FunctionExpression { Operator.Name: "<" or "<=" or ">" or ">=" } call && Match(call, key) is { } found)
            {
                string name = call.Operator!.Name;
                if (found.IsSwapped)
                    name = name switch { "<" => ">", "<=" => ">=", ">" => "<", _ => "<=" };
                yield return new Usable(condition, name, [found.Value]);
            }
        }
    }

    private static (Expression Value, bool IsSwapped)? Match(FunctionExpression call, Expression key)
    {
        if (call.Arguments.Count != 2)
            return null;
        if (IndexKeyExpressions.IsKey(call.Arguments[0], key) && IsFree(call.Arguments[1]) && Fits(key.Type, call.Arguments[1].Type))
            return (call.Arguments[1], false);
        if (IndexKeyExpressions.IsKey(call.Arguments[1], key) && IsFree(call.Arguments[0]) && Fits(key.Type, call.Arguments[0].Type))
            return (call.Arguments[0], true);
        return null;
    }

    /// <summary>The value does not change while the scan runs.</summary>
    private static bool IsFree(Expression value) => !value.IsVolatile && !value.Any(static part => part is ColumnExpression or SubqueryExpression);

    /// <summary>The value's key bytes are those of the key's type.</summary>
    private static bool Fits(SqlType key, SqlType value) =>
        key.Plain.Oid == value.Plain.Oid || (IsInteger(key.Plain.Oid) && IsInteger(value.Plain.Oid)) || (IsText(key.Plain.Oid) && IsText(value.Plain.Oid));

    private static bool IsInteger(uint oid) => oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8;

    private static bool IsText(uint oid) => oid is TypeOid.Text or TypeOid.VarChar or TypeOid.Name;
}
