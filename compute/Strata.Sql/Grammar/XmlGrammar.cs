using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>XML functions and XMLTABLE.</summary>
internal static class XmlGrammar
{
    /// <summary>Consumes an XML function if the current key word starts one (a parenthesis follows), else returns null.</summary>
    public static Expression? TryParse(Parser p)
    {
        int position = p.Position;
        Keyword keyword = p.Keyword;
        if (!(keyword is Keyword.Xmlconcat or Keyword.Xmlelement or Keyword.Xmlexists or Keyword.Xmlforest or Keyword.Xmlparse
            or Keyword.Xmlpi or Keyword.Xmlroot or Keyword.Xmlserialize))
        {
            return null;
        }

        p.Enter();
        p.Advance();
        p.Expect(TokenKind.LeftParen);
        Expression result = keyword switch
        {
            Keyword.Xmlconcat => new XmlExpression(XmlExpressionKind.Concat, position) { Arguments = ExpressionGrammar.ParseExpressionList(p) },
            Keyword.Xmlelement => ParseElement(p, position),
            Keyword.Xmlexists => ParseExists(p, position),
            Keyword.Xmlforest => new XmlExpression(XmlExpressionKind.Forest, position) { NamedArguments = ParseAttributes(p) },
            Keyword.Xmlparse => ParseParse(p, position),
            Keyword.Xmlpi => ParseInstruction(p, position),
            Keyword.Xmlroot => ParseRoot(p, position),
            _ => ParseSerialize(p, position),
        };
        p.Expect(TokenKind.RightParen);
        p.Leave();
        return result;
    }

