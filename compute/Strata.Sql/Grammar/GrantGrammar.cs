using Strata.Sql.Syntax;

namespace Strata.Sql.Grammar;

/// <summary>GRANT, REVOKE and ALTER DEFAULT PRIVILEGES.</summary>
internal static class GrantGrammar
{
    /// <summary>Consumes GRANT.</summary>
    public static Statement ParseGrant(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Grant);
        SyntaxList<Privilege> privileges = ParsePrivileges(p);
        if (p.Is(Keyword.To) && !privileges.IsEmpty)
        {
            return ParseRoleGrant(p, true, privileges, false, position);
        }

        p.Expect(Keyword.On);
        GrantStatement statement = ParseTarget(p, true, privileges, position);
        p.Expect(Keyword.To);
        SyntaxList<RoleReference> grantees = ParseGrantees(p);
        bool grantOption = AcceptWithOption(p, Keyword.Grant);
        return statement with { Grantees = grantees, GrantOption = grantOption, Grantor = ParseGrantor(p) };
    }

    /// <summary>Consumes REVOKE.</summary>
    public static Statement ParseRevoke(Parser p)
    {
        int position = p.Position;
        p.Expect(Keyword.Revoke);
        bool grantOption = false;
        if (p.Is(Keyword.Grant) && p.PeekKeyword() == Keyword.Option)
        {
            p.Advance();
            p.Advance();
            p.Expect(Keyword.For);
            grantOption = true;
        }
        else if (p.Is(Keyword.Admin) && p.PeekKeyword() == Keyword.Option)
        {
            p.Advance();
            p.Advance();
            p.Expect(Keyword.For);
            return ParseRoleGrant(p, false, ParsePrivileges(p), true, position);
        }

        SyntaxList<Privilege> privileges = ParsePrivileges(p);
        if (p.Is(Keyword.From) && !privileges.IsEmpty && !grantOption)
        {
            return ParseRoleGrant(p, false, privileges, false, position);
        }

        p.Expect(Keyword.On);
        GrantStatement statement = ParseTarget(p, false, privileges, position);
        p.Expect(Keyword.From);
        SyntaxList<RoleReference> grantees = ParseGrantees(p);
        RoleReference? grantor = ParseGrantor(p);
        return statement with { Grantees = grantees, GrantOption = grantOption, Grantor = grantor, Behavior = p.DropBehavior() };
    }

    /// <summary>Consumes DEFAULT PRIVILEGES of ALTER.</summary>
    public static AlterDefaultPrivilegesStatement ParseAlterDefault(Parser p, int position)
    {
        p.Expect(Keyword.Default, Keyword.Privileges);
        SyntaxList<RoleReference> roles = default;
        SyntaxList<string> schemas = default;
        while (true)
        {
            if (p.Accept(Keyword.In))
            {
                p.Expect(Keyword.Schema);
                schemas = p.NameList();
            }
            else if (p.Accept(Keyword.For))
            {
                if (!p.Accept(Keyword.Role))
                {
                    p.Expect(Keyword.User);
                }

                roles = p.RoleList();
            }
            else
            {
                break;
            }
        }

        int actionPosition = p.Position;
        bool isGrant = p.Accept(Keyword.Grant);
        bool grantOption = false;
        if (!isGrant)
        {
            p.Expect(Keyword.Revoke);
            if (p.Is(Keyword.Grant, Keyword.Option))
            {
                p.Advance();
                p.Advance();
                p.Expect(Keyword.For);
                grantOption = true;
            }
        }

        SyntaxList<Privilege> privileges = ParsePrivileges(p);
        p.Expect(Keyword.On);
        ObjectKind kind = p.Keyword switch
        {
            Keyword.Tables => ObjectKind.Table,
            Keyword.Functions or Keyword.Routines => ObjectKind.Function,
            Keyword.Sequences => ObjectKind.Sequence,
            Keyword.Types => ObjectKind.Type,
            Keyword.Schemas => ObjectKind.Schema,
            _ => throw p.SyntaxError(),
        };
        p.Advance();
        p.Expect(isGrant ? Keyword.To : Keyword.From);
        SyntaxList<RoleReference> grantees = ParseGrantees(p);
        if (isGrant)
        {
            grantOption = AcceptWithOption(p, Keyword.Grant);
        }

        DropBehavior behavior = isGrant ? DropBehavior.Restrict : p.DropBehavior();
        var action = new GrantStatement(isGrant, GrantScope.Defaults, kind, privileges, default, grantees, actionPosition)
        {
            GrantOption = grantOption,
            Behavior = behavior,
        };
        return new AlterDefaultPrivilegesStatement(roles, schemas, action, position);
    }

    private static bool AcceptWithOption(Parser p, Keyword option)
    {
        if (!p.Accept(Keyword.With))
        {
            return false;
        }

        p.Expect(option, Keyword.Option);
        return true;
    }

    private static RoleReference? ParseGrantor(Parser p)
    {
        if (!p.Accept(Keyword.Granted))
        {
            return null;
        }

        p.Expect(Keyword.By);
        return p.Role();
    }

    private static SyntaxList<RoleReference> ParseGrantees(Parser p)
    {
        var grantees = new ListBuilder<RoleReference>();
        do
        {
            p.Accept(Keyword.Group);
            grantees.Add(p.Role());
        }
        while (p.Accept(TokenKind.Comma));
        return grantees.ToList();
    }

    /// <summary>Consumes a privilege list; ALL is the empty list (or one nameless privilege if it has columns).</summary>
    private static SyntaxList<Privilege> ParsePrivileges(Parser p)
    {
        int position = p.Position;
        if (p.Accept(Keyword.All))
        {
            p.Accept(Keyword.Privileges);
            return p.Is(TokenKind.LeftParen) ? [new Privilege(null, p.OptionalColumnList(), position)] : default;
        }

        var privileges = new ListBuilder<Privilege>();
        do
        {
            int itemPosition = p.Position;
            string name;
            if (p.Keyword is Keyword.Select or Keyword.References or Keyword.Create)
            {
                name = p.TakeName();
            }
            else if (p.Is(Keyword.Alter, Keyword.System))
            {
                p.Advance();
                p.Advance();
                name = "alter system";
            }
            else
            {
                name = p.ColumnId();
            }

            privileges.Add(new Privilege(name, p.OptionalColumnList(), itemPosition));
        }
        while (p.Accept(TokenKind.Comma));
        return privileges.ToList();
    }

    private static GrantRoleStatement ParseRoleGrant(Parser p, bool isGrant, SyntaxList<Privilege> privileges, bool adminOption, int position)
    {
        var roles = new ListBuilder<string>();
        foreach (Privilege privilege in privileges)
        {
            if (!privilege.Columns.IsEmpty || privilege.Name is null)
            {
                throw p.Error("column names cannot be included in GRANT/REVOKE ROLE", privilege.Position);
            }

            roles.Add(privilege.Name);
        }

        if (roles.Count == 0)
        {
            throw p.SyntaxError();
        }

        p.Expect(isGrant ? Keyword.To : Keyword.From);
        SyntaxList<RoleReference> grantees = p.RoleList();
        if (isGrant)
        {
            adminOption = AcceptWithOption(p, Keyword.Admin);
        }

        RoleReference? grantor = ParseGrantor(p);
        return new GrantRoleStatement(isGrant, roles.ToList(), grantees, position)
        {
            AdminOption = adminOption,
            Grantor = grantor,
            Behavior = isGrant ? DropBehavior.Restrict : p.DropBehavior(),
        };
    }

    private static GrantStatement ParseTarget(Parser p, bool isGrant, SyntaxList<Privilege> privileges, int position)
    {
        if (p.Accept(Keyword.All))
        {
            ObjectKind all = p.Keyword switch
            {
                Keyword.Tables => ObjectKind.Table,
                Keyword.Sequences => ObjectKind.Sequence,
                Keyword.Functions => ObjectKind.Function,
                Keyword.Procedures => ObjectKind.Procedure,
                Keyword.Routines => ObjectKind.Routine,
                _ => throw p.SyntaxError(),
            };
            p.Advance();
            p.Expect(Keyword.In);
            p.Expect(Keyword.Schema);
            return new GrantStatement(isGrant, GrantScope.AllInSchema, all, privileges, SimpleNames(p), default, position);
        }

        ObjectKind kind = ParseTargetKind(p);
        var objects = new ListBuilder<ObjectReference>();
        switch (kind)
        {
            case ObjectKind.Table or ObjectKind.Sequence:
                do
                {
                    objects.Add(ObjectGrammar.Of(p.RelationName()));
                }
                while (p.Accept(TokenKind.Comma));
                break;
            case ObjectKind.Parameter:
                do
                {
                    int namePosition = p.Position;
                    objects.Add(new NamedObject(new QualifiedName([TransactionGrammar.ParseSettingName(p)], namePosition), namePosition));
                }
                while (p.Accept(TokenKind.Comma));
                break;
            case ObjectKind.Type or ObjectKind.Domain:
                do
                {
                    int namePosition = p.Position;
                    objects.Add(new NamedObject(p.AnyName(), namePosition));
                }
                while (p.Accept(TokenKind.Comma));
                break;
            default:
                do
                {
                    objects.Add(ObjectGrammar.ParseReference(p, kind));
                }
                while (p.Accept(TokenKind.Comma));
                break;
        }

        return new GrantStatement(isGrant, GrantScope.Objects, kind, privileges, objects.ToList(), default, position);
    }

    private static SyntaxList<ObjectReference> SimpleNames(Parser p)
    {
        var names = new ListBuilder<ObjectReference>();
        do
        {
            names.Add(ObjectGrammar.SimpleName(p));
        }
        while (p.Accept(TokenKind.Comma));
        return names.ToList();
    }

    private static ObjectKind ParseTargetKind(Parser p)
    {
        ObjectKind? kind = p.Keyword switch
        {
            Keyword.Table => ObjectKind.Table,
            Keyword.Sequence when p.IsColumnId(1) => ObjectKind.Sequence,
            Keyword.Function when p.IsNonReservedWord(1) => ObjectKind.Function,
            Keyword.Procedure when p.IsNonReservedWord(1) => ObjectKind.Procedure,
            Keyword.Routine when p.IsNonReservedWord(1) => ObjectKind.Routine,
            Keyword.Database when p.IsColumnId(1) => ObjectKind.Database,
            Keyword.Domain when p.IsColumnId(1) => ObjectKind.Domain,
            Keyword.Language when p.IsColumnId(1) => ObjectKind.Language,
            Keyword.Parameter when p.IsColumnId(1) => ObjectKind.Parameter,
            Keyword.Schema when p.IsColumnId(1) => ObjectKind.Schema,
            Keyword.Tablespace when p.IsColumnId(1) => ObjectKind.Tablespace,
            Keyword.Type when p.IsColumnId(1) => ObjectKind.Type,
            _ => null,
        };
        if (kind is { } named)
        {
            p.Advance();
            return named;
        }

        if (p.Accept(Keyword.Foreign))
        {
            if (p.Accept(Keyword.Server))
            {
                return ObjectKind.ForeignServer;
            }

            p.Expect(Keyword.Data);
            p.Expect(Keyword.Wrapper);
            return ObjectKind.ForeignDataWrapper;
        }

        if (p.Is(Keyword.Large) && p.PeekKeyword() == Keyword.Object)
        {
            p.Advance();
            p.Advance();
            return ObjectKind.LargeObject;
        }

        return ObjectKind.Table;
    }
}
