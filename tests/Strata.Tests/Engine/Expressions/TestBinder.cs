using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Tests.Engine.Expressions;

/// <summary>Binds expressions without columns, so that types and functions can be tested without the query engine.</summary>
internal sealed class TestBinder(IFunctionContext context)
{
    private readonly ExpressionFactory _factory = new(context);

    public static Expression Bind(string sql, IFunctionContext context)
    {
        var binder = new TestBinder(context);
        return binder._factory.ResolveUnknown(binder.Bind(SqlParser.ParseExpression(sql)));
    }

    private Expression[] BindAll(IEnumerable<Syntax.Expression> nodes) => [.. nodes.Select(Bind)];

    private static IEnumerable<T> Items<T>(Syntax.SyntaxList<T> list)
    {
        for (int i = 0; i < list.Count; i++)
            yield return list[i];
    }

    private Expression Bind(Syntax.Expression node) => node switch
    {
        Syntax.IntegerLiteral i => new ConstantExpression(SqlType.Int4, Datum.Of(i.Value)) { Position = i.Position },
        Syntax.NumericLiteral n => Number(n),
        Syntax.StringLiteral s => ConstantExpression.UnknownLiteral(s.Value, s.Position),
        Syntax.BooleanLiteral b => ConstantExpression.Boolean(b.Value),
        Syntax.NullLiteral n => new ConstantExpression(SqlType.Unknown, Datum.Null) { Position = n.Position },
        Syntax.UnaryExpression u => _factory.Operator(u.Operator.Name, null, Bind(u.Operand), u.Position),
        Syntax.BinaryExpression b => _factory.Operator(b.Operator.Name, Bind(b.Left), Bind(b.Right), b.Position),
        Syntax.LogicalExpression l => new BooleanExpression(
            l.Kind == Syntax.LogicalKind.And ? BooleanOperator.And : BooleanOperator.Or,
            [.. Items(l.Operands).Select(o => _factory.CoerceToBoolean(Bind(o), l.Kind == Syntax.LogicalKind.And ? "AND" : "OR"))]),
        Syntax.NotExpression n => BooleanExpression.Not(_factory.CoerceToBoolean(Bind(n.Operand), "NOT")),
        Syntax.IsNullExpression n => new NullTestExpression(_factory.ResolveUnknown(Bind(n.Operand)), n.IsNegated),
        Syntax.IsTruthExpression t => new BooleanTestExpression(_factory.CoerceToBoolean(Bind(t.Operand), "IS"), Truth(t)),
        Syntax.IsDistinctExpression d => _factory.DistinctFrom(Bind(d.Left), Bind(d.Right), d.IsNegated, d.Position),
        Syntax.PatternExpression p => Pattern(p),
        Syntax.InListExpression i => _factory.In(Bind(i.Operand), BindAll(Items(i.Items)), i.IsNegated, i.Position),
        Syntax.QuantifiedArrayExpression q => _factory.ArrayComparison(q.Operator.Name, q.IsAll, Bind(q.Left), Bind(q.Array), q.Position),
        Syntax.BetweenExpression b => Between(b),
        Syntax.CaseExpression c => _factory.Case(
            c.Operand is null ? null : Bind(c.Operand), [.. Items(c.Whens).Select(w => Bind(w.Condition))],
            [.. Items(c.Whens).Select(w => Bind(w.Result))], c.Else is null ? null : Bind(c.Else), c.Position),
        Syntax.CoalesceExpression c => _factory.Coalesce(BindAll(Items(c.Arguments)), c.Position),
        Syntax.MinMaxExpression m => _factory.MinMax(m.IsGreatest, BindAll(Items(m.Arguments)), m.Position),
        Syntax.NullIfExpression n => _factory.NullIf(Bind(n.Left), Bind(n.Right), n.Position),
        Syntax.ArrayExpression a => _factory.Array(BindAll(Items(a.Elements)), a.Position),
        Syntax.RowExpression r => Row(r),
        Syntax.CastExpression c => Cast(c),
        Syntax.FunctionCall f => Call(f),
        Syntax.SqlValueFunction v => new SqlValueExpression(Enum.Parse<SqlValue>(v.Kind.ToString()), SqlType.Date),
        Syntax.IndirectionExpression i => Indirection(i),
        Syntax.CollateExpression c => Bind(c.Operand),
        _ => throw new InvalidOperationException($"the test binder does not know {node.GetType().Name}"),
    };

    private static ConstantExpression Number(Syntax.NumericLiteral n)
    {
        if (long.TryParse(n.Text, out long value))
            return new ConstantExpression(SqlType.Int8, Datum.Of(value));
        return new ConstantExpression(SqlType.Numeric, Datum.Of(NumberText.ParseNumeric(System.Text.Encoding.UTF8.GetBytes(n.Text))));
    }

