using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Foreign data wrappers, servers, user mappings and IMPORT FOREIGN SCHEMA.</summary>
internal static class ForeignGrammar
{
    /// <summary>Consumes FOREIGN DATA WRAPPER of CREATE.</summary>
    public static CreateForeignDataWrapperStatement ParseCreateWrapper(Parser p, int position)
    {
        p.Expect(Keyword.Foreign, Keyword.Data);
        p.Expect(Keyword.Wrapper);
        string name = p.ColumnId();
        SyntaxList<DefinitionElement> functions = ParseWrapperFunctions(p);
        return new CreateForeignDataWrapperStatement(name, functions, OptionGrammar.ParseGenericOptions(p), position);
    }

    /// <summary>Consumes FOREIGN DATA WRAPPER of ALTER.</summary>
    public static Statement ParseAlterWrapper(Parser p, int position)
    {
        p.Expect(Keyword.Foreign, Keyword.Data);
        p.Expect(Keyword.Wrapper);
        NamedObject reference = ObjectGrammar.SimpleName(p);
        if (TryParseRenameOrOwner(p, ObjectKind.ForeignDataWrapper, reference, position) is { } statement)
        {
            return statement;
        }

        SyntaxList<DefinitionElement> functions = ParseWrapperFunctions(p);
        SyntaxList<DefinitionElement> options = default;
        if (p.Is(Keyword.Options))
        {
            options = OptionGrammar.ParseAlterGenericOptions(p);
        }
        else if (functions.IsEmpty)
        {
            throw p.SyntaxError();
        }

        return new AlterForeignDataWrapperStatement(reference.Name.Name, functions, options, position);
    }

    /// <summary>Consumes SERVER of CREATE.</summary>
    public static CreateForeignServerStatement ParseCreateServer(Parser p, int position)
    {
        p.Expect(Keyword.Server);
        bool ifNotExists = p.AcceptIfNotExists();
        string name = p.ColumnId();
        string? type = p.Accept(Keyword.Type) ? p.StringConstant() : null;
        string? version = null;
        if (p.Accept(Keyword.Version) && !p.Accept(Keyword.Null))
        {
            version = p.StringConstant();
        }

        p.Expect(Keyword.Foreign, Keyword.Data);
        p.Expect(Keyword.Wrapper);
        string wrapper = p.ColumnId();
        return new CreateForeignServerStatement(name, type, version, wrapper, OptionGrammar.ParseGenericOptions(p), ifNotExists, position);
    }

    /// <summary>Consumes SERVER of ALTER.</summary>
    public static Statement ParseAlterServer(Parser p, int position)
    {
        p.Expect(Keyword.Server);
        NamedObject reference = ObjectGrammar.SimpleName(p);
        if (TryParseRenameOrOwner(p, ObjectKind.ForeignServer, reference, position) is { } statement)
        {
            return statement;
        }

        bool hasVersion = p.Accept(Keyword.Version);
        string? version = hasVersion && !p.Accept(Keyword.Null) ? p.StringConstant() : null;
        SyntaxList<DefinitionElement> options = default;
        if (p.Is(Keyword.Options))
        {
            options = OptionGrammar.ParseAlterGenericOptions(p);
        }
        else if (!hasVersion)
        {
            throw p.SyntaxError();
        }

        return new AlterForeignServerStatement(reference.Name.Name, version, hasVersion, options, position);
    }

    /// <summary>Consumes USER MAPPING of CREATE.</summary>
    public static CreateUserMappingStatement ParseCreateUserMapping(Parser p, int position)
    {
        p.Expect(Keyword.User, Keyword.Mapping);
        bool ifNotExists = p.AcceptIfNotExists();
        (RoleReference user, string server) = ParseMapping(p);
        return new CreateUserMappingStatement(user, server, OptionGrammar.ParseGenericOptions(p), ifNotExists, position);
    }

