using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>LOCK TABLE.</summary>
internal static class LockCommand
{
    public static string Execute(DdlContext context, LockStatement statement, bool inBlock)
    {
        if (!inBlock)
            throw new SqlException(SqlState.NoActiveSqlTransaction, "LOCK TABLE can only be used in transaction blocks");
        var mode = (RelationLockMode)(byte)statement.Mode;
        foreach (RelationName name in statement.Relations)
        {
            RelationInfo relation = context.View.ResolveRelation(context.Session.SearchPath, name.Schema, name.Name) ?? throw context.Missing(name);
            if (relation.Kind is not (RelationKind.Table or RelationKind.PartitionedTable or RelationKind.View))
                throw new SqlException(SqlState.WrongObjectType, $"cannot lock relation \"{relation.Name}\"") { Detail = $"This operation is not supported for {Permissions.KindName(relation.Kind)}{(relation.Kind == RelationKind.Index ? "es" : "s")}." };
            context.Permissions.CheckAny(relation, mode == RelationLockMode.AccessShare ? Privileges.Select : Privileges.Update | Privileges.Delete | Privileges.Truncate);
            var done = new HashSet<uint>();
            Lock(context, statement, relation, mode, done);
            if (name.IncludeDescendants)
                foreach (RelationInfo descendant in RelationTree.Descendants(context.View, relation))
                    Lock(context, statement, descendant, mode, done);
            if (context.View.FindRelation(relation.Oid) is null)
                throw context.Missing(name);
        }

        return "LOCK TABLE";
    }

    // A view with all that it reads from, a table with its descendants.
    private static void Lock(DdlContext context, LockStatement statement, RelationInfo relation, RelationLockMode mode, HashSet<uint> done)
    {
        if (!done.Add(relation.Oid))
            return;
        bool locked = context.Session.Engine.Transactions.Locks.LockRelation(
            context.Transaction.Owner, context.DatabaseOid, relation.Oid, mode, statement.IsNoWait ? WaitPolicy.Skip : WaitPolicy.Block, context.Cancellation);
        if (!locked)
            throw new SqlException(SqlState.LockNotAvailable, $"could not obtain lock on relation \"{relation.Name}\"");
        if (relation.Kind == RelationKind.View)
        {
            foreach (Dependency dependency in relation.Dependencies)
            {
                if (dependency.Referenced.ClassOid == CatalogOids.PgClass && context.View.FindRelation(dependency.Referenced.ObjectOid) is { SystemTable: null } read
                    && read.Kind is RelationKind.Table or RelationKind.PartitionedTable or RelationKind.View)
                    Lock(context, statement, read, mode, done);
            }
        }
    }
}
