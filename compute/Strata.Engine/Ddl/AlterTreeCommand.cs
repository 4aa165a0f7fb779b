using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;
using SyntaxKind = Strata.Sql.Syntax.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>Commands of ALTER TABLE on tables with descendants: what is inherited changes in the whole tree, and not below its top alone.</summary>
internal sealed class AlterTreeCommand(DdlContext context, AlterTableCommand command)
{
    /// <summary>Carries out a command on a table and, where it concerns them, on its descendants. Throws 42P16.</summary>
    public RelationInfo Apply(RelationInfo table, Sql.Syntax.AlterTableCommand change, bool includesDescendants)
    {
        CheckKind(table, change);
        switch (change)
        {
            case Sql.Syntax.AddColumn add:
                return WithTypedTables(table, add.Behavior, one => AddColumn(one, add, includesDescendants));
            case Sql.Syntax.DropColumn drop:
                return WithTypedTables(table, drop.Behavior, one => DropColumn(one, drop, includesDescendants));
            case Sql.Syntax.AddConstraint { Constraint.Kind: SyntaxKind.Check } add:
                return AddCheck(table, add, includesDescendants);
            case Sql.Syntax.DropConstraint drop:
                return DropConstraint(table, drop, includesDescendants);
            case AlterColumnType type:
                return ChangeTypes(table, [type], includesDescendants);
            case AlterColumnNotNull notNull:
                return ChangeNotNull(table, notNull, includesDescendants);
            case SetFiring when table.PartitionKey is not null && includesDescendants:
                return All(table, change);
            case AlterColumnDefault or AlterColumnStorage or AlterColumnStatistics:
                return includesDescendants ? All(table, change) : command.Apply(table, change);
            case DropColumnExpression expression:
                if (table.Children.Length > 0 && !includesDescendants)
                    throw new SqlException(SqlState.InvalidTableDefinition, "ALTER TABLE / DROP EXPRESSION must be applied to child tables too");
                if (table.FindColumn(expression.Column) is { InheritCount: > 0 })
                    throw new SqlException(SqlState.InvalidTableDefinition, "cannot drop generation expression from inherited column");
                return All(table, change);
            case ValidateConstraint validate:
                return Validate(table, validate, includesDescendants);
            case AlterConstraint alter when table.PartitionKey is not null && includesDescendants:
                command.Apply(table, change);
                foreach (RelationInfo child in Children(table))
                    if (Array.Find(child.Constraints, c => IsPartOf(table, alter.Name, c)) is { } own)
                        Apply(child, alter with { Name = own.Name }, includesDescendants: true);
                return context.View.FindRelation(table.Oid)!;
            default:
                return command.Apply(table, change);
        }
    }

    // Tables of a type get its attributes' changes, when they may.
    private RelationInfo WithTypedTables(RelationInfo table, DropBehavior behavior, Func<RelationInfo, RelationInfo> apply)
    {
        RelationInfo[] typed = table.Kind != RelationKind.CompositeType ? [] : [.. context.View.UserRelations.Where(candidate => candidate.OfTypeOid == table.RowTypeOid)];
        if (typed.Length > 0 && behavior != DropBehavior.Cascade)
            throw new SqlException(SqlState.DependentObjectsStillExist, $"cannot alter type \"{table.Name}\" because it is the type of a typed table") { Hint = "Use ALTER ... CASCADE to alter the typed tables too." };
        apply(table);
        foreach (RelationInfo one in typed)
            apply(context.LockRelation(one, RelationLockMode.AccessExclusive)!);
        return context.View.FindRelation(table.Oid)!;
    }

    private static bool IsPartOf(RelationInfo parent, string name, ConstraintInfo constraint) =>
        constraint.ParentOid != 0 && Array.Exists(parent.Constraints, c => c.Name == name && c.Oid == constraint.ParentOid);

