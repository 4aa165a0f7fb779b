using System.Globalization;
using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>
/// Expressions with operators (gram.y: a_expr and b_expr), by precedence climbing. The levels are those of gram.y's precedence
/// declarations; non-associative levels refuse a second operator of the level.
/// </summary>
internal static class ExpressionGrammar
{
    private const int Or = 1;
    private const int And = 2;
    private const int Not = 3;
    private const int Is = 4;
    private const int Comparison = 5;
    private const int Membership = 6;
    private const int OtherOperator = 10;
    private const int Additive = 11;
    private const int Multiplicative = 12;
    private const int Exponent = 13;
    private const int AtZone = 14;
    private const int Collate = 15;
    private const int UnarySign = 16;
    private const int Cast = 18;

    /// <summary>Consumes an a_expr.</summary>
    public static Expression Parse(Parser p) => Parse(p, 0, isRestricted: false);

    /// <summary>Consumes a b_expr: no AND, OR, NOT, IN, LIKE, BETWEEN and the like outside parentheses.</summary>
    public static Expression ParseRestricted(Parser p) => Parse(p, 0, isRestricted: true);

    /// <summary>Consumes a_expr, ….</summary>
    public static SyntaxList<Expression> ParseExpressionList(Parser p)
    {
        var items = new ListBuilder<Expression>();
        do
        {
            items.Add(Parse(p));
        }
        while (p.Accept(TokenKind.Comma));
        return items.ToList();
    }

    /// <summary>Goes on after a primary expression that the caller has read, which starts at <paramref name="position"/>.</summary>
    public static Expression ContinueRow(Parser p, Expression primary, int position)
    {
        Expression left = primary is RowExpression row && p.Is(Keyword.Overlaps) ? ParseOverlaps(p, row, position) : primary;
        return ParseOperators(p, left, 0, isRestricted: false);
    }

    /// <summary>Consumes WHERE a_expr, if there.</summary>
    public static Expression? ParseOptionalWhere(Parser p) => p.Accept(Keyword.Where) ? Parse(p) : null;

    /// <summary>True if the current token is an operator (all_Op).</summary>
    public static bool IsOperator(TokenKind kind) => kind is TokenKind.Operator or (>= TokenKind.Plus and <= TokenKind.NotEqual);

    /// <summary>Consumes an operator sign (all_Op).</summary>
    public static string ParseOperatorSign(Parser p)
    {
        if (!IsOperator(p.Kind))
        {
            throw p.SyntaxError();
        }

        string sign = OperatorSign(p);
        p.Advance();
        return sign;
    }

    /// <summary>Consumes an any_operator: a sign with schemas in front.</summary>
    public static OperatorName ParseAnyOperator(Parser p)
    {
        int position = p.Position;
        var parts = new ListBuilder<string>();
        while (p.IsColumnId())
        {
            parts.Add(p.TakeName());
            p.Expect(TokenKind.Dot);
        }

        bool isQualified = parts.Count > 0;
        parts.Add(ParseOperatorSign(p));
        return new OperatorName(parts.ToList(), isQualified, position);
    }

