using Strata.Engine.Catalog;
using Strata.Engine.Execution.Entries;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Planning;

/// <summary>Finds what GIN, GiST, SP-GiST and BRIN indexes of a table can do for conditions: sets of row addresses for bitmap scans.</summary>
internal sealed class EntryPathPlanner(PlannerState state)
{
    /// <summary>Rows of a table whose summaries a BRIN index's page holds, roughly.</summary>
    private const double SummaryBytes = 200;

    /// <summary>The sets that each of the table's indexes gives under conditions, without indexes that none of them can use. <paramref name="isUsable"/> says whether a partial index's rows suffice.</summary>
    public List<BitmapPlan> Find(ScanNode scan, IReadOnlyList<Expression> conditions, BitmapPathPlanner.TableSize size, Func<IndexInfo, bool> isUsable)
    {
        var plans = new List<BitmapPlan>();
        foreach (IndexInfo index in scan.Relation.Indexes)
        {
            if (!index.Method.HasKeys() && state.Context.MayUse(index) && isUsable(index) && Plan(scan, index, conditions, size) is { } plan)
                plans.Add(plan);
        }

        return plans;
    }

    private EntryBitmapPlan? Plan(ScanNode scan, IndexInfo index, IReadOnlyList<Expression> conditions, BitmapPathPlanner.TableSize size)
    {
        var used = new List<Expression>();
        var tests = new List<EntryCondition>();
        for (int column = 0; column < index.KeyCount; column++)
        {
            Expression? key = IndexKeyExpressions.Key(state, scan, index.Keys[column]);
            if (key is null)
                continue;
            foreach (Expression condition in conditions)
            {
                if (Test(index, column, key, condition) is not { } test)
                    continue;
                tests.Add(test);
                if (!used.Contains(condition))
                    used.Add(condition);
            }
        }

        if (tests.Count == 0)
            return null;
        double share = state.Selectivity.Of(used), rows = Math.Max(1, size.Rows * share);
        // Of two indexes that do the same the smaller one is better.
        double entries = Math.Max(size.Rows, (state.Context.Catalog.FindRelation(index.Oid)?.Pages ?? 0) * 200.0);
        double descent = (Math.Log2(Math.Max(entries, 2)) + 50) * CostModel.CpuOperatorCost;
        double pages = Math.Max(1, Math.Ceiling(rows / 300));
        double heapPages = 0;
        double cost = (tests.Count * descent) + (pages * CostModel.RandomPageCost) + (rows * tests.Count * CostModel.CpuIndexTupleCost);
        if (index.Method == IndexMethod.Brin)
        {
            double ranges = Math.Max(1, Math.Ceiling(size.Pages / 128)), correlation = Correlation(scan, index, tests);
            double read = Math.Min(ranges, correlation < 1e-10 ? ranges : Math.Ceiling(ranges * share / correlation));
            cost = CostModel.RandomPageCost + (ranges * SummaryBytes / Format.Pages.PageFormat.PageSizeBytes * CostModel.SeqPageCost) + (ranges * tests.Count * CostModel.CpuOperatorCost);
            heapPages = Math.Max(1, size.Pages * read / ranges);
            share = Math.Max(share, read / ranges);
        }

        return new EntryBitmapPlan
        {
            Columns = [],
            Relation = scan.Relation,
            Index = index,
            Tests = tests,
            Share = share,
            HeapPages = heapPages,
            IsApproximate = true,
            Conditions = used,
            Rows = size.Rows * share,
            TotalCost = cost + (index.Method == IndexMethod.Brin ? 0 : rows * 0.1 * CostModel.CpuOperatorCost),
        };
    }

    /// <summary>How well the table follows the order of the columns that are tested, 0 to 1.</summary>
    private static double Correlation(ScanNode scan, IndexInfo index, List<EntryCondition> tests)
    {
        double best = 0;
        foreach (EntryCondition test in tests)
        {
            short attribute = index.Keys[test.Column].Column;
            ColumnStatistics? statistics = Array.Find(scan.Relation.Statistics, known => known.Column == attribute && !known.IsInherited);
            best = Math.Max(best, Math.Abs(statistics?.Correlation ?? 0));
        }

        return best;
    }