    // What PostgreSQL says of commands that a kind of relation does not have.
    private static void CheckKind(RelationInfo table, Sql.Syntax.AlterTableCommand change)
    {
        string? action = change switch
        {
            Sql.Syntax.AddColumn => "ADD COLUMN",
            Sql.Syntax.DropColumn => "DROP COLUMN",
            AlterColumnType => "ALTER COLUMN ... SET DATA TYPE",
            AlterColumnNotNull { IsSet: true } => "ALTER COLUMN ... SET NOT NULL",
            AlterColumnNotNull => "ALTER COLUMN ... DROP NOT NULL",
            Sql.Syntax.AddConstraint => "ADD CONSTRAINT",
            Sql.Syntax.DropConstraint => "DROP CONSTRAINT",
            SetInherit { IsInherit: true } => "INHERIT",
            SetInherit => "NO INHERIT",
            _ => null,
        };
        bool isTable = table.Kind is RelationKind.Table or RelationKind.PartitionedTable or RelationKind.ForeignTable;
        if (action is not null && !isTable && !(table.Kind == RelationKind.CompositeType && change is Sql.Syntax.AddColumn or Sql.Syntax.DropColumn or AlterColumnType))
            throw new SqlException(SqlState.WrongObjectType, $"ALTER action {action} cannot be performed on relation \"{table.Name}\"")
            {
                Detail = table.Kind switch
                {
                    RelationKind.View => "This operation is not supported for views.",
                    RelationKind.MaterializedView => "This operation is not supported for materialized views.",
                    RelationKind.Sequence => "This operation is not supported for sequences.",
                    RelationKind.Index => "This operation is not supported for indexes.",
                    RelationKind.PartitionedIndex => "This operation is not supported for partitioned indexes.",
                    _ => "This operation is not supported for composite types.",
                },
            };
        if (action is not null && table.OfTypeOid != 0)
        {
            string? typed = change switch
            {
                Sql.Syntax.AddColumn => "cannot add column to typed table",
                Sql.Syntax.DropColumn => "cannot drop column from typed table",
                AlterColumnType => "cannot alter column type of typed table",
                _ => null,
            };
            if (typed is not null)
                throw new SqlException(SqlState.WrongObjectType, typed);
        }
    }

    private IEnumerable<RelationInfo> Children(RelationInfo table, RelationLockMode mode = RelationLockMode.AccessExclusive)
    {
        foreach (uint oid in context.View.FindRelation(table.Oid)!.Children)
            if (context.View.FindRelation(oid) is { Index: null } child && context.LockRelation(child, mode) is { } locked)
                yield return locked;
    }

    private RelationInfo All(RelationInfo table, Sql.Syntax.AlterTableCommand change)
    {
        command.Apply(table, change);
        foreach (RelationInfo descendant in RelationTree.Descendants(context.View, table))
            if (descendant.Index is null)
                command.Apply(context.LockRelation(descendant, RelationLockMode.AccessExclusive)!, change);
        return context.View.FindRelation(table.Oid)!;
    }

    private RelationInfo AddColumn(RelationInfo table, Sql.Syntax.AddColumn add, bool includesDescendants)
    {
        if (table.IsPartition)
            throw new SqlException(SqlState.WrongObjectType, "cannot add column to a partition");
        if (table.Children.Length > 0 && !includesDescendants)
            throw new SqlException(SqlState.InvalidTableDefinition, "column must be added to child tables too");
        bool existed = table.FindColumn(add.Column.Name) is not null;
        RelationInfo changed = command.Apply(table, add);
        if (!existed)
            AddToChildren(changed, add);
        return context.View.FindRelation(table.Oid)!;
    }

    private void AddToChildren(RelationInfo table, Sql.Syntax.AddColumn add)
    {
        foreach (Constraint constraint in add.Column.Constraints)
            if (constraint.Kind == SyntaxKind.Identity && table.Children.Length > 0)
                throw new SqlException(SqlState.InvalidTableDefinition, "cannot recursively add identity column to table that has child tables");
        foreach (RelationInfo child in Children(table))
        {
            if (child.FindColumn(add.Column.Name) is { } own)
            {
                ColumnInfo column = table.FindColumn(add.Column.Name)!;
                if (own.TypeOid != column.TypeOid || own.TypeModifier != column.TypeModifier)
                    throw new SqlException(SqlState.DatatypeMismatch, $"child table \"{child.Name}\" has different type for column \"{own.Name}\"");
                AlterTableCommand.ReplaceColumn(context, child, own with { InheritCount = (short)(own.InheritCount + 1) });
                context.Notice($"merging definition of column \"{own.Name}\" for child \"{child.Name}\"");
                continue;
            }

            // Keys, references and checks come through the parent's own constraints.
            var plain = add with
            {
                Column = add.Column with { Constraints = [.. add.Column.Constraints.AsSpan().ToArray().Where(static c => c.Kind is SyntaxKind.NotNull or SyntaxKind.Null or SyntaxKind.Default or SyntaxKind.Generated)] },
                IfNotExists = false,
            };
            RelationInfo changed = command.Apply(child, plain);
            ColumnInfo added = changed.FindColumn(add.Column.Name)!;
            changed = AlterTableCommand.ReplaceColumn(context, changed, added with { IsLocal = false, InheritCount = 1 });
            foreach (Constraint constraint in add.Column.Constraints)
                if (constraint.Kind == SyntaxKind.Check && !constraint.IsNoInherit)
                    InheritCheck(table, changed);
            AddToChildren(context.View.FindRelation(child.Oid)!, add);
        }
    }

