using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Functions, procedures, aggregates and languages.</summary>
internal static class RoutineGrammar
{
    /// <summary>Consumes <c>( parameters )</c>.</summary>
    public static SyntaxList<FunctionParameter> ParseParameters(Parser p, bool allowDefaults)
    {
        p.Expect(TokenKind.LeftParen);
        var parameters = new ListBuilder<FunctionParameter>();
        if (!p.Is(TokenKind.RightParen))
        {
            do
            {
                parameters.Add(ParseParameter(p, allowDefaults));
            }
            while (p.Accept(TokenKind.Comma));
        }

        p.Expect(TokenKind.RightParen);
        return parameters.ToList();
    }

    /// <summary>Consumes aggr_args: <c>(*)</c>, <c>(types)</c> or <c>(types ORDER BY types)</c>.</summary>
    public static AggregateArguments ParseAggregateArguments(Parser p)
    {
        int position = p.Position;
        p.Expect(TokenKind.LeftParen);
        if (p.Accept(TokenKind.Star))
        {
            p.Expect(TokenKind.RightParen);
            return new AggregateArguments(default, -1, position);
        }

        var parameters = new ListBuilder<FunctionParameter>();
        FunctionParameter? lastDirect = null;
        if (!p.Is(Keyword.Order))
        {
            do
            {
                lastDirect = ParseParameter(p, allowDefaults: false);
                parameters.Add(lastDirect);
            }
            while (p.Accept(TokenKind.Comma));
        }

        if (!p.Is(Keyword.Order))
        {
            p.Expect(TokenKind.RightParen);
            return new AggregateArguments(parameters.ToList(), -1, position);
        }

        p.Advance();
        p.Expect(Keyword.By);
        int directCount = parameters.Count;
        var ordered = new ListBuilder<FunctionParameter>();
        do
        {
            ordered.Add(ParseParameter(p, allowDefaults: false));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        SyntaxList<FunctionParameter> orderedList = ordered.ToList();
        if (lastDirect is { Mode: ParameterMode.Variadic })
        {
            // A variadic direct argument and the aggregated one are the same argument.
            if (orderedList.Count != 1 || orderedList[0].Mode != ParameterMode.Variadic || orderedList[0].Type != lastDirect.Type)
            {
                throw p.Error(
                    "an ordered-set aggregate with a VARIADIC direct argument must have one VARIADIC aggregated argument of the same data type",
                    orderedList[0].Position,
                    SqlStates.FeatureNotSupported);
            }

            return new AggregateArguments(parameters.ToList(), directCount, position);
        }

        parameters.AddRange(orderedList);
        return new AggregateArguments(parameters.ToList(), directCount, position);
    }

    /// <summary>Consumes FUNCTION or PROCEDURE of CREATE.</summary>
    public static CreateFunctionStatement ParseCreate(Parser p, bool orReplace, int position)
    {
        bool isProcedure = p.Is(Keyword.Procedure);
        p.Advance();
        QualifiedName name = p.FunctionName();
        var parameters = new ListBuilder<FunctionParameter>();
        parameters.AddRange(ParseParameters(p, allowDefaults: true));
        TypeName? returnType = null;
        if (!isProcedure && p.Accept(Keyword.Returns))
        {
            if (p.Accept(Keyword.Table))
            {
                p.Expect(TokenKind.LeftParen);
                do
                {
                    int columnPosition = p.Position;
                    string column = p.TypeOrFunctionName();
                    parameters.Add(new FunctionParameter(column, ParameterMode.Table, TypeGrammar.ParseFunctionType(p), null, columnPosition));
                }
                while (p.Accept(TokenKind.Comma));
                p.Expect(TokenKind.RightParen);
            }
            else
            {
                returnType = TypeGrammar.ParseFunctionType(p);
            }
        }

        var options = new ListBuilder<DefinitionElement>();
        while (TryParseCreateOption(p) is { } option)
        {
            options.Add(option);
        }

        return new CreateFunctionStatement(name, parameters.ToList(), options.ToList(), position)
        {
            IsProcedure = isProcedure,
            OrReplace = orReplace,
            ReturnType = returnType,
            Body = ParseBody(p),
        };
    }

    /// <summary>Consumes FUNCTION, PROCEDURE or ROUTINE options of ALTER, after the name.</summary>
    public static AlterFunctionStatement ParseAlterOptions(Parser p, ObjectKind kind, FunctionObject function, int position)
    {
        var options = new ListBuilder<DefinitionElement>();
        while (TryParseCommonOption(p) is { } option)
        {
            options.Add(option);
        }

        if (options.Count == 0)
        {
            throw p.SyntaxError();
        }

        p.Accept(Keyword.Restrict);
        return new AlterFunctionStatement(kind, function, options.ToList(), position);
    }

    /// <summary>Consumes AGGREGATE of CREATE, in the present and the old style.</summary>
    public static DefineStatement ParseCreateAggregate(Parser p, bool orReplace, int position)
    {
        p.Expect(Keyword.Aggregate);
        QualifiedName name = p.FunctionName();

        // The old style has options at once: (basetype = …).
        if (p.Is(TokenKind.LeftParen) && p.PeekKind(2) == TokenKind.Equal)
        {
            return new DefineStatement(ObjectKind.Aggregate, name, ParseOldAggregate(p), position)
            {
                OrReplace = orReplace,
                HasDefinition = true,
            };
        }

        AggregateArguments arguments = ParseAggregateArguments(p);
        return new DefineStatement(ObjectKind.Aggregate, name, OptionGrammar.ParseDefinition(p), position)
        {
            OrReplace = orReplace,
            Arguments = arguments,
            HasDefinition = true,
        };
    }

    /// <summary>Consumes [TRUSTED] [PROCEDURAL] LANGUAGE of CREATE.</summary>
    public static CreateLanguageStatement ParseCreateLanguage(Parser p, bool orReplace, int position)
    {
        bool isTrusted = p.Accept(Keyword.Trusted);
        p.Accept(Keyword.Procedural);
        p.Expect(Keyword.Language);
        string name = p.ColumnId();
        QualifiedName? handler = null;
        QualifiedName? inline = null;
        QualifiedName? validator = null;
        if (p.Accept(Keyword.Handler))
        {
            handler = p.AnyName();
            if (p.Accept(Keyword.Inline))
            {
                inline = p.AnyName();
            }

            if (p.Accept(Keyword.Validator))
            {
                validator = p.AnyName();
            }
            else if (p.Accept(Keyword.No))
            {
                p.Expect(Keyword.Validator);
            }
        }

        return new CreateLanguageStatement(name, position)
        {
            OrReplace = orReplace,
            IsTrusted = isTrusted,
            Handler = handler,
            Inline = inline,
            Validator = validator,
        };
    }

    /// <summary>Consumes old_aggr_definition: no key word can name an option.</summary>
    private static SyntaxList<DefinitionElement> ParseOldAggregate(Parser p)
    {
        p.Expect(TokenKind.LeftParen);
        var options = new ListBuilder<DefinitionElement>();
        do
        {
            int position = p.Position;
            string name = p.IsIdentifier() ? p.TakeName() : throw p.SyntaxError();
            p.Expect(TokenKind.Equal);
            options.Add(new DefinitionElement(name, OptionGrammar.ParseDefinitionArgument(p), position));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return options.ToList();
    }

    private static FunctionParameter ParseParameter(Parser p, bool allowDefaults)
    {
        int position = p.Position;
        ParameterMode mode = ParseMode(p);
        string? name = null;
        if (IsParameterName(p))
        {
            name = p.TakeName();
            if (mode == ParameterMode.Default)
            {
                mode = ParseMode(p);
            }
        }

        TypeName type = TypeGrammar.ParseFunctionType(p);
        Expression? value = null;
        if (allowDefaults && (p.Accept(Keyword.Default) || p.Accept(TokenKind.Equal)))
        {
            value = ExpressionGrammar.Parse(p);
        }

        return new FunctionParameter(name, mode, type, value, position);
    }

    private static ParameterMode ParseMode(Parser p)
    {
        switch (p.Keyword)
        {
            case Keyword.In:
                p.Advance();
                return p.Accept(Keyword.Out) ? ParameterMode.InOut : ParameterMode.In;
            case Keyword.Out:
                p.Advance();
                return ParameterMode.Out;
            case Keyword.Inout:
                p.Advance();
                return ParameterMode.InOut;
            case Keyword.Variadic:
                p.Advance();
                return ParameterMode.Variadic;
            default:
                return ParameterMode.Default;
        }
    }

    /// <summary>A word is a parameter's name if a mode or a type follows it.</summary>
    private static bool IsParameterName(Parser p)
    {
        if (!p.IsTypeOrFunctionName())
        {
            return false;
        }

        Keyword next = p.PeekKeyword();
        return p.IsTypeOrFunctionName(1) || TypeGrammar.IsConstantTypeKeyword(next)
            || next is Keyword.Setof or Keyword.In or Keyword.Out or Keyword.Inout or Keyword.Variadic;
    }

    private static DefinitionElement? TryParseCreateOption(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.As:
                {
                    p.Advance();
                    int valuePosition = p.Position;
                    var first = new StringLiteral(p.StringConstant(), valuePosition);
                    if (!p.Accept(TokenKind.Comma))
                    {
                        return new DefinitionElement("as", new ValueList([first], valuePosition), position);
                    }

                    int secondPosition = p.Position;
                    return new DefinitionElement(
                        "as", new ValueList([first, new StringLiteral(p.StringConstant(), secondPosition)], valuePosition), position);
                }

            case Keyword.Language:
                {
                    p.Advance();
                    int valuePosition = p.Position;
                    return new DefinitionElement("language", new StringLiteral(p.NonReservedWordOrString(), valuePosition), position);
                }

            case Keyword.Transform:
                {
                    p.Advance();
                    int valuePosition = p.Position;
                    var types = new ListBuilder<SyntaxNode>();
                    do
                    {
                        p.Expect(Keyword.For, Keyword.Type);
                        types.Add(TypeGrammar.ParseType(p));
                    }
                    while (p.Accept(TokenKind.Comma));
                    return new DefinitionElement("transform", new ValueList(types.ToList(), valuePosition), position);
                }

            case Keyword.Window:
                p.Advance();
                return new DefinitionElement("window", new BooleanLiteral(true, position), position);
            default:
                return TryParseCommonOption(p);
        }
    }

    private static DefinitionElement? TryParseCommonOption(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Called:
                p.Advance();
                p.Expect(Keyword.On);
                p.Expect(Keyword.Null);
                p.Expect(Keyword.Input);
                return Flag("strict", false, position);
            case Keyword.Returns:
                p.Advance();
                p.Expect(Keyword.Null);
                p.Expect(Keyword.On);
                p.Expect(Keyword.Null);
                p.Expect(Keyword.Input);
                return Flag("strict", true, position);
            case Keyword.Strict:
                p.Advance();
                return Flag("strict", true, position);
            case Keyword.Immutable or Keyword.Stable or Keyword.Volatile:
                return new DefinitionElement("volatility", new StringLiteral(p.TakeName(), position), position);
            case Keyword.External:
                p.Advance();
                p.Expect(Keyword.Security);
                return ParseSecurity(p, position);
            case Keyword.Security:
                p.Advance();
                return ParseSecurity(p, position);
            case Keyword.Leakproof:
                p.Advance();
                return Flag("leakproof", true, position);
            case Keyword.Not when p.PeekKeyword() == Keyword.Leakproof:
                p.Advance();
                p.Advance();
                return Flag("leakproof", false, position);
            case Keyword.Cost:
                p.Advance();
                return new DefinitionElement("cost", OptionGrammar.ParseNumber(p), position);
            case Keyword.Rows:
                p.Advance();
                return new DefinitionElement("rows", OptionGrammar.ParseNumber(p), position);
            case Keyword.Support:
                p.Advance();
                return new DefinitionElement("support", p.AnyName(), position);
            case Keyword.Parallel:
                {
                    p.Advance();
                    int valuePosition = p.Position;
                    return new DefinitionElement("parallel", new StringLiteral(p.ColumnId(), valuePosition), position);
                }

            case Keyword.Set or Keyword.Reset:
                return new DefinitionElement("set", TransactionGrammar.ParseStoredSetting(p), position);
            default:
                return null;
        }
    }

