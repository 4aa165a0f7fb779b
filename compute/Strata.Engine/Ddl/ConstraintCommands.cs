using Strata.Engine.Catalog;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;
using ForeignKeyAction = Strata.Engine.Catalog.ForeignKeyAction;
using SyntaxAction = Strata.Sql.Syntax.ForeignKeyAction;
using SyntaxKind = Strata.Sql.Syntax.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>Adds constraints to tables, for CREATE TABLE and ALTER TABLE.</summary>
internal sealed class ConstraintCommands(DdlContext context)
{
    /// <summary>ALTER TABLE ONLY: partitions get no part of a key, and the key's index is not valid before each of them has attached one.</summary>
    public bool IsOnlyTable { get; init; }

    /// <summary>Adds a constraint; <paramref name="validate"/> when the table may have rows. Returns the table's entry that is in force then.</summary>
    public RelationInfo Add(RelationInfo table, Constraint constraint, bool validate) => constraint.Kind switch
    {
        SyntaxKind.Check => AddCheck(table, constraint, validate),
        SyntaxKind.PrimaryKey or SyntaxKind.Unique => AddKey(table, constraint, isNewTable: !validate),
        SyntaxKind.ForeignKey => AddForeignKey(table, constraint, validate),
        _ => AddExclusion(table, constraint),
    };

    private string NameOf(RelationInfo table, Constraint constraint, string? column, string label)
    {
        if (constraint.Name is null)
            return context.ChooseName(table.Name, column, label, name => Exists(table, name) || context.View.FindRelation(table.SchemaOid, name) is not null);
        if (Exists(table, constraint.Name))
            throw new SqlException(SqlState.DuplicateObject, $"constraint \"{constraint.Name}\" for relation \"{table.Name}\" already exists");
        return constraint.Name;
    }

    private static bool Exists(RelationInfo table, string name) => Array.Exists(table.Constraints, c => c.Name == name);

    private RelationInfo AddCheck(RelationInfo table, Constraint constraint, bool validate)
    {
        CatalogExpression check = StoredExpressions.OverTable(context, table, constraint.Expression!, isCondition: true);
        List<string> columns = StoredExpressions.ColumnNames(constraint.Expression!);
        if (constraint.Name is not null && Array.Find(table.Constraints, c => c.Name == constraint.Name) is { Kind: ConstraintKind.Check, IsLocal: false } inherited)
            return MergeCheck(table, inherited, check, constraint);
        if (constraint.IsNoInherit && table.PartitionKey is not null)
            throw new SqlException(SqlState.InvalidTableDefinition, $"cannot add NO INHERIT constraint to partitioned table \"{table.Name}\"");
        string name = NameOf(table, constraint, columns.Count == 1 ? columns[0] : null, "check");
        var added = new ConstraintInfo
        {
            Oid = context.NewOid(),
            Name = name,
            SchemaOid = table.SchemaOid,
            Kind = ConstraintKind.Check,
            TableOid = table.Oid,
            Columns = [.. columns.Select(column => table.FindColumn(column)?.Number ?? 0).Where(static n => n > 0)],
            Check = check,
            NoInherit = constraint.IsNoInherit,
            // A new table has no rows that could be wrong.
            IsValidated = !validate || !constraint.IsNotValid,
        };
        if (validate && !constraint.IsNotValid)
            TableValidation.Check(context, table, added);
        return With(table, added);
    }

    private RelationInfo MergeCheck(RelationInfo table, ConstraintInfo inherited, CatalogExpression check, Constraint constraint)
    {
        if (inherited.Check!.Text != check.Text)
            throw new SqlException(SqlState.DuplicateObject, $"constraint \"{inherited.Name}\" for relation \"{table.Name}\" already exists");
        if (constraint.IsNoInherit)
            throw new SqlException(SqlState.InvalidObjectDefinition, $"constraint \"{inherited.Name}\" conflicts with inherited constraint on relation \"{table.Name}\"");
        context.Notice($"merging constraint \"{inherited.Name}\" with inherited definition");
        return context.Replace(table, table with { Constraints = [.. table.Constraints.Select(c => c.Oid == inherited.Oid ? c with { IsLocal = true } : c)] });
    }

