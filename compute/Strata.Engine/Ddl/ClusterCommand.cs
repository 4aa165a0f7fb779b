using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Progress;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>CLUSTER: a table's rows written anew in the order of an index. VACUUM FULL is the same without an order. Source: PostgreSQL's documentation of CLUSTER and its cluster.c for the errors.</summary>
internal static class ClusterCommand
{
    public static void Execute(DdlContext context, ClusterStatement statement)
    {
        foreach (DefinitionElement option in statement.Options)
            if (option.Name != "verbose")
                throw new SqlException(SqlState.SyntaxError, $"unrecognized CLUSTER option \"{option.Name}\"") { Position = context.Position(option.Position) };
        if (statement.Relation is null)
        {
            ClusterAll(context);
            return;
        }

        RelationInfo table = context.Require(statement.Relation, RelationLockMode.AccessExclusive);
        if (table.Kind is not (RelationKind.Table or RelationKind.MaterializedView or RelationKind.PartitionedTable))
            throw new SqlException(SqlState.WrongObjectType, $"\"{table.Name}\" is not a table or materialized view");
        context.CheckOwner(table);
        if (table.SystemTable is not null)
            throw new SqlException(SqlState.FeatureNotSupported, "cannot cluster a system catalog");
        Cluster(context, table, FindIndex(context, table, statement.IndexName));
    }

    /// <summary>All tables that were clustered before and that the user owns.</summary>
    private static void ClusterAll(DdlContext context)
    {
        foreach (RelationInfo relation in context.View.UserRelations.ToArray())
        {
            if (relation.Kind is not (RelationKind.Table or RelationKind.MaterializedView) || !context.Permissions.IsOwner(relation.OwnerOid) ||
                !Array.Exists(relation.Indexes, static index => index.IsClustered))
                continue;
            if (context.LockRelation(relation, RelationLockMode.AccessExclusive) is { } table && Array.Find(table.Indexes, static index => index.IsClustered) is { } index)
                Cluster(context, table, index);
        }
    }

    private static IndexInfo FindIndex(DdlContext context, RelationInfo table, string? name)
    {
        if (name is null)
            return Array.Find(table.Indexes, static index => index.IsClustered)
                ?? throw new SqlException(SqlState.UndefinedObject, $"there is no previously clustered index for table \"{table.Name}\"");
        if (Array.Find(table.Indexes, index => index.Name == name) is { } found)
            return found;
        throw context.View.FindRelation(table.SchemaOid, name) is { Index: not null }
            ? new SqlException(SqlState.WrongObjectType, $"\"{name}\" is not an index for table \"{table.Name}\"")
            : new SqlException(SqlState.UndefinedObject, $"index \"{name}\" for table \"{table.Name}\" does not exist");
    }

    private static void Cluster(DdlContext context, RelationInfo table, IndexInfo index)
    {
        CheckClusterable(context, index);
        if (table.PartitionKey is null)
        {
            table = Rewrite(context, table, OrderOf(context, index), "CLUSTER", index.Oid);
            new AlterTableProperties(context).SetClustered(table, index.Name);
            return;
        }

        // Each partition by the index that belongs to this one.
        foreach (uint child in context.View.FindRelation(index.Oid)!.Children)
        {
            IndexInfo part = context.View.FindRelation(child)!.Index!;
            if (context.View.FindRelation(part.TableOid) is { } partition && context.LockRelation(partition, RelationLockMode.AccessExclusive) is { } locked)
                Cluster(context, locked, Array.Find(locked.Indexes, i => i.Oid == child)!);
        }
    }

    private static void CheckClusterable(DdlContext context, IndexInfo index)
    {
        if (BuiltinNames.NameOf("pg_am", "amname", context.View.FindRelation(index.Oid)!.AccessMethodOid) is not ("btree" or "gist"))
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot cluster on index \"{index.Name}\" because access method does not support clustering");
        if (index.Predicate is not null)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot cluster on partial index \"{index.Name}\"");
        if (!index.IsValid)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot cluster on invalid index \"{index.Name}\"");
    }

    private static string OrderOf(DdlContext context, IndexInfo index)
    {
        var printer = new DefinitionPrinter(context.View, context.Session.Catalog);
        return string.Join(", ", Enumerable.Range(0, index.KeyCount).Select(key =>
        {
            IndexKeyOptions options = index.Keys[key].Options;
            string direction = (options & IndexKeyOptions.Descending) != 0 ? "DESC" : "ASC";
            string nulls = (options & IndexKeyOptions.NullsFirst) != 0 ? "FIRST" : "LAST";
            return $"{printer.Index(index.Oid, key + 1, pretty: false)} {direction} NULLS {nulls}";
        }));
    }

    /// <summary>Writes a table that is locked against everybody anew, without dead rows and free space, in the order given (null: as they lie). Returns its entry.</summary>
    public static RelationInfo Rewrite(DdlContext context, RelationInfo table, string? order, string words, uint index = 0)
    {
        using ProgressReport progress = context.Session.Engine.Progress.Begin(ProgressCommand.Cluster, context.Session, table.Oid, words);
        progress[ClusterProgress.IndexOid] = index;
        var rewrite = new TableRewrite(context) { Progress = progress };
        return table.Storage == 0 || rewrite.IsEmpty(table) ? table : rewrite.Rewrite(table, table, [], order);
    }
}
