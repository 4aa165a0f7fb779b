using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Databases, tablespaces, extensions and ALTER SYSTEM.</summary>
internal static class DatabaseGrammar
{
    /// <summary>Consumes DATABASE of CREATE.</summary>
    public static CreateDatabaseStatement ParseCreate(Parser p, int position)
    {
        p.Expect(Keyword.Database);
        string name = p.ColumnId();
        p.Accept(Keyword.With);
        return new CreateDatabaseStatement(name, ParseOptions(p), position);
    }

    /// <summary>Consumes DATABASE of ALTER.</summary>
    public static Statement ParseAlter(Parser p, int position)
    {
        p.Expect(Keyword.Database);
        int namePosition = p.Position;
        string name = p.ColumnId();
        switch (p.Keyword)
        {
            case Keyword.Rename:
                {
                    p.Advance();
                    p.Expect(Keyword.To);
                    var reference = new NamedObject(new QualifiedName([name], namePosition), namePosition);
                    return new RenameStatement(ObjectKind.Database, reference, null, p.ColumnId(), false, position);
                }

            case Keyword.Owner when p.PeekKeyword() == Keyword.To:
                {
                    p.Advance();
                    p.Advance();
                    var reference = new NamedObject(new QualifiedName([name], namePosition), namePosition);
                    return new AlterOwnerStatement(ObjectKind.Database, reference, p.Role(), position);
                }

            case Keyword.Refresh:
                p.Advance();
                p.Expect(Keyword.Collation, Keyword.Version);
                return new AlterDatabaseRefreshCollationStatement(name, position);
            case Keyword.Set when p.PeekKeyword() == Keyword.Tablespace && !(p.PeekKind(2) is TokenKind.Equal) && p.PeekKeyword(2) != Keyword.To:
                {
                    p.Advance();
                    int optionPosition = p.Position;
                    p.Advance();
                    int valuePosition = p.Position;
                    var option = new DefinitionElement("tablespace", new StringLiteral(p.ColumnId(), valuePosition), optionPosition);
                    return new AlterDatabaseStatement(name, [option], position);
                }

            case Keyword.Set or Keyword.Reset:
                return new AlterDatabaseSetStatement(name, TransactionGrammar.ParseStoredSetting(p), position);
        }

        p.Accept(Keyword.With);
        return new AlterDatabaseStatement(name, ParseOptions(p), position);
    }

    /// <summary>Consumes EXTENSION of CREATE.</summary>
    public static CreateExtensionStatement ParseCreateExtension(Parser p, int position)
    {
        p.Expect(Keyword.Extension);
        bool ifNotExists = p.AcceptIfNotExists();
        string name = p.ColumnId();
        p.Accept(Keyword.With);
        var options = new ListBuilder<DefinitionElement>();
        while (true)
        {
            int optionPosition = p.Position;
            if (p.Accept(Keyword.Schema))
            {
                int valuePosition = p.Position;
                options.Add(new DefinitionElement("schema", new StringLiteral(p.ColumnId(), valuePosition), optionPosition));
            }
            else if (p.Accept(Keyword.Version))
            {
                int valuePosition = p.Position;
                options.Add(new DefinitionElement("new_version", new StringLiteral(p.NonReservedWordOrString(), valuePosition), optionPosition));
            }
            else if (p.Is(Keyword.From))
            {
                throw p.Error(
                    "CREATE EXTENSION ... FROM is no longer supported", p.Position, SqlStates.FeatureNotSupported);
            }
            else if (p.Accept(Keyword.Cascade))
            {
                options.Add(new DefinitionElement("cascade", new BooleanLiteral(true, optionPosition), optionPosition));
            }
            else
            {
                return new CreateExtensionStatement(name, ifNotExists, options.ToList(), position);
            }
        }
    }