    private RelationInfo With(RelationInfo table, ConstraintInfo added)
    {
        ConstraintInfo[] constraints = [.. table.Constraints, added];
        Array.Sort(constraints, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return context.Replace(table, table with { Constraints = constraints });
    }

    private void RejectSecondPrimary(RelationInfo table, Constraint constraint, bool isPrimary)
    {
        if (isPrimary && table.PrimaryKey is not null)
            throw new SqlException(SqlState.InvalidTableDefinition, $"multiple primary keys for table \"{table.Name}\" are not allowed") { Position = context.Position(constraint.Position) };
    }

    private RelationInfo AddKey(RelationInfo table, Constraint constraint, bool isNewTable)
    {
        bool isPrimary = constraint.Kind == SyntaxKind.PrimaryKey;
        if (constraint.IndexName is not null)
        {
            RejectSecondPrimary(table, constraint, isPrimary);
            return AddKeyUsingIndex(table, constraint, isPrimary);
        }

        // The columns of an existing table's primary key are made NOT NULL first, and that is what fails.
        if (isPrimary && !isNewTable)
            foreach (string column in constraint.Columns)
                if (table.FindColumn(column) is null)
                    throw new SqlException(SqlState.UndefinedColumn, $"column \"{column}\" of relation \"{table.Name}\" does not exist");
        RejectSecondPrimary(table, constraint, isPrimary);
        short[] columns = KeyColumns(table, constraint.Columns, constraint);
        var keys = new List<IndexKey>();
        foreach (short column in columns)
            keys.Add(IndexCommands.ColumnKey(table, column, context));
        int keyCount = keys.Count;
        foreach (short column in KeyColumns(table, constraint.Including, constraint))
            keys.Add(IndexCommands.IncludedKey(table, column));
        if (table.PartitionKey is not null)
            PartitionIndexes.CheckKey(context.View, table, keys, keyCount, isPrimary ? "PRIMARY KEY" : "UNIQUE");
        if (isPrimary && IsOnlyTable && table.PartitionKey is not null)
            RequireNotNullInParts(table, columns);
        if (isPrimary)
            table = MarkNotNull(table, columns);
        string name = constraint.Name is { } given
            ? CheckIndexName(table, given)
            : isPrimary
                ? NameOf(table, constraint, null, "pkey")
                : NameOf(table, constraint, string.Join('_', [.. constraint.Columns, .. constraint.Including]), "key");
        NoteIndex(table, name, isPrimary ? "PRIMARY KEY" : "UNIQUE", isNewTable);
        IndexInfo index = new IndexCommands(context).Create(
            table, name, keys, keyCount, isUnique: true, isPrimary, constraint.IsNullsNotDistinct, null, !constraint.IsDeferrable,
            options: IndexOptions.Parse(IndexMethod.BTree, constraint.Options));
        table = WithKey(table, constraint, name, isPrimary, index.Oid, columns);
        if (table.PartitionKey is not null && !IsOnlyTable)
            new PartitionIndexes(context).CloneToPartitions(table, index);
        else if (table.PartitionKey is not null && table.Children.Length > 0 && context.View.FindRelation(index.Oid) is { } whole)
            context.Replace(whole, whole with { Index = whole.Index! with { IsValid = false } });
        return context.View.FindRelation(table.Oid)!;
    }

    private void NoteIndex(RelationInfo table, string name, string words, bool isNewTable) => context.Session.Notice(
        $"{(isNewTable ? "CREATE TABLE /" : "ALTER TABLE / ADD")} {words} will create implicit index \"{name}\" for table \"{table.Name}\"", "DEBUG1");

    private RelationInfo WithKey(RelationInfo table, Constraint constraint, string name, bool isPrimary, uint indexOid, short[] columns) =>
        With(context.View.FindRelation(table.Oid)!, new ConstraintInfo
        {
            Oid = context.NewOid(),
            Name = name,
            SchemaOid = table.SchemaOid,
            Kind = isPrimary ? ConstraintKind.PrimaryKey : ConstraintKind.Unique,
            TableOid = table.Oid,
            IndexOid = indexOid,
            Columns = columns,
            IsDeferrable = constraint.IsDeferrable,
            IsDeferred = constraint.IsInitiallyDeferred,
        });

    private void RequireNotNullInParts(RelationInfo table, short[] columns)
    {
        foreach (uint oid in table.Children)
            if (context.View.FindRelation(oid) is { Index: null } partition && Array.Exists(RelationTree.Map(table, partition, columns), number => !partition.Columns[number - 1].NotNull))
                throw new SqlException(SqlState.InvalidTableDefinition, "constraint must be added to child tables too") { Hint = "Do not specify the ONLY keyword." };
    }

    private string CheckIndexName(RelationInfo table, string name)
    {
        if (context.View.FindRelation(table.SchemaOid, name) is not null)
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{name}\" already exists");
        return Exists(table, name)
            ? throw new SqlException(SqlState.DuplicateObject, $"constraint \"{name}\" for relation \"{table.Name}\" already exists")
            : name;
    }

