using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>
/// Indexes and keys of partitioned tables: such an index has no storage, every partition has one like it that belongs to it.
/// </summary>
internal sealed class PartitionIndexes(DdlContext context)
{
    /// <summary>Gives a partition all indexes of its parent, and the constraints behind them.</summary>
    public void CloneAll(RelationInfo parent, RelationInfo partition)
    {
        foreach (IndexInfo index in parent.Indexes)
            Clone(parent, index, context.View.FindRelation(partition.Oid)!);
    }

    /// <summary>Gives all partitions of a table one of its indexes.</summary>
    public void CloneToPartitions(RelationInfo parent, IndexInfo index)
    {
        foreach (uint oid in parent.Children)
            if (context.LockRelation(context.View.FindRelation(oid)!, RelationLockMode.AccessExclusive) is { } partition)
                Clone(parent, index, partition);
    }

    private void Clone(RelationInfo parent, IndexInfo index, RelationInfo partition)
    {
        // A foreign table has no indexes, and nothing can say that its rows are unique.
        if (partition.Kind == RelationKind.ForeignTable)
        {
            if (index.IsUnique)
                throw new SqlException(SqlState.WrongObjectType, $"cannot create unique index on partitioned table \"{parent.Name}\"")
                {
                    Detail = $"Table \"{parent.Name}\" contains partitions that are foreign tables.",
                };
            return;
        }

        short[] map = RelationTree.MapColumns(parent, partition);
        ConstraintInfo? constraint = Array.Find(parent.Constraints, c => c.IndexOid == index.Oid && c.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique or ConstraintKind.Exclusion);
        List<IndexKey> keys = [.. index.Keys.Select(key => key.Column > 0 ? key with { Column = map[key.Column - 1] } : key)];
        IndexInfo own = FindMatch(partition, index, keys, constraint) ?? Create(parent, partition, index, keys, constraint);
        Attach(index.Oid, own.Oid);
        if (constraint is not null)
            AttachConstraint(constraint, context.View.FindRelation(partition.Oid)!, own, map);
        // Sub-partitions of a partition got theirs when its own index was made; of one that was there they have them.
        foreach (uint oid in partition.PartitionKey is null ? [] : partition.Children)
            if (context.View.FindRelation(oid) is { } child && !Array.Exists(child.Indexes, i => context.View.FindRelation(i.Oid)!.Parents.Contains(own.Oid)))
                Clone(context.View.FindRelation(partition.Oid)!, own, child);
    }

    /// <summary>Makes an index of a partition part of one of its table.</summary>
    public void Attach(uint parentIndex, uint partitionIndex)
    {
        RelationInfo relation = context.View.FindRelation(partitionIndex)!;
        if (!relation.Parents.Contains(parentIndex))
            context.Replace(relation, relation with { Parents = [parentIndex], IsPartition = true });
    }

    // An index of the partition that does the same and belongs to none yet.
    private IndexInfo? FindMatch(RelationInfo partition, IndexInfo index, List<IndexKey> keys, ConstraintInfo? constraint)
    {
        foreach (IndexInfo candidate in partition.Indexes)
        {
            if (context.View.FindRelation(candidate.Oid)!.Parents.Length > 0 || !IsSame(candidate, index, keys))
                continue;
            bool hasConstraint = Array.Exists(partition.Constraints, c => c.IndexOid == candidate.Oid && c.Kind == (constraint?.Kind ?? c.Kind) && c.Kind != ConstraintKind.ForeignKey);
            if (constraint is null || hasConstraint)
                return candidate;
        }

        return null;
    }

    /// <summary>True when an index has these keys and otherwise the properties of another.</summary>
    public static bool IsSame(IndexInfo candidate, IndexInfo index, List<IndexKey> keys)
    {
        if (candidate.IsUnique != index.IsUnique || candidate.Method != index.Method || candidate.KeyCount != index.KeyCount || candidate.Keys.Length != keys.Count || candidate.NullsNotDistinct != index.NullsNotDistinct
            || candidate.Predicate?.Text != index.Predicate?.Text)
            return false;
        for (int i = 0; i < keys.Count; i++)
            if (candidate.Keys[i].Column != keys[i].Column || candidate.Keys[i].Expression?.Text != keys[i].Expression?.Text
                || candidate.Keys[i].OperatorClassOid != keys[i].OperatorClassOid || candidate.Keys[i].CollationOid != keys[i].CollationOid)
                return false;
        return true;
    }

    private IndexInfo Create(RelationInfo parent, RelationInfo partition, IndexInfo index, List<IndexKey> keys, ConstraintInfo? constraint)
    {
        var names = new List<string>();
        foreach (IndexKey key in keys)
            names.Add(key.Column > 0 ? partition.Columns[key.Column - 1].Name : IndexCommands.NameOf(key.Expression!.Syntax));
        string label = constraint is null ? "idx" : constraint.Kind == ConstraintKind.PrimaryKey ? "pkey" : constraint.Kind == ConstraintKind.Unique ? "key" : "excl";
        string name = context.ChooseName(partition.Name, label == "pkey" ? null : string.Join('_', names), label, candidate =>
            context.View.FindRelation(partition.SchemaOid, candidate) is not null || Array.Exists(partition.Constraints, c => c.Name == candidate));
        Format.Invariant.Check(parent.PartitionKey is not null);
        return new IndexCommands(context).Create(
            partition, name, keys, index.KeyCount, index.IsUnique, index.IsPrimary, index.NullsNotDistinct, index.Predicate, index.IsImmediate,
            method: index.Method, options: context.View.FindRelation(index.Oid)!.Options);
    }