    /// <summary>Consumes EXTENSION of ALTER.</summary>
    public static Statement ParseAlterExtension(Parser p, int position)
    {
        p.Expect(Keyword.Extension);
        int namePosition = p.Position;
        string name = p.ColumnId();
        if (p.Accept(Keyword.Update))
        {
            SyntaxList<DefinitionElement> options = default;
            int optionPosition = p.Position;
            if (p.Accept(Keyword.To))
            {
                int valuePosition = p.Position;
                options = [new DefinitionElement("new_version", new StringLiteral(p.NonReservedWordOrString(), valuePosition), optionPosition)];
            }

            return new AlterExtensionStatement(name, options, position);
        }

        if (p.Accept(Keyword.Set))
        {
            p.Expect(Keyword.Schema);
            var reference = new NamedObject(new QualifiedName([name], namePosition), namePosition);
            return new AlterObjectSchemaStatement(ObjectKind.Extension, reference, p.ColumnId(), false, position);
        }

        bool isAdd = p.Accept(Keyword.Add);
        if (!isAdd)
        {
            p.Expect(Keyword.Drop);
        }

        ObjectKind kind = ObjectGrammar.ParseKind(p);
        return new AlterExtensionContentsStatement(name, isAdd, kind, ObjectGrammar.ParseReference(p, kind), position);
    }

    /// <summary>Consumes TABLESPACE of CREATE.</summary>
    public static CreateTablespaceStatement ParseCreateTablespace(Parser p, int position)
    {
        p.Expect(Keyword.Tablespace);
        string name = p.ColumnId();
        RoleReference? owner = p.Accept(Keyword.Owner) ? p.Role() : null;
        p.Expect(Keyword.Location);
        string location = p.StringConstant();
        return new CreateTablespaceStatement(name, owner, location, OptionGrammar.ParseOptionalWith(p), position);
    }

    /// <summary>Consumes TABLESPACE of ALTER.</summary>
    public static Statement ParseAlterTablespace(Parser p, int position)
    {
        p.Expect(Keyword.Tablespace);
        NamedObject reference = ObjectGrammar.SimpleName(p);
        if (p.Accept(Keyword.Rename))
        {
            p.Expect(Keyword.To);
            return new RenameStatement(ObjectKind.Tablespace, reference, null, p.ColumnId(), false, position);
        }

        if (p.Accept(Keyword.Owner))
        {
            p.Expect(Keyword.To);
            return new AlterOwnerStatement(ObjectKind.Tablespace, reference, p.Role(), position);
        }

        bool isReset = p.Accept(Keyword.Reset);
        if (!isReset)
        {
            p.Expect(Keyword.Set);
        }

        return new AlterTablespaceStatement(reference.Name.Name, OptionGrammar.ParseRelationOptions(p), isReset, position);
    }

    /// <summary>Consumes SYSTEM of ALTER.</summary>
    public static AlterSystemStatement ParseAlterSystem(Parser p, int position)
    {
        p.Expect(Keyword.System);
        if (p.Is(Keyword.Reset))
        {
            return new AlterSystemStatement(TransactionGrammar.ParseReset(p), position);
        }

        int settingPosition = p.Position;
        p.Expect(Keyword.Set);
        return new AlterSystemStatement(TransactionGrammar.ParseSetting(p, settingPosition), position);
    }

    private static SyntaxList<DefinitionElement> ParseOptions(Parser p)
    {
        var options = new ListBuilder<DefinitionElement>();
        while (true)
        {
            int position = p.Position;
            string name;
            if (p.Is(Keyword.Connection))
            {
                p.Advance();
                p.Expect(Keyword.Limit);
                name = "connection_limit";
            }
            else if (p.IsIdentifier() || p.Keyword is Keyword.Encoding or Keyword.Location or Keyword.Owner or Keyword.Tablespace or Keyword.Template)
            {
                name = p.TakeName();
            }
            else
            {
                return options.ToList();
            }

            p.Accept(TokenKind.Equal);
            SyntaxNode? value = null;
            if (!p.Accept(Keyword.Default))
            {
                value = p.Kind is TokenKind.Integer or TokenKind.Number or TokenKind.Plus or TokenKind.Minus
                    ? OptionGrammar.ParseNumber(p)
                    : OptionGrammar.ParseBooleanOrString(p);
            }

            options.Add(new DefinitionElement(name, value, position));
        }
    }
}
