using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Lists of options: definitions, storage parameters, utility options, OPTIONS (…) and sequence options.</summary>
internal static class OptionGrammar
{
    /// <summary>Consumes reloptions: <c>( [namespace.]name [= value], … )</c>.</summary>
    public static SyntaxList<DefinitionElement> ParseRelationOptions(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            int position = p.Position;
            string name = p.ColumnLabel();
            string? space = null;
            if (p.Accept(TokenKind.Dot))
            {
                space = name;
                name = p.ColumnLabel();
            }

            SyntaxNode? value = p.Accept(TokenKind.Equal) ? ParseDefinitionArgument(p) : null;
            options.Add(new DefinitionElement(name, value, position) { Namespace = space });
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return options.ToList();
    }

    /// <summary>Consumes opt_reloptions: WITH reloptions.</summary>
    public static SyntaxList<DefinitionElement> ParseOptionalWith(Parser p)
    {
        return p.Accept(Keyword.With) ? ParseRelationOptions(p) : default;
    }

    /// <summary>Consumes a definition: <c>( name [= value], … )</c>.</summary>
    public static SyntaxList<DefinitionElement> ParseDefinition(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            int position = p.Position;
            string name = p.ColumnLabel();
            options.Add(new DefinitionElement(name, p.Accept(TokenKind.Equal) ? ParseDefinitionArgument(p) : null, position));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return options.ToList();
    }

    /// <summary>
    /// Consumes a def_arg. A single word becomes a string, whatever it means; qualified or decorated types stay types.
    /// </summary>
    public static SyntaxNode ParseDefinitionArgument(Parser p)
    {
        int position = p.Position;
        switch (p.Kind)
        {
            case TokenKind.String:
                return new StringLiteral(p.StringConstant(), position);
            case TokenKind.Integer or TokenKind.Number:
                return ParseNumber(p);
            case TokenKind.Plus or TokenKind.Minus when p.PeekKind() is TokenKind.Integer or TokenKind.Number:
                return ParseNumber(p);
            case TokenKind.Keyword:
                if (Keywords.Category(p.Keyword) == KeywordCategory.Reserved || p.Is(Keyword.NoneWord))
                {
                    return new StringLiteral(p.TakeName(), position);
                }

                if (p.Is(Keyword.Operator) && p.PeekKind() == TokenKind.LeftParen)
                {
                    return ExpressionGrammar.ParseExplicitOperator(p);
                }

                break;
            default:
                if (ExpressionGrammar.IsOperator(p.Kind))
                {
                    return new OperatorName([ExpressionGrammar.ParseOperatorSign(p)], false, position);
                }

                break;
        }

        TypeName type = TypeGrammar.ParseFunctionType(p);
        bool isWord = type.Names.Count == 1 && type.Modifiers.IsEmpty && type.ArrayBounds.IsEmpty && !type.IsSetOf && !type.IsColumnType;
        return isWord ? new StringLiteral(type.Name, position) : type;
    }

    /// <summary>Consumes a NumericOnly: an optionally signed number.</summary>
    public static Expression ParseNumber(Parser p)
    {
        int position = p.Position;
        bool isNegative = p.Accept(TokenKind.Minus);
        if (!isNegative)
        {
            p.Accept(TokenKind.Plus);
        }

        if (p.IsInteger(out int value))
        {
            p.Advance();
            return new IntegerLiteral(isNegative ? -value : value, position);
        }

        if (!(p.Kind is TokenKind.Integer or TokenKind.Number))
        {
            throw p.SyntaxError();
        }

        string text = p.TokenText().ToString();
        p.Advance();
        return new NumericLiteral(isNegative ? "-" + text : text, position);
    }

    /// <summary>
    /// Consumes utility options <c>( name [value], … )</c> of EXPLAIN, VACUUM, REINDEX and the like; names that are key words
    /// of commands (ANALYZE) are allowed.
    /// </summary>
    public static SyntaxList<DefinitionElement> ParseUtilityOptions(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            int position = p.Position;
            string name;
            if (p.Keyword is Keyword.Analyze or Keyword.Analyse)
            {
                p.Advance();
                name = "analyze";
            }
            else
            {
                name = p.NonReservedWord();
            }

            SyntaxNode? value = null;
            if (p.Kind is TokenKind.Integer or TokenKind.Number or TokenKind.Plus or TokenKind.Minus)
            {
                value = ParseNumber(p);
            }
            else if (!(p.Kind is TokenKind.Comma or TokenKind.RightParen))
            {
                value = ParseBooleanOrString(p);
            }

            options.Add(new DefinitionElement(name, value, position));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return options.ToList();
    }