    /// <summary>Consumes <c>XMLTABLE( … )</c> up to its closing parenthesis.</summary>
    public static XmlTableItem ParseTable(Parser p, bool isLateral, int position)
    {
        p.Expect(Keyword.Xmltable);
        p.Expect(TokenKind.LeftParen);
        SyntaxList<XmlNamespace> namespaces = default;
        if (p.Is(Keyword.Xmlnamespaces) && p.PeekKind() == TokenKind.LeftParen)
        {
            namespaces = ParseNamespaces(p);
        }

        Expression rowPath = PrimaryGrammar.Parse(p);
        Expression document = ParsePassing(p);
        p.Expect(Keyword.Columns);
        var columns = new ListBuilder<XmlTableColumn>();
        do
        {
            columns.Add(ParseTableColumn(p));
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        return new XmlTableItem(isLateral, namespaces, rowPath, document, columns.ToList(), position);
    }

    private static SyntaxList<XmlNamespace> ParseNamespaces(Parser p)
    {
        p.Advance();
        p.Expect(TokenKind.LeftParen);
        var namespaces = new ListBuilder<XmlNamespace>();
        do
        {
            int position = p.Position;
            if (p.Accept(Keyword.Default))
            {
                namespaces.Add(new XmlNamespace(null, ExpressionGrammar.ParseRestricted(p), position));
            }
            else
            {
                Expression uri = ExpressionGrammar.ParseRestricted(p);
                p.Expect(Keyword.As);
                namespaces.Add(new XmlNamespace(p.ColumnLabel(), uri, position));
            }
        }
        while (p.Accept(TokenKind.Comma));
        p.Expect(TokenKind.RightParen);
        p.Expect(TokenKind.Comma);
        return namespaces.ToList();
    }

    private static XmlTableColumn ParseTableColumn(Parser p)
    {
        int position = p.Position;
        string name = p.ColumnId();
        if (p.Accept(Keyword.For))
        {
            p.Expect(Keyword.Ordinality);
            return new XmlTableColumn(name, null, null, null, false, position);
        }

        TypeName type = TypeGrammar.ParseType(p);
        Expression? path = null;
        Expression? fallback = null;
        bool? isNotNull = null;
        while (true)
        {
            int optionPosition = p.Position;
            if (p.Accept(Keyword.Default))
            {
                if (fallback is not null)
                {
                    throw p.Error("only one DEFAULT value is allowed", optionPosition);
                }

                fallback = ExpressionGrammar.ParseRestricted(p);
            }
            else if (p.Is(Keyword.Not) || p.Is(Keyword.Null))
            {
                bool value = p.Accept(Keyword.Not);
                p.Expect(Keyword.Null);
                if (isNotNull is not null)
                {
                    throw p.Error($"conflicting or redundant NULL / NOT NULL declarations for column \"{name}\"", optionPosition);
                }

                isNotNull = value;
            }
            else if (p.IsIdentifier())
            {
                string option = p.TakeName();
                Expression value = ExpressionGrammar.ParseRestricted(p);
                if (option == "__pg__is_not_null")
                {
                    throw p.Error($"option name \"{option}\" cannot be used in XMLTABLE", optionPosition);
                }

                if (option != "path")
                {
                    throw p.Error($"unrecognized column option \"{option}\"", optionPosition);
                }

                if (path is not null)
                {
                    throw p.Error("only one PATH value per column is allowed", optionPosition);
                }

                path = value;
            }
            else
            {
                return new XmlTableColumn(name, type, path, fallback, isNotNull ?? false, position);
            }
        }
    }

    private static Expression ParsePassing(Parser p)
    {
        p.Expect(Keyword.Passing);
        AcceptMechanism(p);
        Expression value = PrimaryGrammar.Parse(p);
        AcceptMechanism(p);
        return value;
    }

    private static void AcceptMechanism(Parser p)
    {
        if (p.Accept(Keyword.By) && !p.Accept(Keyword.Ref))
        {
            p.Expect(Keyword.Value);
        }
    }

    private static FunctionCall ParseExists(Parser p, int position)
    {
        Expression path = PrimaryGrammar.Parse(p);
        return PrimaryGrammar.SystemCall("xmlexists", [path, ParsePassing(p)], CallSyntax.XmlExists, position);
    }

    private static XmlExpression ParseElement(Parser p, int position)
    {
        p.Expect(Keyword.Name);
        string name = p.ColumnLabel();
        SyntaxList<TargetItem> attributes = default;
        var content = new ListBuilder<Expression>();
        bool isFirst = true;
        while (p.Accept(TokenKind.Comma))
        {
            if (isFirst && p.Is(Keyword.Xmlattributes) && p.PeekKind() == TokenKind.LeftParen)
            {
                p.Advance();
                p.Advance();
                attributes = ParseAttributes(p);
                p.Expect(TokenKind.RightParen);
            }
            else
            {
                content.Add(ExpressionGrammar.Parse(p));
            }

            isFirst = false;
        }

        return new XmlExpression(XmlExpressionKind.Element, position) { Name = name, NamedArguments = attributes, Arguments = content.ToList() };
    }

    private static SyntaxList<TargetItem> ParseAttributes(Parser p)
    {
        var items = new ListBuilder<TargetItem>();
        do
        {
            int position = p.Position;
            Expression value = ExpressionGrammar.Parse(p);
            items.Add(new TargetItem(value, p.Accept(Keyword.As) ? p.ColumnLabel() : null, position));
        }
        while (p.Accept(TokenKind.Comma));
        return items.ToList();
    }

    private static bool ParseDocumentOrContent(Parser p)
    {
        if (p.Accept(Keyword.Document))
        {
            return true;
        }

        p.Expect(Keyword.Content);
        return false;
    }

    private static XmlExpression ParseParse(Parser p, int position)
    {
        bool isDocument = ParseDocumentOrContent(p);
        Expression value = ExpressionGrammar.Parse(p);
        bool preserve = false;
        if (p.Accept(Keyword.Preserve))
        {
            p.Expect(Keyword.Whitespace);
            preserve = true;
        }
        else if (p.Accept(Keyword.Strip))
        {
            p.Expect(Keyword.Whitespace);
        }

        return new XmlExpression(XmlExpressionKind.Parse, position) { IsDocument = isDocument, Arguments = [value], PreserveWhitespace = preserve };
    }

    private static XmlExpression ParseInstruction(Parser p, int position)
    {
        p.Expect(Keyword.Name);
        string name = p.ColumnLabel();
        SyntaxList<Expression> arguments = p.Accept(TokenKind.Comma) ? [ExpressionGrammar.Parse(p)] : default;
        return new XmlExpression(XmlExpressionKind.ProcessingInstruction, position) { Name = name, Arguments = arguments };
    }

    private static XmlExpression ParseRoot(Parser p, int position)
    {
        Expression value = ExpressionGrammar.Parse(p);
        p.Expect(TokenKind.Comma);
        p.Expect(Keyword.Version);
        int versionPosition = p.Position;
        Expression version;
        if (p.Accept(Keyword.No, Keyword.Value))
        {
            version = new NullLiteral(versionPosition);
        }
        else
        {
            version = ExpressionGrammar.Parse(p);
        }

        XmlStandalone standalone = XmlStandalone.Omitted;
        if (p.Accept(TokenKind.Comma))
        {
            p.Expect(Keyword.Standalone);
            if (p.Accept(Keyword.Yes))
            {
                standalone = XmlStandalone.Yes;
            }
            else
            {
                p.Expect(Keyword.No);
                standalone = p.Accept(Keyword.Value) ? XmlStandalone.NoValue : XmlStandalone.No;
            }
        }

        return new XmlExpression(XmlExpressionKind.Root, position) { Arguments = [value, version], Standalone = standalone };
    }

    private static XmlExpression ParseSerialize(Parser p, int position)
    {
        bool isDocument = ParseDocumentOrContent(p);
        Expression value = ExpressionGrammar.Parse(p);
        p.Expect(Keyword.As);
        TypeName type = TypeGrammar.ParseSimpleType(p);
        return new XmlExpression(XmlExpressionKind.Serialize, position) { IsDocument = isDocument, Arguments = [value], Type = type };
    }
}
