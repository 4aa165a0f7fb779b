using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Strata.Engine.Catalog;

/// <summary>
/// The catalog of one database at one moment, as one transaction sees it: built-in objects, committed user objects and the transaction's own changes.
/// Immutable, so that a statement may read it without locks; thread-safe. Lookups allocate nothing. Take one per statement, after the locks.
/// </summary>
public sealed class CatalogView
{
    internal CatalogView(DatabaseImage database, SharedImage shared)
    {
        Image = database;
        Shared = shared;
    }

    internal DatabaseImage Image { get; }
    internal SharedImage Shared { get; }

    /// <summary>OID of the database.</summary>
    public uint DatabaseOid => Image.DatabaseOid;

    /// <summary>True when both views hold the very same state, so that whatever was valid under one is valid under the other.</summary>
    public bool IsSameAs(CatalogView other) => ReferenceEquals(Image, other.Image) && ReferenceEquals(Shared, other.Shared);

    public SchemaInfo? FindSchema(string name) => Image.FindSchema(name);

    /// <summary>A schema as a statement names it: <c>pg_temp</c> is the session's temporary one. Null if there is none.</summary>
    public SchemaInfo? FindSchema(SearchPath path, string name) =>
        name == "pg_temp" ? path.TemporarySchema == 0 ? null : FindSchema(path.TemporarySchema) : Image.FindSchema(name);

    public SchemaInfo? FindSchema(uint oid) => Image.FindSchema(oid);

    /// <summary>A relation by OID; null if there is none. Built-in relations too.</summary>
    public RelationInfo? FindRelation(uint oid) => Image.FindRelation(oid);

    /// <summary>A relation by schema and name; null if there is none.</summary>
    public RelationInfo? FindRelation(uint schemaOid, string name) => Image.FindRelation(schemaOid, name);

    /// <summary>
    /// A relation as a statement names it: in <paramref name="schema"/> when that is given, else in the first schema of the path that has it. Null if there is none
    /// (an unknown schema too: the caller says which error it is).
    /// </summary>
    public RelationInfo? ResolveRelation(SearchPath path, string? schema, string name)
    {
        if (schema is not null)
            return FindSchema(path, schema) is { } found ? Image.FindRelation(found.Oid, name) : null;
        foreach (uint oid in path.Schemas)
            if (Image.FindRelation(oid, name) is { } relation)
                return relation;
        return null;
    }

    /// <summary>The version of a relation for plan dependencies; false when it is gone.</summary>
    public bool TryGetVersion(uint relationOid, out ulong version)
    {
        if (Image.FindRelation(relationOid) is { } relation)
        {
            version = relation.Version;
            return true;
        }

        RoutineInfo? routine = FindRoutine(relationOid);
        version = routine?.Version ?? 0;
        return routine is not null;
    }

    /// <summary>A user-defined type (row type, array, enum, domain) by OID; null for built-in types (see the type registry) and unknown OIDs.</summary>
    public UserTypeInfo? FindUserType(uint oid) => Image.Types.GetValueOrDefault(oid);

    /// <summary>A user-defined type by schema and name; null if there is none.</summary>
    public UserTypeInfo? FindUserType(uint schemaOid, string name) =>
        Image.TypeNames.TryGetValue(new QualifiedKey(schemaOid, name), out uint oid) ? Image.Types.GetValueOrDefault(oid) : null;

    /// <summary>A user's routine by OID, or one of the information schema's; null for built-in ones and unknown OIDs.</summary>
    public RoutineInfo? FindRoutine(uint oid) => Image.Routines.GetValueOrDefault(oid) ?? InformationSchemaRoutines.Find(oid);

    /// <summary>A user's routines of a schema that have a name, in no particular order.</summary>
    public IEnumerable<RoutineInfo> FindRoutines(uint schemaOid, string name)
    {
        if (Image.RoutineNames.TryGetValue(new QualifiedKey(schemaOid, name), out System.Collections.Immutable.ImmutableArray<uint> oids))
            foreach (uint oid in oids)
                yield return Image.Routines[oid];
        if (schemaOid == CatalogOids.InformationSchema)
            foreach (RoutineInfo routine in InformationSchemaRoutines.Find(name))
                yield return routine;
    }

    /// <summary>All routines that users created.</summary>
    public IEnumerable<RoutineInfo> UserRoutines => Image.Routines.Values;

    /// <summary>An object without an entry of its own kind; null if there is none.</summary>
    public CatalogObject? FindObject(uint classOid, uint oid) =>
        MapOf(classOid).GetValueOrDefault(new ObjectAddress(classOid, oid));

    private ImmutableDictionary<ObjectAddress, CatalogObject> MapOf(uint classOid) => classOid switch
    {
        CatalogOids.PgLargeObjectMetadata => Image.LargeObjects,
        CatalogOids.PgInitPrivs => Image.BuiltinPrivileges,
        _ => Image.Objects,
    };

