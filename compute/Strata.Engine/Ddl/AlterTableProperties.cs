using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>Commands of ALTER TABLE that set properties of a table and leave its rows alone: types, replica identity, clustering, persistence, storage, deferral.</summary>
internal sealed class AlterTableProperties(DdlContext context)
{
    public RelationInfo Apply(RelationInfo table, Sql.Syntax.AlterTableCommand command)
    {
        switch (command)
        {
            case SetWithoutOids:
                return table;
            case AlterColumnOptions options:
                ColumnInfo column = AlterTableCommand.RequireColumn(table, options.Column);
                return AlterTableCommand.ReplaceColumn(context, table, column with { Options = StorageOptions.Change(column.Options, options.Options, options.IsReset, StorageOptionKinds.Attribute) });
            case AlterColumnForeignOptions options:
                ColumnInfo remote = AlterTableCommand.RequireColumn(table, options.Column);
                CatalogValue changed = GenericOptions.Change(remote.ForeignOptions, options.Options);
                return AlterTableCommand.ReplaceColumn(context, table, remote with { ForeignOptions = changed.IsNull ? null : (string[])changed.Array });
            case SetForeignOptions options:
                ForeignCommands.ChangeTable(context, table, options.Options);
                return table;
            case SetTablespace tablespace:
                if (tablespace.Tablespace is not "pg_default")
                    throw new SqlException(SqlState.UndefinedObject, $"tablespace \"{tablespace.Tablespace}\" does not exist");
                return table;
            case SetAccessMethod method:
                return AccessMethodCommands.Change(context, table, method.AccessMethod);
            case SetRowSecurity security:
                if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable))
                    throw new SqlException(SqlState.WrongObjectType, $"ALTER action {security.Mode.ToString().ToUpperInvariant()} ROW SECURITY cannot be performed on relation \"{table.Name}\"");
                return PolicyCommands.SetMode(context, table, security.Mode);
            case AlterColumnStorage storage:
                return SetStorage(table, storage);
            case AlterColumnCompression compression:
                ColumnInfo compressed = AlterTableCommand.RequireColumn(table, compression.Column);
                return AlterTableCommand.ReplaceColumn(context, table, compressed with
                {
                    Compression = ColumnBuilder.Compression(TypeResolver.Find(compressed.TypeOid, context.View)!, compression.Compression),
                });
            case SetLogged logged:
                return SetPersistence(table, logged.IsLogged);
            case SetCluster cluster:
                return SetClustered(table, cluster.IndexName);
            case SetReplicaIdentity identity:
                return SetReplicaIdentity(table, identity);
            case SetOfType type:
                return SetType(table, type.Type);
            case DropColumnExpression expression:
                return DropExpression(table, expression);
            case SetFiring firing:
                return TriggerFiring.Set(context, table, firing);
            case AlterConstraint constraint:
                return SetDeferral(table, constraint);
            default:
                throw new SqlException(SqlState.FeatureNotSupported, $"ALTER TABLE command {command.GetType().Name} is not supported yet");
        }
    }

    private RelationInfo SetStorage(RelationInfo table, AlterColumnStorage change)
    {
        ColumnInfo column = AlterTableCommand.RequireColumn(table, change.Column);
        char strategy = change.Storage.ToLowerInvariant() switch
        {
            "plain" => 'p',
            "external" => 'e',
            "extended" => 'x',
            "main" => 'm',
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid storage type \"{change.Storage}\""),
        };
        if (strategy != 'p' && column.Length != -1)
            throw new SqlException(SqlState.FeatureNotSupported, $"column data type {TypeNames.Format(TypeResolver.Find(column.TypeOid, context.View)!)} can only have storage PLAIN");
        foreach (IndexInfo index in table.Indexes)
            SetStorage(context.View.FindRelation(index.Oid)!, index, column.Number, strategy);
        return AlterTableCommand.ReplaceColumn(context, table, column with { StorageStrategy = strategy });
    }

    private void SetStorage(RelationInfo relation, IndexInfo index, short number, char strategy)
    {
        ColumnInfo[] columns = [.. relation.Columns];
        for (int i = 0; i < index.Keys.Length; i++)
            if (index.Keys[i].Column == number)
                columns[i] = columns[i] with { StorageStrategy = strategy };
        if (Array.Exists(index.Keys, key => key.Column == number))
            context.Replace(relation, relation with { Columns = columns });
    }

    private RelationInfo SetPersistence(RelationInfo table, bool isLogged)
    {
        if (table.Persistence == 't')
            throw new SqlException(SqlState.InvalidTableDefinition, $"cannot change logged status of table \"{table.Name}\" because it is temporary");
        char persistence = isLogged ? 'p' : 'u';
        if (table.Persistence == persistence)
            return table;
        foreach (ConstraintInfo key in isLogged ? table.Constraints : table.ReferencedBy)
        {
            if (key.Kind != ConstraintKind.ForeignKey || context.View.FindRelation(isLogged ? key.ReferencedTableOid : key.TableOid) is not { } other || other.Oid == table.Oid || other.Persistence == persistence)
                continue;
            throw new SqlException(SqlState.InvalidTableDefinition, isLogged
                ? $"could not change table \"{table.Name}\" to logged because it references unlogged table \"{other.Name}\""
                : $"could not change table \"{table.Name}\" to unlogged because it references logged table \"{other.Name}\"");
        }

        foreach (IndexInfo index in table.Indexes)
        {
            RelationInfo relation = context.View.FindRelation(index.Oid)!;
            context.Replace(relation, relation with { Persistence = persistence });
        }

        // The sequences of its columns go with a table.
        foreach (RelationInfo sequence in context.View.UserRelations.ToArray())
            if (sequence.Sequence is not null && Array.Exists(sequence.Dependencies, d => d.Kind != DependencyKind.Normal && d.Referenced.ObjectOid == table.Oid))
                context.Replace(sequence, sequence with { Persistence = persistence });
        table = context.View.FindRelation(table.Oid)!;
        return context.Replace(table, table with { Persistence = persistence });
    }

    /// <summary>Marks an index as the one that the table is clustered by; null for none.</summary>
    public RelationInfo SetClustered(RelationInfo table, string? name)
    {
        if (table.PartitionKey is not null)
            throw new SqlException(SqlState.FeatureNotSupported, "cannot mark index clustered in partitioned table");
        if (name is not null && !Array.Exists(table.Indexes, index => index.Name == name))
            throw new SqlException(SqlState.UndefinedObject, $"index \"{name}\" for table \"{table.Name}\" does not exist");
        if (Array.Find(table.Indexes, index => index.Name == name) is { Method: not (IndexMethod.BTree or IndexMethod.Gist) })
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot cluster on index \"{name}\" because access method does not support clustering");
        return SetIndexFlag(table, (index, isNamed) => index with { IsClustered = isNamed }, name);
    }

    private RelationInfo SetIndexFlag(RelationInfo table, Func<IndexInfo, bool, IndexInfo> change, string? name)
    {
        foreach (IndexInfo index in table.Indexes)
        {
            RelationInfo relation = context.View.FindRelation(index.Oid)!;
            IndexInfo changed = change(relation.Index!, index.Name == name);
            if (changed != relation.Index)
                context.Replace(relation, relation with { Index = changed });
        }

        return context.View.FindRelation(table.Oid)!;
    }

    private RelationInfo SetReplicaIdentity(RelationInfo table, SetReplicaIdentity identity)
    {
        if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable or RelationKind.MaterializedView))
            throw new SqlException(SqlState.WrongObjectType, $"ALTER action REPLICA IDENTITY cannot be performed on relation \"{table.Name}\"");
        if (identity.Kind == ReplicaIdentityKind.Index)
            CheckReplicaIndex(table, identity.IndexName!);
        table = SetIndexFlag(table, (index, isNamed) => index with { IsReplicaIdentity = isNamed }, identity.IndexName);
        return context.Replace(table, table with
        {
            ReplicaIdentity = identity.Kind switch { ReplicaIdentityKind.Full => 'f', ReplicaIdentityKind.Nothing => 'n', ReplicaIdentityKind.Index => 'i', _ => 'd' },
        });
    }

    private void CheckReplicaIndex(RelationInfo table, string name)
    {
        RelationInfo relation = context.View.FindRelation(table.SchemaOid, name) ??
            throw new SqlException(SqlState.UndefinedObject, $"index \"{name}\" for table \"{table.Name}\" does not exist");
        if (relation.Index is not { } index || index.TableOid != table.Oid)
            throw new SqlException(SqlState.WrongObjectType, $"\"{name}\" is not an index for table \"{table.Name}\"");
        if (!index.IsUnique)
            throw new SqlException(SqlState.WrongObjectType, $"cannot use non-unique index \"{name}\" as replica identity");
        if (!index.IsImmediate)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot use non-immediate index \"{name}\" as replica identity");
        if (Array.Exists(index.Keys, static key => key.Column == 0))
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot use expression index \"{name}\" as replica identity");
        if (index.Predicate is not null)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot use partial index \"{name}\" as replica identity");
        foreach (IndexKey key in index.Keys.Take(index.KeyCount))
            if (!table.Columns[key.Column - 1].NotNull)
                throw new SqlException(SqlState.WrongObjectType, $"index \"{name}\" cannot be used as replica identity because column \"{table.Columns[key.Column - 1].Name}\" is nullable");
    }

    private RelationInfo SetType(RelationInfo table, TypeName? name)
    {
        if (name is null)
            return table.OfTypeOid == 0
                ? throw new SqlException(SqlState.WrongObjectType, $"\"{table.Name}\" is not a typed table")
                : context.Replace(table, table with { OfTypeOid = 0 });
        SqlType type = context.ResolveType(name);
        if (context.View.FindUserType(type.Oid) is not { Kind: UserTypeKind.Composite } user || context.View.FindRelation(user.RelationOid) is not { Kind: RelationKind.CompositeType } relation)
            throw new SqlException(SqlState.WrongObjectType, $"type {TypeNames.Format(type)} is not a composite type");
        if (table.Parents.Length > 0)
            throw new SqlException(SqlState.WrongObjectType, "typed tables cannot inherit");
        ColumnInfo[] wanted = [.. relation.Columns.Where(static c => !c.IsDropped)], own = [.. table.Columns.Where(static c => !c.IsDropped)];
        for (int i = 0; i < wanted.Length; i++)
        {
            if (i >= own.Length)
                throw new SqlException(SqlState.DatatypeMismatch, $"table is missing column \"{wanted[i].Name}\"");
            if (own[i].Name != wanted[i].Name)
                throw new SqlException(SqlState.DatatypeMismatch, $"table has column \"{own[i].Name}\" where type requires \"{wanted[i].Name}\"");
            if (own[i].TypeOid != wanted[i].TypeOid || own[i].TypeModifier != wanted[i].TypeModifier || own[i].CollationOid != wanted[i].CollationOid)
                throw new SqlException(SqlState.DatatypeMismatch, $"table \"{table.Name}\" has different type for column \"{own[i].Name}\"");
        }

        if (own.Length > wanted.Length)
            throw new SqlException(SqlState.DatatypeMismatch, $"table has extra column \"{own[wanted.Length].Name}\"");
        return context.Replace(table, table with { OfTypeOid = type.Oid });
    }

    private RelationInfo DropExpression(RelationInfo table, DropColumnExpression drop)
    {
        ColumnInfo column = AlterTableCommand.RequireColumn(table, drop.Column);
        if (column.Generated == '\0')
        {
            if (!drop.IfExists)
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"column \"{column.Name}\" of relation \"{table.Name}\" is not a stored generated column");
            context.Notice($"column \"{column.Name}\" of relation \"{table.Name}\" is not a stored generated column, skipping");
            return table;
        }

        return AlterTableCommand.ReplaceColumn(context, table, column with { Generated = '\0', Default = null, DefaultOid = 0 });
    }

    private RelationInfo SetDeferral(RelationInfo table, AlterConstraint change)
    {
        ConstraintInfo constraint = Array.Find(table.Constraints, c => c.Name == change.Name) ??
            throw new SqlException(SqlState.UndefinedObject, $"constraint \"{change.Name}\" of relation \"{table.Name}\" does not exist");
        if (constraint.Kind != ConstraintKind.ForeignKey)
            throw new SqlException(SqlState.WrongObjectType, $"constraint \"{change.Name}\" of relation \"{table.Name}\" is not a foreign key constraint");
        return context.Replace(table, table with
        {
            Constraints = [.. table.Constraints.Select(c => c.Oid == constraint.Oid ? c with { IsDeferrable = change.IsDeferrable, IsDeferred = change.IsInitiallyDeferred } : c)],
        });
    }
}
