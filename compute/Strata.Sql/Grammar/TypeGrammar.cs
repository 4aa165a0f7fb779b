using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Type names (gram.y: Typename, SimpleTypename and below).</summary>
internal static class TypeGrammar
{
    private const string SystemSchema = "pg_catalog";

    /// <summary>Consumes a Typename.</summary>
    public static TypeName ParseType(Parser p)
    {
        bool isSetOf = p.Accept(Keyword.Setof);
        TypeName type = ParseSimpleType(p);
        SyntaxList<int> bounds = ParseArrayBounds(p);
        return bounds.IsEmpty && !isSetOf ? type : type with { ArrayBounds = bounds, IsSetOf = isSetOf };
    }

    /// <summary>Consumes type, ….</summary>
    public static SyntaxList<TypeName> ParseTypeList(Parser p)
    {
        var types = new ListBuilder<TypeName>();
        do
        {
            types.Add(ParseType(p));
        }
        while (p.Accept(TokenKind.Comma));
        return types.ToList();
    }

    /// <summary>Consumes a func_type: a Typename, or <c>[SETOF] name.column%TYPE</c>.</summary>
    public static TypeName ParseFunctionType(Parser p)
    {
        int start = p.Mark;
        bool isSetOf = p.Accept(Keyword.Setof);
        if (p.IsTypeOrFunctionName() && p.PeekKind() == TokenKind.Dot)
        {
            int position = p.Position;
            var parts = new ListBuilder<string>();
            parts.Add(p.TakeName());
            while (p.Accept(TokenKind.Dot))
            {
                parts.Add(p.ColumnLabel());
            }

            if (p.Is(TokenKind.Percent) && p.PeekKeyword() == Keyword.Type)
            {
                p.Advance();
                p.Advance();
                return new TypeName(parts.ToList(), position) { IsColumnType = true, IsSetOf = isSetOf };
            }
        }

        p.Rewind(start);
        return ParseType(p);
    }

    /// <summary>True if the key word starts a type with syntax of its own that may stand before a string constant.</summary>
    public static bool IsConstantTypeKeyword(Keyword keyword) => keyword is
        Keyword.Int or Keyword.Integer or Keyword.Smallint or Keyword.Bigint or Keyword.Real or Keyword.Float or Keyword.Double
        or Keyword.Decimal or Keyword.Dec or Keyword.Numeric or Keyword.Boolean or Keyword.Bit or Keyword.Character or Keyword.Char
        or Keyword.Varchar or Keyword.National or Keyword.Nchar or Keyword.Time or Keyword.Timestamp or Keyword.Interval;

    /// <summary>A type of pg_catalog.</summary>
    public static TypeName SystemType(string name, int position) => new([SystemSchema, name], position);

    /// <summary>Consumes a SimpleTypename (without SETOF and array bounds).</summary>
    public static TypeName ParseSimpleType(Parser p)
    {
        int position = p.Position;
        if (p.Is(Keyword.Interval))
        {
            p.Advance();
            TypeName interval = SystemType("interval", position);
            if (p.Is(TokenKind.LeftParen))
            {
                int precisionPosition = p.Position;
                p.Advance();
                int precision = p.IntegerConstant();
                p.Expect(TokenKind.RightParen);
                return interval with
                {
                    Modifiers = [new IntegerLiteral(IntervalFields.FullRange, -1), new IntegerLiteral(precision, precisionPosition)],
                };
            }

            return interval with { Modifiers = ParseIntervalFields(p) };
        }

        // DOUBLE alone is a type's name like any other.
        if (IsConstantTypeKeyword(p.Keyword) && (!p.Is(Keyword.Double) || p.PeekKeyword() == Keyword.Precision))
        {
            return ParseKeywordType(p, isConstant: false);
        }

        return ParseGenericType(p);
    }

