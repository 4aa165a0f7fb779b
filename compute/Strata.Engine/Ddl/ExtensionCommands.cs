using Strata.Engine.Catalog;
using Strata.Engine.Extensions;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE and ALTER EXTENSION. What a script creates becomes the extension's members. For the session's thread, for one command.</summary>
internal sealed class ExtensionCommands(DdlContext context, StatementRunner runner)
{
    private SessionContext Session => context.Session;

    /// <summary>An extension that was created, by name; null if there is none.</summary>
    public static CatalogObject? Find(CatalogView view, string name)
    {
        foreach (CatalogObject entry in view.ObjectsOf(CatalogOids.PgExtension))
            if (entry.Name == name)
                return entry;
        return null;
    }

    /// <summary>An extension that was created. Throws 42704, and 42501 unless the current role owns it.</summary>
    public static CatalogObject RequireOwned(DdlContext context, string name)
    {
        CatalogObject extension = Find(context.View, name) ?? throw new SqlException(
            name == AvailableExtensions.PlPgSql ? SqlState.FeatureNotSupported : SqlState.UndefinedObject,
            name == AvailableExtensions.PlPgSql ? "extension \"plpgsql\" belongs to the database system and cannot be changed" : $"extension \"{name}\" does not exist");
        ObjectFinder.CheckOwner(context, extension);
        return extension;
    }

    /// <summary>CREATE EXTENSION. Throws 0A000 for an unknown one, 42710, 42501, 22023, 3F000, 42704.</summary>
    public void Create(CreateExtensionStatement statement)
    {
        CheckName(statement.Name);
        if (statement.Name == AvailableExtensions.PlPgSql || Find(context.View, statement.Name) is not null)
        {
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateObject, $"extension \"{statement.Name}\" already exists");
            Session.Notice($"extension \"{statement.Name}\" already exists, skipping", sqlState: SqlState.DuplicateObject.Code);
            return;
        }

        string? schema = null, version = null;
        bool cascades = false;
        var seen = new HashSet<string>();
        foreach (DefinitionElement option in statement.Options)
        {
            if (!seen.Add(option.Name))
                throw new SqlException(SqlState.SyntaxError, "conflicting or redundant options") { Position = context.Position(option.Position) };
            switch (option.Name)
            {
                case "schema":
                    schema = ((StringLiteral)option.Value!).Value;
                    break;
                case "new_version":
                    version = ((StringLiteral)option.Value!).Value;
                    break;
                default:
                    cascades = true;
                    break;
            }
        }

