using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>GRANT and REVOKE on relations and their columns, schemas, databases, routines and types.</summary>
internal sealed class GrantCommand(DdlContext context, GrantStatement statement)
{
    private bool IsCascade => statement.Behavior == DropBehavior.Cascade;

    public void Execute()
    {
        if (statement.Grantor is { } grantor && context.RequireRole(grantor).Oid != context.CurrentUser)
            throw new SqlException(SqlState.FeatureNotSupported, "grantor must be current user");
        if (statement.Scope == GrantScope.AllInSchema)
        {
            foreach (ObjectReference reference in statement.Objects)
                ChangeAllIn(context.RequireSchema(((NamedObject)reference).Name.Name));
            return;
        }

        foreach (ObjectReference reference in statement.Objects)
            ChangeOne(reference);
    }

    private void ChangeAllIn(SchemaInfo schema)
    {
        if (statement.Kind is ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine)
        {
            foreach (RoutineInfo routine in context.View.UserRoutines.ToArray())
                if (routine.SchemaOid == schema.Oid && (statement.Kind == ObjectKind.Routine || (routine.Kind == FunctionKind.Procedure) == (statement.Kind == ObjectKind.Procedure)))
                    ChangeRoutine(routine);
            return;
        }

        foreach (RelationInfo relation in context.View.UserRelations.ToArray())
        {
            bool fits = statement.Kind == ObjectKind.Sequence
                ? relation.Sequence is not null
                : relation.Kind is RelationKind.Table or RelationKind.View or RelationKind.MaterializedView or RelationKind.ForeignTable or RelationKind.PartitionedTable;
            if (relation.SchemaOid == schema.Oid && fits)
                ChangeRelation(context.View.FindRelation(relation.Oid)!);
        }
    }