    /// <summary>Consumes the type of a typed constant (ConstTypename); the caller knows that a key word of it is next.</summary>
    public static TypeName ParseKeywordType(Parser p, bool isConstant)
    {
        int position = p.Position;
        Keyword keyword = p.Keyword;
        p.Advance();
        switch (keyword)
        {
            case Keyword.Int or Keyword.Integer:
                return SystemType("int4", position);
            case Keyword.Smallint:
                return SystemType("int2", position);
            case Keyword.Bigint:
                return SystemType("int8", position);
            case Keyword.Real:
                return SystemType("float4", position);
            case Keyword.Double:
                p.Expect(Keyword.Precision);
                return SystemType("float8", position);
            case Keyword.Float:
                return SystemType(ParseFloatPrecision(p), position);
            case Keyword.Decimal or Keyword.Dec or Keyword.Numeric:
                return SystemType("numeric", position) with { Modifiers = ParseModifiers(p) };
            case Keyword.Boolean:
                return SystemType("bool", position);
            case Keyword.Bit:
                return ParseBit(p, position, isConstant);
            case Keyword.Time or Keyword.Timestamp:
                return ParseDateTime(p, keyword, position);
            default:
                return ParseCharacter(p, keyword, position, isConstant);
        }
    }

    /// <summary>Consumes opt_interval: the mask of the fields, or nothing.</summary>
    public static SyntaxList<Expression> ParseIntervalFields(Parser p)
    {
        int position = p.Position;
        int mask;
        switch (p.Keyword)
        {
            case Keyword.Year:
                p.Advance();
                mask = p.Accept(Keyword.To) ? ExpectField(p, Keyword.Month, IntervalFields.Year | IntervalFields.Month) : IntervalFields.Year;
                return [new IntegerLiteral(mask, position)];
            case Keyword.Month:
                p.Advance();
                return [new IntegerLiteral(IntervalFields.Month, position)];
            case Keyword.Day:
                p.Advance();
                return ParseFieldRange(p, IntervalFields.Day, IntervalFields.Day, position);
            case Keyword.Hour:
                p.Advance();
                return ParseFieldRange(p, IntervalFields.Hour, IntervalFields.Hour, position);
            case Keyword.Minute:
                p.Advance();
                return ParseFieldRange(p, IntervalFields.Minute, IntervalFields.Minute, position);
            case Keyword.Second:
                p.Advance();
                return Seconds(p, IntervalFields.Second, position);
            default:
                return default;
        }
    }

    private static int ExpectField(Parser p, Keyword field, int mask)
    {
        p.Expect(field);
        return mask;
    }

    private static SyntaxList<Expression> ParseFieldRange(Parser p, int first, int mask, int position)
    {
        if (!p.Accept(Keyword.To))
        {
            return [new IntegerLiteral(first, position)];
        }

        if (first < IntervalFields.Hour && p.Is(Keyword.Hour))
        {
            p.Advance();
            return [new IntegerLiteral(mask | IntervalFields.Hour, position)];
        }

        if (first < IntervalFields.Hour)
        {
            mask |= IntervalFields.Hour;
        }

        if (first < IntervalFields.Minute && p.Is(Keyword.Minute))
        {
            p.Advance();
            return [new IntegerLiteral(mask | IntervalFields.Minute, position)];
        }

        p.Expect(Keyword.Second);
        return Seconds(p, mask | IntervalFields.Minute | IntervalFields.Second, position);
    }

    private static SyntaxList<Expression> Seconds(Parser p, int mask, int position)
    {
        if (!p.Accept(TokenKind.LeftParen))
        {
            return [new IntegerLiteral(mask, position)];
        }

        int precisionPosition = p.Position;
        int precision = p.IntegerConstant();
        p.Expect(TokenKind.RightParen);
        return [new IntegerLiteral(mask, position), new IntegerLiteral(precision, precisionPosition)];
    }

    private static TypeName ParseGenericType(Parser p)
    {
        int position = p.Position;
        string first = p.TypeOrFunctionName();
        SyntaxList<string> names;
        if (p.Is(TokenKind.Dot))
        {
            var parts = new ListBuilder<string>();
            parts.Add(first);
            while (p.Accept(TokenKind.Dot))
            {
                parts.Add(p.ColumnLabel());
            }

            names = parts.ToList();
        }
        else
        {
            names = [first];
        }

        SyntaxList<Expression> modifiers = ParseModifiers(p);
        return modifiers.IsEmpty ? new TypeName(names, position) : new TypeName(names, position) { Modifiers = modifiers };
    }