    /// <summary>Consumes USER MAPPING of ALTER.</summary>
    public static AlterUserMappingStatement ParseAlterUserMapping(Parser p, int position)
    {
        p.Expect(Keyword.User, Keyword.Mapping);
        (RoleReference user, string server) = ParseMapping(p);
        return new AlterUserMappingStatement(user, server, OptionGrammar.ParseAlterGenericOptions(p), position);
    }

    /// <summary>Consumes DROP USER MAPPING.</summary>
    public static DropUserMappingStatement ParseDropUserMapping(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Drop);
        p.Expect(Keyword.User, Keyword.Mapping);
        bool ifExists = p.AcceptIfExists();
        (RoleReference user, string server) = ParseMapping(p);
        return new DropUserMappingStatement(user, server, ifExists, position);
    }

    /// <summary>Consumes IMPORT FOREIGN SCHEMA.</summary>
    public static ImportForeignSchemaStatement ParseImport(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Import);
        p.Expect(Keyword.Foreign, Keyword.Schema);
        string remote = p.ColumnId();
        ImportSchemaFilter filter = ImportSchemaFilter.All;
        SyntaxList<RelationName> tables = default;
        if (p.Accept(Keyword.Limit))
        {
            p.Expect(Keyword.To);
            filter = ImportSchemaFilter.LimitTo;
        }
        else if (p.Accept(Keyword.Except))
        {
            filter = ImportSchemaFilter.Except;
        }

        if (filter != ImportSchemaFilter.All)
        {
            p.Expect(TokenKind.LeftParen);
            var list = new ListBuilder<RelationName>();
            do
            {
                list.Add(p.RelationExpression());
            }
            while (p.Accept(TokenKind.Comma));
            tables = list.ToList();
            p.Expect(TokenKind.RightParen);
        }

        p.Expect(Keyword.From, Keyword.Server);
        string server = p.ColumnId();
        p.Expect(Keyword.Into);
        string local = p.ColumnId();
        return new ImportForeignSchemaStatement(remote, filter, tables, server, local, OptionGrammar.ParseGenericOptions(p), position);
    }

    /// <summary>Consumes RENAME TO or OWNER TO, if there.</summary>
    public static Statement? TryParseRenameOrOwner(Parser p, ObjectKind kind, ObjectReference reference, int position)
    {
        if (p.Accept(Keyword.Rename))
        {
            p.Expect(Keyword.To);
            return new RenameStatement(kind, reference, null, p.ColumnId(), false, position);
        }

        if (p.Accept(Keyword.Owner))
        {
            p.Expect(Keyword.To);
            return new AlterOwnerStatement(kind, reference, p.Role(), position);
        }

        return null;
    }

    private static (RoleReference User, string Server) ParseMapping(Parser p)
    {
        p.Expect(Keyword.For);
        RoleReference user;
        if (p.Is(Keyword.User))
        {
            user = new RoleReference(RoleKind.CurrentUser, null, p.Position);
            p.Advance();
        }
        else
        {
            user = p.Role();
        }

        p.Expect(Keyword.Server);
        return (user, p.ColumnId());
    }

    private static SyntaxList<DefinitionElement> ParseWrapperFunctions(Parser p)
    {
        var options = new ListBuilder<DefinitionElement>();
        while (true)
        {
            int position = p.Position;
            if (p.Accept(Keyword.Handler))
            {
                options.Add(new DefinitionElement("handler", p.AnyName(), position));
            }
            else if (p.Accept(Keyword.Validator))
            {
                options.Add(new DefinitionElement("validator", p.AnyName(), position));
            }
            else if (p.Accept(Keyword.No))
            {
                bool isHandler = p.Accept(Keyword.Handler);
                if (!isHandler)
                {
                    p.Expect(Keyword.Validator);
                }

                options.Add(new DefinitionElement(isHandler ? "handler" : "validator", null, position));
            }
            else
            {
                return options.ToList();
            }
        }
    }
}
