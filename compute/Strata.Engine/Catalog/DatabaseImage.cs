using System.Collections.Immutable;
using Strata.Format;

namespace Strata.Engine.Catalog;

/// <summary>
/// The user objects of one database, together with access to the built-in ones. Immutable: <see cref="With"/> makes the next state and shares nearly everything
/// with this one, so that a transaction's private overlay and each committed version cost what changed.
/// </summary>
internal sealed record DatabaseImage
{
    public required uint DatabaseOid { get; init; }
    public ImmutableDictionary<uint, SchemaInfo> Schemas { get; init; } = ImmutableDictionary<uint, SchemaInfo>.Empty;
    public ImmutableDictionary<string, uint> SchemaNames { get; init; } = ImmutableDictionary.Create<string, uint>(StringComparer.Ordinal);
    public ImmutableDictionary<uint, RelationInfo> Relations { get; init; } = ImmutableDictionary<uint, RelationInfo>.Empty;
    public ImmutableDictionary<QualifiedKey, uint> RelationNames { get; init; } = ImmutableDictionary<QualifiedKey, uint>.Empty;
    public ImmutableDictionary<uint, UserTypeInfo> Types { get; init; } = ImmutableDictionary<uint, UserTypeInfo>.Empty;
    public ImmutableDictionary<QualifiedKey, uint> TypeNames { get; init; } = ImmutableDictionary<QualifiedKey, uint>.Empty;
    public ImmutableDictionary<uint, RoutineInfo> Routines { get; init; } = ImmutableDictionary<uint, RoutineInfo>.Empty;
    public ImmutableDictionary<QualifiedKey, ImmutableArray<uint>> RoutineNames { get; init; } = ImmutableDictionary<QualifiedKey, ImmutableArray<uint>>.Empty;

    /// <summary>Operators, casts, operator classes and the like.</summary>
    public ImmutableDictionary<ObjectAddress, CatalogObject> Objects { get; init; } = ImmutableDictionary<ObjectAddress, CatalogObject>.Empty;

    private CatalogObjectIndex? _objectIndex;

    /// <summary>The objects by what they are looked up with. Worked out once for each state of <see cref="Objects"/>.</summary>
    public CatalogObjectIndex ObjectIndex
    {
        get
        {
            CatalogObjectIndex? known = _objectIndex;
            return known is not null && ReferenceEquals(known.Objects, Objects) ? known : _objectIndex = new CatalogObjectIndex(Objects);
        }
    }

    /// <summary>Large objects: there may be many more of them than of all others, which are looked through in many places.</summary>
    public ImmutableDictionary<ObjectAddress, CatalogObject> LargeObjects { get; init; } = ImmutableDictionary<ObjectAddress, CatalogObject>.Empty;

    /// <summary>Access control lists of built-in objects that GRANT and REVOKE changed. Plans are valid for one state of them.</summary>
    public ImmutableDictionary<ObjectAddress, CatalogObject> BuiltinPrivileges { get; init; } = ImmutableDictionary<ObjectAddress, CatalogObject>.Empty;

    public ImmutableDictionary<ObjectAddress, CommentInfo> Comments { get; init; } = ImmutableDictionary<ObjectAddress, CommentInfo>.Empty;

    /// <summary>Where each row of this database's catalog heaps stands.</summary>
    public ImmutableDictionary<CatalogRowKey, ulong> RowIds { get; init; } = ImmutableDictionary<CatalogRowKey, ulong>.Empty;

    public SchemaInfo? FindSchema(string name) => SchemaNames.TryGetValue(name, out uint oid) ? Schemas[oid] : null;

    public SchemaInfo? FindSchema(uint oid) => Schemas.GetValueOrDefault(oid);

    public RelationInfo? FindRelation(uint oid) =>
        oid < CatalogOids.FirstUser ? BuiltinRelations.Find(oid) : oid >= ToastRelations.FirstOid ? ToastRelations.Find(this, oid) : Relations.GetValueOrDefault(oid);

    public RelationInfo? FindRelation(uint schemaOid, string name)
    {
        if (schemaOid is CatalogOids.CatalogSchema or CatalogOids.InformationSchema && BuiltinRelations.Find(schemaOid, name) is { } builtin)
            return builtin;
        if (schemaOid == CatalogOids.ToastSchema && ToastRelations.Find(this, name) is { } toast)
            return toast;
        return RelationNames.TryGetValue(new QualifiedKey(schemaOid, name), out uint oid) ? Relations[oid] : null;
    }