    private static DefinitionElement ParseSecurity(Parser p, int position)
    {
        bool isDefiner = p.Accept(Keyword.Definer);
        if (!isDefiner)
        {
            p.Expect(Keyword.Invoker);
        }

        return Flag("security", isDefiner, position);
    }

    private static DefinitionElement Flag(string name, bool value, int position) => new(name, new BooleanLiteral(value, position), position);

    private static RoutineBody? ParseBody(Parser p)
    {
        int position = p.Position;
        if (p.Accept(Keyword.Return))
        {
            return new RoutineBody(ExpressionGrammar.Parse(p), default, position);
        }

        if (!p.Accept(Keyword.Begin))
        {
            return null;
        }

        p.Expect(Keyword.Atomic);
        var statements = new ListBuilder<Statement>();
        while (!p.Accept(Keyword.End))
        {
            if (p.Accept(TokenKind.Semicolon))
            {
                continue;
            }

            int statementPosition = p.Position;
            if (p.Accept(Keyword.Return))
            {
                statements.Add(new ReturnStatement(ExpressionGrammar.Parse(p), statementPosition));
            }
            else
            {
                p.Enter();
                statements.Add(StatementGrammar.Parse(p));
                p.Leave();
            }

            p.Expect(TokenKind.Semicolon);
        }

        return new RoutineBody(null, statements.ToList(), position);
    }
}
