using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>COPY, in its present and its old syntax.</summary>
internal static class CopyGrammar
{
    /// <summary>Consumes COPY.</summary>
    public static CopyStatement Parse(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Copy);
        var options = new ListBuilder<DefinitionElement>();
        if (p.Accept(TokenKind.LeftParen))
        {
            Statement query = DataModificationGrammar.ParsePreparable(p);
            p.Expect(TokenKind.RightParen);
            p.Expect(Keyword.To);
            string? target = ParseFile(p, out bool toProgram);
            ParseOptions(p, ref options);
            return new CopyStatement(position) { Query = query, FileName = target, IsProgram = toProgram, Options = options.ToList() };
        }

        int binaryPosition = p.Position;
        if (p.Accept(Keyword.Binary))
        {
            options.Add(Text("format", "binary", binaryPosition));
        }

        RelationName relation = p.RelationName();
        SyntaxList<string> columns = p.OptionalColumnList();
        bool isFrom = p.Accept(Keyword.From);
        if (!isFrom)
        {
            p.Expect(Keyword.To);
        }

        string? file = ParseFile(p, out bool isProgram);
        int delimiterPosition = p.Position;
        if (p.Is(Keyword.Delimiters) || p.Is(Keyword.Using, Keyword.Delimiters))
        {
            p.Accept(Keyword.Using);
            p.Advance();
            options.Add(Text("delimiter", p.StringConstant(), delimiterPosition));
        }

        ParseOptions(p, ref options);
        int wherePosition = p.Position;
        Expression? where = ExpressionGrammar.ParseOptionalWhere(p);
        if (where is not null && !isFrom)
        {
            throw p.Error("WHERE clause not allowed with COPY TO", wherePosition);
        }

        return new CopyStatement(position)
        {
            Relation = relation,
            Columns = columns,
            IsFrom = isFrom,
            FileName = file,
            IsProgram = isProgram,
            Options = options.ToList(),
            Where = where,
        };
    }

    private static DefinitionElement Text(string name, string value, int position) => new(name, new StringLiteral(value, position), position);

    /// <summary>An option without value means true, in both notations.</summary>
    private static DefinitionElement Flag(string name, int position) => new(name, null, position);

    private static string? ParseFile(Parser p, out bool isProgram)
    {
        isProgram = p.Accept(Keyword.Program);
        if (p.Accept(Keyword.Stdin) || p.Accept(Keyword.Stdout))
        {
            return isProgram ? throw p.Error("STDIN/STDOUT not allowed with PROGRAM", -1) : null;
        }

        return p.StringConstant();
    }

    private static void ParseOptions(Parser p, ref ListBuilder<DefinitionElement> options)
    {
        p.Accept(Keyword.With);
        if (p.Accept(TokenKind.LeftParen))
        {
            do
            {
                options.Add(ParseGenericOption(p));
            }
            while (p.Accept(TokenKind.Comma));
            p.Expect(TokenKind.RightParen);
            return;
        }

        while (TryParseOldOption(p) is { } option)
        {
            options.Add(option);
        }
    }

    private static DefinitionElement ParseGenericOption(Parser p)
    {
        int position = p.Position;
        string name = p.ColumnLabel();
        int valuePosition = p.Position;
        switch (p.Kind)
        {
            case TokenKind.Comma or TokenKind.RightParen:
                return new DefinitionElement(name, null, position);
            case TokenKind.Star:
                p.Advance();
                return new DefinitionElement(name, new StarSelection(valuePosition), position);
            case TokenKind.Integer or TokenKind.Number or TokenKind.Plus or TokenKind.Minus:
                return new DefinitionElement(name, OptionGrammar.ParseNumber(p), position);
            case TokenKind.LeftParen:
                {
                    p.Advance();
                    var names = new ListBuilder<string>();
                    do
                    {
                        names.Add(OptionGrammar.ParseBooleanOrString(p).Value);
                    }
                    while (p.Accept(TokenKind.Comma));
                    p.Expect(TokenKind.RightParen);
                    return new DefinitionElement(name, new NameList(names.ToList(), valuePosition), position);
                }

            default:
                return new DefinitionElement(name, OptionGrammar.ParseBooleanOrString(p), position);
        }
    }

    private static DefinitionElement? TryParseOldOption(Parser p)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Binary:
                p.Advance();
                return Text("format", "binary", position);
            case Keyword.Csv:
                p.Advance();
                return Text("format", "csv", position);
            case Keyword.Freeze:
                p.Advance();
                return Flag("freeze", position);
            case Keyword.Header:
                p.Advance();
                return Flag("header", position);
            case Keyword.Delimiter:
                return TextAfterAs(p, "delimiter");
            case Keyword.Null:
                return TextAfterAs(p, "null");
            case Keyword.Quote:
                return TextAfterAs(p, "quote");
            case Keyword.Escape:
                return TextAfterAs(p, "escape");
            case Keyword.Encoding:
                p.Advance();
                return Text("encoding", p.StringConstant(), position);
            case Keyword.Force:
                return ParseForce(p, position);
            default:
                return null;
        }
    }

    private static DefinitionElement TextAfterAs(Parser p, string name)
    {
        int position = p.Position;
        p.Advance();
        p.Accept(Keyword.As);
        return Text(name, p.StringConstant(), position);
    }

    private static DefinitionElement ParseForce(Parser p, int position)
    {
        p.Expect(Keyword.Force);
        int valuePosition = p.Position;
        string name;
        if (p.Accept(Keyword.Quote))
        {
            valuePosition = p.Position;
            if (p.Accept(TokenKind.Star))
            {
                return new DefinitionElement("force_quote", new StarSelection(valuePosition), position);
            }

            name = "force_quote";
        }
        else if (p.Accept(Keyword.Not))
        {
            p.Expect(Keyword.Null);
            name = "force_not_null";
        }
        else
        {
            p.Expect(Keyword.Null);
            name = "force_null";
        }

        return new DefinitionElement(name, new NameList(p.NameList(), valuePosition), position);
    }
}