    private void ChangeOne(ObjectReference reference)
    {
        switch (statement.Kind)
        {
            case ObjectKind.Table or ObjectKind.Sequence:
                QualifiedName name = ((NamedObject)reference).Name;
                RelationInfo relation = context.Require(new RelationName(null, name.Schema, name.Name, name.Position), RelationLockMode.ShareUpdateExclusive);
                if (relation.Index is not null)
                    throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is an index");
                if (relation.Kind == RelationKind.CompositeType)
                    throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is a composite type");
                if (statement.Kind == ObjectKind.Sequence && relation.Sequence is null)
                    throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is not a sequence");
                ChangeRelation(relation);
                break;
            case ObjectKind.Schema:
                SchemaInfo schema = context.RequireSchema(((NamedObject)reference).Name.Name);
                AccessControlItem[]? schemaAcl = Change(schema.Acl, 'n', schema.OwnerOid, Wanted(Privileges.AllSchema), Privileges.AllSchema, "schema", schema.Name);
                context.Changes.Replace(schema, schema with { Acl = schemaAcl }, context.Cancellation);
                break;
            case ObjectKind.Database:
                string database = ((NamedObject)reference).Name.Name;
                DatabaseInfo info = context.View.FindDatabase(database) ?? throw new SqlException(SqlState.InvalidCatalogName, $"database \"{database}\" does not exist");
                AccessControlItem[] own = info.Acl ?? [new AccessControlItem(0, info.OwnerOid, Privileges.Connect | Privileges.Temporary, Privileges.None), new AccessControlItem(info.OwnerOid, info.OwnerOid, Privileges.AllDatabase, Privileges.None)];
                context.Changes.Replace(info, info with { Acl = Change(own, 'd', info.OwnerOid, Wanted(Privileges.AllDatabase), Privileges.AllDatabase, "database", info.Name) }, context.Cancellation);
                break;
            case ObjectKind.Function or ObjectKind.Procedure or ObjectKind.Routine:
                var function = (FunctionObject)reference;
                (RoutineInfo? routine, FunctionInfo builtin) = ObjectFinder.AnyRoutine(context, statement.Kind, function.Name, function.HasArguments ? function.Arguments : null);
                if (routine is not null)
                    ChangeRoutine(routine);
                else
                    ChangeBuiltin(CatalogOids.PgProc, builtin.Oid, 'f', Privileges.Execute, builtin.Kind == FunctionKind.Aggregate ? "aggregate" : "function", builtin.Name);
                break;
            case ObjectKind.Type or ObjectKind.Domain:
                ChangeType(reference);
                break;
            case ObjectKind.Language:
                ChangeLanguage(((NamedObject)reference).Name.Name);
                break;
            case ObjectKind.Parameter:
                ChangeParameter(((NamedObject)reference).Name.Name);
                break;
            case ObjectKind.ForeignDataWrapper or ObjectKind.ForeignServer:
                ChangeForeign(ForeignCommands.Require(context, statement.Kind == ObjectKind.ForeignServer ? CatalogOids.PgForeignServer : CatalogOids.PgForeignDataWrapper, ((NamedObject)reference).Name.Name));
                break;
            case ObjectKind.LargeObject:
                var large = (CatalogObject)ObjectFinder.Find(context, ObjectKind.LargeObject, reference, missingOk: false)!;
                int aclColumn = CatalogObjectShapes.AclColumn(large.ClassOid);
                AccessControlItem[] largeAcl = Change(
                    AccessControlList.FromStored(large.Row[aclColumn]), 'L', large.OwnerOid, Wanted(Privileges.AllLargeObject), Privileges.AllLargeObject, "large object", large.Oid.ToString(System.Globalization.CultureInfo.InvariantCulture));
                context.Changes.Replace(large, large.With((aclColumn, AccessControlList.ToStored(largeAcl))), context.Cancellation);
                break;
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"GRANT on {DropCommand.KindName(statement.Kind)} objects is not supported yet");
        }
    }

    private void ChangeForeign(CatalogObject entry)
    {
        bool isServer = entry.ClassOid == CatalogOids.PgForeignServer;
        int column = isServer ? 6 : 5;
        string word = isServer ? "foreign server" : "foreign-data wrapper";
        AccessControlItem[] acl = Change(AccessControlList.FromStored(entry.Row[column]), isServer ? 'V' : 'F', entry.OwnerOid, Wanted(Privileges.Usage), Privileges.Usage, word, entry.Name);
        context.Changes.Replace(entry, entry.With((column, AccessControlList.ToStored(acl))), context.Cancellation);
    }

    private void ChangeRoutine(RoutineInfo routine) => context.Changes.Replace(
        routine,
        routine with { Acl = Change(routine.Acl, 'f', routine.OwnerOid, Wanted(Privileges.Execute), Privileges.Execute, Permissions.RoutineKindName(routine), routine.Name) },
        context.Cancellation);

    private void ChangeType(ObjectReference reference)
    {
        TypeName name = reference switch
        {
            TypeObject given => given.Type,
            _ => new TypeName(((NamedObject)reference).Name.Parts, reference.Position),
        };
        SqlType found = context.ResolveType(name);
        if (context.View.FindUserType(found.Oid) is not { } type)
        {
            ChangeBuiltinType(found);
            return;
        }

        if (type.Kind == UserTypeKind.Array)
            throw ArrayType();
        if (statement.Kind == ObjectKind.Domain && type.Kind != UserTypeKind.Domain)
            throw new SqlException(SqlState.WrongObjectType, $"\"{type.Name}\" is not a domain");
        context.Changes.Replace(type, type with { Acl = Change(type.Acl, 'T', type.OwnerOid, Wanted(Privileges.Usage), Privileges.Usage, "type", type.Name) }, context.Cancellation);
    }

    private static SqlException ArrayType() => new(new SqlState("0LP01"), "cannot set privileges of array types") { Hint = "Set the privileges of the element type instead." };

    private void ChangeBuiltinType(SqlType type)
    {
        if (type.IsArray && type.Storage != (byte)'p')
            throw ArrayType();
        if (statement.Kind == ObjectKind.Domain && type.DomainBase is null)
            throw new SqlException(SqlState.WrongObjectType, $"\"{type.Name}\" is not a domain");
        ChangeBuiltin(CatalogOids.PgType, type.Oid, 'T', Privileges.Usage, "type", type.Name);
    }

    private void ChangeLanguage(string name)
    {
        uint oid = BuiltinNames.Find("pg_language", "lanname", name) ?? throw new SqlException(SqlState.UndefinedObject, $"language \"{name}\" does not exist");
        if (name is "internal" or "c")
            throw new SqlException(SqlState.WrongObjectType, $"language \"{name}\" is not trusted")
            {
                Detail = "GRANT and REVOKE are not allowed on untrusted languages, because only superusers can use untrusted languages.",
            };
        ChangeBuiltin(CatalogOids.PgLanguage, oid, 'l', Privileges.Usage, "language", name);
    }

    // The objects themselves are in the binary.
    private void ChangeBuiltin(uint classOid, uint oid, char kind, Privileges all, string word, string name)
    {
        CatalogObject? entry = BuiltinPrivileges.Find(context.View, classOid, oid);
        AccessControlItem[] before = entry is null ? BuiltinPrivileges.Default(classOid, oid, kind) : BuiltinPrivileges.ListOf(entry) ?? [];
        AccessControlItem[] after = Apply(before, before, CatalogOids.BootstrapRole, Wanted(all), all, word, name, null);
        CatalogObject changed = BuiltinPrivileges.Make(classOid, oid, after);
        if (entry is null)
            context.Changes.Create(changed, context.Cancellation);
        else
            context.Changes.Replace(entry, changed, context.Cancellation);
    }

    private void ChangeParameter(string name)
    {
        if (SettingRegistry.Find(name) is not { } setting)
        {
            if (!name.Contains('.', StringComparison.Ordinal))
                throw new SqlException(SqlState.InvalidName, $"invalid parameter name \"{name}\"");
            setting = new SettingDefinition { Name = AsciiCase.Lower(name), Type = SettingType.String, Context = SettingContext.User, Default = "" };
        }

        string known = AsciiCase.Lower(setting.Name);
        ParameterPrivileges? entry = context.View.Parameters.FirstOrDefault(found => found.Name == known);
        AccessControlItem[] standard = [new AccessControlItem(CatalogOids.BootstrapRole, CatalogOids.BootstrapRole, Privileges.AllParameter, Privileges.None)];
        AccessControlItem[] before = entry?.Acl ?? standard;
        AccessControlItem[] after = Apply(before, before, CatalogOids.BootstrapRole, Wanted(Privileges.AllParameter), Privileges.AllParameter, "parameter", known, null);
        // What nobody else may set has no row.
        bool isStandard = after.AsSpan().SequenceEqual(standard);
        if (isStandard && entry is not null)
            context.Changes.Drop(entry, context.Cancellation);
        else if (!isStandard && entry is null)
            context.Changes.Create(new ParameterPrivileges(context.NewOid(), known, after), context.Cancellation);
        else if (!isStandard)
            context.Changes.Replace(entry!, entry! with { Acl = after }, context.Cancellation);
    }

    private void ChangeRelation(RelationInfo relation)
    {
        if (relation.Oid < CatalogOids.FirstUser)
        {
            if (statement.Privileges.Any(static privilege => !privilege.Columns.IsEmpty))
                throw new SqlException(SqlState.FeatureNotSupported, "changing privileges of system catalogs' columns is not supported");
            ChangeBuiltin(CatalogOids.PgClass, relation.Oid, 'r', Privileges.AllTable, Permissions.KindName(relation.Kind), relation.Name);
            return;
        }

        bool isSequence = relation.Kind == RelationKind.Sequence;
        Privileges all = isSequence ? Privileges.AllSequence : Privileges.AllTable;
        string kind = Permissions.KindName(relation.Kind);
        // GRANT ON TABLE may name a sequence: what sequences do not have is ignored for ALL, refused otherwise.
        Privileges whole = statement.IsAllPrivileges ? all : Wanted(isSequence && statement.Kind == ObjectKind.Table ? Privileges.AllTable | Privileges.Usage : all, columns: false);
        if (isSequence && (whole & ~Privileges.AllSequence) != 0)
        {
            context.Session.Notice($"sequence \"{relation.Name}\" only supports USAGE, SELECT, and UPDATE privileges", "WARNING", "0LP01");
            whole &= Privileges.AllSequence;
        }

        RelationInfo changed = relation;
        if (whole != Privileges.None || statement.IsAllPrivileges)
        {
            changed = changed with { Acl = Change(relation.Acl, isSequence ? 'S' : 'r', relation.OwnerOid, whole, all, kind, relation.Name) };
            // Taking a privilege from the table takes it from its columns.
            if (!statement.IsGrant && !isSequence)
                changed = changed with { Columns = [.. changed.Columns.Select(c => c.Acl is null ? c : c with { Acl = RevokeColumn(c.Acl, relation, whole) })] };
        }

        foreach (Privilege privilege in statement.Privileges)
            foreach (string column in privilege.Columns)
                changed = ChangeColumn(changed, column, Parse(privilege, Privileges.Select | Privileges.Insert | Privileges.Update | Privileges.References, "column"), kind);
        context.Replace(relation, changed);
    }

    private AccessControlItem[]? RevokeColumn(AccessControlItem[] acl, RelationInfo relation, Privileges privileges)
    {
        foreach (RoleReference grantee in statement.Grantees)
            acl = AccessControlEditor.Revoke(acl, Grantee(grantee), relation.OwnerOid, privileges, statement.GrantOption, IsCascade, relation.OwnerOid);
        return acl.Length == 0 ? null : acl;
    }

    private RelationInfo ChangeColumn(RelationInfo relation, string name, Privileges wanted, string kind)
    {
        // System columns can be read by whoever may read any column.
        if (relation.FindColumn(name) is null && ColumnBuilder.SystemColumn(name))
            return relation;
        ColumnInfo column = relation.FindColumn(name)
            ?? throw new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" of relation \"{relation.Name}\" does not exist");
        const Privileges All = Privileges.Select | Privileges.Insert | Privileges.Update | Privileges.References;
        // Grant options on the whole table count for its columns.
        AccessControlItem[] forOptions = [.. relation.Acl ?? [], .. column.Acl ?? []];
        AccessControlItem[] acl = Apply(column.Acl ?? [], forOptions, relation.OwnerOid, wanted, All, kind, relation.Name, name);
        ColumnInfo[] columns = [.. relation.Columns];
        columns[column.Number - 1] = column with { Acl = acl.Length == 0 ? null : acl };
        return relation with { Columns = columns };
    }

    private AccessControlItem[] Change(AccessControlItem[]? acl, char kind, uint owner, Privileges wanted, Privileges all, string word, string name)
    {
        AccessControlItem[] before = acl ?? DefaultPrivileges.BuiltIn(kind, owner);
        return Apply(before, before, owner, wanted, all, word, name, null);
    }

    private AccessControlItem[] Apply(AccessControlItem[] acl, AccessControlItem[] forOptions, uint owner, Privileges wanted, Privileges all, string word, string name, string? column)
    {
        (uint grantor, Privileges options) = AccessControlEditor.BestGrantor(context.Permissions, context.View, context.CurrentUser, owner, forOptions, wanted, all);
        Privileges allowed = wanted & options;
        string shown = column is null ? $"\"{name}\"" : $"column \"{column}\" of relation \"{name}\"";
        if (options == Privileges.None)
        {
            // Without any grant option or privilege the object is none of the role's business.
            bool holds = Array.Exists(forOptions, i => (i.Grantee == 0 || context.Permissions.HasRole(context.CurrentUser, i.Grantee)) && i.Privileges != Privileges.None);
            if (!holds)
                throw new SqlException(SqlState.InsufficientPrivilege, column is null ? $"permission denied for {word} {name}" : $"permission denied for column \"{column}\" of relation \"{name}\"");
        }

        if (allowed != wanted && !statement.IsAllPrivileges || allowed == Privileges.None)
        {
            string verb = statement.IsGrant ? "were granted" : "could be revoked";
            string state = statement.IsGrant ? "01007" : "01006";
            if (allowed == Privileges.None)
                context.Session.Notice($"no privileges {verb} for {shown}", "WARNING", state);
            else
                context.Session.Notice($"not all privileges {verb} for {shown}", "WARNING", state);
        }

        foreach (RoleReference reference in statement.Grantees)
        {
            uint grantee = Grantee(reference);
            acl = statement.IsGrant
                ? AccessControlEditor.Grant(acl, grantee, grantor, allowed, statement.GrantOption, owner)
                : AccessControlEditor.Revoke(acl, grantee, grantor, allowed, statement.GrantOption, IsCascade, owner);
        }

        return acl;
    }

    private uint Grantee(RoleReference reference) => reference.Kind == RoleKind.Public ? 0 : context.RequireRole(reference).Oid;

    private Privileges Wanted(Privileges all, bool columns = true)
    {
        if (statement.IsAllPrivileges)
            return all;
        Privileges wanted = Privileges.None;
        foreach (Privilege privilege in statement.Privileges)
        {
            if (!privilege.Columns.IsEmpty)
            {
                if (columns)
                    throw new SqlException(new SqlState("0LP01"), "column privileges are only valid for relations");
                continue;
            }

            wanted |= Parse(privilege, all, DropCommand.KindName(statement.Kind) is "table" ? "relation" : DropCommand.KindName(statement.Kind));
        }

        return wanted;
    }

    /// <summary>The privilege that a word names. Throws 42601, 0LP01 for one that the kind of object does not have.</summary>
    public static Privileges Parse(Privilege privilege, Privileges all, string word)
    {
        string name = privilege.Name?.ToUpperInvariant() ?? "ALL";
        Privileges one = name == "ALL" ? all : PrivilegeNames.Find(name)
            ?? throw new SqlException(SqlState.SyntaxError, $"unrecognized privilege type \"{privilege.Name}\"");
        return (one & all) != 0 ? one & all : throw new SqlException(new SqlState("0LP01"), $"invalid privilege type {name} for {word}");
    }
}
