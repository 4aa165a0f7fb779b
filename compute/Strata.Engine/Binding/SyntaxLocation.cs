using Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Where PostgreSQL places an error about an expression that it has not analyzed yet: the leftmost place of its parts. Stateless, thread-safe.</summary>
internal static class SyntaxLocation
{
    private const int None = -1;

    /// <summary>The place; -1 for what has none: PostgreSQL knows no place of subscripts and fields.</summary>
    public static int Of(Expression expression) => expression switch
    {
        IndirectionExpression => None,
        CollateExpression collate => Of(collate.Operand),
        CastExpression cast => Leftmost(cast.Position, Leftmost(cast.Type.Position, Of(cast.Operand))),
        BinaryExpression binary => Leftmost(binary.Position, Of(binary.Left)),
        IsNullExpression test => Leftmost(test.Position, Of(test.Operand)),
        IsTruthExpression test => Leftmost(test.Position, Of(test.Operand)),
        IsDistinctExpression test => Leftmost(test.Position, Of(test.Left)),
        IsDocumentExpression test => Leftmost(test.Position, Of(test.Operand)),
        BetweenExpression between => Leftmost(between.Position, Of(between.Operand)),
        PatternExpression pattern => Leftmost(pattern.Position, Of(pattern.Operand)),
        InListExpression list => Leftmost(list.Position, Of(list.Operand)),
        InSubqueryExpression query => Leftmost(query.Position, Of(query.Operand)),
        QuantifiedArrayExpression array => Leftmost(array.Position, Of(array.Left)),
        QuantifiedSubqueryExpression query => Leftmost(query.Position, Of(query.Left)),
        NullIfExpression nullIf => Leftmost(nullIf.Position, Of(nullIf.Left)),
        NotExpression not => Leftmost(not.Position, Of(not.Operand)),
        LogicalExpression logical => Leftmost(logical.Position, Of(logical.Operands)),
        FunctionCall { Syntax: CallSyntax.Overlaps } overlaps => Of(overlaps.Arguments),
        FunctionCall call => Leftmost(call.Position, Of(call.Arguments)),
        NamedArgument argument => Leftmost(argument.Position, Of(argument.Value)),
        _ => expression.Position,
    };

    /// <summary>Of the first that has a place.</summary>
    private static int Of(SyntaxList<Expression> list)
    {
        foreach (Expression item in list)
        {
            if (Of(item) is >= 0 and var place)
                return place;
        }

        return None;
    }

    private static int Leftmost(int a, int b) => a < 0 ? b : b < 0 ? a : Math.Min(a, b);
}
