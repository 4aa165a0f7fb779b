using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Tests.Engine.Functions;
using Xunit;

namespace Strata.Tests.Engine.Expressions;

public unsafe class ExpressionInstanceTests : IDisposable
{
    private readonly TestFunctionContext _functions = new();
    private readonly ExpressionFactory _factory;
    private readonly EvaluationContext _context;
    private readonly Batch _batch = new([SqlType.Int4, SqlType.Int4]);
    private readonly ErrorSink _errors = new();
    private readonly SlotExpression _a = new(0, SqlType.Int4);
    private readonly SlotExpression _b = new(1, SqlType.Int4);

    public ExpressionInstanceTests()
    {
        _factory = new ExpressionFactory(_functions);
        _context = new EvaluationContext { Functions = _functions };
    }

    public void Dispose()
    {
        _batch.Dispose();
        _context.Dispose();
    }

    /// <summary>Fills slot 0 and slot 1; null entries are SQL NULL.</summary>
    private void Fill(params (int? A, int? B)[] rows)
    {
        _batch.Reset(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Put(0, i, rows[i].A);
            Put(1, i, rows[i].B);
        }

        _batch.SetCount(rows.Length);

        void Put(int column, int row, int? value)
        {
            if (value is { } v)
                _batch[column].Set(row, v);
            else
                _batch[column].SetNull(row);
        }
    }

    private Vector Evaluate(ExpressionInstance instance) => instance.Evaluate(_context, _batch, _batch.Selection, _errors);

    [Fact]
    public void Reports_the_first_failing_row_and_keeps_those_before()
    {
        Fill((10, 2), (9, 3), (1, 0), (8, 4), (2, 0));
        using ExpressionInstance instance = CompiledExpression.Compile(_factory.Operator("/", _a, _b)).CreateInstance();
        Vector result = Evaluate(instance);
        Assert.Equal(2, _errors.Row);
        Assert.Equal("22012", _errors.Error!.State.Code);
        Assert.Equal((5, 3), (result.Get<int>(0), result.Get<int>(1)));
    }

    [Fact]
    public void Case_protects_rows_that_its_condition_leaves_out()
    {
        Fill((10, 2), (1, 0), (null, 3));
        Expression guarded = _factory.Case(
            null, [_factory.Operator("<>", _b, ConstantExpression.Int4(0))], [_factory.Operator("/", _a, _b)], ConstantExpression.Int4(-1));
        using ExpressionInstance instance = CompiledExpression.Compile(guarded).CreateInstance();
        Vector result = Evaluate(instance);
        Assert.False(_errors.HasError);
        Assert.Equal((5, -1), (result.Get<int>(0), result.Get<int>(1)));
        Assert.True(result.IsNull(2));
    }

    [Fact]
    public void And_does_not_evaluate_what_is_already_false()
    {
        Fill((10, 2), (1, 0), (9, 3));
        Expression condition = BooleanExpression.And(
            [_factory.Operator("<>", _b, ConstantExpression.Int4(0)), _factory.Operator(">", _factory.Operator("/", _a, _b), ConstantExpression.Int4(3))]);
        using ExpressionInstance instance = CompiledExpression.Compile(condition).CreateInstance();
        Selection selected = instance.Filter(_context, _batch, _batch.Selection, _errors);
        Assert.False(_errors.HasError);
        Assert.Equal(1, selected.Count);
        Assert.Equal(0, selected[0]);
    }

    [Fact]
    public void A_null_operand_of_and_hides_a_later_error_from_filters_only()
    {
        Fill((null, 0));
        Expression condition = BooleanExpression.And(
            [_factory.Operator(">", _a, ConstantExpression.Int4(0)), _factory.Operator(">", _factory.Operator("/", ConstantExpression.Int4(1), _b), ConstantExpression.Int4(0))]);
        using ExpressionInstance instance = CompiledExpression.Compile(condition).CreateInstance();
        // As PostgreSQL's ExecQual: a row is gone at the first condition that is not true.
        Assert.True(instance.Filter(_context, _batch, _batch.Selection, _errors).IsEmpty);
        Assert.False(_errors.HasError);
        instance.Evaluate(_context, _batch, _batch.Selection, _errors);
        Assert.Equal(0, _errors.Row);
    }

