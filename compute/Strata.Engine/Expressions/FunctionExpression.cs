using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>How a call was written, for deparsing.</summary>
public enum CallForm : byte
{
    Call,
    Operator,
    ExplicitCast,
    ImplicitCast,
}

/// <summary>A call of a function, an operator's function or a cast's function. Arguments have the types that it wants.</summary>
public sealed class FunctionExpression(FunctionInfo function, SqlType type, IReadOnlyList<Expression> arguments) : Expression
{
    private const uint QuoteLiteral = 1285;
    private const uint QuoteNullable = 1290;

    public FunctionInfo Function { get; } = function;

    public override SqlType Type { get; } = type;

    public IReadOnlyList<Expression> Arguments { get; } = arguments;

    /// <summary>The operator that was written, or null.</summary>
    public OperatorInfo? Operator { get; init; }

    public CallForm Form { get; init; }

    /// <summary>The special syntax of the standard that the call was written in.</summary>
    public Sql.Syntax.CallSyntax SqlSyntax { get; init; }

    /// <summary>True when VARIADIC stood before the last argument.</summary>
    public bool IsVariadicCall { get; init; }

    /// <summary>The arguments as they were written, when some were named or left out; see <see cref="ResolvedCall.Written"/>.</summary>
    public IReadOnlyList<(int Parameter, string? Name)>? Written { get; init; }

    public override IReadOnlyList<Expression> Children => Arguments;

    public override Expression WithChildren(IReadOnlyList<Expression> children) => new FunctionExpression(Function, Type, children)
    {
        Operator = Operator,
        Form = Form,
        SqlSyntax = SqlSyntax,
        IsVariadicCall = IsVariadicCall,
        Written = Written,
        Position = Position,
    };

    /// <summary>quote_literal and quote_nullable of any type are SQL functions over the type's text form, and as volatile as that.</summary>
    public override Volatility OwnVolatility => Function.Oid is QuoteLiteral or QuoteNullable && TextFormVolatility.OfOutput(Arguments[0].Type.Oid) == Volatility.Immutable
        ? Volatility.Immutable : Function.Volatility;

    public override bool ReturnsSet => Function.ReturnsSet;

    protected override bool EqualsOwn(Expression other) =>
        Function.Oid == ((FunctionExpression)other).Function.Oid && IsVariadicCall == ((FunctionExpression)other).IsVariadicCall;

    protected override int OwnHash => (int)Function.Oid;
}
