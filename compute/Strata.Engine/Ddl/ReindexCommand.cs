using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>REINDEX: indexes built anew in new storages, with writers kept out or, CONCURRENTLY, beside them.</summary>
internal sealed class ReindexCommand(DdlContext context)
{
    /// <summary>True with CONCURRENTLY or (CONCURRENTLY).</summary>
    public static bool IsConcurrent(ReindexStatement statement)
    {
        foreach (DefinitionElement option in statement.Options)
            if (option.Name == "concurrently")
                return DefinitionValues.Flag(option);
        return false;
    }

    public void Execute(ReindexStatement statement)
    {
        bool isConcurrent = IsConcurrent(statement);
        // Plans lock tables, not their indexes: readers must be out when a storage goes, as PostgreSQL's are who have locked the index.
        RelationLockMode mode = isConcurrent ? RelationLockMode.ShareUpdateExclusive : RelationLockMode.AccessExclusive;
        switch (statement.Kind)
        {
            case ReindexKind.Index:
                ReindexIndex(statement.Relation!, isConcurrent);
                break;
            case ReindexKind.Table:
                RelationInfo table = context.Require(statement.Relation!, mode);
                if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable or RelationKind.MaterializedView))
                    throw new SqlException(SqlState.WrongObjectType, $"\"{table.Name}\" is not a table or materialized view");
                context.CheckOwner(table);
                ReindexTables(table, isConcurrent);
                break;
            case ReindexKind.System when isConcurrent:
                throw new SqlException(SqlState.FeatureNotSupported, "cannot reindex system catalogs concurrently");
            default:
                ReindexMany(statement, isConcurrent, mode);
                break;
        }
    }

    private void ReindexIndex(RelationName name, bool isConcurrent)
    {
        RelationInfo index = RequireIndex(name, isConcurrent);
        if (index.Kind == RelationKind.PartitionedIndex)
        {
            List<uint> leaves = [.. RelationTree.Descendants(context.View, index).Where(static r => r.Kind == RelationKind.Index).Select(static r => r.Oid)];
            foreach (uint leaf in leaves)
                if (context.View.FindRelation(leaf) is { } part)
                    ReindexOne(part, isConcurrent);
            return;
        }

        ReindexOne(index, isConcurrent);
    }

    // The table is locked before the index, as everybody else does it.
    private RelationInfo RequireIndex(RelationName name, bool isConcurrent)
    {
        while (true)
        {
            context.CheckCatalogName(name.Catalog, name.Position);
            RelationInfo found = context.View.ResolveRelation(context.Session.SearchPath, name.Schema, name.Name) ?? throw context.Missing(name);
            if (found.Index is not { } index)
                throw new SqlException(SqlState.WrongObjectType, $"\"{found.Name}\" is not an index");
            context.CheckOwner(found);
            if (context.View.FindRelation(index.TableOid) is { } table)
                context.LockRelation(table, isConcurrent ? RelationLockMode.ShareUpdateExclusive : RelationLockMode.AccessExclusive);
            if (context.LockRelation(found, isConcurrent ? RelationLockMode.ShareUpdateExclusive : RelationLockMode.AccessExclusive) is { } locked)
                return locked;
        }
    }

    private void ReindexOne(RelationInfo index, bool isConcurrent)
    {
        if (isConcurrent && index.Persistence != 't')
            RebuildBesideWriters(index.Index!.TableOid, [index.Oid]);
        else if (context.LockRelation(context.View.FindRelation(index.Index!.TableOid)!, RelationLockMode.AccessExclusive) is not null)
            Rebuild(context.LockRelation(index, RelationLockMode.AccessExclusive)!);
    }

    private void ReindexTables(RelationInfo table, bool isConcurrent)
    {
        List<uint> tables = [table.Oid];
        if (table.Kind == RelationKind.PartitionedTable)
            tables.AddRange(RelationTree.Descendants(context.View, table).Select(static r => r.Oid));
        bool found = false;
        foreach (uint oid in tables)
            if (context.View.FindRelation(oid) is { Storage: not 0 } part)
                found |= ReindexTable(part, isConcurrent);
        if (!found)
            context.Notice(isConcurrent ? $"table \"{table.Name}\" has no indexes that can be reindexed concurrently" : $"table \"{table.Name}\" has no indexes to reindex");
    }

    // False when it has none.
    private bool ReindexTable(RelationInfo table, bool isConcurrent)
    {
        if (!isConcurrent || table.Persistence == 't')
        {
            if (context.LockRelation(table, RelationLockMode.AccessExclusive) is { } locked)
                RebuildAll(locked);
            return table.Indexes.Length > 0;
        }

        var chosen = new List<uint>();
        foreach (IndexInfo index in table.Indexes)
        {
            string name = context.Session.Catalog.QualifiedName(context.View.FindRelation(index.Oid)!);
            if (!index.IsValid)
                context.Session.Notice($"cannot reindex invalid index \"{name}\" concurrently, skipping", "WARNING", SqlState.FeatureNotSupported.Code);
            else if (index.IsExclusion)
                context.Session.Notice($"cannot reindex exclusion constraint index \"{name}\" concurrently, skipping", "WARNING", SqlState.FeatureNotSupported.Code);
            else
                chosen.Add(index.Oid);
        }

        if (chosen.Count > 0)
            RebuildBesideWriters(table.Oid, chosen);
        return chosen.Count > 0;
    }

    private void ReindexMany(ReindexStatement statement, bool isConcurrent, RelationLockMode mode)
    {
        uint schema = statement.Kind == ReindexKind.Schema ? context.RequireSchema(statement.Name!).Oid : 0;
        List<uint> tables = [.. context.View.UserRelations
            .Where(r => r.Kind is RelationKind.Table or RelationKind.MaterializedView && (schema == 0 || r.SchemaOid == schema) && context.Permissions.IsOwner(r.OwnerOid))
            .Where(r => r.Persistence != 't' || r.SchemaOid == context.Session.Temporary.SchemaOid(context.View)).Select(static r => r.Oid)];
        foreach (uint oid in tables)
            if (context.View.FindRelation(oid) is { } table && context.LockRelation(table, mode) is { } locked)
                ReindexTable(locked, isConcurrent);
    }

    /// <summary>Builds all indexes of a table anew; the caller keeps writers out.</summary>
    public void RebuildAll(RelationInfo table)
    {
        foreach (IndexInfo index in table.Indexes)
            if (context.LockRelation(context.View.FindRelation(index.Oid)!, RelationLockMode.AccessExclusive) is { } relation)
                Rebuild(relation);
    }

    private void Rebuild(RelationInfo relation)
    {
        IndexInfo rebuilt = relation.Index! with { Storage = context.NewStorage(), IsReady = true, IsValid = true };
        IndexCommands.Fill(context, context.View.FindRelation(rebuilt.TableOid)!, relation with { Index = rebuilt }, "REINDEX");
        RelationStorage.Drop(context, relation);
        context.Replace(relation, relation with { Storage = rebuilt.Storage, Index = rebuilt });
    }

    // Twins are built beside them, each two change storages, and what is the twins' then goes when nobody uses it any more.
    private void RebuildBesideWriters(uint tableOid, List<uint> indexes)
    {
        using var phases = new ConcurrentPhases(context);
        phases.Keep(tableOid);
        var pairs = new List<(uint Original, uint Twin)>();
        foreach (uint oid in indexes)
        {
            if (context.View.FindRelation(oid) is not { } original)
                continue;
            if (original.Index!.IsExclusion)
                throw new SqlException(SqlState.FeatureNotSupported, "concurrent index creation for exclusion constraints is not supported");
            phases.Keep(oid);
            uint twin = CreateTwin(original);
            phases.Keep(twin);
            pairs.Add((oid, twin));
        }

        uint[] twins = [.. pairs.Select(static pair => pair.Twin)];
        new ConcurrentIndexBuild(context, phases, "REINDEX CONCURRENTLY").Run(tableOid, twins);
        foreach ((uint original, uint twin) in pairs)
            Swap(original, twin);
        phases.Next();
        new ConcurrentIndexDrop(context, phases).Run(tableOid, twins);
    }

    private uint CreateTwin(RelationInfo original)
    {
        ulong storage = context.NewStorage();
        uint oid = context.NewOid();
        string name = context.ChooseName(original.Name, null, "ccnew", candidate => context.View.FindRelation(original.SchemaOid, candidate) is not null);
        context.LockName(original.SchemaOid, name);
        RelationStorage.CreateIndex(context, original.Database, storage);
        context.CreateRelation(original with
        {
            Oid = oid,
            Name = name,
            Storage = storage,
            Parents = [],
            IsPartition = false,
            Dependencies = [],
            Index = original.Index! with
            {
                Oid = oid,
                Name = name,
                Storage = storage,
                IsPrimary = false,
                IsClustered = false,
                IsReplicaIdentity = false,
                IsReady = false,
                IsValid = false,
            },
        });
        return oid;
    }

    private void Swap(uint originalOid, uint twinOid)
    {
        RelationInfo original = context.View.FindRelation(originalOid)!, twin = context.View.FindRelation(twinOid)!;
        string name = context.ChooseName(original.Name, null, "ccold", candidate => context.View.FindRelation(original.SchemaOid, candidate) is not null);
        context.Replace(original, original with { Storage = twin.Storage, Index = original.Index! with { Storage = twin.Storage, IsReady = true, IsValid = true } });
        context.Replace(twin, twin with
        {
            Name = name,
            Storage = original.Storage,
            Index = twin.Index! with { Name = name, Storage = original.Storage, IsReady = original.Index.IsReady, IsValid = false },
        });
    }
}