    // The checks of a parent that a child does not have yet.
    private void InheritCheck(RelationInfo parent, RelationInfo child)
    {
        foreach (ConstraintInfo check in context.View.FindRelation(parent.Oid)!.Constraints)
            if (check.Kind == ConstraintKind.Check && !check.NoInherit && !Array.Exists(context.View.FindRelation(child.Oid)!.Constraints, c => c.Name == check.Name))
                AddInheritedCheck(check, context.View.FindRelation(child.Oid)!, parent);
    }

    private RelationInfo AddInheritedCheck(ConstraintInfo check, RelationInfo child, RelationInfo parent, bool validate = true)
    {
        var own = check with
        {
            Oid = context.NewOid(),
            SchemaOid = child.SchemaOid,
            TableOid = child.Oid,
            IsLocal = false,
            InheritCount = 1,
            Columns = RelationTree.Map(parent, child, check.Columns),
        };
        if (validate && own.IsValidated)
            TableValidation.Check(context, child, own);
        ConstraintInfo[] constraints = [.. child.Constraints, own];
        Array.Sort(constraints, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return context.Replace(child, child with { Constraints = constraints });
    }

    private RelationInfo DropColumn(RelationInfo table, Sql.Syntax.DropColumn drop, bool includesDescendants)
    {
        if (table.FindColumn(drop.Column) is not { } column)
            return command.Apply(table, drop);
        if (column.InheritCount > 0)
            throw new SqlException(SqlState.InvalidTableDefinition, $"cannot drop inherited column \"{column.Name}\"");
        CheckPartitionKey(table, column, "drop column");
        if (table.PartitionKey is not null && !includesDescendants && table.Children.Length > 0)
            throw new SqlException(SqlState.InvalidTableDefinition, "cannot drop column from only the partitioned table when partitions exist") { Hint = "Do not specify the ONLY keyword." };
        DropFromChildren(table, drop, includesDescendants);
        return command.Apply(context.View.FindRelation(table.Oid)!, drop);
    }

    private void DropFromChildren(RelationInfo table, Sql.Syntax.DropColumn drop, bool includesDescendants)
    {
        foreach (RelationInfo child in Children(table))
        {
            if (child.FindColumn(drop.Column) is not { InheritCount: > 0 } column)
                continue;
            if (includesDescendants && column.InheritCount == 1 && !column.IsLocal)
            {
                CheckPartitionKey(child, column, "drop column");
                DropFromChildren(child, drop, includesDescendants);
                AlterTableCommand.ReplaceColumn(context, context.View.FindRelation(child.Oid)!, column with { InheritCount = 0 });
                command.Apply(context.View.FindRelation(child.Oid)!, drop);
            }
            else
            {
                AlterTableCommand.ReplaceColumn(context, child, column with { InheritCount = (short)(column.InheritCount - 1), IsLocal = !includesDescendants || column.IsLocal });
            }
        }
    }

    private static void CheckPartitionKey(RelationInfo table, ColumnInfo column, string what)
    {
        foreach (PartitionKeyColumn key in table.PartitionKey?.Columns ?? [])
        {
            if (key.Column == column.Number)
                throw new SqlException(SqlState.InvalidTableDefinition, $"cannot {what} \"{column.Name}\" because it is part of the partition key of relation \"{table.Name}\"");
            if (key.Expression is not null && StoredExpressions.ColumnNames(key.Expression.Syntax).Contains(column.Name))
                throw new SqlException(SqlState.InvalidTableDefinition, $"cannot {what} \"{column.Name}\" because it is part of the partition key of relation \"{table.Name}\"");
        }
    }

    private RelationInfo AddCheck(RelationInfo table, Sql.Syntax.AddConstraint add, bool includesDescendants)
    {
        if (table.Children.Length > 0 && !includesDescendants && !add.Constraint.IsNoInherit)
            throw new SqlException(SqlState.InvalidTableDefinition, "constraint must be added to child tables too");
        return WithDescendants(table, command.Apply(table, add), validate: true, RelationLockMode.AccessExclusive);
    }

    /// <summary>Adds a CHECK constraint that all rows of a table and its descendants are known to satisfy, beside readers and writers of them. The table is locked.</summary>
    public RelationInfo AddSatisfiedCheck(RelationInfo table, Constraint check) =>
        WithDescendants(table, new ConstraintCommands(context).Add(table, check, validate: false), validate: false, RelationLockMode.ShareUpdateExclusive);

    private RelationInfo WithDescendants(RelationInfo before, RelationInfo changed, bool validate, RelationLockMode mode)
    {
        if (Array.Find(changed.Constraints, c => c.Kind == ConstraintKind.Check && !Array.Exists(before.Constraints, old => old.Name == c.Name)) is { NoInherit: false } added)
            AddCheckToChildren(changed, added, validate, mode);
        return context.View.FindRelation(before.Oid)!;
    }

    private void AddCheckToChildren(RelationInfo table, ConstraintInfo added, bool validate, RelationLockMode mode)
    {
        foreach (RelationInfo child in Children(table, mode))
        {
            ConstraintInfo? own = Array.Find(child.Constraints, c => c.Name == added.Name);
            if (own is null)
            {
                RelationInfo changed = AddInheritedCheck(added, child, table, validate);
                AddCheckToChildren(changed, Array.Find(changed.Constraints, c => c.Name == added.Name)!, validate, mode);
                continue;
            }

            if (own.Kind != ConstraintKind.Check || own.Check!.Text != added.Check!.Text)
                throw new SqlException(SqlState.DuplicateObject, $"constraint \"{added.Name}\" for relation \"{child.Name}\" already exists");
            if (own.NoInherit)
                throw new SqlException(SqlState.InvalidObjectDefinition, $"constraint \"{added.Name}\" conflicts with non-inherited constraint on relation \"{child.Name}\"");
            context.Notice($"merging constraint \"{added.Name}\" with inherited definition");
            ReplaceConstraint(child, own with { InheritCount = (short)(own.InheritCount + 1) });
        }
    }

    private RelationInfo ReplaceConstraint(RelationInfo table, ConstraintInfo constraint) =>
        context.Replace(table, table with { Constraints = [.. table.Constraints.Select(c => c.Oid == constraint.Oid ? constraint : c)] });

    private RelationInfo DropConstraint(RelationInfo table, Sql.Syntax.DropConstraint drop, bool includesDescendants)
    {
        if (Array.Find(table.Constraints, c => c.Name == drop.Name) is not { } constraint)
            return command.Apply(table, drop);
        if (constraint.InheritCount > 0)
            throw new SqlException(SqlState.InvalidTableDefinition, $"cannot drop inherited constraint \"{constraint.Name}\" of relation \"{table.Name}\"");
        if (constraint.Kind is ConstraintKind.ForeignKey or ConstraintKind.PrimaryKey or ConstraintKind.Unique or ConstraintKind.Exclusion)
        {
            DropPartsOf(constraint, table);
            return command.Apply(context.View.FindRelation(table.Oid)!, drop);
        }

        if (table.PartitionKey is not null && !includesDescendants && table.Children.Length > 0)
            throw new SqlException(SqlState.InvalidTableDefinition, "cannot remove constraint from only the partitioned table when partitions exist") { Hint = "Do not specify the ONLY keyword." };
        if (!constraint.NoInherit)
            DropCheckFromChildren(table, drop, includesDescendants);
        return command.Apply(context.View.FindRelation(table.Oid)!, drop);
    }

    // A key of a partitioned table goes with its parts in the partitions.
    private void DropPartsOf(ConstraintInfo constraint, RelationInfo table)
    {
        foreach (RelationInfo child in Children(table))
        {
            if (Array.Find(child.Constraints, c => c.ParentOid == constraint.Oid) is not { } part)
                continue;
            DropPartsOf(part, child);
            RelationInfo current = context.View.FindRelation(child.Oid)!;
            context.Replace(current, current with { Constraints = [.. current.Constraints.Where(c => c.Oid != part.Oid)] });
        }
    }

    private void DropCheckFromChildren(RelationInfo table, Sql.Syntax.DropConstraint drop, bool includesDescendants)
    {
        foreach (RelationInfo child in Children(table))
        {
            if (Array.Find(child.Constraints, c => c.Name == drop.Name && c.Kind == ConstraintKind.Check) is not { InheritCount: > 0 } own)
                continue;
            if (includesDescendants && own.InheritCount == 1 && !own.IsLocal)
            {
                DropCheckFromChildren(child, drop, includesDescendants);
                RelationInfo current = context.View.FindRelation(child.Oid)!;
                context.Replace(current, current with { Constraints = [.. current.Constraints.Where(c => c.Oid != own.Oid)] });
            }
            else
            {
                ReplaceConstraint(child, own with { InheritCount = (short)(own.InheritCount - 1), IsLocal = !includesDescendants || own.IsLocal });
            }
        }
    }

    /// <summary>Changes types of columns in the whole tree.</summary>
    public RelationInfo ChangeTypes(RelationInfo table, AlterColumnType[] types, bool includesDescendants)
    {
        var change = new ColumnTypeChange(context);
        foreach (AlterColumnType type in types)
        {
            CheckKind(table, type);
            if (table.FindColumn(type.Column) is not { } column)
                return change.Apply(table, types);
            if (column.InheritCount > 0)
                throw new SqlException(SqlState.InvalidTableDefinition, $"cannot alter inherited column \"{column.Name}\"");
            CheckPartitionKey(table, column, "alter column");
            if (table.Children.Length > 0 && !includesDescendants)
                throw new SqlException(SqlState.InvalidTableDefinition, $"type of inherited column \"{column.Name}\" must be changed in child tables too");
        }

        change.Apply(table, types);
        foreach (RelationInfo descendant in RelationTree.Descendants(context.View, table))
        {
            if (descendant.Index is not null)
                continue;
            RelationInfo locked = context.LockRelation(descendant, RelationLockMode.AccessExclusive)!;
            foreach (AlterColumnType type in types)
                CheckPartitionKey(locked, locked.FindColumn(type.Column)!, "alter column");
            change.Apply(locked, types);
        }

        return context.View.FindRelation(table.Oid)!;
    }

    private RelationInfo ChangeNotNull(RelationInfo table, AlterColumnNotNull notNull, bool includesDescendants)
    {
        if (!notNull.IsSet && table.IsPartition && table.FindColumn(notNull.Column) is { } column
            && context.View.FindRelation(table.Parents[0])?.FindColumn(column.Name) is { NotNull: true })
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{column.Name}\" is marked NOT NULL in parent table");
        if (table.PartitionKey is not null && !includesDescendants && table.Children.Length > 0)
        {
            if (!notNull.IsSet)
                throw new SqlException(SqlState.InvalidTableDefinition, "cannot remove constraint from only the partitioned table when partitions exist") { Hint = "Do not specify the ONLY keyword." };
            foreach (RelationInfo child in Children(table))
                if (child.FindColumn(notNull.Column) is { NotNull: false })
                    throw new SqlException(SqlState.InvalidTableDefinition, "constraint must be added to child tables too") { Detail = $"Column \"{notNull.Column}\" of relation \"{child.Name}\" is not already NOT NULL.", Hint = "Do not specify the ONLY keyword." };
        }

        return includesDescendants ? All(table, notNull) : command.Apply(table, notNull);
    }

    private RelationInfo Validate(RelationInfo table, ValidateConstraint validate, bool includesDescendants)
    {
        ConstraintInfo? constraint = Array.Find(table.Constraints, c => c.Name == validate.Name);
        if (constraint is { Kind: ConstraintKind.Check, IsValidated: false, NoInherit: false })
        {
            if (table.Children.Length > 0 && !includesDescendants)
                throw new SqlException(SqlState.InvalidTableDefinition, "constraint must be validated on child tables too");
            foreach (RelationInfo descendant in RelationTree.Descendants(context.View, table))
                if (Array.Exists(descendant.Constraints, c => c.Name == validate.Name))
                    command.Apply(context.LockRelation(descendant, RelationLockMode.ShareUpdateExclusive)!, validate);
        }

        return command.Apply(table, validate);
    }
}
