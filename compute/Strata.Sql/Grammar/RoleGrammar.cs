using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>Roles: CREATE, ALTER and DROP of ROLE, USER and GROUP, REASSIGN OWNED.</summary>
internal static class RoleGrammar
{
    /// <summary>Consumes ROLE, USER or GROUP of CREATE.</summary>
    public static CreateRoleStatement ParseCreate(Parser p, int position)
    {
        RoleStatementKind kind = ParseKind(p);
        string name = p.RoleId();
        p.Accept(Keyword.With);
        return new CreateRoleStatement(kind, name, ParseOptions(p, isCreate: true), position);
    }

    /// <summary>Consumes ROLE, USER or GROUP of ALTER.</summary>
    public static Statement ParseAlter(Parser p, int position)
    {
        RoleStatementKind kind = ParseKind(p);
        if (kind != RoleStatementKind.Group && p.Accept(Keyword.All))
        {
            string? database = ParseInDatabase(p);
            return new AlterRoleSetStatement(null, database, TransactionGrammar.ParseStoredSetting(p), position);
        }

        RoleReference role = p.Role();
        switch (p.Keyword)
        {
            case Keyword.Rename:
                p.Advance();
                p.Expect(Keyword.To);
                if (role.Kind != RoleKind.Named)
                {
                    throw p.Error("role name cannot be renamed here", role.Position, SqlStates.ReservedName);
                }

                return new RenameStatement(
                    ObjectKind.Role, new NamedObject(new QualifiedName([role.Name!], role.Position), role.Position), null, p.RoleId(), false, position);
            case Keyword.Set or Keyword.Reset or Keyword.In when kind != RoleStatementKind.Group:
                {
                    string? database = ParseInDatabase(p);
                    return new AlterRoleSetStatement(role, database, TransactionGrammar.ParseStoredSetting(p), position);
                }

            case Keyword.Add or Keyword.Drop when kind == RoleStatementKind.Group:
                {
                    bool isDrop = p.Is(Keyword.Drop);
                    p.Advance();
                    int optionPosition = p.Position;
                    p.Expect(Keyword.User);
                    int valuePosition = p.Position;
                    var option = new DefinitionElement("rolemembers", new RoleList(p.RoleList(), valuePosition), optionPosition);
                    return new AlterRoleStatement(role, [option], isDrop, position);
                }
        }

        if (kind == RoleStatementKind.Group)
        {
            throw p.SyntaxError();
        }

        p.Accept(Keyword.With);
        return new AlterRoleStatement(role, ParseOptions(p, isCreate: false), false, position);
    }

    /// <summary>Consumes ROLE, USER or GROUP of DROP.</summary>
    public static DropRoleStatement ParseDrop(Parser p, int position)
    {
        p.Advance();
        bool ifExists = p.AcceptIfExists();
        return new DropRoleStatement(p.RoleList(), ifExists, position);
    }

    /// <summary>Consumes REASSIGN OWNED.</summary>
    public static ReassignOwnedStatement ParseReassignOwned(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Reassign, Keyword.Owned);
        p.Expect(Keyword.By);
        SyntaxList<RoleReference> roles = p.RoleList();
        p.Expect(Keyword.To);
        return new ReassignOwnedStatement(roles, p.Role(), position);
    }

    private static RoleStatementKind ParseKind(Parser p)
    {
        RoleStatementKind kind = p.Keyword switch
        {
            Keyword.Role => RoleStatementKind.Role,
            Keyword.User => RoleStatementKind.User,
            _ => RoleStatementKind.Group,
        };
        p.Advance();
        return kind;
    }

    private static string? ParseInDatabase(Parser p)
    {
        if (!p.Accept(Keyword.In))
        {
            return null;
        }

        p.Expect(Keyword.Database);
        return p.ColumnId();
    }

    private static SyntaxList<DefinitionElement> ParseOptions(Parser p, bool isCreate)
    {
        var options = new ListBuilder<DefinitionElement>();
        while (TryParseOption(p, isCreate) is { } option)
        {
            options.Add(option);
        }

        return options.ToList();
    }

    private static DefinitionElement? TryParseOption(Parser p, bool isCreate)
    {
        int position = p.Position;
        switch (p.Keyword)
        {
            case Keyword.Password:
                {
                    p.Advance();
                    int valuePosition = p.Position;
                    return new DefinitionElement(
                        "password", p.Accept(Keyword.Null) ? null : new StringLiteral(p.StringConstant(), valuePosition), position);
                }

            case Keyword.Encrypted:
                {
                    p.Advance();
                    p.Expect(Keyword.Password);
                    int valuePosition = p.Position;
                    return new DefinitionElement("password", new StringLiteral(p.StringConstant(), valuePosition), position);
                }

            case Keyword.Unencrypted:
                throw p.Error(
                    "UNENCRYPTED PASSWORD is no longer supported", position, SqlStates.FeatureNotSupported, null,
                    "Remove UNENCRYPTED to store the password in encrypted form instead.");
            case Keyword.Inherit:
                p.Advance();
                return Flag("inherit", true, position);
            case Keyword.Connection:
                p.Advance();
                p.Expect(Keyword.Limit);
                return Number(p, "connectionlimit", position);
            case Keyword.Valid:
                {
                    p.Advance();
                    p.Expect(Keyword.Until);
                    int valuePosition = p.Position;
                    return new DefinitionElement("validUntil", new StringLiteral(p.StringConstant(), valuePosition), position);
                }

            case Keyword.User:
                {
                    p.Advance();
                    int valuePosition = p.Position;
                    return new DefinitionElement("rolemembers", new RoleList(p.RoleList(), valuePosition), position);
                }

            case Keyword.Sysid when isCreate:
                p.Advance();
                return Number(p, "sysid", position);
            case Keyword.Admin when isCreate:
                return Roles(p, "adminmembers", position);
            case Keyword.Role when isCreate:
                return Roles(p, "rolemembers", position);
            case Keyword.In when isCreate:
                p.Advance();
                if (!p.Is(Keyword.Role) && !p.Is(Keyword.Group))
                {
                    throw p.SyntaxError();
                }

                return Roles(p, "addroleto", position);
        }

        if (!p.IsIdentifier())
        {
            return null;
        }

        string word = p.NameText();
        DefinitionElement option = word switch
        {
            "superuser" => Flag("superuser", true, position),
            "nosuperuser" => Flag("superuser", false, position),
            "createrole" => Flag("createrole", true, position),
            "nocreaterole" => Flag("createrole", false, position),
            "createdb" => Flag("createdb", true, position),
            "nocreatedb" => Flag("createdb", false, position),
            "login" => Flag("canlogin", true, position),
            "nologin" => Flag("canlogin", false, position),
            "replication" => Flag("isreplication", true, position),
            "noreplication" => Flag("isreplication", false, position),
            "bypassrls" => Flag("bypassrls", true, position),
            "nobypassrls" => Flag("bypassrls", false, position),
            "noinherit" => Flag("inherit", false, position),
            _ => throw p.Error($"unrecognized role option \"{word}\"", position),
        };
        p.Advance();
        return option;
    }

    private static DefinitionElement Flag(string name, bool value, int position) => new(name, new BooleanLiteral(value, position), position);

    private static DefinitionElement Number(Parser p, string name, int position)
    {
        int valuePosition = p.Position;
        return new DefinitionElement(name, new IntegerLiteral(p.SignedInteger(), valuePosition), position);
    }

    private static DefinitionElement Roles(Parser p, string name, int position)
    {
        p.Advance();
        int valuePosition = p.Position;
        return new DefinitionElement(name, new RoleList(p.RoleList(), valuePosition), position);
    }
}
