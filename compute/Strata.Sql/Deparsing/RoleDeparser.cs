using Strata.Sql.Syntax;

namespace Strata.Sql.Deparsing;

/// <summary>Prints roles, privileges and ownership commands.</summary>
internal static class RoleDeparser
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter w, Statement statement)
    {
        switch (statement)
        {
            case CreateRoleStatement create:
                w.Word("CREATE").Word(create.Kind.ToString().ToUpperInvariant()).Id(create.Name);
                WriteOptions(w, create.Options);
                break;
            case AlterRoleStatement alter:
                WriteAlter(w, alter);
                break;
            case AlterRoleSetStatement alter:
                w.Word("ALTER ROLE");
                _ = alter.Role is null ? w.Word("ALL") : w.Role(alter.Role);
                if (alter.Database is not null)
                {
                    w.Word("IN DATABASE").Id(alter.Database);
                }

                UtilityDeparser.WriteSet(w, alter.Setting, isLocal: false);
                break;
            case DropRoleStatement drop:
                w.Word("DROP ROLE").WordIf(drop.IfExists, "IF EXISTS").Roles(drop.Roles);
                break;
            case GrantStatement grant:
                WriteGrant(w, grant);
                break;
            case GrantRoleStatement grant:
                WriteGrantRole(w, grant);
                break;
            case AlterDefaultPrivilegesStatement alter:
                w.Word("ALTER DEFAULT PRIVILEGES");
                if (!alter.ForRoles.IsEmpty)
                {
                    w.Word("FOR ROLE").Roles(alter.ForRoles);
                }

                if (!alter.InSchemas.IsEmpty)
                {
                    w.Word("IN SCHEMA").NameList(alter.InSchemas);
                }

                WriteGrant(w, alter.Action);
                break;
            case ReassignOwnedStatement reassign:
                w.Word("REASSIGN OWNED BY").Roles(reassign.Roles).Word("TO").Role(reassign.NewOwner);
                break;
            case DropOwnedStatement drop:
                w.Word("DROP OWNED BY").Roles(drop.Roles).Behavior(drop.Behavior);
                break;
            default:
                return false;
        }

        return true;
    }

    private static void WriteAlter(SqlWriter w, AlterRoleStatement alter)
    {
        // Members are taken away only by ALTER GROUP.
        if (alter.IsDrop)
        {
            w.Word("ALTER GROUP").Role(alter.Role).Word("DROP USER").Roles(((RoleList)alter.Options[0].Value!).Roles);
            return;
        }

        w.Word("ALTER ROLE").Role(alter.Role);
        WriteOptions(w, alter.Options, isAlter: true);
    }

    private static void WriteOptions(SqlWriter w, SyntaxList<DefinitionElement> options, bool isAlter = false)
    {
        foreach (DefinitionElement option in options)
        {
            bool isOn = option.Value is BooleanLiteral { Value: true };
            switch (option.Name)
            {
                case "password":
                    w.Word("PASSWORD");
                    _ = option.Value is StringLiteral password ? w.String(password.Value) : w.Word("NULL");
                    break;
                case "connectionlimit":
                    w.Word("CONNECTION LIMIT");
                    ExpressionDeparser.Write(w, (Expression)option.Value!);
                    break;
                case "sysid":
                    w.Word("SYSID");
                    ExpressionDeparser.Write(w, (Expression)option.Value!);
                    break;
                case "validUntil":
                    w.Word("VALID UNTIL").String(((StringLiteral)option.Value!).Value);
                    break;
                case "rolemembers":
                    w.Word(isAlter ? "USER" : "ROLE").Roles(((RoleList)option.Value!).Roles);
                    break;
                case "adminmembers":
                    w.Word("ADMIN").Roles(((RoleList)option.Value!).Roles);
                    break;
                case "addroleto":
                    w.Word("IN ROLE").Roles(((RoleList)option.Value!).Roles);
                    break;
                case "canlogin":
                    w.Word(isOn ? "LOGIN" : "NOLOGIN");
                    break;
                case "isreplication":
                    w.Word(isOn ? "REPLICATION" : "NOREPLICATION");
                    break;
                default:
                    w.Word(isOn ? "" : "NO").Raw(option.Name.ToUpperInvariant());
                    break;
            }
        }
    }

    private static void WritePrivilege(SqlWriter w, Privilege privilege) =>
        w.Word(privilege.Name is null ? "ALL" : PrivilegeText(privilege.Name)).Columns(privilege.Columns);

    /// <summary>Privileges are words of any kind: the reserved ones stand unquoted.</summary>
    private static string PrivilegeText(string name) =>
        name is "select" or "references" or "create" or "alter system" ? name.ToUpperInvariant() : SqlDeparser.QuoteIdentifier(name);

    private static void WriteGrant(SqlWriter w, GrantStatement grant)
    {
        w.Word(grant.IsGrant ? "GRANT" : "REVOKE").WordIf(!grant.IsGrant && grant.GrantOption, "GRANT OPTION FOR");
        _ = grant.IsAllPrivileges ? w.Word("ALL") : w.List(grant.Privileges, WritePrivilege);
        w.Word("ON");
        switch (grant.Scope)
        {
            case GrantScope.Defaults:
                w.Word(ObjectDeparser.KindText(grant.Kind) + "S");
                break;
            case GrantScope.AllInSchema:
                w.Word("ALL").Word(ObjectDeparser.KindText(grant.Kind) + "S").Word("IN SCHEMA").List(grant.Objects, ObjectDeparser.Write);
                break;
            default:
                w.WordIf(grant.Kind is ObjectKind.ForeignServer, "FOREIGN").Word(ObjectDeparser.KindText(grant.Kind));
                w.List(grant.Objects, grant.Kind == ObjectKind.Parameter ? WriteParameterName : ObjectDeparser.Write);
                break;
        }

        w.Word(grant.IsGrant ? "TO" : "FROM").Roles(grant.Grantees).WordIf(grant.IsGrant && grant.GrantOption, "WITH GRANT OPTION");
        WriteGrantor(w, grant.Grantor);
        w.Behavior(grant.Behavior);
    }

    private static void WriteParameterName(SqlWriter w, ObjectReference reference) =>
        UtilityDeparser.WriteSettingName(w, ((NamedObject)reference).Name.Name);

    private static void WriteGrantor(SqlWriter w, RoleReference? grantor)
    {
        if (grantor is not null)
        {
            w.Word("GRANTED BY").Role(grantor);
        }
    }

    private static void WriteGrantRole(SqlWriter w, GrantRoleStatement grant)
    {
        w.Word(grant.IsGrant ? "GRANT" : "REVOKE").WordIf(!grant.IsGrant && grant.AdminOption, "ADMIN OPTION FOR");
        w.List(grant.GrantedRoles, static (writer, role) => writer.Word(PrivilegeText(role)));
        w.Word(grant.IsGrant ? "TO" : "FROM").Roles(grant.Grantees).WordIf(grant.IsGrant && grant.AdminOption, "WITH ADMIN OPTION");
        WriteGrantor(w, grant.Grantor);
        w.Behavior(grant.Behavior);
    }
}