    [Fact]
    public void Filter_equals_evaluation_row_by_row()
    {
        ulong seed = 5;
        var rows = new (int?, int?)[Batch.RowsMax];
        for (int i = 0; i < rows.Length; i++)
        {
            seed = (seed * 6364136223846793005) + 1442695040888963407;
            rows[i] = ((int)(seed >> 60) == 0 ? null : (int)(seed >> 59), (int)(seed >> 50) % 7 == 0 ? null : (int)(seed >> 40) % 5);
        }

        Fill(rows);
        Expression condition = new BooleanExpression(
            BooleanOperator.Or,
            [
                BooleanExpression.And([_factory.Operator(">", _a, ConstantExpression.Int4(10)), _factory.Operator("<", _b, ConstantExpression.Int4(3))]),
                _factory.Operator("=", _a, _b),
            ]);
        using ExpressionInstance instance = CompiledExpression.Compile(condition).CreateInstance();
        Selection selected = instance.Filter(_context, _batch, _batch.Selection, _errors);
        var expected = new List<int>();
        for (int i = 0; i < rows.Length; i++)
        {
            (int? a, int? b) = rows[i];
            if ((a > 10 && b < 3) || (a is not null && a == b))
                expected.Add(i);
        }

        Assert.Equal(expected, Enumerable.Range(0, selected.Count).Select(i => selected[i]));
    }

    [Fact]
    public void Constant_vectors_give_the_same_as_flat_ones()
    {
        Fill((7, 2), (7, 2), (7, 2));
        using ExpressionInstance flat = CompiledExpression.Compile(_factory.Operator("%", _a, _b)).CreateInstance();
        using ExpressionInstance constant = CompiledExpression.Compile(_factory.Operator("%", ConstantExpression.Int4(7), ConstantExpression.Int4(2))).CreateInstance();
        Assert.Equal(Evaluate(flat).Get<int>(2), Evaluate(constant).Get<int>(2));
    }

    [Fact]
    public void A_long_in_list_agrees_with_a_short_one()
    {
        Fill((1, 0), (20, 0), (99, 0), (null, 0));
        Expression[] items = [.. Enumerable.Range(10, 40).Select(ConstantExpression.Int4)];
        using ExpressionInstance instance = CompiledExpression.Compile(_factory.In(_a, items, isNot: false)).CreateInstance();
        Vector result = Evaluate(instance);
        Assert.Equal([0, 1, 0], new[] { result.Get<byte>(0), result.Get<byte>(1), result.Get<byte>(2) });
        Assert.True(result.IsNull(3));
    }

    [Fact]
    public void Folding_keeps_what_would_fail()
    {
        Expression division = _factory.Operator("/", ConstantExpression.Int4(1), ConstantExpression.Int4(0));
        Assert.IsType<FunctionExpression>(ConstantFolder.Fold(division, _context));
        Expression sum = _factory.Operator("+", ConstantExpression.Int4(1), ConstantExpression.Int4(2));
        Assert.Equal(ConstantExpression.Int4(3), ConstantFolder.Fold(sum, _context));
        Expression guarded = _factory.Case(null, [ConstantExpression.Boolean(false)], [division], ConstantExpression.Int4(5));
        Assert.Equal(ConstantExpression.Int4(5), ConstantFolder.Fold(guarded, _context));
    }

    [Fact]
    public void The_steady_state_allocates_nothing()
    {
        Fill((10, 2), (9, 3), (8, 4));
        Expression sum = _factory.Operator(">", _factory.Operator("+", _a, _factory.Operator("*", _b, ConstantExpression.Int4(2))), ConstantExpression.Int4(5));
        using ExpressionInstance instance = CompiledExpression.Compile(sum).CreateInstance();
        for (int i = 0; i < 100; i++)
            instance.Filter(_context, _batch, _batch.Selection, _errors);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            instance.Filter(_context, _batch, _batch.Selection, _errors);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