    /// <summary>Consumes <c>OPERATOR(any_operator)</c>.</summary>
    public static OperatorName ParseExplicitOperator(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Operator);
        p.Expect(TokenKind.LeftParen);
        OperatorName name = ParseAnyOperator(p);
        p.Expect(TokenKind.RightParen);
        return name with { IsExplicit = true, Position = position };
    }

    private static Expression Parse(Parser p, int minimum, bool isRestricted)
    {
        p.Enter();
        Expression left = ParsePrefix(p, isRestricted);
        Expression result = ParseOperators(p, left, minimum, isRestricted);
        p.Leave();
        return result;
    }

    private static Expression ParsePrefix(Parser p, bool isRestricted)
    {
        int position = p.Position;
        switch (p.Kind)
        {
            case TokenKind.Plus:
                p.Advance();
                return new UnaryExpression(Sign("+", position), Parse(p, UnarySign, isRestricted), position);
            case TokenKind.Minus:
                p.Advance();
                return Negate(Parse(p, UnarySign, isRestricted), position);
            case TokenKind.Operator:
                {
                    OperatorName name = Sign(OperatorSign(p), position);
                    p.Advance();
                    return new UnaryExpression(name, Parse(p, OtherOperator + 1, isRestricted), position);
                }

            case TokenKind.Keyword:
                switch (p.Keyword)
                {
                    case Keyword.Not when !isRestricted:
                        p.Advance();
                        return new NotExpression(Parse(p, Not, isRestricted), position);
                    case Keyword.Operator when p.PeekKind() == TokenKind.LeftParen:
                        {
                            OperatorName name = ParseExplicitOperator(p);
                            return new UnaryExpression(name, Parse(p, OtherOperator + 1, isRestricted), position);
                        }

                    case Keyword.Default when !isRestricted:
                        p.Advance();
                        return new DefaultLiteral(position);
                    case Keyword.Unique when !isRestricted:
                        p.Advance();
                        IndexGrammar.ParseNullTreatment(p);
                        PrimaryGrammar.ParseSubquery(p);
                        throw p.Error("UNIQUE predicate is not yet implemented", position, SqlStates.FeatureNotSupported);
                }

                break;
        }

        Expression primary = PrimaryGrammar.Parse(p);
        return primary is RowExpression row && !isRestricted && p.Is(Keyword.Overlaps) ? ParseOverlaps(p, row, position) : primary;
    }

    private static FunctionCall ParseOverlaps(Parser p, RowExpression left, int position)
    {
        p.Advance();
        int rightPosition = p.Position;
        if ((!p.Is(TokenKind.LeftParen) && !p.Is(Keyword.Row)) || PrimaryGrammar.Parse(p) is not RowExpression right)
        {
            throw p.SyntaxError();
        }

        if (left.Fields.Count != 2)
        {
            throw p.Error("wrong number of parameters on left side of OVERLAPS expression", position);
        }

        if (right.Fields.Count != 2)
        {
            throw p.Error("wrong number of parameters on right side of OVERLAPS expression", rightPosition);
        }

        return PrimaryGrammar.SystemCall(
            "overlaps", [left.Fields[0], left.Fields[1], right.Fields[0], right.Fields[1]], CallSyntax.Overlaps, position);
    }

    private static Expression ParseOperators(Parser p, Expression left, int minimum, bool isRestricted)
    {
        int refused = -1;
        int links = 0;
        while (true)
        {
            int level = Level(p, isRestricted);
            if (level < minimum || level < 0)
            {
                return left;
            }

            if (level == refused)
            {
                throw p.SyntaxError();
            }

            // Only two in a row are refused: a < b IS FALSE < c is right.
            refused = -1;
            Parser.AddLink(ref links);
            left = ParseOperator(p, left, level, isRestricted, ref refused);
        }
    }

    /// <summary>Precedence of the operator at the current token, or -1.</summary>
    private static int Level(Parser p, bool isRestricted)
    {
        switch (p.Kind)
        {
            case TokenKind.Less or TokenKind.Greater or TokenKind.Equal or TokenKind.LessEqual or TokenKind.GreaterEqual or TokenKind.NotEqual:
                return Comparison;
            case TokenKind.Plus or TokenKind.Minus:
                return Additive;
            case TokenKind.Star or TokenKind.Slash or TokenKind.Percent:
                return Multiplicative;
            case TokenKind.Caret:
                return Exponent;
            case TokenKind.Operator:
                return OtherOperator;
            case TokenKind.DoubleColon:
                return Cast;
            case TokenKind.Keyword:
                break;
            default:
                return -1;
        }

        int level = KeywordLevel(p, isRestricted, out bool isComplete);
        if (level >= 0 && !(isComplete && !IsEndOfTarget(p)))
        {
            // The word labels a column (SELECT a IS, …), or else the mistake is in what follows it.
            p.BlameNextToken();
            return -1;
        }

        return level;
    }

    /// <summary>Precedence of the key word if it is an operator, and whether its second word, where one is fixed, is there.</summary>
    private static int KeywordLevel(Parser p, bool isRestricted, out bool isComplete)
    {
        isComplete = true;
        switch (p.Keyword)
        {
            case Keyword.Operator:
                isComplete = p.PeekKind() == TokenKind.LeftParen;
                return OtherOperator;
            case Keyword.Is:
                return Is;
        }

        if (isRestricted)
        {
            return -1;
        }

        switch (p.Keyword)
        {
            case Keyword.Or:
                return Or;
            case Keyword.And:
                return And;
            case Keyword.Isnull or Keyword.Notnull:
                return Is;
            case Keyword.Between or Keyword.In or Keyword.Like or Keyword.Ilike:
                return Membership;
            case Keyword.Similar:
                isComplete = p.PeekKeyword() == Keyword.To;
                return Membership;
            case Keyword.Not:
                return p.PeekKeyword() is Keyword.Between or Keyword.In or Keyword.Like or Keyword.Ilike or Keyword.Similar ? Membership : -1;
            case Keyword.At:
                isComplete = p.PeekKeyword() == Keyword.Time;
                return AtZone;
            case Keyword.Collate:
                return Collate;
            default:
                return -1;
        }
    }

    /// <summary>True if the token after an operator's word ends a target list, so that no operand can follow.</summary>
    private static bool IsEndOfTarget(Parser p)
    {
        if (p.Keyword is Keyword.Isnull or Keyword.Notnull)
        {
            return false;
        }

        return p.PeekKind() switch
        {
            TokenKind.Comma or TokenKind.Semicolon or TokenKind.EndOfInput or TokenKind.RightParen => true,
            TokenKind.Keyword => p.PeekKeyword() is
                Keyword.From or Keyword.Into or Keyword.Where or Keyword.Group or Keyword.Having or Keyword.Window or Keyword.Union
                or Keyword.Intersect or Keyword.Except or Keyword.Order or Keyword.Limit or Keyword.Offset or Keyword.Fetch or Keyword.For
                or Keyword.On or Keyword.Returning or Keyword.With,
            _ => false,
        };
    }

    private static Expression ParseOperator(Parser p, Expression left, int level, bool isRestricted, ref int refused)
    {
        int position = p.Position;
        switch (level)
        {
            case Or:
                return ParseLogical(p, left, LogicalKind.Or, Keyword.Or, Or);
            case And:
                return ParseLogical(p, left, LogicalKind.And, Keyword.And, And);
            case Is:
                return ParseIs(p, left, isRestricted, ref refused);
            case Membership:
                return ParseMembership(p, left, ref refused);
            case AtZone:
                {
                    p.Advance();
                    p.Advance();
                    p.Expect(Keyword.Zone);
                    Expression zone = Parse(p, AtZone + 1, isRestricted);
                    return PrimaryGrammar.SystemCall("timezone", [zone, left], CallSyntax.AtTimeZone, position);
                }

            case Collate:
                p.Advance();
                return new CollateExpression(left, p.AnyName(), position);
            case Cast:
                p.Advance();
                return new CastExpression(left, TypeGrammar.ParseType(p), CastSyntax.DoubleColon, position);
        }

        OperatorName name;
        if (p.Is(Keyword.Operator))
        {
            name = ParseExplicitOperator(p);
        }
        else
        {
            name = Sign(OperatorSign(p), position);
            p.Advance();
        }

        if (!isRestricted && p.Keyword is Keyword.Any or Keyword.Some or Keyword.All)
        {
            return ParseQuantified(p, left, name, position);
        }

        Expression right = Parse(p, level + 1, isRestricted);
        refused = level == Comparison ? Comparison : -1;
        return new BinaryExpression(name, left, right, position);
    }

    private static LogicalExpression ParseLogical(Parser p, Expression left, LogicalKind kind, Keyword keyword, int level)
    {
        int position = p.Position;
        var operands = new ListBuilder<Expression>();
        if (left is LogicalExpression logical && logical.Kind == kind && !p.Options.KeepsNestedConditions)
        {
            operands.AddRange(logical.Operands);
        }
        else
        {
            operands.Add(left);
        }

        do
        {
            p.Advance();
            operands.Add(Parse(p, level + 1, isRestricted: false));
        }
        while (p.Is(keyword) && !IsEndOfTarget(p));
        return new LogicalExpression(kind, operands.ToList(), position);
    }

    private static Expression ParseIs(Parser p, Expression left, bool isRestricted, ref int refused)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Isnull:
                p.Advance();
                return new IsNullExpression(left, false, position);
            case Keyword.Notnull:
                p.Advance();
                return new IsNullExpression(left, true, position);
        }

        p.Advance();
        bool isNegated = p.Accept(Keyword.Not);
        switch (p.Keyword)
        {
            case Keyword.Distinct:
                {
                    p.Advance();
                    p.Expect(Keyword.From);
                    Expression right = Parse(p, Is + 1, isRestricted);
                    refused = Is;
                    return new IsDistinctExpression(left, right, isNegated, position);
                }

            case Keyword.Document:
                p.Advance();
                return new IsDocumentExpression(left, isNegated, position);
        }

        if (isRestricted)
        {
            throw p.SyntaxError();
        }

        switch (p.Keyword)
        {
            case Keyword.Null:
                p.Advance();
                return new IsNullExpression(left, isNegated, position);
            case Keyword.True:
                p.Advance();
                return new IsTruthExpression(left, TruthValue.True, isNegated, position);
            case Keyword.False:
                p.Advance();
                return new IsTruthExpression(left, TruthValue.False, isNegated, position);
            case Keyword.Unknown:
                p.Advance();
                return new IsTruthExpression(left, TruthValue.Unknown, isNegated, position);
            case Keyword.Normalized:
                p.Advance();
                return IsNormalized([left], isNegated, position);
            case Keyword.Nfc or Keyword.Nfd or Keyword.Nfkc or Keyword.Nfkd:
                {
                    var form = new StringLiteral(p.NameText().ToUpperInvariant(), p.Position);
                    p.Advance();
                    p.Expect(Keyword.Normalized);
                    return IsNormalized([left, form], isNegated, position);
                }

            default:
                throw p.SyntaxError();
        }
    }

    private static Expression IsNormalized(SyntaxList<Expression> arguments, bool isNegated, int position)
    {
        FunctionCall call = PrimaryGrammar.SystemCall("is_normalized", arguments, CallSyntax.IsNormalized, position);
        return isNegated ? new NotExpression(call, position) : call;
    }

    private static Expression ParseMembership(Parser p, Expression left, ref int refused)
    {
        int position = p.Position;
        bool isNegated = p.Accept(Keyword.Not);
        Keyword keyword = p.Keyword;
        p.Advance();
        switch (keyword)
        {
            case Keyword.Between:
                {
                    bool isSymmetric = p.Accept(Keyword.Symmetric);
                    if (!isSymmetric)
                    {
                        p.Accept(Keyword.Asymmetric);
                    }

                    Expression low = ParseRestricted(p);
                    p.Expect(Keyword.And);
                    Expression high = Parse(p, Membership + 1, isRestricted: false);
                    refused = Membership;
                    return new BetweenExpression(left, low, high, isSymmetric, isNegated, position);
                }

            case Keyword.In:
                return ParseIn(p, left, isNegated, position);
            case Keyword.Like:
                return ParsePattern(p, PatternKind.Like, left, isNegated, position, ref refused);
            case Keyword.Ilike:
                return ParsePattern(p, PatternKind.ILike, left, isNegated, position, ref refused);
            default:
                p.Expect(Keyword.To);
                return ParsePattern(p, PatternKind.SimilarTo, left, isNegated, position, ref refused);
        }
    }

    private static Expression ParseIn(Parser p, Expression left, bool isNegated, int position)
    {
        if (!p.Is(TokenKind.LeftParen))
        {
            throw p.SyntaxError();
        }

        PrimaryGrammar.ParseParenthesized(p, out SelectStatement? query, out SyntaxList<Expression> items);
        return query is not null
            ? new InSubqueryExpression(left, query, isNegated, position)
            : new InListExpression(left, items, isNegated, position);
    }

    private static Expression ParsePattern(Parser p, PatternKind kind, Expression left, bool isNegated, int position, ref int refused)
    {
        if (kind != PatternKind.SimilarTo && p.Keyword is Keyword.Any or Keyword.Some or Keyword.All)
        {
            string sign = (kind == PatternKind.Like, isNegated) switch
            {
                (true, false) => "~~",
                (true, true) => "!~~",
                (false, false) => "~~*",
                (false, true) => "!~~*",
            };
            return ParseQuantified(p, left, Sign(sign, position), position);
        }

        Expression pattern = Parse(p, Membership + 1, isRestricted: false);
        Expression? escape = p.Accept(Keyword.Escape) ? Parse(p, Membership + 1, isRestricted: false) : null;
        refused = Membership;
        return new PatternExpression(kind, left, pattern, escape, isNegated, position);
    }

    private static Expression ParseQuantified(Parser p, Expression left, OperatorName name, int position)
    {
        bool isAll = p.Is(Keyword.All);
        p.Advance();
        if (!p.Is(TokenKind.LeftParen))
        {
            throw p.SyntaxError();
        }

        int comma = PrimaryGrammar.ParseParenthesized(p, out SelectStatement? query, out SyntaxList<Expression> items);
        if (query is not null)
        {
            return new QuantifiedSubqueryExpression(left, name, isAll, query, position);
        }

        if (items.Count != 1)
        {
            p.Rewind(comma);
            throw p.SyntaxError();
        }

        return new QuantifiedArrayExpression(left, name, isAll, items[0], position);
    }

    /// <summary>A minus sign becomes part of a number constant, so that the smallest integers can be written.</summary>
    public static Expression Negate(Expression operand, int position) => operand switch
    {
        IntegerLiteral { Value: not int.MinValue } literal => new IntegerLiteral(-literal.Value, position),
        IntegerLiteral literal => new NumericLiteral(literal.Value.ToString(CultureInfo.InvariantCulture)[1..], position),
        NumericLiteral literal => NegateText(literal.Text, position),
        _ => new UnaryExpression(Sign("-", position), operand, position),
    };

    private static Expression NegateText(string text, int position)
    {
        string negated = text.StartsWith('-') ? text[1..] : "-" + text;
        return int.TryParse(negated, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            ? new IntegerLiteral(value, position)
            : new NumericLiteral(negated, position);
    }

    private static OperatorName Sign(string sign, int position) => new([sign], false, position);

    private static string OperatorSign(Parser p) => p.Kind switch
    {
        TokenKind.Plus => "+",
        TokenKind.Minus => "-",
        TokenKind.Star => "*",
        TokenKind.Slash => "/",
        TokenKind.Percent => "%",
        TokenKind.Caret => "^",
        TokenKind.Less => "<",
        TokenKind.Greater => ">",
        TokenKind.Equal => "=",
        TokenKind.LessEqual => "<=",
        TokenKind.GreaterEqual => ">=",
        TokenKind.NotEqual => "<>",
        _ => IdentifierPool.Exact(p.TokenText()),
    };
}