    private RelationInfo AddKeyUsingIndex(RelationInfo table, Constraint constraint, bool isPrimary)
    {
        if (table.PartitionKey is not null)
            throw new SqlException(SqlState.FeatureNotSupported, "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables");
        RelationInfo index = context.View.FindRelation(table.SchemaOid, constraint.IndexName!) ??
            throw new SqlException(SqlState.UndefinedObject, $"index \"{constraint.IndexName}\" does not exist");
        if (index.Index is not { } info || info.TableOid != table.Oid)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"index \"{constraint.IndexName}\" does not belong to table \"{table.Name}\"");
        if (!info.IsUnique || info.Predicate is not null || Array.Exists(info.Keys, static k => k.Column == 0))
            throw new SqlException(SqlState.WrongObjectType, $"\"{constraint.IndexName}\" is not a unique index") { Detail = "Cannot create a primary key or unique constraint using such an index." };
        for (int i = 0; i < info.KeyCount; i++)
        {
            if (info.Keys[i].Options == IndexKeyOptions.None && info.Keys[i].OperatorClassOid == OperatorClasses.Default(info.Keys[i].TypeOid, context))
                continue;
            throw new SqlException(SqlState.WrongObjectType, $"index \"{index.Name}\" column number {i + 1} does not have default sorting behavior")
            {
                Detail = "Cannot create a primary key or unique constraint using such an index.",
                Position = context.Position(constraint.Position),
            };
        }

