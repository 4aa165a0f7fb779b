using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>Makes the evaluators of an expression tree. One per instance; not thread-safe.</summary>
internal sealed class EvaluatorFactory
{
    private readonly Stack<CaseOperandCell> _cases = new();

    public static Evaluator Create(Expression expression) => new EvaluatorFactory().Make(expression);

    private Evaluator Make(Expression expression)
    {
        Vectors.DepthGuard.Check();
        switch (expression)
        {
            case ConstantExpression constant: return new ConstantEvaluator(constant);
            case SlotExpression slot: return new SlotEvaluator(slot);
            case ParameterExpression parameter: return new ParameterEvaluator(parameter);
            case FunctionExpression f: return new FunctionEvaluator(f.Function, f.Type, MakeAll(f.Arguments), f.IsVariadicCall);
            case RelabelExpression r when r.Operand.Type.Physical == r.Type.Physical: return new RelabelEvaluator(r.Type, Make(r.Operand));
            case RelabelExpression r: return new IoCastEvaluator(r.Type, Make(r.Operand), r.IsExplicit);
            case IoCastExpression io: return new IoCastEvaluator(io.Type, Make(io.Operand), io.IsExplicit);
            case ArrayCastExpression a:
                return new ArrayCastEvaluator(a.Type, Make(a.Operand), ElementSlotType(a.Element), Make(a.Element));
            case BooleanExpression { Operator: BooleanOperator.Not } not: return new NotEvaluator(Make(not.Operands[0]));
            case BooleanExpression b: return new AndOrEvaluator(b.Operator == BooleanOperator.And, MakeAll(b.Operands));
            case NullTestExpression n: return new NullTestEvaluator(Make(n.Operand), n.IsNotNull, n.IsOfWhole);
            case BooleanTestExpression t: return new BooleanTestEvaluator(Make(t.Operand), t.Test);
            case DistinctFromExpression d:
                {
                    var cells = new ValueCells();
                    return new DistinctFromEvaluator(d.IsNot, Make(d.Left), Make(d.Right), cells, Comparison(d.Equality, cells, d.Left.Type, d.Right.Type));
                }

            case NullIfExpression n:
                {
                    var cells = new ValueCells();
                    return new NullIfEvaluator(n.Type, Make(n.Left), Make(n.Right), cells, Comparison(n.Equality, cells, n.Left.Type, n.Right.Type));
                }

            case CaseExpression c: return MakeCase(c);
            case CaseOperandExpression c: return new CaseOperandEvaluator(c.Type, _cases.Peek());
            case CoalesceExpression c: return new CoalesceEvaluator(c.Type, MakeAll(c.Operands));
            case MinMaxExpression m: return new MinMaxEvaluator(m.Type, m.IsGreatest, MakeAll(m.Operands));
            case ArrayComparisonExpression a:
                return new ArrayComparisonEvaluator(
                    a.Operator, a.IsAll, Make(a.Scalar), Make(a.Array),
                    !a.Array.Any(static e => e is SlotExpression or CaseOperandExpression or HostedExpression),
                    (cells, left, right) => Comparison(a.Operator, cells, left, right));
            case ArrayExpression a: return new ArrayEvaluator(a.Type, MakeAll(a.Elements), a.IsNested);
            case SubscriptExpression s:
                return new SubscriptEvaluator(
                    s.Type, Make(s.Container), [.. s.Lower.Select(e => e is null ? null : Make(e))],
                    [.. s.Upper.Select(e => e is null ? null : Make(e))], s.IsSlice);
            case RowExpression r: return new RowEvaluator(r.Type, MakeAll(r.Fields), r.Type.Oid == TypeOid.Record ? RecordShapes.NumberOf(r.Names) : 0);
            case FieldExpression f: return new FieldEvaluator(f.Type, Make(f.Operand), f.Field);
            case DomainExpression d: return new DomainEvaluator(d.Type, Make(d.Operand));
            case FieldStoreExpression f: return new FieldStoreEvaluator(f.Type, Make(f.Operand), f.Field, [.. f.FieldTypes], Make(f.Value));
            case SubscriptStoreExpression s:
                return new SubscriptStoreEvaluator(
                    s.Type, Make(s.Container), [.. s.Lower.Select(e => e is null ? null : Make(e))],
                    [.. s.Upper.Select(e => e is null ? null : Make(e))], s.IsSlice, Make(s.Value));
            case RowComparisonExpression r: return MakeRowComparison(r);
            case NotNullExpression n: return new NotNullEvaluator(Make(n.Operand), n.Column);
            case XmlExpression x: return new XmlEvaluator(x, [.. x.Named.Select(Make)], [.. x.Arguments.Select(Make)]);
            case SqlValueExpression v: return new SqlValueEvaluator(v.Type, v.Value);
            case CurrentOfExpression c: return new CurrentOfEvaluator(c);
            case HostedExpression h: return new HostedEvaluator(h.Type, h.CreateEvaluation());
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"expression {expression.GetType().Name} is not supported here");
        }
    }

    private Evaluator[] MakeAll(IReadOnlyList<Expression> expressions) => [.. expressions.Select(Make)];

    /// <summary>The type that an element expression reads from slot 0.</summary>
    private static SqlType ElementSlotType(Expression element)
    {
        if (element is SlotExpression slot)
            return slot.Type;
        foreach (Expression child in element.Children)
        {
            if (child.Any(static e => e is SlotExpression))
                return ElementSlotType(child);
        }

        throw new Format.InvariantViolationException("an element expression reads slot 0");
    }

    private static FunctionEvaluator Comparison(OperatorInfo op, ValueCells cells, SqlType left, SqlType right)
    {
        FunctionInfo function = op.Function!;
        return new FunctionEvaluator(function, SqlType.Boolean, [new CellEvaluator(left, cells, true), new CellEvaluator(right, cells, false)], false);
    }

    private CaseEvaluator MakeCase(CaseExpression c)
    {
        var cell = new CaseOperandCell();
        Evaluator? operand = c.Operand is null ? null : Make(c.Operand);
        _cases.Push(cell);
        Evaluator[] conditions = MakeAll(c.Conditions);
        _cases.Pop();
        return new CaseEvaluator(c.Type, operand, cell, conditions, MakeAll(c.Results), Make(c.Otherwise));
    }

    private RowComparisonEvaluator MakeRowComparison(RowComparisonExpression r)
    {
        var equalities = new Evaluator[r.Operators.Count];
        bool ordered = r.Comparison is not (RowComparison.Equal or RowComparison.NotEqual);
        var orderings = new Evaluator[ordered ? equalities.Length : 0];
        for (int i = 0; i < equalities.Length; i++)
        {
            OperatorInfo op = r.Operators[i];
            OperatorInfo equality = ordered ? BuiltinRegistry.Operator("=", op.LeftType, op.RightType)! : op;
            // <> of rows is bound with inequality operators; its equality is their negator.
            if (!ordered && op.Name == "<>")
                equality = BuiltinRegistry.Operator(op.NegatorOid)!;
            equalities[i] = Call(equality, r.Left[i], r.Right[i]);
            if (ordered)
                orderings[i] = Call(op, r.Left[i], r.Right[i]);
        }

        return new RowComparisonEvaluator(r.Comparison, equalities, orderings);
    }

    private FunctionEvaluator Call(OperatorInfo op, Expression left, Expression right) =>
        new(op.Function!, SqlType.Boolean, [Make(left), Make(right)], false);
}
