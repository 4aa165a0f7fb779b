using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>ALTER TABLE … INHERIT, NO INHERIT, ATTACH PARTITION, DETACH PARTITION.</summary>
internal sealed class InheritCommands(DdlContext context)
{
    /// <summary>INHERIT parent. Throws 42809, 42P07, 42804.</summary>
    public RelationInfo Inherit(RelationInfo child, RelationName name)
    {
        RelationInfo parent = context.Require(name, RelationLockMode.ShareUpdateExclusive);
        if (child.IsPartition)
            throw new SqlException(SqlState.WrongObjectType, "cannot change inheritance of a partition");
        if (child.PartitionKey is not null)
            throw new SqlException(SqlState.WrongObjectType, "cannot change inheritance of partitioned table");
        if (child.OfTypeOid != 0)
            throw new SqlException(SqlState.WrongObjectType, "cannot change inheritance of typed table");
        if (parent.Kind is not (RelationKind.Table or RelationKind.PartitionedTable))
            throw new SqlException(SqlState.WrongObjectType, $"\"{parent.Name}\" is not a table or foreign table");
        if (parent.PartitionKey is not null)
            throw new SqlException(SqlState.WrongObjectType, $"cannot inherit from partitioned table \"{parent.Name}\"");
        if (parent.IsPartition)
            throw new SqlException(SqlState.WrongObjectType, "cannot inherit from a partition");
        context.CheckOwner(parent);
        InheritedDefinition.CheckPersistence(parent, child.Persistence == 't', child.SchemaOid, context);
        if (child.Parents.Contains(parent.Oid))
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{parent.Name}\" would be inherited from more than once");
        CheckCircle(parent, child);
        child = Merge(parent, child, isPartition: false);
        return context.Replace(child, child with { Parents = [.. child.Parents, parent.Oid] });
    }

    private void CheckCircle(RelationInfo parent, RelationInfo child)
    {
        if (RelationTree.IsDescendant(context.View, parent, child.Oid))
            throw new SqlException(SqlState.DuplicateTable, "circular inheritance not allowed") { Detail = $"\"{parent.Name}\" is already a child of \"{child.Name}\"." };
    }

    // Columns and checks of the parent must be there; from now on they are inherited.
    private RelationInfo Merge(RelationInfo parent, RelationInfo child, bool isPartition)
    {
        ColumnInfo[] columns = [.. child.Columns];
        foreach (ColumnInfo column in parent.Columns)
        {
            if (column.IsDropped)
                continue;
            ColumnInfo own = child.FindColumn(column.Name) ??
                throw new SqlException(SqlState.DatatypeMismatch, $"child table is missing column \"{column.Name}\"");
            if (own.TypeOid != column.TypeOid || own.TypeModifier != column.TypeModifier)
                throw new SqlException(SqlState.DatatypeMismatch, $"child table \"{child.Name}\" has different type for column \"{column.Name}\"");
            if (own.CollationOid != column.CollationOid)
                throw new SqlException(SqlState.CollationMismatch, $"child table \"{child.Name}\" has different collation for column \"{column.Name}\"");
            if (column.NotNull && !own.NotNull)
                throw new SqlException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" in child table must be marked NOT NULL");
            if (column.Generated != '\0' && own.Generated == '\0')
                throw new SqlException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" in child table must be a generated column");
            if (column.Generated == '\0' && own.Generated != '\0')
                throw new SqlException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" in child table must not be a generated column");
            if (column.Generated != '\0' && own.Default!.Text != column.Default!.Text)
                throw new SqlException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" in child table has a conflicting generation expression");
            columns[own.Number - 1] = own with { InheritCount = (short)(own.InheritCount + 1), IsLocal = !isPartition && own.IsLocal };
        }

        ConstraintInfo[] constraints = [.. child.Constraints];
        foreach (ConstraintInfo check in parent.Constraints)
        {
            if (check.Kind != ConstraintKind.Check || check.NoInherit)
                continue;
            int index = Array.FindIndex(constraints, c => c.Name == check.Name && c.Kind == ConstraintKind.Check);
            if (index < 0)
                throw new SqlException(SqlState.DatatypeMismatch, $"child table is missing constraint \"{check.Name}\"");
            ConstraintInfo own = constraints[index];
            if (own.Check!.Text != check.Check!.Text)
                throw new SqlException(SqlState.DatatypeMismatch, $"child table \"{child.Name}\" has different definition for check constraint \"{check.Name}\"");
            if (own.NoInherit)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"constraint \"{check.Name}\" conflicts with non-inherited constraint on child table \"{child.Name}\"");
            if (!own.IsValidated)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"constraint \"{check.Name}\" conflicts with NOT VALID constraint on child table \"{child.Name}\"");
            constraints[index] = own with { InheritCount = (short)(own.InheritCount + 1), IsLocal = !isPartition && own.IsLocal };
        }

        return context.Replace(child, child with { Columns = columns, Constraints = constraints });
    }

    /// <summary>NO INHERIT parent. Throws 42P01, 42809.</summary>
    public RelationInfo Disinherit(RelationInfo child, RelationName name)
    {
        if (child.IsPartition)
            throw new SqlException(SqlState.WrongObjectType, "cannot change inheritance of a partition");
        RelationInfo parent = context.Require(name, RelationLockMode.AccessShare);
        if (!child.Parents.Contains(parent.Oid))
            throw new SqlException(SqlState.UndefinedTable, $"relation \"{parent.Name}\" is not a parent of relation \"{child.Name}\"");
        return Separate(parent, child);
    }

    /// <summary>Makes a child one of its own: its columns and constraints are no longer inherited.</summary>
    public RelationInfo Separate(RelationInfo parent, RelationInfo child)
    {
        ColumnInfo[] columns = Array.ConvertAll(child.Columns, column => !column.IsDropped && column.InheritCount > 0 && parent.FindColumn(column.Name) is not null
            ? column with { InheritCount = (short)(column.InheritCount - 1), IsLocal = column.IsLocal || column.InheritCount == 1 }
            : column);
        ConstraintInfo[] constraints = Array.ConvertAll(child.Constraints, constraint => constraint.InheritCount > 0 && IsInherited(parent, constraint)
            ? constraint with { InheritCount = (short)(constraint.InheritCount - 1), IsLocal = constraint.IsLocal || constraint.InheritCount == 1, ParentOid = 0 }
            : constraint);
        return context.Replace(child, child with { Columns = columns, Constraints = constraints, Parents = [.. child.Parents.Where(oid => oid != parent.Oid)] });
    }

    private static bool IsInherited(RelationInfo parent, ConstraintInfo constraint) => Array.Exists(
        parent.Constraints, c => constraint.ParentOid != 0 ? c.Oid == constraint.ParentOid : c.Kind == ConstraintKind.Check && constraint.Kind == ConstraintKind.Check && c.Name == constraint.Name && !c.NoInherit);

    /// <summary>ATTACH PARTITION. Throws 42809, 42804, 42P17, 23514.</summary>
    public RelationInfo Attach(RelationInfo parent, AttachPartition command)
    {
        if (parent.Index is not null)
            return AttachIndex(parent, command);
        if (parent.PartitionKey is null)
            throw new SqlException(SqlState.InvalidTableDefinition, $"table \"{parent.Name}\" is not partitioned");
        RelationInfo child = context.Require(command.Partition, RelationLockMode.AccessExclusive);
        if (child.Kind is not (RelationKind.Table or RelationKind.PartitionedTable or RelationKind.ForeignTable))
            throw new SqlException(SqlState.WrongObjectType, $"ALTER action ATTACH PARTITION cannot be performed on relation \"{child.Name}\"");
        context.CheckOwner(child);
        if (child.IsPartition)
            throw new SqlException(SqlState.WrongObjectType, $"\"{child.Name}\" is already a partition");
        if (child.OfTypeOid != 0)
            throw new SqlException(SqlState.WrongObjectType, "cannot attach a typed table as partition");
        if (child.Parents.Length > 0)
            throw new SqlException(SqlState.WrongObjectType, "cannot attach inheritance child as partition");
        if (child.PartitionKey is null && child.Children.Length > 0)
            throw new SqlException(SqlState.WrongObjectType, "cannot attach inheritance parent as partition");
        if (child.Kind == RelationKind.ForeignTable && Array.Exists(parent.Indexes, static index => index.IsUnique))
            throw new SqlException(SqlState.WrongObjectType, $"cannot attach foreign table \"{child.Name}\" as partition of partitioned table \"{parent.Name}\"")
            {
                Detail = $"Partitioned table \"{parent.Name}\" contains unique indexes.",
            };
        CheckCircle(parent, child);
        CheckAttachable(parent, child);
        PartitionBoundInfo bound = new PartitionBounds(context, parent, child.Name).Build(command.Bound!);
        CheckNoOtherColumns(parent, child);
        child = Merge(parent, child, isPartition: true);
        child = context.Replace(child, child with { Parents = [parent.Oid], IsPartition = true, PartitionBound = bound });
        // What a foreign table has is its server's to vouch for.
        if (child.Kind != RelationKind.ForeignTable)
            PartitionValidation.Check(context, child, static leaf => $"partition constraint of relation \"{leaf}\" is violated by some row");
        CheckDefaultPartition(context, parent.Oid, child.Oid);
        var indexes = new PartitionIndexes(context);
        parent = context.View.FindRelation(parent.Oid)!;
        indexes.CloneAll(parent, child);
        indexes.CloneForeignKeys(parent, context.View.FindRelation(child.Oid)!, validate: true);
        return context.View.FindRelation(parent.Oid)!;
    }

    private static void CheckAttachable(RelationInfo parent, RelationInfo child)
    {
        if (parent.Persistence != 't' && child.Persistence == 't')
            throw new SqlException(SqlState.WrongObjectType, $"cannot attach a temporary relation as partition of permanent relation \"{parent.Name}\"");
        if (parent.Persistence == 't' && child.Persistence != 't')
            throw new SqlException(SqlState.WrongObjectType, $"cannot attach a permanent relation as partition of temporary relation \"{parent.Name}\"");
    }

    private static void CheckNoOtherColumns(RelationInfo parent, RelationInfo child)
    {
        foreach (ColumnInfo column in child.Columns)
            if (!column.IsDropped && parent.FindColumn(column.Name) is null)
                throw new SqlException(SqlState.DatatypeMismatch, $"table \"{child.Name}\" contains column \"{column.Name}\" not found in parent \"{parent.Name}\"")
                {
                    Detail = "The new partition may contain only the columns present in parent.",
                };
    }

    /// <summary>Throws 23514 when the default partition of a table has rows that a new partition takes.</summary>
    public static void CheckDefaultPartition(DdlContext context, uint parentOid, uint newPartition)
    {
        RelationInfo parent = context.View.FindRelation(parentOid)!;
        foreach (uint oid in parent.Children)
            if (oid != newPartition && context.View.FindRelation(oid) is { PartitionBound.IsDefault: true } found && context.LockRelation(found, RelationLockMode.AccessExclusive) is { } rest)
                PartitionValidation.Check(context, rest, static leaf => $"updated partition constraint for default partition \"{leaf}\" would be violated by some row");
    }

    private RelationInfo AttachIndex(RelationInfo parent, AttachPartition command)
    {
        RelationInfo child = context.Require(command.Partition, RelationLockMode.AccessExclusive);
        if (child.Index is not { } index)
            throw new SqlException(SqlState.WrongObjectType, $"\"{child.Name}\" is not an index");
        if (parent.Kind != RelationKind.PartitionedIndex)
            throw new SqlException(SqlState.WrongObjectType, $"\"{parent.Name}\" is not a partitioned index");
        if (child.Parents.Contains(parent.Oid))
            return parent;
        SqlException Refuse(string detail) => new(SqlState.InvalidObjectDefinition, $"cannot attach index \"{child.Name}\" as a partition of index \"{parent.Name}\"") { Detail = detail };
        if (child.Parents.Length > 0)
            throw Refuse($"Index \"{child.Name}\" is already attached to another index.");
        RelationInfo table = context.View.FindRelation(parent.Index!.TableOid)!, partition = context.View.FindRelation(index.TableOid)!;
        if (!partition.Parents.Contains(table.Oid))
            throw Refuse($"Index \"{child.Name}\" is not an index on any partition of table \"{table.Name}\".");
        short[] map = RelationTree.MapColumns(table, partition);
        List<IndexKey> keys = [.. parent.Index.Keys.Select(key => key.Column > 0 ? key with { Column = map[key.Column - 1] } : key)];
        if (!PartitionIndexes.IsSame(index, parent.Index, keys))
            throw Refuse("The index definitions do not match.");
        if (Array.Exists(partition.Indexes, i => context.View.FindRelation(i.Oid)!.Parents.Contains(parent.Oid)))
            throw Refuse($"Another index is already attached for partition \"{partition.Name}\".");
        ConstraintInfo? constraint = Array.Find(table.Constraints, c => c.IndexOid == parent.Oid && c.Kind != ConstraintKind.ForeignKey);
        if (constraint is not null && !Array.Exists(partition.Constraints, c => c.IndexOid == child.Oid && c.Kind == constraint.Kind))
            throw Refuse($"The index \"{parent.Name}\" belongs to a constraint in table \"{table.Name}\" but no constraint exists for index \"{child.Name}\".");
        var indexes = new PartitionIndexes(context);
        indexes.Attach(parent.Oid, child.Oid);
        if (constraint is not null)
            indexes.AttachConstraint(constraint, context.View.FindRelation(partition.Oid)!, index, map);
        MarkValidWhenWhole(parent.Oid);
        return context.View.FindRelation(parent.Oid)!;
    }

    // An index made with ONLY becomes valid when every partition has its part; then the index above it may, too.
    private void MarkValidWhenWhole(uint indexOid)
    {
        if (context.View.FindRelation(indexOid) is not { Index: { IsValid: false } index } whole || context.View.FindRelation(index.TableOid) is not { } table)
            return;
        foreach (uint oid in table.Children)
            if (context.View.FindRelation(oid) is { Index: null } partition
                && !Array.Exists(partition.Indexes, i => i.IsValid && context.View.FindRelation(i.Oid)!.Parents.Contains(indexOid)))
                return;
        context.Replace(whole, whole with { Index = index with { IsValid = true } });
        foreach (uint above in whole.Parents)
            MarkValidWhenWhole(above);
    }
}
