using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Sessions;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>What commands that change the catalogs work with: names, locks, ids, ownership, and the transaction's catalog changes. For the session's thread, for one command.</summary>
internal sealed class DdlContext(SessionContext session, string statementText)
{
    public SessionContext Session => session;

    /// <summary>Shown the run of the query that fills a new table, for EXPLAIN ANALYZE; null otherwise.</summary>
    public Action<PhysicalPlan, ExecutionInstance>? Measured { get; init; }

    /// <summary>What stands for the parameters of the statement's query; null when it has none.</summary>
    public IReadOnlyList<Expression>? ParameterValues { get; init; }

    /// <summary>Text of the statement, for positions in errors of expressions.</summary>
    public string StatementText => statementText;

    /// <summary>The catalog with the changes made so far.</summary>
    public CatalogView View => session.View;

    public CatalogTransaction Changes => session.Transactions.Changes;

    public Transaction Transaction => session.Transactions.Current;

    public CancellationToken Cancellation => session.Cancellation;

    public uint DatabaseOid => session.DatabaseOid;

    public uint CurrentUser => session.CurrentUserOid;

    public Permissions Permissions => session.Catalog.Permissions;

    public uint NewOid() => session.Engine.Transactions.NextOid(Cancellation);

    public ulong NewStorage() => session.Engine.Transactions.NextStorageId(Cancellation);

    public void Notice(string message) => session.Notice(message);

    /// <summary>1-based position for an error, from a syntax node's offset.</summary>
    public int Position(int offset) => Sql.SourcePosition.ToCharacter(statementText, offset);

    /// <summary>Locks a relation until the end of the transaction, then reads it again: it may have changed or gone while the lock was waited for.</summary>
    public RelationInfo? LockRelation(RelationInfo relation, RelationLockMode mode)
    {
        session.Engine.Transactions.Locks.LockRelation(Transaction.Owner, DatabaseOid, relation.Oid, mode, WaitPolicy.Block, Cancellation);
        return View.FindRelation(relation.Oid);
    }

    /// <summary>Throws 55006 when checks of deferred constraints wait for the table's rows.</summary>
    public void CheckNotPending(RelationInfo table, string command)
    {
        if (Transaction.HasDeferred && Transaction.Deferred.HasPendingOn(table.Oid))
            throw new SqlException(SqlState.ObjectInUse, $"cannot {command} \"{table.Name}\" because it has pending trigger events");
    }

    /// <summary>Keeps others from creating an object of the same name in the meantime.</summary>
    public void LockName(uint schemaOid, string name) => session.Engine.Transactions.Locks.Lock(
        Transaction.Owner, LockTag.Name(DatabaseOid, NameHash(schemaOid, name)), RelationLockMode.Exclusive, session: false, WaitPolicy.Block, Cancellation);

    // FNV-1a: the same in every process, though nothing but this one sees it.
    private static ulong NameHash(uint schemaOid, string name)
    {
        ulong hash = 14695981039346656037UL ^ schemaOid;
        foreach (char c in name)
            hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }

    /// <summary>A relation by name, locked; null if there is none.</summary>
    public RelationInfo? Find(RelationName name, RelationLockMode mode)
    {
        while (true)
        {
            if (Lookup(name) is not { } relation)
                return null;
            // Until the name means the same after the lock was taken.
            if (LockRelation(relation, mode) is { } locked && Lookup(name)?.Oid == locked.Oid)
                return locked;
        }
    }

    private RelationInfo? Lookup(RelationName name)
    {
        CheckCatalogName(name.Catalog, name.Position);
        return View.ResolveRelation(session.SearchPath, name.Schema, name.Name);
    }

    /// <summary>A relation by name, locked. Throws 42P01, 3F000.</summary>
    public RelationInfo Require(RelationName name, RelationLockMode mode)
    {
        if (Find(name, mode) is { } relation)
            return relation;
        throw Missing(name);
    }

    /// <summary>42P01 for a relation that is not there.</summary>
    public SqlException Missing(RelationName name) =>
        new(SqlState.UndefinedTable, $"relation \"{Qualified(name)}\" does not exist") { Position = 0 };

    /// <summary>The name as messages print it.</summary>
    public static string Qualified(RelationName name) => name.Schema is null ? name.Name : name.Schema + "." + name.Name;

