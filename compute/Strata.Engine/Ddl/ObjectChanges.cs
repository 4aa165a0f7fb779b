using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>RENAME, OWNER TO and SET SCHEMA of routines, operators, operator classes and families, conversions and collations; SET SCHEMA of types.</summary>
internal static class ObjectChanges
{
    /// <summary>True for the kinds of objects that are changed here.</summary>
    public static bool Handles(ObjectKind kind) => kind is ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine or ObjectKind.Aggregate or ObjectKind.Operator
        or ObjectKind.OperatorClass or ObjectKind.OperatorFamily or ObjectKind.Conversion or ObjectKind.Collation or ObjectKind.Statistics or ObjectKind.TextSearchConfiguration or ObjectKind.TextSearchDictionary or ObjectKind.TextSearchParser or ObjectKind.TextSearchTemplate or ObjectKind.ForeignDataWrapper or ObjectKind.ForeignServer or ObjectKind.Publication or ObjectKind.LargeObject;

    public static void Rename(DdlContext context, ObjectKind kind, ObjectReference reference, string name)
    {
        object entry = ObjectFinder.Find(context, kind, reference, missingOk: false)!;
        ObjectFinder.CheckOwner(context, entry);
        if (entry is RoutineInfo routine)
        {
            CheckSchema(context, routine.SchemaOid);
            CheckFree(context, routine, routine.SchemaOid, name);
            context.Changes.Replace(routine, routine with { Name = name }, context.Cancellation);
            return;
        }

        var other = (CatalogObject)entry;
        CheckSchema(context, other.SchemaOid);
        CheckFree(context, other, other.SchemaOid, name);
        context.Changes.Replace(other, other.With((CatalogObjectShapes.Of(other.ClassOid).Name, name)), context.Cancellation);
    }

    public static void SetOwner(DdlContext context, ObjectKind kind, ObjectReference reference, RoleInfo owner)
    {
        object entry = ObjectFinder.Find(context, kind, reference, missingOk: false)!;
        ObjectFinder.CheckOwner(context, entry);
        if (!context.Permissions.IsMember(context.CurrentUser, owner.Oid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be member of role \"{owner.Name}\"");
        uint schemaOid = entry is RoutineInfo r ? r.SchemaOid : ((CatalogObject)entry).SchemaOid;
        if (kind == ObjectKind.ForeignDataWrapper && !owner.IsSuperuser)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to change owner of foreign-data wrapper \"{((CatalogObject)entry).Name}\"") { Hint = "The owner of a foreign-data wrapper must be a superuser." };
        if (context.View.FindSchema(schemaOid) is { } schema && (context.Permissions.Of(owner.Oid, schema.OwnerOid, schema.Acl, Privileges.None, Privileges.AllSchema) & Privileges.Create) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for schema {schema.Name}");
        if (entry is RoutineInfo routine)
            context.Changes.Replace(routine, routine with { OwnerOid = owner.Oid, Acl = OwnerCommand.Moved(routine.Acl, routine.OwnerOid, owner.Oid) }, context.Cancellation);
        else
            context.Changes.Replace(entry, Owned((CatalogObject)entry, owner.Oid), context.Cancellation);
    }

    // Privileges that the old owner had or gave are the new one's.
    internal static CatalogObject Owned(CatalogObject entry, uint owner)
    {
        CatalogObject changed = entry.With((CatalogObjectShapes.Of(entry.ClassOid).Owner, owner));
        int privileges = CatalogObjectShapes.AclColumn(entry.ClassOid);
        return privileges < 0 || entry.Row[privileges].IsNull
            ? changed
            : changed.With((privileges, AccessControlList.ToStored(OwnerCommand.Moved(AccessControlList.FromStored(entry.Row[privileges]), entry.OwnerOid, owner))));
    }

    public static void SetSchema(DdlContext context, ObjectKind kind, ObjectReference reference, string name)
    {
        object entry = ObjectFinder.Find(context, kind, reference, missingOk: false)!;
        ObjectFinder.CheckOwner(context, entry);
        SchemaInfo schema = context.RequireSchema(name);
        context.Permissions.CheckSchema(schema, Privileges.Create);
        if (entry is RoutineInfo routine)
        {
            if (routine.SchemaOid == schema.Oid)
                return;
            CheckFree(context, routine, schema.Oid, routine.Name);
            context.Changes.Replace(routine, routine with { SchemaOid = schema.Oid }, context.Cancellation);
            return;
        }

        var other = (CatalogObject)entry;
        if (other.SchemaOid == schema.Oid)
            return;
        CheckFree(context, other, schema.Oid, other.Name);
        context.Changes.Replace(other, other.With((CatalogObjectShapes.Of(other.ClassOid).Schema, schema.Oid)), context.Cancellation);
    }

    private static void CheckSchema(DdlContext context, uint oid)
    {
        if (context.View.FindSchema(oid) is { } schema)
            context.Permissions.CheckSchema(schema, Privileges.Create);
    }

    private static void CheckFree(DdlContext context, RoutineInfo routine, uint schemaOid, string name)
    {
        context.LockName(schemaOid, name);
        foreach (RoutineInfo known in context.View.FindRoutines(schemaOid, name))
            if (known.ArgumentTypes.AsSpan().SequenceEqual(routine.ArgumentTypes))
            {
                string signature = $"{name}({string.Join(", ", routine.ArgumentTypes.Select(t => RoutineNames.TypeName(t, context.Session.Catalog)))})";
                string word = known.Kind == FunctionKind.Procedure ? "procedure" : known.Kind == FunctionKind.Aggregate ? "function" : "function";
                throw new SqlException(SqlState.DuplicateFunction, $"{word} {signature} already exists in schema \"{context.View.FindSchema(schemaOid)?.Name}\"");
            }
    }

    private static void CheckFree(DdlContext context, CatalogObject entry, uint schemaOid, string name)
    {
        context.LockName(schemaOid, name);
        foreach (CatalogObject known in context.View.ObjectsOf(entry.ClassOid))
        {
            bool same = known.SchemaOid == schemaOid && known.Name == name && known.Oid != entry.Oid && entry.ClassOid switch
            {
                CatalogOids.PgOpClass or CatalogOids.PgOpFamily => known.OidAt(1) == entry.OidAt(1),
                CatalogOids.PgOperator => known.OidAt(7) == entry.OidAt(7) && known.OidAt(8) == entry.OidAt(8),
                _ => true,
            };
            if (!same)
                continue;
            string schema = context.View.FindSchema(schemaOid)?.Name ?? "";
            string word = CatalogObjectShapes.Of(entry.ClassOid).Word;
            string method = entry.ClassOid is CatalogOids.PgOpClass or CatalogOids.PgOpFamily ? $" for access method \"{BuiltinNames.NameOf("pg_am", "amname", entry.OidAt(1))}\"" : "";
            throw new SqlException(SqlState.DuplicateObject, $"{word} \"{name}\"{method} already exists{(schema.Length == 0 ? "" : $" in schema \"{schema}\"")}");
        }
    }

    public static void RenameDomainConstraint(DdlContext context, DomainConstraintObject reference, string name)
    {
        UserTypeInfo domain = TypeCommands.RequireUserType(context, reference.Domain);
        if (!Array.Exists(domain.Constraints, c => c.Name == reference.Name))
            throw new SqlException(SqlState.UndefinedObject, $"constraint \"{reference.Name}\" for domain {domain.Name} does not exist");
        context.Changes.Replace(domain, domain with { Constraints = [.. domain.Constraints.Select(c => c.Name == reference.Name ? c with { Name = name } : c)] }, context.Cancellation);
    }
}