    /// <summary>Makes the constraint behind a partition's index part of its table's; makes one when there is none.</summary>
    public void AttachConstraint(ConstraintInfo constraint, RelationInfo partition, IndexInfo own, short[] map)
    {
        ConstraintInfo? existing = Array.Find(partition.Constraints, c => c.IndexOid == own.Oid && c.Kind == constraint.Kind);
        ConstraintInfo attached = existing is not null
            ? existing with { ParentOid = constraint.Oid, InheritCount = 1, IsLocal = false }
            : constraint with
            {
                Oid = context.NewOid(),
                Name = own.Name,
                SchemaOid = partition.SchemaOid,
                TableOid = partition.Oid,
                IndexOid = own.Oid,
                ParentOid = constraint.Oid,
                IsLocal = false,
                InheritCount = 1,
                Columns = Array.ConvertAll(constraint.Columns, column => map[column - 1]),
            };
        ColumnInfo[] columns = [.. partition.Columns];
        if (constraint.Kind == ConstraintKind.PrimaryKey)
            foreach (short column in attached.Columns)
            {
                if (!columns[column - 1].NotNull)
                    TableValidation.NotNull(context, partition, columns[column - 1]);
                columns[column - 1] = columns[column - 1] with { NotNull = true };
            }

        ConstraintInfo[] constraints = [.. partition.Constraints.Where(c => c.Oid != attached.Oid), attached];
        Array.Sort(constraints, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        context.Replace(partition, partition with { Constraints = constraints, Columns = columns });
    }

    /// <summary>Throws 0A000 unless a unique key of a partitioned table has all columns of the partition key, and so of the keys of partitions that are partitioned themselves.</summary>
    public static void CheckKey(CatalogView view, RelationInfo table, IReadOnlyList<IndexKey> keys, int keyCount, string kind)
    {
        foreach (PartitionKeyColumn column in table.PartitionKey!.Columns)
        {
            if (column.Column == 0)
                throw new SqlException(SqlState.FeatureNotSupported, $"unsupported {kind} constraint with partition key definition")
                {
                    Detail = $"{kind} constraints cannot be used when partition keys include expressions.",
                };
            if (!keys.Take(keyCount).Any(key => key.Column == column.Column))
                throw new SqlException(SqlState.FeatureNotSupported, "unique constraint on partitioned table must include all partitioning columns")
                {
                    Detail = $"{kind} constraint on table \"{table.Name}\" lacks column \"{table.Columns[column.Column - 1].Name}\" which is part of the partition key.",
                };
        }

        foreach (uint child in table.Children)
            if (view.FindRelation(child) is { PartitionKey: not null } partition)
                CheckKey(view, partition, [.. keys.Select(key => key.Column == 0 ? key : key with { Column = RelationTree.Map(table, partition, [key.Column])[0] })], keyCount, kind);
    }

    /// <summary>Gives a partition the foreign keys of its table; those that it has already are taken for it.</summary>
    public void CloneForeignKeys(RelationInfo parent, RelationInfo partition, bool validate)
    {
        foreach (ConstraintInfo key in parent.Constraints)
            if (key.Kind == ConstraintKind.ForeignKey)
                CloneForeignKey(parent, key, partition, validate);
    }

    private void CloneForeignKey(RelationInfo parent, ConstraintInfo key, RelationInfo partition, bool validate)
    {
        RelationInfo current = context.View.FindRelation(partition.Oid)!;
        short[] columns = RelationTree.Map(parent, current, key.Columns);
        ConstraintInfo? existing = Array.Find(current.Constraints, c => c.Kind == ConstraintKind.ForeignKey && c.ParentOid == 0 && c.ReferencedTableOid == key.ReferencedTableOid
            && c.Columns.AsSpan().SequenceEqual(columns) && c.ReferencedColumns.AsSpan().SequenceEqual(key.ReferencedColumns)
            && c.OnDelete == key.OnDelete && c.OnUpdate == key.OnUpdate && c.IsDeferrable == key.IsDeferrable && c.IsDeferred == key.IsDeferred && c.IsValidated);
        ConstraintInfo own = existing is not null
            ? existing with { ParentOid = key.Oid, IsLocal = false, InheritCount = 1 }
            : key with
            {
                Oid = context.NewOid(),
                Name = Array.Exists(current.Constraints, c => c.Name == key.Name)
                    ? context.ChooseName(current.Name, string.Join('_', columns.Select(c => current.Columns[c - 1].Name)), "fkey", name => Array.Exists(current.Constraints, c => c.Name == name))
                    : key.Name,
                SchemaOid = current.SchemaOid,
                TableOid = current.Oid,
                Columns = columns,
                DeleteColumns = RelationTree.Map(parent, current, key.DeleteColumns),
                ParentOid = key.Oid,
                IsLocal = false,
                InheritCount = 1,
            };
        if (existing is null && validate && current.PartitionKey is null)
            TableValidation.ForeignKey(context, current, context.View.FindRelation(key.ReferencedTableOid)!, own);
        ConstraintInfo[] constraints = [.. current.Constraints.Where(c => c.Oid != own.Oid), own];
        Array.Sort(constraints, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        current = context.Replace(current, current with { Constraints = constraints });
        foreach (uint child in current.PartitionKey is null ? [] : current.Children)
            CloneForeignKey(current, own, context.View.FindRelation(child)!, validate);
    }

    /// <summary>Gives all partitions of a table one of its foreign keys.</summary>
    public void CloneForeignKeyToPartitions(RelationInfo parent, ConstraintInfo key, bool validate)
    {
        foreach (uint oid in parent.Children)
            if (context.LockRelation(context.View.FindRelation(oid)!, RelationLockMode.AccessExclusive) is { } partition)
                CloneForeignKey(parent, key, partition, validate);
    }
}
