using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>Any catalog object as the rows that stand for it in the heaps.</summary>
internal static class CatalogRows
{
    public static void Append(object? entry, List<CatalogRow> rows)
    {
        switch (entry)
        {
            case null:
                break;
            case RelationInfo relation:
                RelationRows.Append(relation, rows);
                break;
            case SchemaInfo schema:
                rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgNamespace, schema.Oid), Schema(schema)));
                break;
            case UserTypeInfo type:
                AppendType(type, rows);
                break;
            case CommentInfo comment when comment.Object.ClassOid is CatalogOids.PgAuthId or CatalogOids.PgDatabase:
                rows.Add(new CatalogRow(
                    new CatalogRowKey(CatalogOids.PgShDescription, comment.Object.ObjectOid, comment.Object.ClassOid),
                    [comment.Object.ObjectOid, comment.Object.ClassOid, comment.Text]));
                break;
            case CommentInfo comment:
                rows.Add(new CatalogRow(
                    new CatalogRowKey(CatalogOids.PgDescription, comment.Object.ObjectOid, comment.Object.ClassOid, comment.Object.SubId),
                    [comment.Object.ObjectOid, comment.Object.ClassOid, comment.Object.SubId, comment.Text]));
                break;
            case RoutineInfo routine:
                RoutineRows.Append(routine, rows);
                break;
            case CatalogObject other:
                rows.Add(new CatalogRow(new CatalogRowKey(other.ClassOid, other.Oid), other.Row));
                RelationRows.AppendDependencies(other.Oid, other.Dependencies, rows);
                break;
            case RoleInfo role:
                AppendRole(role, rows);
                break;
            case DatabaseInfo database:
                rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgDatabase, database.Oid), Database(database)));
                break;
            case SettingList list:
                rows.Add(new CatalogRow(
                    new CatalogRowKey(CatalogOids.PgDbRoleSetting, list.Scope.DatabaseOid, list.Scope.RoleOid),
                    [list.Scope.DatabaseOid, list.Scope.RoleOid, list.Items]));
                break;
            case ParameterPrivileges parameter:
                rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgParameterAcl, parameter.Oid), [parameter.Oid, parameter.Name, AccessControlList.ToStored(parameter.Acl)]));
                break;
            default:
                Invariant.Fail($"no catalog rows for {entry.GetType().Name}");
                break;
        }
    }

    public static CatalogValue[] Schema(SchemaInfo schema) => [schema.Oid, schema.Name, schema.OwnerOid, AccessControlList.ToStored(schema.Acl)];

    public static CatalogValue[] Role(RoleInfo role) =>
    [
        role.Oid, role.Name, role.IsSuperuser, role.Inherits, role.CanCreateRole, role.CanCreateDatabase, role.CanLogin, role.IsReplication, role.BypassesRowSecurity,
        role.ConnectionLimit, role.Password, role.ValidUntil is { } until ? until : CatalogValue.Null,
    ];

    public static CatalogValue[] Database(DatabaseInfo database) =>
    [
        database.Oid, database.Name, database.OwnerOid, 6L, 'c', database.IsTemplate, database.AllowsConnections, database.ConnectionLimit,
        3L, 1L, CatalogOids.DefaultTablespace, "C.UTF-8", "C.UTF-8", CatalogValue.Null, CatalogValue.Null, AccessControlList.ToStored(database.Acl),
    ];

    public static CatalogValue[] Enum(UserTypeInfo type, in EnumLabel label) => [label.Oid, type.Oid, CatalogValue.Float(label.SortOrder), label.Label];

    private static void AppendType(UserTypeInfo type, List<CatalogRow> rows)
    {
        rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgType, type.Oid), RelationRows.Type(type)));
        if (type.Kind == UserTypeKind.Range)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgRange, type.Oid), type.Range!.Row));
        foreach (EnumLabel label in type.Labels)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgEnum, label.Oid), Enum(type, label)));
        foreach (ConstraintInfo constraint in type.Constraints)
            rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgConstraint, constraint.Oid), RelationRows.Constraint(constraint)));
    }

    private static void AppendRole(RoleInfo role, List<CatalogRow> rows)
    {
        rows.Add(new CatalogRow(new CatalogRowKey(CatalogOids.PgAuthId, role.Oid), Role(role)));
        foreach (RoleMembership membership in role.MemberOf)
            rows.Add(new CatalogRow(
                new CatalogRowKey(CatalogOids.PgAuthMembers, membership.RoleOid, role.Oid),
                [membership.RoleOid, role.Oid, membership.GrantorOid, membership.AdminOption]));
    }

    /// <summary>True when two rows hold the same values, so that nothing need be written.</summary>
    public static bool AreEqual(CatalogValue[] left, CatalogValue[] right)
    {
        for (int i = 0; i < left.Length; i++)
            if (!left[i].Equals(right[i]))
                return false;
        return true;
    }
}