    /// <summary>0A000 for names of other databases.</summary>
    public void CheckCatalogName(string? catalog, int position)
    {
        if (catalog is not null && catalog != session.DatabaseName)
            throw new SqlException(SqlState.FeatureNotSupported, "cross-database references are not implemented") { Position = Position(position) };
    }

    /// <summary>The schema that a new object goes to; a temporary one makes a relation temporary. Throws 3F000, 42501, 42P16.</summary>
    public SchemaInfo CreationSchema(string? schema, int position, RelationPersistence persistence = RelationPersistence.Permanent)
    {
        SchemaInfo found;
        if (schema == "pg_temp" || (schema is null && (persistence == RelationPersistence.Temporary || session.SearchPath.CreatesTemporary)))
            found = session.Temporary.EnsureSchema(this);
        else if (schema is not null)
            found = RequireSchema(schema, position);
        else if (session.SearchPath.CreationSchema is var oid and not 0)
            found = View.FindSchema(oid)!;
        else
            throw new SqlException(SqlState.InvalidSchemaName, "no schema has been selected to create in") { Position = Position(position) };
        CheckTemporary(found, persistence, position);
        if (found.Oid != session.Temporary.SchemaOid(View))
            Permissions.CheckSchema(found, Privileges.Create);
        return found;
    }

    private void CheckTemporary(SchemaInfo schema, RelationPersistence persistence, int position)
    {
        bool isTemporary = TemporaryObjects.IsTemporary(schema);
        if (isTemporary && schema.Oid != session.Temporary.SchemaOid(View))
            throw new SqlException(SqlState.InvalidTableDefinition, "cannot create relations in temporary schemas of other sessions") { Position = Position(position) };
        if (persistence == RelationPersistence.Temporary && !isTemporary)
            throw new SqlException(SqlState.InvalidTableDefinition, "cannot create temporary relation in non-temporary schema") { Position = Position(position) };
        if (persistence == RelationPersistence.Unlogged && isTemporary)
            throw new SqlException(SqlState.InvalidTableDefinition, "only temporary relations may be created in temporary schemas") { Position = Position(position) };
    }