    /// <summary>The next state: an object replaced, created (no before) or dropped (no after).</summary>
    public DatabaseImage With(in CatalogChange change) => change switch
    {
        { Before: RelationInfo or null, After: RelationInfo or null } => WithRelation((RelationInfo?)change.Before, (RelationInfo?)change.After),
        { Before: SchemaInfo or null, After: SchemaInfo or null } => WithSchema((SchemaInfo?)change.Before, (SchemaInfo?)change.After),
        { Before: RoutineInfo or null, After: RoutineInfo or null } => WithRoutine((RoutineInfo?)change.Before, (RoutineInfo?)change.After),
        { Before: CatalogObject { ClassOid: CatalogOids.PgLargeObjectMetadata } or null, After: CatalogObject { ClassOid: CatalogOids.PgLargeObjectMetadata } or null } =>
            this with { LargeObjects = CatalogChange.Replace(LargeObjects, change, static (CatalogObject o) => o.Address) },
        { Before: CatalogObject { ClassOid: CatalogOids.PgInitPrivs } or null, After: CatalogObject { ClassOid: CatalogOids.PgInitPrivs } or null } =>
            this with { BuiltinPrivileges = CatalogChange.Replace(BuiltinPrivileges, change, static (CatalogObject o) => o.Address) },
        { Before: CatalogObject or null, After: CatalogObject or null } => this with { Objects = CatalogChange.Replace(Objects, change, static (CatalogObject o) => o.Address) },
        { Before: UserTypeInfo or null, After: UserTypeInfo or null } => WithType((UserTypeInfo?)change.Before, (UserTypeInfo?)change.After),
        { Before: CommentInfo or null, After: CommentInfo or null } => this with { Comments = CatalogChange.Replace(Comments, change, static (CommentInfo c) => c.Object) },
        _ => throw new InvariantViolationException($"not an object of a database: {change}"),
    };

    private DatabaseImage WithSchema(SchemaInfo? before, SchemaInfo? after)
    {
        ImmutableDictionary<uint, SchemaInfo> schemas = Schemas;
        ImmutableDictionary<string, uint> names = SchemaNames;
        if (before is not null)
        {
            schemas = schemas.Remove(before.Oid);
            names = names.Remove(before.Name);
        }

        if (after is not null)
        {
            schemas = schemas.SetItem(after.Oid, after);
            names = names.SetItem(after.Name, after.Oid);
        }

        return this with { Schemas = schemas, SchemaNames = names };
    }

    private DatabaseImage WithRoutine(RoutineInfo? before, RoutineInfo? after)
    {
        ImmutableDictionary<uint, RoutineInfo> routines = Routines;
        ImmutableDictionary<QualifiedKey, ImmutableArray<uint>> names = RoutineNames;
        if (before is not null)
        {
            routines = routines.Remove(before.Oid);
            var key = new QualifiedKey(before.SchemaOid, before.Name);
            ImmutableArray<uint> rest = names[key].Remove(before.Oid);
            names = rest.IsEmpty ? names.Remove(key) : names.SetItem(key, rest);
        }

        if (after is not null)
        {
            routines = routines.SetItem(after.Oid, after);
            var key = new QualifiedKey(after.SchemaOid, after.Name);
            names = names.SetItem(key, (names.TryGetValue(key, out ImmutableArray<uint> known) ? known : []).Add(after.Oid));
        }

        return this with { Routines = routines, RoutineNames = names };
    }

    private DatabaseImage WithType(UserTypeInfo? before, UserTypeInfo? after)
    {
        ImmutableDictionary<uint, UserTypeInfo> types = Types;
        ImmutableDictionary<QualifiedKey, uint> names = TypeNames;
        if (before is not null)
        {
            types = types.Remove(before.Oid);
            names = names.Remove(new QualifiedKey(before.SchemaOid, before.Name));
        }

        if (after is not null)
        {
            types = types.SetItem(after.Oid, after);
            names = names.SetItem(new QualifiedKey(after.SchemaOid, after.Name), after.Oid);
        }

        return this with { Types = types, TypeNames = names };
    }