    /// <summary>The users' objects of a catalog.</summary>
    public IEnumerable<CatalogObject> ObjectsOf(uint classOid) => classOid is CatalogOids.PgLargeObjectMetadata or CatalogOids.PgInitPrivs ? MapOf(classOid).Values : Image.Objects.IsEmpty ? [] : Image.Objects.Values.Where(o => o.ClassOid == classOid);

    /// <summary>The extension that an object is a member of, or null.</summary>
    public CatalogObject? ExtensionOf(ObjectAddress member) => Image.Objects.IsEmpty ? null : Image.ObjectIndex.ExtensionOf(member);

    /// <summary>All objects without an entry of their own kind.</summary>
    public IEnumerable<CatalogObject> Objects => Image.LargeObjects.IsEmpty && Image.BuiltinPrivileges.IsEmpty ? Image.Objects.Values : Image.Objects.Values.Concat(Image.LargeObjects.Values).Concat(Image.BuiltinPrivileges.Values);

    /// <summary>True when the triggers behind a table's foreign keys are switched off (ALTER TABLE … DISABLE TRIGGER ALL).</summary>
    public bool AreForeignKeysOff(uint relationOid) => Image.Objects.ContainsKey(new ObjectAddress(CatalogOids.PgTrigger, relationOid));

    /// <summary>The access control list of a built-in object as GRANT and REVOKE left it; null when they never changed it.</summary>
    internal AccessControlItem[]? FindBuiltinPrivileges(uint classOid, uint oid) =>
        !Image.BuiltinPrivileges.IsEmpty && BuiltinPrivileges.Find(this, classOid, oid) is { } entry ? BuiltinPrivileges.ListOf(entry) : null;

    /// <summary>Who may set a parameter that needs more than to be there; null when nobody was granted it.</summary>
    internal AccessControlItem[]? FindParameterPrivileges(string parameter) => Shared.Parameters.GetValueOrDefault(parameter)?.Acl;

    public RoleInfo? FindRole(string name) => Shared.FindRole(name);

    public RoleInfo? FindRole(uint oid) => Shared.Roles.GetValueOrDefault(oid);

    public DatabaseInfo? FindDatabase(string name) => Shared.FindDatabase(name);

    public DatabaseInfo? FindDatabase(uint oid) => Shared.Databases.GetValueOrDefault(oid);

    /// <summary>All relations that users created, in no particular order; not those in pg_toast, which the engine keeps for itself.</summary>
    public IEnumerable<RelationInfo> UserRelations => Image.Relations.Values.Where(static relation => relation.SchemaOid != CatalogOids.ToastSchema);

    /// <summary>All schemas, built-in ones too.</summary>
    public IEnumerable<SchemaInfo> Schemas => Image.Schemas.Values;

    public IEnumerable<RoleInfo> Roles => Shared.Roles.Values;

    public IEnumerable<DatabaseInfo> Databases => Shared.Databases.Values;

    /// <summary>All types that users created, row types of their tables too.</summary>
    public IEnumerable<UserTypeInfo> UserTypes => Image.Types.Values.Where(static type => type.SchemaOid != CatalogOids.ToastSchema);

    /// <summary>The comment on a user object (or a user's on a built-in one), or null. A class OID of 0 finds by OID alone.</summary>
    public string? FindComment(ObjectAddress target)
    {
        if (target.ClassOid != 0)
            return (Image.Comments.GetValueOrDefault(target) ?? Shared.Comments.GetValueOrDefault(target))?.Text;
        foreach (CommentInfo comment in Image.Comments.Values)
            if (comment.Object.ObjectOid == target.ObjectOid && comment.Object.SubId == target.SubId)
                return comment.Text;
        return null;
    }

    /// <summary>The comment on an object as an entry, or null.</summary>
    internal CommentInfo? FindCommentEntry(ObjectAddress target) => Image.Comments.GetValueOrDefault(target) ?? Shared.Comments.GetValueOrDefault(target);

    /// <summary>True when a row stands in a heap for it, false for what is built in and was never changed.</summary>
    internal bool HasRow(in CatalogRowKey key) => Image.RowIds.ContainsKey(key) || Shared.RowIds.ContainsKey(key);

    internal IEnumerable<CommentInfo> Comments => Image.Comments.Values;

    internal IEnumerable<CommentInfo> SharedComments => Shared.Comments.Values;

    internal IEnumerable<SettingList> RoleSettings => Shared.Settings.Values;

    internal IEnumerable<ParameterPrivileges> Parameters => Shared.Parameters.Values;

    /// <summary>Role name for messages and <c>pg_get_userbyid</c>.</summary>
    public string RoleName(uint oid) => FindRole(oid)?.Name ?? $"unknown (OID={oid})";
}