    /// <summary>A schema by name. Throws 3F000.</summary>
    public SchemaInfo RequireSchema(string name, int position = -1) => View.FindSchema(session.SearchPath, name) ??
        throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{name}\" does not exist") { Position = position < 0 ? 0 : Position(position) };

    /// <summary>Throws 42501 unless the current role owns the relation, and for system catalogs.</summary>
    public void CheckOwner(RelationInfo relation)
    {
        if (relation.Oid < CatalogOids.FirstUser || relation.SchemaOid == CatalogOids.ToastSchema)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied: \"{relation.Name}\" is a system catalog");
        if (!Permissions.IsOwner(relation.OwnerOid))
            throw new SqlException(SqlState.InsufficientPrivilege, $"must be owner of {Permissions.KindName(relation.Kind)} {relation.Name}");
    }

    /// <summary>A role by reference. Throws 42704.</summary>
    public RoleInfo RequireRole(RoleReference role) => role.Kind switch
    {
        RoleKind.CurrentRole or RoleKind.CurrentUser => View.FindRole(CurrentUser)!,
        RoleKind.SessionUser => View.FindRole(session.SessionUserOid)!,
        RoleKind.Public => throw new SqlException(SqlState.ReservedName, "role name \"public\" is reserved") { Position = Position(role.Position) },
        _ => View.FindRole(role.Name!) ?? throw new SqlException(SqlState.UndefinedObject, $"role \"{role.Name}\" does not exist"),
    };

    /// <summary>A type by name.</summary>
    public SqlType ResolveType(TypeName name) => TypeResolver.Resolve(name, View, session.SearchPath);

    /// <summary>Makes a relation's entry with the storage, types and locks that go with it.</summary>
    public void CreateRelation(RelationInfo relation)
    {
        session.Engine.Transactions.Locks.LockRelation(Transaction.Owner, DatabaseOid, relation.Oid, RelationLockMode.AccessExclusive, WaitPolicy.Block, Cancellation);
        if (TemporaryObjects.IsTemporary(View.FindSchema(relation.SchemaOid)!))
            relation = relation with { Persistence = 't' };
        char kind = relation.Kind switch { RelationKind.Sequence => 'S', RelationKind.Index or RelationKind.CompositeType or RelationKind.PartitionedIndex => '\0', _ => 'r' };
        if (kind != '\0' && relation.Acl is null)
            relation = relation with { Acl = DefaultPrivileges.Of(this, kind, relation.SchemaOid, relation.OwnerOid) };
        Changes.Create(relation, Cancellation);
        if (relation.RowTypeOid == 0)
            return;
        // A row type and its array come with every table, named as PostgreSQL names them.
        uint arrayOid = relation.RowTypeOid + 1;
        string arrayName = FreeTypeName(relation.SchemaOid, "_" + relation.Name);
        Changes.Create(new UserTypeInfo
        {
            Oid = relation.RowTypeOid,
            Name = relation.Name,
            SchemaOid = relation.SchemaOid,
            OwnerOid = relation.OwnerOid,
            Kind = UserTypeKind.Composite,
            RelationOid = relation.Oid,
            ArrayOid = arrayOid,
        }, Cancellation);
        Changes.Create(new UserTypeInfo
        {
            Oid = arrayOid,
            Name = arrayName,
            SchemaOid = relation.SchemaOid,
            OwnerOid = relation.OwnerOid,
            Kind = UserTypeKind.Array,
            ElementOid = relation.RowTypeOid,
        }, Cancellation);
    }

    /// <summary>Two consecutive OIDs, for a type and its array.</summary>
    public uint NewTypePair()
    {
        while (true)
        {
            uint first = NewOid();
            if (NewOid() == first + 1)
                return first;
        }
    }

    /// <summary>A type name that is free in a schema: the given one, with underscores put before it as long as it is taken.</summary>
    public string FreeTypeName(uint schemaOid, string name)
    {
        string candidate = name.Length > 63 ? name[..63] : name;
        while (View.FindUserType(schemaOid, candidate) is not null)
            candidate = candidate.Length >= 63 ? "_" + candidate[..62] : "_" + candidate;
        return candidate;
    }

    /// <summary>Gives a type that is some type's array type another name, so that its own is free; false for other types.</summary>
    public bool MoveArrayType(UserTypeInfo type)
    {
        if (type.Kind != UserTypeKind.Array || View.FindUserType(type.ElementOid)?.ArrayOid != type.Oid)
            return false;
        Changes.Replace(type, type with { Name = FreeTypeName(type.SchemaOid, type.Name) }, Cancellation);
        return true;
    }

    /// <summary>Throws 42P07 or 42710 when the schema has a relation or a type of that name. Call under <see cref="LockName"/>.</summary>
    public void CheckNameIsFree(uint schemaOid, string name, bool hasRowType)
    {
        if (View.FindRelation(schemaOid, name) is not null)
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{name}\" already exists");
        if (hasRowType && View.FindUserType(schemaOid, name) is { } taken && !MoveArrayType(taken))
            throw new SqlException(SqlState.DuplicateObject, $"type \"{name}\" already exists")
            {
                Hint = "A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.",
            };
    }

    /// <summary>Replaces a relation by a changed state of it; returns the entry that is in force now.</summary>
    public RelationInfo Replace(RelationInfo before, RelationInfo after)
    {
        Changes.Replace(before, after, Cancellation);
        return View.FindRelation(after.Oid)!;
    }

    /// <summary>A name for an implicit object, made as PostgreSQL makes it: <c>table_column_label</c>, shortened to 63 bytes, numbered until it is free.</summary>
    public string ChooseName(string first, string? second, string label, Func<string, bool> isTaken)
    {
        for (int pass = 0; ; pass++)
        {
            string name = MakeName(first, second, pass == 0 ? label : label + pass);
            if (!isTaken(name))
                return name;
        }
    }

    /// <summary>The two parts and the label with underscores between, the longer part cut until the name fits.</summary>
    public static string MakeName(string first, string? second, string label)
    {
        const int MaxBytes = 63;
        int overhead = label.Length + 1 + (second is null ? 0 : 1);
        int available = MaxBytes - overhead;
        int a = first.Length, b = second?.Length ?? 0;
        while (a + b > available)
        {
            if (a > b)
                a--;
            else
                b--;
        }

        return second is null ? $"{first[..a]}_{label}" : $"{first[..a]}_{second[..b]}_{label}";
    }
}
