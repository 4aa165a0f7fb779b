using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE SCHEMA.</summary>
internal static class SchemaCommands
{
    public static void Create(DdlContext context, CreateSchemaStatement statement)
    {
        RoleInfo? owner = statement.Authorization is { } role ? context.RequireRole(role) : null;
        string name = statement.Name ?? owner!.Name;
        DatabaseInfo database = context.View.FindDatabase(context.DatabaseOid)!;
        if ((context.Permissions.Of(context.CurrentUser, database.OwnerOid, database.Acl, Privileges.Temporary | Privileges.Connect, Privileges.AllDatabase) & Privileges.Create) == 0)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied for database {database.Name}");
        if (name.StartsWith("pg_", StringComparison.Ordinal))
            throw new SqlException(SqlState.ReservedName, $"unacceptable schema name \"{name}\"") { Detail = "The prefix \"pg_\" is reserved for system schemas." };
        if (!statement.Elements.IsEmpty)
            throw new SqlException(SqlState.FeatureNotSupported, "schema elements in CREATE SCHEMA are not supported yet");
        context.LockName(0, name);
        if (context.View.FindSchema(name) is not null)
        {
            if (!statement.IfNotExists)
                throw new SqlException(SqlState.DuplicateSchema, $"schema \"{name}\" already exists");
            context.Session.Notice($"schema \"{name}\" already exists, skipping", sqlState: SqlState.DuplicateSchema.Code);
            return;
        }

        context.Changes.Create(new SchemaInfo { Oid = context.NewOid(), Name = name, OwnerOid = owner?.Oid ?? context.CurrentUser }, context.Cancellation);
    }
}
