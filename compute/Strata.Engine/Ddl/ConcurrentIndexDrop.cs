using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>
/// Taking an index away beside readers and writers of its table: DROP INDEX CONCURRENTLY and the end of REINDEX CONCURRENTLY.
/// <code>
/// 1  not valid: no new query uses it      wait for everybody who has the table open
/// 2  not ready: no writer adds to it      wait for them again
/// 3  gone
/// </code>
/// For the session's thread.
/// </summary>
internal sealed class ConcurrentIndexDrop(DdlContext context, ConcurrentPhases phases)
{
    /// <summary>DROP INDEX CONCURRENTLY. Throws 0A000 for what it can't do.</summary>
    public static void Execute(DdlContext context, DropStatement statement, Action<RelationInfo> check)
    {
        if (statement.Objects.Count != 1)
            throw new SqlException(SqlState.FeatureNotSupported, "DROP INDEX CONCURRENTLY does not support dropping multiple objects");
        if (statement.Behavior == DropBehavior.Cascade)
            throw new SqlException(SqlState.FeatureNotSupported, "DROP INDEX CONCURRENTLY does not support CASCADE");
        QualifiedName name = ((NamedObject)statement.Objects[0]).Name;
        if (context.View.ResolveRelation(context.Session.SearchPath, name.Schema, name.Name) is not { } found)
        {
            if (!statement.IfExists)
                throw new SqlException(SqlState.UndefinedObject, $"index \"{name}\" does not exist");
            context.Notice($"index \"{name}\" does not exist, skipping");
            return;
        }

        check(found);
        if (found.Kind == RelationKind.PartitionedIndex)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot drop partitioned index \"{found.Name}\" concurrently");
        using var phases = new ConcurrentPhases(context);
        uint tableOid = found.Index!.TableOid;
        phases.Keep(tableOid);
        phases.Keep(found.Oid);
        // Somebody may have been faster.
        RelationInfo index = context.View.FindRelation(found.Oid) ?? throw new SqlException(SqlState.UndefinedObject, $"index \"{name}\" does not exist");
        context.Replace(index, index with { Index = index.Index! with { IsValid = false } });
        phases.Next();
        new ConcurrentIndexDrop(context, phases).Run(tableOid, found.Oid);
    }

    /// <summary>The phases after the first, for indexes of a table that have been marked invalid.</summary>
    public void Run(uint tableOid, params ReadOnlySpan<uint> indexOids)
    {
        phases.WaitForHolders(tableOid, RelationLockMode.AccessExclusive);
        foreach (uint oid in indexOids)
        {
            RelationInfo index = context.View.FindRelation(oid)!;
            context.Replace(index, index with { Index = index.Index! with { IsReady = false } });
        }

        phases.Next();
        phases.WaitForHolders(tableOid, RelationLockMode.AccessExclusive);
        foreach (uint oid in indexOids)
            DropCommand.DropRelation(context, context.View.FindRelation(oid)!);
    }
}
