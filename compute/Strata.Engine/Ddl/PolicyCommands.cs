using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CREATE POLICY and ALTER POLICY. Plans over the table are made anew: its entry gets a new version.</summary>
internal static class PolicyCommands
{
    private const int Roles = 5, Using = 6, Check = 7;

    public static void Create(DdlContext context, CreatePolicyStatement statement)
    {
        char command = statement.Command switch
        {
            PolicyCommand.Select => RowSecurity.Select,
            PolicyCommand.Insert => RowSecurity.Insert,
            PolicyCommand.Update => RowSecurity.Update,
            PolicyCommand.Delete => RowSecurity.Delete,
            _ => RowSecurity.All,
        };
        if (command is RowSecurity.Select or RowSecurity.Delete && statement.WithCheck is not null)
            throw new SqlException(SqlState.SyntaxError, "WITH CHECK cannot be applied to SELECT or DELETE");
        if (command == RowSecurity.Insert && statement.Using is not null)
            throw new SqlException(SqlState.SyntaxError, "only WITH CHECK expression allowed for INSERT");
        RelationInfo table = Table(context, statement.Relation);
        if (Find(context, table, statement.Name) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"policy \"{statement.Name}\" for table \"{table.Name}\" already exists");
        uint oid = context.NewOid();
        long[] roles = RolesOf(context, statement.Roles);
        var dependencies = new List<Dependency>();
        CatalogValue condition = Stored(context, table, statement.Using, oid, dependencies), check = Stored(context, table, statement.WithCheck, oid, dependencies);
        CatalogValue[] row = [(long)oid, statement.Name, (long)table.Oid, command, statement.IsPermissive, roles, condition, check];
        context.Changes.Create(CatalogObjectShapes.Make(CatalogOids.PgPolicy, row, Dependencies(table, oid, dependencies)), context.Cancellation);
        Touch(context, table);
    }

    public static void Alter(DdlContext context, AlterPolicyStatement statement)
    {
        RelationInfo table = Table(context, statement.Relation);
        CatalogObject policy = Find(context, table, statement.Name)
            ?? throw new SqlException(SqlState.UndefinedObject, $"policy \"{statement.Name}\" for table \"{table.Name}\" does not exist");
        long command = policy.Number(3);
        if (command is RowSecurity.Select or RowSecurity.Delete && statement.WithCheck is not null)
            throw new SqlException(SqlState.SyntaxError, "only USING expression allowed for SELECT, DELETE");
        if (command == RowSecurity.Insert && statement.Using is not null)
            throw new SqlException(SqlState.SyntaxError, "only WITH CHECK expression allowed for INSERT");
        CatalogValue[] row = [.. policy.Row];
        var dependencies = new List<Dependency>(policy.Dependencies);
        if (statement.Roles.Count > 0)
            row[Roles] = RolesOf(context, statement.Roles);
        if (statement.Using is not null)
            row[Using] = Stored(context, table, statement.Using, policy.Oid, dependencies);
        if (statement.WithCheck is not null)
            row[Check] = Stored(context, table, statement.WithCheck, policy.Oid, dependencies);
        context.Changes.Replace(policy, CatalogObjectShapes.Make(CatalogOids.PgPolicy, row, Dependencies(table, policy.Oid, dependencies)), context.Cancellation);
        Touch(context, table);
    }

    /// <summary>Renames a policy. Throws 42704, 42710.</summary>
    public static void Rename(DdlContext context, RelationName relation, string from, string to)
    {
        RelationInfo table = Table(context, relation);
        if (Find(context, table, to) is not null)
            throw new SqlException(SqlState.DuplicateObject, $"policy \"{to}\" for table \"{table.Name}\" already exists");
        CatalogObject policy = Find(context, table, from) ?? throw new SqlException(SqlState.UndefinedObject, $"policy \"{from}\" for table \"{table.Name}\" does not exist");
        context.Changes.Replace(policy, policy.With((1, to)), context.Cancellation);
        Touch(context, table);
    }

    /// <summary>Makes plans over a table anew.</summary>
    public static void Touch(DdlContext context, RelationInfo table)
    {
        if (context.View.FindRelation(table.Oid) is { } current)
            context.Replace(current, current);
    }

    /// <summary>ENABLE, DISABLE, FORCE and NO FORCE ROW LEVEL SECURITY.</summary>
    public static RelationInfo SetMode(DdlContext context, RelationInfo table, RowSecurityMode mode) => context.Replace(table, mode switch
    {
        RowSecurityMode.Enable => table with { HasRowSecurity = true },
        RowSecurityMode.Disable => table with { HasRowSecurity = false },
        RowSecurityMode.Force => table with { ForcesRowSecurity = true },
        _ => table with { ForcesRowSecurity = false },
    });

    private static RelationInfo Table(DdlContext context, RelationName name)
    {
        RelationInfo table = context.Require(name, RelationLockMode.AccessExclusive);
        if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable))
            throw new SqlException(SqlState.WrongObjectType, $"\"{table.Name}\" is not a table");
        if (table.SystemTable is not null)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied: \"{table.Name}\" is a system catalog");
        context.CheckOwner(table);
        return table;
    }

    private static CatalogObject? Find(DdlContext context, RelationInfo table, string name)
    {
        foreach (CatalogObject candidate in context.View.ObjectsOf(CatalogOids.PgPolicy))
            if (candidate.OidAt(2) == table.Oid && candidate.Name == name)
                return candidate;
        return null;
    }

    // PUBLIC among others makes the others needless.
    private static long[] RolesOf(DdlContext context, SyntaxList<RoleReference> roles)
    {
        if (roles.IsEmpty)
            return [0];
        var oids = new List<long>();
        foreach (RoleReference role in roles)
        {
            if (role.Kind == RoleKind.Public)
            {
                if (roles.Count > 1)
                    context.Session.Notice("ignoring specified roles other than PUBLIC", severity: "WARNING", hint: "All roles are members of the PUBLIC role.");
                return [0];
            }

            oids.Add(context.RequireRole(role).Oid);
        }

        return [.. oids];
    }

    private static CatalogValue Stored(DdlContext context, RelationInfo table, Expression? condition, uint oid, List<Dependency> dependencies)
    {
        if (condition is null)
            return CatalogValue.Null;
        (CatalogExpression text, RecordedExpression bound) = StoredExpressions.OfPolicy(context, table, condition);
        dependencies.AddRange(RecordedDependencies.Of(context, new ObjectAddress(CatalogOids.PgPolicy, oid), bound.Recorder, bound.Dependencies));
        return text.Text;
    }

    private static Dependency[] Dependencies(RelationInfo table, uint oid, List<Dependency> others) =>
        [.. others.Prepend(new Dependency(new ObjectAddress(CatalogOids.PgPolicy, oid), new ObjectAddress(CatalogOids.PgClass, table.Oid), DependencyKind.Auto)).Distinct()];
}