    // Indexes and ReferencedBy are derived: a table's come from the state it is put into, so that a change replayed on another base stays right.
    private DatabaseImage WithRelation(RelationInfo? before, RelationInfo? after)
    {
        ImmutableDictionary<uint, RelationInfo> relations = Relations;
        ImmutableDictionary<QualifiedKey, uint> names = RelationNames;
        if (before is not null)
        {
            names = names.Remove(new QualifiedKey(before.SchemaOid, before.Name));
            if (after is null)
                relations = relations.Remove(before.Oid);
        }

        if (after is not null)
        {
            RelationInfo? current = relations.GetValueOrDefault(after.Oid);
            relations = relations.SetItem(after.Oid, after with
            {
                Indexes = current?.Indexes ?? [],
                ReferencedBy = current?.ReferencedBy ?? [],
                Children = current?.Children ?? [],
                SystemTable = after.Sequence is null ? null : new SequenceTable(after.Oid),
            });
            names = names.SetItem(new QualifiedKey(after.SchemaOid, after.Name), after.Oid);
        }

        ulong version = after?.Version ?? before!.Version + 1;
        relations = RelationTree.Attach(relations, before, after, version);
        relations = WithIdentities(relations, after, version);
        relations = WithTableOfIndex(relations, before?.Index, after?.Index, version);
        relations = WithReferences(relations, before?.Constraints ?? [], after?.Constraints ?? [], version);
        return this with { Relations = relations, RelationNames = names };
    }

    // The default of an identity column is its sequence's next value. It follows from who owns whom, whichever of both comes first.
    private static ImmutableDictionary<uint, RelationInfo> WithIdentities(ImmutableDictionary<uint, RelationInfo> relations, RelationInfo? after, ulong version)
    {
        if (after?.Sequence is not null)
        {
            foreach (Dependency dependency in after.Dependencies)
                if (dependency.Kind == DependencyKind.Internal && relations.TryGetValue(dependency.Referenced.ObjectOid, out RelationInfo? table))
                    relations = WithIdentity(relations, table, dependency.Referenced.SubId, after.Oid, version);
            return relations;
        }

        if (after is null || !Array.Exists(after.Columns, static c => c.Identity != '\0' && c.Default is null))
            return relations;
        foreach (RelationInfo sequence in relations.Values)
            if (sequence.Sequence is not null)
                foreach (Dependency dependency in sequence.Dependencies)
                    if (dependency.Kind == DependencyKind.Internal && dependency.Referenced.ObjectOid == after.Oid)
                        relations = WithIdentity(relations, relations[after.Oid], dependency.Referenced.SubId, sequence.Oid, version);
        return relations;
    }

    private static ImmutableDictionary<uint, RelationInfo> WithIdentity(
        ImmutableDictionary<uint, RelationInfo> relations, RelationInfo table, int column, uint sequenceOid, ulong version)
    {
        ColumnInfo[] columns = [.. table.Columns];
        if (columns.Length < column || columns[column - 1].Identity == '\0')
            return relations;
        columns[column - 1] = columns[column - 1] with { Default = new CatalogExpression(CatalogExpression.NextValue(sequenceOid)) };
        return RelationTree.Touch(relations.SetItem(table.Oid, table with { Columns = columns }), table.Oid, version);
    }

    private static ImmutableDictionary<uint, RelationInfo> WithTableOfIndex(
        ImmutableDictionary<uint, RelationInfo> relations, IndexInfo? before, IndexInfo? after, ulong version)
    {
        if ((before ?? after) is not { } either || !relations.TryGetValue(either.TableOid, out RelationInfo? table))
            return relations;
        var indexes = new List<IndexInfo>();
        foreach (IndexInfo index in table.Indexes)
            if (index.Oid != either.Oid)
                indexes.Add(index);
        if (after is not null)
            indexes.Add(after);
        indexes.Sort(static (a, b) => a.Oid.CompareTo(b.Oid));
        return RelationTree.Touch(relations.SetItem(table.Oid, table with { Indexes = [.. indexes] }), table.Oid, version);
    }

    private static ImmutableDictionary<uint, RelationInfo> WithReferences(
        ImmutableDictionary<uint, RelationInfo> relations, ConstraintInfo[] before, ConstraintInfo[] after, ulong version)
    {
        foreach (ConstraintInfo old in before)
            if (old.Kind == ConstraintKind.ForeignKey && Array.IndexOf(after, old) < 0)
                relations = WithReference(relations, old, null, version);
        foreach (ConstraintInfo added in after)
            if (added.Kind == ConstraintKind.ForeignKey && Array.IndexOf(before, added) < 0)
                relations = WithReference(relations, added, added, version);
        return relations;
    }

    private static ImmutableDictionary<uint, RelationInfo> WithReference(
        ImmutableDictionary<uint, RelationInfo> relations, ConstraintInfo key, ConstraintInfo? after, ulong version)
    {
        if (!relations.TryGetValue(key.ReferencedTableOid, out RelationInfo? table))
            return relations;
        var references = new List<ConstraintInfo>();
        foreach (ConstraintInfo reference in table.ReferencedBy)
            if (reference.Oid != key.Oid)
                references.Add(reference);
        if (after is not null)
            references.Add(after);
        return RelationTree.Touch(relations.SetItem(table.Oid, table with { ReferencedBy = [.. references] }), table.Oid, version);
    }
}