        short[] columns = [.. info.Keys.Take(info.KeyCount).Select(static k => k.Column)];
        if (isPrimary)
            table = MarkNotNull(table, columns);
        string name = constraint.Name ?? index.Name;
        RelationInfo renamed = index with { Name = name, Index = info with { Name = name, IsPrimary = isPrimary, IsImmediate = !constraint.IsDeferrable } };
        if (name != index.Name)
            context.Notice($"ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"{index.Name}\" to \"{name}\"");
        context.Replace(index, renamed);
        return WithKey(table, constraint, name, isPrimary, index.Oid, columns);
    }

    private short[] KeyColumns(RelationInfo table, SyntaxList<string> names, Constraint constraint)
    {
        var columns = new List<short>();
        foreach (string name in names)
        {
            ColumnInfo column = table.FindColumn(name) ??
                throw new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" named in key does not exist") { Position = context.Position(constraint.Position) };
            if (columns.Contains(column.Number))
                throw new SqlException(SqlState.DuplicateColumn, $"column \"{name}\" appears twice in {(constraint.Kind == SyntaxKind.PrimaryKey ? "primary key" : "unique")} constraint")
                {
                    Position = context.Position(constraint.Position),
                };
            columns.Add(column.Number);
        }

        return [.. columns];
    }

    private RelationInfo MarkNotNull(RelationInfo table, short[] columns)
    {
        ColumnInfo[] changed = [.. table.Columns];
        bool any = false;
        foreach (short number in columns)
        {
            if (changed[number - 1].NotNull)
                continue;
            TableValidation.NotNull(context, table, changed[number - 1]);
            changed[number - 1] = changed[number - 1] with { NotNull = true };
            any = true;
        }

        return any ? context.Replace(table, table with { Columns = changed }) : table;
    }

    private RelationInfo AddExclusion(RelationInfo table, Constraint constraint)
    {
        if (table.PartitionKey is not null)
            throw new SqlException(SqlState.FeatureNotSupported, "exclusion constraints are not supported on partitioned tables") { Position = context.Position(constraint.Position) };
        IndexMethod method = IndexMethods.Find(constraint.AccessMethod ?? "btree");
        SyntaxList<IndexElement> elements = [.. constraint.Exclusions.Select(static element => element.Element)];
        IndexCommands.CheckAbilities(method, isUnique: false, !constraint.Including.IsEmpty, elements.Count, isExclusion: true);
        var commands = new IndexCommands(context);
        List<IndexKey> keys = commands.BuildKeys(table, elements, method);
        uint[] operators = [.. keys.Select((key, i) => ExclusionOperators.Find(context, method, key, constraint.Exclusions[i].Operator))];
        int keyCount = keys.Count;
        foreach (short column in KeyColumns(table, constraint.Including, constraint))
            keys.Add(IndexCommands.IncludedKey(table, column));
        string name = constraint.Name is { } given
            ? CheckIndexName(table, given)
            : NameOf(table, constraint, string.Join('_', elements.Select(static e => e.Column ?? IndexCommands.NameOf(e.Expression!)).Concat(constraint.Including)), "excl");
        CatalogExpression? predicate = constraint.Where is null ? null : StoredExpressions.OverTable(context, table, constraint.Where, isCondition: true);
        IndexInfo index = commands.Create(
            table, name, keys, keyCount, isUnique: false, isPrimary: false, nullsNotDistinct: false, predicate, !constraint.IsDeferrable,
            method, IndexOptions.Parse(method, constraint.Options), operators);
        RelationInfo changed = With(context.View.FindRelation(table.Oid)!, new ConstraintInfo
        {
            Oid = context.NewOid(),
            Name = name,
            SchemaOid = table.SchemaOid,
            Kind = ConstraintKind.Exclusion,
            TableOid = table.Oid,
            IndexOid = index.Oid,
            Columns = [.. keys.Take(keyCount).Select(static key => key.Column)],
            Operators = operators,
            IsDeferrable = constraint.IsDeferrable,
            IsDeferred = constraint.IsInitiallyDeferred,
        });
        if (!ExclusionPlan.IsByKey(method, operators))
            ExclusionOperators.Validate(context, changed, index, operators);
        return changed;
    }

    private RelationInfo AddForeignKey(RelationInfo table, Constraint constraint, bool validate)
    {
        // A name alone is looked up as any other: the table itself may be behind one of the same name, or out of the search path.
        RelationInfo referenced = constraint.ReferencedTable!.Name == table.Name && constraint.ReferencedTable.Schema is null
            && context.View.ResolveRelation(context.Session.SearchPath, null, table.Name)?.Oid == table.Oid
            ? table
            : context.Require(constraint.ReferencedTable, RelationLockMode.ShareRowExclusive);
        if (referenced.Kind is not (RelationKind.Table or RelationKind.PartitionedTable) || referenced.SystemTable is not null)
            throw new SqlException(SqlState.WrongObjectType, $"referenced relation \"{referenced.Name}\" is not a table");
        if (IsOnlyTable && table.PartitionKey is not null)
            throw new SqlException(SqlState.WrongObjectType, $"cannot use ONLY for foreign key on partitioned table \"{table.Name}\" referencing relation \"{referenced.Name}\"");
        context.Permissions.Check(referenced, Privileges.References);
        short[] columns = ForeignColumns(table, constraint.Columns, constraint);
        (short[] keys, IndexInfo index) = ReferencedKey(referenced, constraint);
        if (columns.Length != keys.Length)
            throw new SqlException(SqlState.InvalidForeignKey, "number of referencing and referenced columns for foreign key disagree") { Position = 0 };
        string name = NameOf(table, constraint, string.Join('_', constraint.Columns.AsSpan().ToArray()), "fkey");
        CheckTypes(table, referenced, columns, keys, name);
        if (constraint.Match == ForeignKeyMatch.Partial)
            throw new SqlException(SqlState.FeatureNotSupported, "MATCH PARTIAL not yet implemented") { Position = context.Position(constraint.Position) };
        var added = new ConstraintInfo
        {
            Oid = context.NewOid(),
            Name = name,
            SchemaOid = table.SchemaOid,
            Kind = ConstraintKind.ForeignKey,
            TableOid = table.Oid,
            IndexOid = index.Oid,
            Columns = columns,
            ReferencedTableOid = referenced.Oid,
            ReferencedColumns = keys,
            IsDeferrable = constraint.IsDeferrable,
            IsDeferred = constraint.IsInitiallyDeferred,
            DeleteColumns = DeleteColumns(table, columns, constraint),
            OnUpdate = ActionOf(constraint.OnUpdate),
            OnDelete = ActionOf(constraint.OnDelete),
            Match = constraint.Match == ForeignKeyMatch.Full ? 'f' : 's',
            IsValidated = !validate || !constraint.IsNotValid,
        };
        if (table.PartitionKey is not null && constraint.IsNotValid)
            throw new SqlException(SqlState.WrongObjectType, $"cannot add NOT VALID foreign key on partitioned table \"{table.Name}\" referencing relation \"{referenced.Name}\"")
            {
                Detail = "This feature is not yet supported on partitioned tables.",
            };
        if (validate && !constraint.IsNotValid)
            TableValidation.ForeignKey(context, table, referenced, added);
        table = With(context.View.FindRelation(table.Oid)!, added);
        if (table.PartitionKey is not null)
            new PartitionIndexes(context).CloneForeignKeyToPartitions(table, added, validate: true);
        return context.View.FindRelation(table.Oid)!;
    }

    private static short[] DeleteColumns(RelationInfo table, short[] columns, Constraint constraint)
    {
        var set = new List<short>();
        foreach (string name in constraint.OnDeleteColumns)
        {
            ColumnInfo column = table.FindColumn(name) ?? throw new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" referenced in foreign key constraint does not exist");
            if (Array.IndexOf(columns, column.Number) < 0)
                throw new SqlException(SqlState.InvalidColumnReference, $"column \"{name}\" referenced in ON DELETE SET action must be part of foreign key");
            if (!set.Contains(column.Number))
                set.Add(column.Number);
        }

        return [.. set];
    }

    private static ForeignKeyAction ActionOf(SyntaxAction action) => action switch
    {
        SyntaxAction.Restrict => ForeignKeyAction.Restrict,
        SyntaxAction.Cascade => ForeignKeyAction.Cascade,
        SyntaxAction.SetNull => ForeignKeyAction.SetNull,
        SyntaxAction.SetDefault => ForeignKeyAction.SetDefault,
        _ => ForeignKeyAction.NoAction,
    };

    private short[] ForeignColumns(RelationInfo table, SyntaxList<string> names, Constraint constraint)
    {
        var columns = new short[names.Count];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = table.FindColumn(names[i])?.Number ??
                throw new SqlException(SqlState.UndefinedColumn, $"column \"{names[i]}\" referenced in foreign key constraint does not exist") { Position = 0 };
        return columns;
    }

    private (short[] Columns, IndexInfo Index) ReferencedKey(RelationInfo referenced, Constraint constraint)
    {
        if (constraint.ReferencedColumns.IsEmpty)
        {
            IndexInfo primary = referenced.PrimaryKey ??
                throw new SqlException(SqlState.UndefinedObject, $"there is no primary key for referenced table \"{referenced.Name}\"");
            return ([.. primary.Keys.Take(primary.KeyCount).Select(static k => k.Column)], primary);
        }

        short[] columns = ForeignColumns(referenced, constraint.ReferencedColumns, constraint);
        foreach (IndexInfo index in referenced.Indexes)
            if (index.IsUnique && index.IsImmediate && index.IsValid && index.Predicate is null && index.KeyCount == columns.Length && columns.All(c => Array.Exists(index.Keys, k => k.Column == c)))
                return (columns, index);
        throw new SqlException(SqlState.InvalidForeignKey, $"there is no unique constraint matching given keys for referenced table \"{referenced.Name}\"");
    }

    /// <summary>Throws 42804 when a foreign key's columns can't be compared with the key's: there must be an equality of just these types, or the referencing type must turn into the other by itself.</summary>
    public void CheckTypes(RelationInfo table, RelationInfo referenced, short[] columns, short[] keys, string name)
    {
        var coercion = new Functions.TypeCoercion(context.Session.Catalog);
        for (int i = 0; i < columns.Length; i++)
        {
            ColumnInfo column = table.Columns[columns[i] - 1], key = referenced.Columns[keys[i] - 1];
            uint from = coercion.BaseType(column.TypeOid), to = coercion.BaseType(key.TypeOid);
            if (from == to || coercion.Operator("=", to, from) is not null || coercion.CanCoerce(column.TypeOid, key.TypeOid, Functions.CastContext.Implicit))
                continue;
            SqlType left = TypeResolver.Find(column.TypeOid, context.View)!, right = TypeResolver.Find(key.TypeOid, context.View)!;
            throw new SqlException(SqlState.DatatypeMismatch, $"foreign key constraint \"{name}\" cannot be implemented")
            {
                Detail = $"Key columns \"{column.Name}\" and \"{key.Name}\" are of incompatible types: {TypeNames.Format(left)} and {TypeNames.Format(right)}.",
            };
        }
    }

    /// <summary>Copies an index for LIKE INCLUDING INDEXES; keys become constraints again.</summary>
    public RelationInfo CopyIndex(RelationInfo table, RelationInfo source, IndexInfo index)
    {
        ConstraintInfo? constraint = Array.Find(source.Constraints, c => c.IndexOid == index.Oid && c.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique or ConstraintKind.Exclusion);
        short[] map = RelationTree.MapColumns(source, table);
        List<IndexKey> keys = [.. index.Keys.Select(key => key.Column > 0 ? key with { Column = map[key.Column - 1] } : key)];
        string columns = string.Join('_', keys.Select(key => key.Column > 0 ? table.Columns[key.Column - 1].Name : IndexCommands.NameOf(key.Expression!.Syntax)));
        string label = constraint is null ? "idx" : constraint.Kind == ConstraintKind.PrimaryKey ? "pkey" : constraint.Kind == ConstraintKind.Unique ? "key" : "excl";
        string name = context.ChooseName(
            table.Name, label == "pkey" ? null : columns, label, candidate => Exists(table, candidate) || context.View.FindRelation(table.SchemaOid, candidate) is not null);
        RelationInfo relation = context.View.FindRelation(index.Oid)!;
        IndexInfo copy = new IndexCommands(context).Create(
            table, name, keys, index.KeyCount, index.IsUnique, index.IsPrimary, index.NullsNotDistinct, index.Predicate, index.IsImmediate, index.Method, relation.Options, index.IsExclusion ? constraint!.Operators : null);
        table = context.View.FindRelation(table.Oid)!;
        if (constraint is null)
            return table;
        short[] constrained = Array.ConvertAll(constraint.Columns, column => column > 0 ? map[column - 1] : column);
        if (constraint.Kind == ConstraintKind.PrimaryKey)
            table = MarkNotNull(table, constrained);
        return With(table, constraint with { Oid = context.NewOid(), Name = name, SchemaOid = table.SchemaOid, TableOid = table.Oid, IndexOid = copy.Oid, Columns = constrained, IsLocal = true, InheritCount = 0, ParentOid = 0 });
    }
}
