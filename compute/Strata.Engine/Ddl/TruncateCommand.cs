using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>TRUNCATE: new empty storages for the tables and their indexes; the old ones go with the commit. So it rolls back like everything else.</summary>
internal static class TruncateCommand
{
    public static void Execute(DdlContext context, TruncateStatement statement)
    {
        var tables = new List<RelationInfo>();
        foreach (RelationName name in statement.Relations)
        {
            RelationInfo table = context.Require(name, RelationLockMode.AccessExclusive);
            if (table.PartitionKey is not null && !name.IncludeDescendants)
                throw new SqlException(SqlState.WrongObjectType, "cannot truncate only a partitioned table")
                {
                    Hint = "Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.",
                };
            Add(context, tables, table);
            if (name.IncludeDescendants)
                AddDescendants(context, tables, table);
        }

        CollectReferencing(context, tables, statement.Behavior);
        foreach (RelationInfo table in tables)
            Empty(context, context.View.FindRelation(table.Oid)!, statement.RestartIdentity);
    }

    private static void AddDescendants(DdlContext context, List<RelationInfo> tables, RelationInfo table)
    {
        foreach (RelationInfo descendant in RelationTree.Descendants(context.View, table))
        {
            // Temporary children of other sessions are not ours to empty.
            if (descendant.Persistence == 't' && descendant.SchemaOid != context.Session.Temporary.SchemaOid(context.View))
                continue;
            if (context.LockRelation(descendant, RelationLockMode.AccessExclusive) is { } locked && !tables.Exists(t => t.Oid == locked.Oid))
                tables.Add(locked);
        }
    }

    private static void Add(DdlContext context, List<RelationInfo> tables, RelationInfo table)
    {
        if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable))
            throw new SqlException(SqlState.WrongObjectType, $"\"{table.Name}\" is not a table");
        if (table.SystemTable is not null)
            throw new SqlException(SqlState.InsufficientPrivilege, $"permission denied: \"{table.Name}\" is a system catalog");
        context.Permissions.Check(table, Privileges.Truncate);
        context.CheckNotPending(table, "TRUNCATE");
        if (!tables.Exists(t => t.Oid == table.Oid))
            tables.Add(table);
    }

    private static void CollectReferencing(DdlContext context, List<RelationInfo> tables, DropBehavior behavior)
    {
        for (int i = 0; i < tables.Count; i++)
        {
            foreach (ConstraintInfo foreignKey in tables[i].ReferencedBy)
            {
                if (tables.Exists(t => t.Oid == foreignKey.TableOid) || foreignKey.ParentOid != 0)
                    continue;
                RelationInfo referencing = context.View.FindRelation(foreignKey.TableOid)!;
                if (behavior == DropBehavior.Restrict)
                    throw new SqlException(SqlState.FeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint")
                    {
                        Detail = $"Table \"{referencing.Name}\" references \"{tables[i].Name}\".",
                        Hint = $"Truncate table \"{referencing.Name}\" at the same time, or use TRUNCATE ... CASCADE.",
                    };
                context.Notice($"truncate cascades to table \"{referencing.Name}\"");
                Add(context, tables, context.LockRelation(referencing, RelationLockMode.AccessExclusive)!);
                AddDescendants(context, tables, referencing);
            }
        }
    }

    /// <summary>Empties a temporary table for ON COMMIT DELETE ROWS, unless it is empty already.</summary>
    public static void EmptyAtCommit(DdlContext context, RelationInfo table)
    {
        if (table.Storage != 0 && RelationStorage.SizeBytes(context.Session.Engine.Storage, table, context.Cancellation) > 0)
            Empty(context, table, restartIdentity: false);
    }

    /// <summary>Gives a relation and its indexes new, empty storages.</summary>
    public static void Empty(DdlContext context, RelationInfo table, bool restartIdentity)
    {
        if (restartIdentity)
            Restart(context, table);
        if (table.Storage == 0)
            return;
        table = context.View.FindRelation(table.Oid)!;
        context.Session.Engine.Statistics.Of(context.DatabaseOid, table);
        RelationStorage.Drop(context, table);
        RelationInfo emptied = table with { Storage = context.NewStorage(), Pages = 0, Tuples = -1, AllVisiblePages = 0 };
        RelationStorage.CreateHeap(context, emptied);
        context.Replace(table, emptied);
        foreach (IndexInfo index in table.Indexes)
        {
            RelationInfo relation = context.View.FindRelation(index.Oid)!;
            RelationStorage.Drop(context, relation);
            ulong storage = context.NewStorage();
            RelationInfo empty = relation with { Storage = storage, Index = relation.Index! with { Storage = storage, IsReady = true, IsValid = true } };
            IndexCommands.Fill(context, emptied, empty);
            context.Replace(relation, empty);
        }

    }

    private static void Restart(DdlContext context, RelationInfo table)
    {
        foreach (RelationInfo sequence in context.View.UserRelations.ToArray())
            if (sequence.Sequence is { } definition && Array.Exists(sequence.Dependencies, d => d.Kind != DependencyKind.Normal && d.Referenced.ObjectOid == table.Oid))
                SequenceCommands.Restart(context, sequence, definition, definition.Start);
    }
}