    private EntryCondition? Test(IndexInfo index, int column, Expression key, Expression condition)
    {
        IndexKey info = index.Keys[column];
        if (condition is NullTestExpression test)
        {
            return index.Method != IndexMethod.Gin && key.Type.Kind != TypeKind.Composite && IndexKeyExpressions.IsKey(test.Operand, key)
                ? new EntryCondition(column, key.Type, test.IsNotNull ? EntryTest.IsNotNull : EntryTest.IsNull, "", null)
                : null;
        }

        if (condition is not FunctionExpression { Operator: { } op, Arguments: [var left, var right] })
            return null;
        if (IndexKeyExpressions.IsKey(left, key) && IsFree(right) && NativeOperatorClasses.Searches(state.Context.Catalog, info, op.Oid))
            return Operator(index, column, key.Type, op, right);
        if (IndexKeyExpressions.IsKey(right, key) && IsFree(left) && CommutatorOf(op) is { } commutator && NativeOperatorClasses.Searches(state.Context.Catalog, info, commutator.Oid))
            return Operator(index, column, key.Type, commutator, left);
        return null;
    }

    private OperatorInfo? CommutatorOf(OperatorInfo op) => op.CommutatorOid < CatalogOids.FirstUser
        ? BuiltinRegistry.Operator(op.CommutatorOid)
        : state.Context.Catalog.FindObject(CatalogOids.PgOperator, op.CommutatorOid) is { } row ? OperatorRows.Describe(row, state.Context.Catalog) : null;

    private EntryCondition? Operator(IndexInfo index, int column, SqlType type, OperatorInfo op, Expression value)
    {
        if (index.Method == IndexMethod.Brin && !Fits(type.Plain, value.Type.Plain, index.Keys[column]))
            return null;
        if (index.Method == IndexMethod.Gin && value is ConstantExpression constant && IsFull(index.Keys[column], column, type, op, constant))
            return null;
        return new EntryCondition(column, type, EntryTest.Operator, op.Name, state.Expressions.Compile(value, []));
    }

    /// <summary>A search for a constant that would read the whole index.</summary>
    private static bool IsFull(IndexKey key, int column, SqlType type, OperatorInfo op, ConstantExpression constant)
    {
        using var vector = new Vector(constant.Type);
        vector.ResetConstant();
        if (constant.IsNull)
            return false;
        constant.Value.Store(vector, 0);
        return ItemClasses.Of(key, type).Query(op.Name, vector, 0, column, new EntryList()).IsFull;
    }

    /// <summary>Ends of a summary compare with the value's bytes.</summary>
    private static bool Fits(SqlType column, SqlType value, IndexKey key)
    {
        if (OperatorFamilies.Class(key.OperatorClassOid)?.Name.EndsWith("inclusion_ops", StringComparison.Ordinal) == true || column.Oid == value.Oid)
            return true;
        return (IsInteger(column) && IsInteger(value)) || (IsFloat(column) && IsFloat(value)) || (IsText(column) && IsText(value)) || (IsNetwork(column) && IsNetwork(value));
    }

    private static bool IsInteger(SqlType type) => type.Oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8;

    private static bool IsFloat(SqlType type) => type.Oid is TypeOid.Float4 or TypeOid.Float8;

    private static bool IsText(SqlType type) => type.Oid is TypeOid.Text or TypeOid.VarChar or TypeOid.Name;

    private static bool IsNetwork(SqlType type) => type.Oid is TypeOid.Inet or TypeOid.Cidr;

    /// <summary>The value does not change while the scan runs.</summary>
    private static bool IsFree(Expression value) => !value.IsVolatile && !value.Any(static part => part is ColumnExpression or SubqueryExpression);
}