    /// <summary>Consumes opt_boolean_or_string as a string.</summary>
    public static StringLiteral ParseBooleanOrString(Parser p)
    {
        int position = p.Position;
        return p.Keyword is Keyword.True or Keyword.False or Keyword.On
            ? new StringLiteral(p.TakeName(), position)
            : new StringLiteral(p.NonReservedWordOrString(), position);
    }

    /// <summary>Consumes <c>OPTIONS ( name 'value', … )</c> if there.</summary>
    public static SyntaxList<DefinitionElement> ParseGenericOptions(Parser p)
    {
        if (!p.Accept(Keyword.Options))
        {
            return default;
        }

        p.Expect(TokenKind.LeftParen);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            options.Add(ParseGenericOption(p, DefinitionAction.Unspecified));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return options.ToList();
    }

    /// <summary>Consumes <c>OPTIONS ( [SET|ADD|DROP] name ['value'], … )</c>.</summary>
    public static SyntaxList<DefinitionElement> ParseAlterGenericOptions(Parser p)
    {
        p.Expect(Keyword.Options);
        p.Expect(TokenKind.LeftParen);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            int position = p.Position;
            bool isAction = p.IsColumnLabel(1);
            if (isAction && p.Accept(Keyword.Drop))
            {
                options.Add(new DefinitionElement(p.ColumnLabel(), null, position) { Action = DefinitionAction.Drop });
            }
            else if (isAction && p.Accept(Keyword.Set))
            {
                options.Add(ParseGenericOption(p, DefinitionAction.Set));
            }
            else if (isAction && p.Accept(Keyword.Add))
            {
                options.Add(ParseGenericOption(p, DefinitionAction.Add));
            }
            else
            {
                options.Add(ParseGenericOption(p, DefinitionAction.Unspecified));
            }
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return options.ToList();
    }

    /// <summary>Consumes sequence options; there may be none.</summary>
    public static SyntaxList<SequenceOption> ParseSequenceOptions(Parser p)
    {
        var options = new ListBuilder<SequenceOption>();
        while (TryParseSequenceOption(p) is { } option)
        {
            options.Add(option);
        }

        return options.ToList();
    }

    /// <summary>Consumes a sequence option if there.</summary>
    public static SequenceOption? TryParseSequenceOption(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.As:
                p.Advance();
                return new SequenceOption(SequenceOptionKind.As, TypeGrammar.ParseSimpleType(p), position);
            case Keyword.Cache:
                p.Advance();
                return new SequenceOption(SequenceOptionKind.Cache, ParseNumber(p), position);
            case Keyword.Cycle:
                p.Advance();
                return new SequenceOption(SequenceOptionKind.Cycle, null, position);
            case Keyword.No:
                p.Advance();
                if (p.Accept(Keyword.Cycle))
                {
                    return new SequenceOption(SequenceOptionKind.NoCycle, null, position);
                }

                if (p.Accept(Keyword.Maxvalue))
                {
                    return new SequenceOption(SequenceOptionKind.NoMaxValue, null, position);
                }

                p.Expect(Keyword.Minvalue);
                return new SequenceOption(SequenceOptionKind.NoMinValue, null, position);
            case Keyword.Increment:
                p.Advance();
                p.Accept(Keyword.By);
                return new SequenceOption(SequenceOptionKind.Increment, ParseNumber(p), position);
            case Keyword.Maxvalue:
                p.Advance();
                return new SequenceOption(SequenceOptionKind.MaxValue, ParseNumber(p), position);
            case Keyword.Minvalue:
                p.Advance();
                return new SequenceOption(SequenceOptionKind.MinValue, ParseNumber(p), position);
            case Keyword.Owned:
                p.Advance();
                p.Expect(Keyword.By);
                return new SequenceOption(SequenceOptionKind.OwnedBy, p.AnyName(), position);
            case Keyword.Sequence:
                p.Advance();
                p.Expect(Keyword.Name);
                return new SequenceOption(SequenceOptionKind.SequenceName, p.AnyName(), position);
            case Keyword.Start:
                p.Advance();
                p.Accept(Keyword.With);
                return new SequenceOption(SequenceOptionKind.Start, ParseNumber(p), position);
            case Keyword.Restart:
                p.Advance();
                return new SequenceOption(
                    SequenceOptionKind.Restart,
                    p.Accept(Keyword.With) || p.Kind is TokenKind.Integer or TokenKind.Number or TokenKind.Plus or TokenKind.Minus ? ParseNumber(p) : null,
                    position);
            default:
                return null;
        }
    }

    private static DefinitionElement ParseGenericOption(Parser p, DefinitionAction action)
    {
        int position = p.Position;
        string name = p.ColumnLabel();
        int valuePosition = p.Position;
        return new DefinitionElement(name, new StringLiteral(p.StringConstant(), valuePosition), position) { Action = action };
    }
}