    private static SyntaxList<Expression> ParseModifiers(Parser p)
    {
        if (!p.Accept(TokenKind.LeftParen))
        {
            return default;
        }

        SyntaxList<Expression> modifiers = ExpressionGrammar.ParseExpressionList(p);
        p.Expect(TokenKind.RightParen);
        return modifiers;
    }

    private static string ParseFloatPrecision(Parser p)
    {
        if (!p.Accept(TokenKind.LeftParen))
        {
            return "float8";
        }

        int position = p.Position;
        int precision = p.IntegerConstant();
        if (precision < 1)
        {
            throw p.Error("precision for type float must be at least 1 bit", position, SqlStates.InvalidParameterValue);
        }

        if (precision > 53)
        {
            throw p.Error("precision for type float must be less than 54 bits", position, SqlStates.InvalidParameterValue);
        }

        p.Expect(TokenKind.RightParen);
        return precision <= 24 ? "float4" : "float8";
    }

    private static TypeName ParseBit(Parser p, int position, bool isConstant)
    {
        bool isVarying = p.Accept(Keyword.Varying);
        SyntaxList<Expression> modifiers = ParseModifiers(p);
        if (isVarying)
        {
            return SystemType("varbit", position) with { Modifiers = modifiers };
        }

        // BIT means BIT(1), except in BIT '0101' where the constant's length counts.
        if (modifiers.IsEmpty && !isConstant)
        {
            modifiers = [new IntegerLiteral(1, -1)];
        }

        return SystemType("bit", position) with { Modifiers = modifiers };
    }

    private static TypeName ParseCharacter(Parser p, Keyword keyword, int position, bool isConstant)
    {
        if (keyword == Keyword.National)
        {
            if (!p.Accept(Keyword.Character))
            {
                p.Expect(Keyword.Char);
            }
        }

        bool isVarying = keyword == Keyword.Varchar || p.Accept(Keyword.Varying);
        string name = isVarying ? "varchar" : "bpchar";
        if (p.Is(TokenKind.LeftParen))
        {
            p.Advance();
            int lengthPosition = p.Position;
            int length = p.IntegerConstant();
            p.Expect(TokenKind.RightParen);
            return SystemType(name, position) with { Modifiers = [new IntegerLiteral(length, lengthPosition)] };
        }

        // CHAR means CHAR(1), except in CHAR 'abc'.
        return isVarying || isConstant
            ? SystemType(name, position)
            : SystemType(name, position) with { Modifiers = [new IntegerLiteral(1, -1)] };
    }

    private static TypeName ParseDateTime(Parser p, Keyword keyword, int position)
    {
        SyntaxList<Expression> modifiers = default;
        if (p.Accept(TokenKind.LeftParen))
        {
            int precisionPosition = p.Position;
            modifiers = [new IntegerLiteral(p.IntegerConstant(), precisionPosition)];
            p.Expect(TokenKind.RightParen);
        }

        bool hasZone = false;
        if (p.Is(Keyword.Without) || p.Is(Keyword.With, Keyword.Time))
        {
            hasZone = p.Is(Keyword.With);
            p.Advance();
            p.Expect(Keyword.Time, Keyword.Zone);
        }

        string name = (keyword == Keyword.Time, hasZone) switch
        {
            (true, true) => "timetz",
            (true, false) => "time",
            (false, true) => "timestamptz",
            (false, false) => "timestamp",
        };
        return SystemType(name, position) with { Modifiers = modifiers };
    }

    private static SyntaxList<int> ParseArrayBounds(Parser p)
    {
        if (p.Accept(Keyword.Array))
        {
            if (!p.Accept(TokenKind.LeftBracket))
            {
                return [-1];
            }

            int bound = p.IntegerConstant();
            p.Expect(TokenKind.RightBracket);
            return [bound];
        }

        if (!p.Is(TokenKind.LeftBracket))
        {
            return default;
        }

        var bounds = new ListBuilder<int>();
        while (p.Accept(TokenKind.LeftBracket))
        {
            bounds.Add(p.Is(TokenKind.RightBracket) ? -1 : p.IntegerConstant());
            p.Expect(TokenKind.RightBracket);
        }

        return bounds.ToList();
    }
}