        Create(statement.Name, schema, version, cascades, []);
    }

    private static void CheckName(string name)
    {
        string? detail = name.Length == 0 ? "Extension names must not be empty."
            : name.Contains("--", StringComparison.Ordinal) ? "Extension names must not contain \"--\"."
            : name[0] == '-' || name[^1] == '-' ? "Extension names must not begin or end with \"-\"."
            : name.Contains('/', StringComparison.Ordinal) ? "Extension names must not contain directory separator characters." : null;
        if (detail is not null)
            throw new SqlException(SqlState.InvalidParameterValue, $"invalid extension name: \"{name}\"") { Detail = detail };
    }

    private CatalogObject Create(string name, string? schemaName, string? version, bool cascades, string[] above)
    {
        ExtensionDefinition definition = AvailableExtensions.Find(name) ?? throw new SqlException(SqlState.FeatureNotSupported, $"extension \"{name}\" is not available")
        {
            Detail = "This server has no extension of that name: pg_available_extensions lists those it has.",
            Hint = "The extension must first be installed on the system where PostgreSQL is running.",
        };
        context.LockName(0, "extension " + name);
        if (version is not null && version != definition.Version)
            throw new SqlException(SqlState.InvalidParameterValue, $"extension \"{name}\" has no installation script nor update path for version \"{version}\"");
        SchemaInfo schema = Schema(definition, schemaName, cascades);
        var required = new List<CatalogObject>();
        foreach (string other in definition.Requires)
            required.Add(Required(name, other, schemaName, cascades, above));
        CheckMayCreate(definition);
        CatalogObject extension = ExtensionRows.Make(context.NewOid(), name, context.CurrentUser, schema.Oid, definition.IsRelocatable, definition.Version, [.. required.Select(static r => r.Oid)]);
        context.Changes.Create(extension, context.Cancellation);
        context.Changes.Create(new CommentInfo(extension.Address, definition.Comment), context.Cancellation);
        ObjectAddress[] members = Run(definition, schema, required);
        CatalogObject current = context.View.FindObject(CatalogOids.PgExtension, extension.Oid)!;
        context.Changes.Replace(current, ExtensionRows.WithMembers(current, members), context.Cancellation);
        return context.View.FindObject(CatalogOids.PgExtension, extension.Oid)!;
    }

    private SchemaInfo Schema(ExtensionDefinition definition, string? given, bool cascades)
    {
        if (given is not null)
        {
            SchemaInfo wanted = context.RequireSchema(given);
            if (definition.Schema is { } only && only != given && !cascades)
                throw new SqlException(SqlState.FeatureNotSupported, $"extension \"{definition.Name}\" must be installed in schema \"{only}\"");
            if (definition.Schema is null || definition.Schema == given)
                return wanted;
        }

        if (definition.Schema is { } own)
            return context.RequireSchema(own);
        return Session.SearchPath.CreationSchema is var oid and not 0
            ? context.View.FindSchema(oid)!
            : throw new SqlException(SqlState.InvalidSchemaName, "no schema has been selected to create in");
    }

    private CatalogObject Required(string name, string other, string? schema, bool cascades, string[] above)
    {
        if (Find(context.View, other) is { } known)
            return known;
        if (!cascades)
            throw new SqlException(SqlState.UndefinedObject, $"required extension \"{other}\" is not installed") { Hint = "Use CREATE EXTENSION ... CASCADE to install required extensions too." };
        if (above.Contains(other))
            throw new SqlException(SqlState.InvalidRecursion, $"cyclic dependency detected between extensions \"{other}\" and \"{name}\"");
        context.Notice($"installing required extension \"{other}\"");
        return Create(other, schema, null, cascades, [.. above, name]);
    }

    private void CheckMayCreate(ExtensionDefinition definition)
    {
        if (Session.IsSuperuser || (definition.IsTrusted && MayCreateInDatabase()))
            return;
        throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied to create extension \"{definition.Name}\"")
        {
            Hint = definition.IsTrusted ? "Must have CREATE privilege on current database to create this extension." : "Must be superuser to create this extension.",
        };
    }

    private bool MayCreateInDatabase()
    {
        DatabaseInfo database = context.View.FindDatabase(context.DatabaseOid)!;
        return (context.Permissions.Of(context.CurrentUser, database.OwnerOid, database.Acl, Privileges.Temporary | Privileges.Connect, Privileges.AllDatabase) & Privileges.Create) != 0;
    }

    // The script runs as a superuser (else who may create the extension could not make its functions), and finds names in the extension's schema and those it needs.
    private ObjectAddress[] Run(ExtensionDefinition definition, SchemaInfo schema, List<CatalogObject> required)
    {
        int before = context.Changes.ChangeCount;
        string path = Session.Settings["search_path"], level = Session.Settings["client_min_messages"];
        uint user = Session.CurrentUserOid;
        IEnumerable<string> names = required.Select(r => context.View.FindSchema(r.SchemaOid)!.Name).Prepend(schema.Name).Distinct().Select(static n => TypeNames.QuoteIdentifier(n));
        if (!Session.IsSuperuser)
            Session.CurrentUserOid = CatalogOids.BootstrapRole;
        Session.Settings.Set("search_path", string.Join(", ", names.Append("pg_temp")), isLocal: true, Session.IsSuperuser);
        // Nobody wants to hear what the script's own statements have to say.
        if (level is not ("warning" or "error"))
            Session.Settings.Set("client_min_messages", "warning", isLocal: true, Session.IsSuperuser);
        try
        {
            string script = definition.ReadScript().Replace("@extschema@", TypeNames.QuoteIdentifier(schema.Name), StringComparison.Ordinal);
            var inner = new DdlContext(Session, script) { Library = definition.Library };
            foreach (ParsedStatement statement in SqlParser.ParseScript(script))
                DdlCommands.Execute(inner, runner, statement.Statement, script);
        }
        finally
        {
            Session.CurrentUserOid = user;
            Session.Settings.Set("search_path", path, isLocal: true, Session.IsSuperuser);
            Session.Settings.Set("client_min_messages", level, isLocal: true, Session.IsSuperuser);
        }

        return [.. context.Changes.CreatedSince(before).Select(static entry => MemberOf(entry)).OfType<ObjectAddress>().Distinct()];
    }

    // What is a part of something else (arrays, members of operator families, …) is no member itself.
    private static ObjectAddress? MemberOf(object entry) => entry switch
    {
        RoutineInfo routine => new ObjectAddress(CatalogOids.PgProc, routine.Oid),
        UserTypeInfo { Kind: UserTypeKind.Array or UserTypeKind.Multirange } => null,
        UserTypeInfo { RelationOid: not 0 } => null,
        UserTypeInfo type => new ObjectAddress(CatalogOids.PgType, type.Oid),
        RelationInfo { Index: null } relation => new ObjectAddress(CatalogOids.PgClass, relation.Oid),
        SchemaInfo schema => new ObjectAddress(CatalogOids.PgNamespace, schema.Oid),
        CatalogObject { ClassOid: CatalogOids.PgAmOp or CatalogOids.PgAmProc or CatalogOids.PgTsConfigMap or CatalogOids.PgStatisticExtData } => null,
        CatalogObject other => other.Address,
        _ => null,
    };

    /// <summary>ALTER EXTENSION … UPDATE. Throws 22023 for a version there is no way to.</summary>
    public void Update(AlterExtensionStatement statement)
    {
        CatalogObject extension = RequireOwned(context, statement.Name);
        string current = extension.Row[ExtensionRows.Version].Text, wanted = AvailableExtensions.Find(statement.Name)!.Version;
        foreach (DefinitionElement option in statement.Options)
            wanted = ((StringLiteral)option.Value!).Value;
        if (wanted != current)
            throw new SqlException(SqlState.InvalidParameterValue, $"extension \"{statement.Name}\" has no update path from version \"{current}\" to version \"{wanted}\"");
        context.Notice($"version \"{wanted}\" of extension \"{statement.Name}\" is already installed");
    }

    /// <summary>ALTER EXTENSION … ADD and DROP. Throws 55000 for what is a member already, or of another, or of none.</summary>
    public void ChangeContents(AlterExtensionContentsStatement statement)
    {
        CatalogObject extension = RequireOwned(context, statement.Name);
        ObjectAddress target = CommentCommand.Resolve(context, new CommentStatement(statement.Kind, statement.Object, null, statement.Position));
        string description = Session.Catalog.DescribeObject(target.ClassOid, target.ObjectOid, 0) ?? "";
        CatalogObject? holder = context.View.ExtensionOf(target);
        if (statement.IsAdd)
        {
            if (holder is not null)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"{description} is already a member of extension \"{holder.Name}\"");
            if (target.ClassOid == CatalogOids.PgNamespace && target.ObjectOid == extension.SchemaOid)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"cannot add schema \"{context.View.FindSchema(target.ObjectOid)!.Name}\" to extension \"{extension.Name}\" because the schema contains the extension");
            context.Changes.Replace(extension, ExtensionRows.WithMembers(extension, ExtensionRows.Members(extension).Append(target)), context.Cancellation);
            return;
        }

        if (holder?.Oid != extension.Oid)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"{description} is not a member of extension \"{extension.Name}\"");
        context.Changes.Replace(extension, ExtensionRows.WithMembers(extension, ExtensionRows.Members(extension).Where(m => m != target)), context.Cancellation);
    }

    /// <summary>ALTER EXTENSION … SET SCHEMA. Throws 0A000 when the extension can't be moved, 42501, 55000.</summary>
    public static void SetSchema(DdlContext context, string name, string newSchema)
    {
        CatalogObject extension = RequireOwned(context, name);
        SchemaInfo schema = context.RequireSchema(newSchema);
        context.Permissions.CheckSchema(schema, Privileges.Create);
        ObjectAddress[] members = ExtensionRows.Members(extension);
        if (members.Contains(new ObjectAddress(CatalogOids.PgNamespace, schema.Oid)))
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"cannot move extension \"{name}\" into schema \"{newSchema}\" because the extension contains the schema");
        if (extension.Number(4) == 0)
            throw new SqlException(SqlState.FeatureNotSupported, $"extension \"{name}\" does not support SET SCHEMA");
        if (extension.SchemaOid == schema.Oid)
            return;
        // Definitions that name members name their schema, too.
        string old = context.View.FindSchema(extension.SchemaOid)!.Name;
        DependentDefinitions.Follow(context, old, () =>
        {
            foreach (ObjectAddress member in members)
                Move(context, extension, member, schema);
            CatalogObject current = context.View.FindObject(CatalogOids.PgExtension, extension.Oid)!;
            context.Changes.Replace(current, current.With((ExtensionRows.Schema, schema.Oid)), context.Cancellation);
        });
    }

    private static void Move(DdlContext context, CatalogObject extension, ObjectAddress member, SchemaInfo schema)
    {
        switch (member.ClassOid)
        {
            case CatalogOids.PgProc when context.View.FindRoutine(member.ObjectOid) is { } routine:
                CheckPlace(context, extension, member, routine.SchemaOid);
                context.Changes.Replace(routine, routine with { SchemaOid = schema.Oid }, context.Cancellation);
                break;
            case CatalogOids.PgType when context.View.FindUserType(member.ObjectOid) is { } type:
                CheckPlace(context, extension, member, type.SchemaOid);
                if (context.View.FindUserType(schema.Oid, type.Name) is not null)
                    throw new SqlException(SqlState.DuplicateObject, $"type \"{type.Name}\" already exists in schema \"{schema.Name}\"");
                context.Changes.Replace(type, type with { SchemaOid = schema.Oid }, context.Cancellation);
                if (context.View.FindUserType(type.ArrayOid) is { } array)
                    context.Changes.Replace(array, array with { SchemaOid = schema.Oid, Name = context.FreeTypeName(schema.Oid, array.Name) }, context.Cancellation);
                break;
            default:
                if (context.View.FindObject(member.ClassOid, member.ObjectOid) is not { SchemaOid: not 0 } entry)
                    break;
                CheckPlace(context, extension, member, entry.SchemaOid);
                context.Changes.Replace(entry, entry.With((CatalogObjectShapes.Of(entry.ClassOid).Schema, schema.Oid)), context.Cancellation);
                break;
        }
    }

    private static void CheckPlace(DdlContext context, CatalogObject extension, ObjectAddress member, uint schemaOid)
    {
        if (schemaOid != extension.SchemaOid)
            throw new SqlException(SqlState.FeatureNotSupported, $"extension \"{extension.Name}\" does not support SET SCHEMA")
            {
                Detail = $"{context.Session.Catalog.DescribeObject(member.ClassOid, member.ObjectOid, 0)} is not in the extension's schema \"{context.View.FindSchema(extension.SchemaOid)?.Name}\"",
            };
    }
}