    private static BooleanTest Truth(Syntax.IsTruthExpression t) => (t.Value, t.IsNegated) switch
    {
        (Syntax.TruthValue.True, false) => BooleanTest.IsTrue,
        (Syntax.TruthValue.True, true) => BooleanTest.IsNotTrue,
        (Syntax.TruthValue.False, false) => BooleanTest.IsFalse,
        (Syntax.TruthValue.False, true) => BooleanTest.IsNotFalse,
        (_, false) => BooleanTest.IsUnknown,
        _ => BooleanTest.IsNotUnknown,
    };

    private Expression Pattern(Syntax.PatternExpression p)
    {
        string op = p.Kind switch
        {
            Syntax.PatternKind.Like => "~~",
            Syntax.PatternKind.ILike => "~~*",
            _ => "~",
        };
        Expression pattern = Bind(p.Pattern);
        if (p.Kind == Syntax.PatternKind.SimilarTo)
            pattern = _factory.Call("similar_to_escape", p.Escape is null ? [pattern] : [pattern, Bind(p.Escape)]);
        else if (p.Escape is not null)
            pattern = _factory.Call("like_escape", [pattern, Bind(p.Escape)]);
        return _factory.Operator(p.IsNegated ? "!" + op : op, Bind(p.Operand), pattern, p.Position);
    }

    private BooleanExpression Between(Syntax.BetweenExpression b)
    {
        Expression operand = Bind(b.Operand), low = Bind(b.Low), high = Bind(b.High);
        return b.IsNegated
            ? new BooleanExpression(BooleanOperator.Or, [_factory.Operator("<", operand, low), _factory.Operator(">", operand, high)])
            : new BooleanExpression(BooleanOperator.And, [_factory.Operator(">=", operand, low), _factory.Operator("<=", operand, high)]);
    }

    private RowExpression Row(Syntax.RowExpression r)
    {
        Expression[] fields = [.. BindAll(Items(r.Fields)).Select(_factory.ResolveUnknown)];
        return new RowExpression(SqlType.Record, fields, [.. fields.Select((_, i) => $"f{i + 1}")]);
    }

    private Expression Cast(Syntax.CastExpression c)
    {
        SqlType type = Type(c.Type);
        if (c.Operand is Syntax.ArrayExpression { Elements.Count: 0 })
            return new ArrayExpression(type, [], isNested: false);
        return _factory.Casts.CastOrThrow(Bind(c.Operand), type, CastContext.Explicit, c.Position);
    }

    private SqlType Type(Syntax.TypeName name)
    {
        SqlType type = TypeNames.FindBuiltin(name.Name) ?? throw new SqlException(SqlState.UndefinedObject, $"type \"{name.Name}\" does not exist");
        int[] modifiers = [.. Items(name.Modifiers).Select(m => ((Syntax.IntegerLiteral)m).Value)];
        if (modifiers.Length > 0)
        {
            type = type.WithTypmod(type.Oid switch
            {
                TypeOid.VarChar or TypeOid.BpChar => modifiers[0] + 4,
                TypeOid.Numeric => TypeNames.NumericTypmod(modifiers[0], modifiers.Length > 1 ? modifiers[1] : 0),
                TypeOid.Interval => (modifiers[0] << 16) | (modifiers.Length > 1 ? modifiers[1] : 0xFFFF),
                _ => modifiers[0],
            });
        }

        return name.ArrayBounds.Count > 0 ? BuiltinTypes.Get(type.ArrayOid).WithTypmod(type.Typmod) : type;
    }

    private Expression Call(Syntax.FunctionCall f)
    {
        string name = f.Name.Name;
        Syntax.Expression[] nodes = [.. Items(f.Arguments)];
        string?[] names = [.. nodes.Select(n => (n as Syntax.NamedArgument)?.Name)];
        Expression[] arguments = [.. nodes.Select(n => Bind(n is Syntax.NamedArgument named ? named.Value : n))];
        ResolvedCall call = _factory.ResolveCall(
            name, BuiltinRegistry.FunctionsByName(name), arguments, names.Any(n => n is not null) ? names : null, f.IsVariadic, f.Position);
        return ExpressionFactory.ToExpression(call, f.Position);
    }

    private Expression Indirection(Syntax.IndirectionExpression i)
    {
        Expression operand = Bind(i.Operand);
        Syntax.IndirectionElement[] elements = [.. Items(i.Elements)];
        bool isSlice = elements.Any(e => e is Syntax.SliceSubscript);
        Expression? Index(Syntax.Expression? e) => e is null ? null : _factory.Casts.CastOrThrow(Bind(e), SqlType.Int4, CastContext.Assignment);
        Expression?[] upper = [.. elements.Select(e => e is Syntax.SliceSubscript s ? Index(s.Upper) : Index(((Syntax.Subscript)e).Index))];
        Expression?[] lower = isSlice
            ? [.. elements.Select(e => e is Syntax.SliceSubscript s ? Index(s.Lower) : ConstantExpression.Int4(1))] : [];
        return new SubscriptExpression(isSlice ? operand.Type : operand.Type.ElementType!, operand, lower, upper, isSlice);
    }
}
