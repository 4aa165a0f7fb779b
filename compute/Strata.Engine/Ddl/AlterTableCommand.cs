using Strata.Engine.Catalog;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>ALTER TABLE (and ALTER INDEX, SEQUENCE, VIEW where they share its commands): the commands one after the other.</summary>
internal sealed class AlterTableCommand(DdlContext context)
{
    public void Execute(AlterTableStatement statement)
    {
        if (context.Find(statement.Relation, LockOf(statement)) is not { } relation)
        {
            if (!statement.IfExists)
                throw context.Missing(statement.Relation);
            context.Session.Notice($"relation \"{DdlContext.Qualified(statement.Relation)}\" does not exist, skipping", sqlState: SqlState.UndefinedTable.Code);
            return;
        }

        CheckKind(statement.Kind, relation);
        context.CheckOwner(relation);
        context.CheckNotPending(relation, "ALTER TABLE");
        _includesDescendants = statement.Relation.IncludeDescendants;
        AlterColumnType[] types = [.. statement.Commands.AsSpan().ToArray().OfType<AlterColumnType>()];
        bool typesChanged = false;
        if (statement.Commands.Count > 1)
            foreach (Sql.Syntax.AlterTableCommand command in statement.Commands)
                Prepare(relation, command);
        foreach (Sql.Syntax.AlterTableCommand command in Ordered(statement.Commands, types))
        {
            RelationInfo current = context.View.FindRelation(relation.Oid)!;
            var tree = new AlterTreeCommand(context, this);
            if (command is not AlterColumnType)
                relation = tree.Apply(current, command, _includesDescendants);
            else if (!typesChanged)
                relation = tree.ChangeTypes(current, types, _includesDescendants);
            typesChanged |= command is AlterColumnType;
        }
    }

    /// <summary>What PostgreSQL looks at while it collects the commands, in the order written and before any of them is carried out.</summary>
    private void Prepare(RelationInfo table, Sql.Syntax.AlterTableCommand command)
    {
        switch (command)
        {
            case AlterColumnType change when !ColumnBuilder.SystemColumn(change.Column):
                if (change.Using is { } expression and not (StringLiteral or NullLiteral))
                    Binding.RecordedBinding.BindExpression(expression, table, null, null, Binding.ExpressionKind.Other, StoredExpressions.RecordedContextOf(context));
                ColumnInfo column = RequireColumn(table, change.Column);
                if (column.InheritCount > 0)
                    throw new SqlException(SqlState.InvalidTableDefinition, $"cannot alter inherited column \"{column.Name}\"");
                if (table.PartitionKey is { } key && Array.Exists(key.Columns, k => k.Column == column.Number))
                    throw new SqlException(SqlState.InvalidTableDefinition, $"cannot alter column \"{column.Name}\" because it is part of the partition key of relation \"{table.Name}\"");
                if (change.Using is null)
                    new ColumnTypeChange(context).CheckCast(table, column, change);
                break;
            case AlterColumnNotNull { IsSet: true } set when table.PartitionKey is not null && table.Children.Length > 0:
                RequireColumn(table, set.Column);
                break;
        }
    }

    // The strongest that one of the commands needs; what changes nothing for readers does not keep them out, as in PostgreSQL.
    private static RelationLockMode LockOf(AlterTableStatement statement)
    {
        RelationLockMode strongest = RelationLockMode.ShareUpdateExclusive;
        foreach (Sql.Syntax.AlterTableCommand command in statement.Commands)
        {
            RelationLockMode needed = command switch
            {
                ValidateConstraint or AlterColumnStatistics or AlterColumnOptions or SetCluster => RelationLockMode.ShareUpdateExclusive,
                AttachPartition or DetachPartition { IsConcurrent: true } or DetachPartition { IsFinalize: true } => RelationLockMode.ShareUpdateExclusive,
                SetRelationOptions options when StorageOptions.ConcernStorageOnly(options.Options) => RelationLockMode.ShareUpdateExclusive,
                Sql.Syntax.AddConstraint { Constraint.Kind: Sql.Syntax.ConstraintKind.ForeignKey } => RelationLockMode.ShareRowExclusive,
                _ => RelationLockMode.AccessExclusive,
            };
            if (needed > strongest)
                strongest = needed;
        }

        return strongest;
    }

    private bool _includesDescendants;

    // PostgreSQL works in passes: what drops comes before what adds, constraints come last. Changes of types are one step, and see the columns that the statement drops.
    private static IEnumerable<Sql.Syntax.AlterTableCommand> Ordered(SyntaxList<Sql.Syntax.AlterTableCommand> commands, AlterColumnType[] types)
    {
        var used = new HashSet<string>(types.Where(static t => t.Using is not null).SelectMany(static t => StoredExpressions.ColumnNames(t.Using!)));
        return commands.AsSpan().ToArray().Select((command, i) => (Command: command, Order: i)).OrderBy(c => Pass(c.Command, used)).ThenBy(static c => c.Order).Select(static c => c.Command);
    }

    private static int Pass(Sql.Syntax.AlterTableCommand command, HashSet<string> used) => command switch
    {
        Sql.Syntax.DropColumn drop => used.Contains(drop.Column) ? 2 : 0,
        Sql.Syntax.DropConstraint or AlterColumnNotNull { IsSet: false } => 0,
        AlterColumnType => 1,
        Sql.Syntax.AddColumn => 3,
        Sql.Syntax.AddConstraint { Constraint.Kind: not Sql.Syntax.ConstraintKind.ForeignKey } => 5,
        Sql.Syntax.AddConstraint => 6,
        _ => 4,
    };

    private static void CheckKind(ObjectKind kind, RelationInfo relation)
    {
        bool fits = kind switch
        {
            ObjectKind.Index => relation.Kind is RelationKind.Index or RelationKind.PartitionedIndex,
            ObjectKind.Sequence => relation.Kind == RelationKind.Sequence,
            ObjectKind.View => relation.Kind == RelationKind.View,
            _ => true,
        };
        if (!fits)
            throw new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is not {(kind == ObjectKind.Index ? "an" : "a")} {DropCommand.KindName(kind)}");
    }

    /// <summary>Carries out one command on one table; its descendants are the caller's.</summary>
    public RelationInfo Apply(RelationInfo table, Sql.Syntax.AlterTableCommand command)
    {
        switch (command)
        {
            case Sql.Syntax.AddColumn add:
                return Unplaced(() => AddColumn(table, add), add.Column.Type!.Position);
            case Sql.Syntax.DropColumn drop:
                return DropColumn(table, drop);
            case AlterColumnDefault change:
                return Unplaced(() => SetDefault(table, change));
            case AlterColumnNotNull change:
                return SetNotNull(table, change);
            case AlterColumnType change:
                return new ColumnTypeChange(context).Apply(table, [change]);
            case Sql.Syntax.AddConstraint { Constraint.Kind: Sql.Syntax.ConstraintKind.Exclusion } add:
                return WithoutPosition(() => new ConstraintCommands(context) { IsOnlyTable = !_includesDescendants }.Add(table, add.Constraint, validate: true));
            case Sql.Syntax.AddConstraint add:
                return Unplaced(() => new ConstraintCommands(context) { IsOnlyTable = !_includesDescendants }.Add(table, add.Constraint, validate: true));
            case Sql.Syntax.DropConstraint drop:
                return DropConstraint(table, drop);
            case ValidateConstraint validate:
                return Validate(table, validate);
            case ChangeOwner owner:
                return OwnerCommand.ChangeRelation(context, table, context.RequireRole(owner.Owner));
            case AlterColumnStatistics statistics:
                return SetStatistics(table, statistics);
            case AddIdentity identity:
                return AddIdentity(table, identity);
            case AlterIdentity identity:
                return AlterIdentity(table, identity);
            case Sql.Syntax.DropIdentity identity:
                return DropIdentity(table, identity);
            case SetRelationOptions options:
                return context.Replace(table, StorageOptions.Change(table, options.Options, options.IsReset));
            case SetInherit inherit:
                return inherit.IsInherit ? new InheritCommands(context).Inherit(table, inherit.Parent) : new InheritCommands(context).Disinherit(table, inherit.Parent);
            case AttachPartition attach:
                return new InheritCommands(context).Attach(table, attach);
            case DetachPartition detach:
                return new DetachCommand(context).Execute(table, detach);
            default:
                return new AlterTableProperties(context).Apply(table, command);
        }
    }

    // PostgreSQL does not know the statement's text any more when it cooks defaults and constraints of tables that exist, so their errors have no position. That of a type's name stays.
    private RelationInfo Unplaced(Func<RelationInfo> apply, int keptOffset = -1)
    {
        try
        {
            return apply();
        }
        catch (SqlException error) when (error.Position > 0 && (keptOffset < 0 || (error.Position != context.Position(keptOffset) && error.Position != keptOffset + 1)))
        {
            error.Position = 0;
            throw;
        }
    }

    public static ColumnInfo RequireColumn(RelationInfo table, string name) => table.FindColumn(name) ??
        throw (ColumnBuilder.SystemColumn(name)
            ? new SqlException(SqlState.FeatureNotSupported, $"cannot alter system column \"{name}\"")
            : new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" of relation \"{table.Name}\" does not exist"));

    private RelationInfo SetStatistics(RelationInfo table, AlterColumnStatistics statistics)
    {
        if (statistics.Column is { } name && table.Index is null)
            return ReplaceColumn(context, table, RequireColumn(table, name) with { StatisticsTarget = statistics.Target });
        int number = statistics.Column is { } column ? RequireColumn(table, column).Number : statistics.ColumnNumber;
        if (table.Index is not { } index)
            throw new SqlException(SqlState.FeatureNotSupported, "cannot refer to non-index column by number");
        if (number < 1 || number > table.Columns.Length)
            throw new SqlException(SqlState.UndefinedColumn, $"column number {number} of relation \"{table.Name}\" does not exist");
        ColumnInfo own = table.Columns[number - 1];
        if (number > index.KeyCount)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot alter statistics on included column \"{own.Name}\" of index \"{table.Name}\"");
        if (index.Keys[number - 1].Column > 0)
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot alter statistics on non-expression column \"{own.Name}\" of index \"{table.Name}\"")
            {
                Hint = "Alter statistics on table column instead.",
            };
        return ReplaceColumn(context, table, own with { StatisticsTarget = statistics.Target });
    }

    /// <summary>Replaces one column of a relation.</summary>
    public static RelationInfo ReplaceColumn(DdlContext context, RelationInfo table, ColumnInfo column)
    {
        ColumnInfo[] columns = [.. table.Columns];
        columns[column.Number - 1] = column;
        return context.Replace(table, table with { Columns = columns });
    }

    /// <summary>Marks a column dropped: its values stay in the rows and nobody sees them.</summary>
    public static RelationInfo MarkDropped(DdlContext context, RelationInfo table, ColumnInfo column)
    {
        RelationInfo changed = ReplaceColumn(context, table, column with { IsDropped = true, NotNull = false, Default = null, DefaultOid = 0, Identity = '\0', Generated = '\0', MissingValue = null });
        StatisticsCommand.DropFor(context, table.Oid, column.Number);
        Dependency[] kept = [.. changed.Dependencies.Where(d => d.Dependent.SubId != column.Number)];
        ColumnStatistics[] statistics = [.. changed.Statistics.Where(s => s.Column != column.Number)];
        return kept.Length == changed.Dependencies.Length && statistics.Length == changed.Statistics.Length
            ? changed
            : context.Replace(changed, changed with { Dependencies = kept, Statistics = statistics });
    }

    private RelationInfo AddColumn(RelationInfo table, Sql.Syntax.AddColumn add)
    {
        ColumnDefinition definition = add.Column;
        if (table.Kind is not (RelationKind.Table or RelationKind.PartitionedTable or RelationKind.CompositeType or RelationKind.ForeignTable))
            throw new SqlException(SqlState.WrongObjectType, $"ALTER action ADD COLUMN cannot be performed on relation \"{table.Name}\"");
        if (table.FindColumn(definition.Name) is not null)
        {
            if (!add.IfNotExists)
                throw new SqlException(SqlState.DuplicateColumn, $"column \"{definition.Name}\" of relation \"{table.Name}\" already exists");
            context.Session.Notice($"column \"{definition.Name}\" of relation \"{table.Name}\" already exists, skipping", sqlState: SqlState.DuplicateColumn.Code);
            return table;
        }

        if (table.Columns.Length == ColumnBuilder.ColumnsMax)
            throw new SqlException(SqlState.TooManyColumns, $"tables can have at most {ColumnBuilder.ColumnsMax} columns");
        var constraints = new ColumnConstraints(context, table.Name, null);
        ColumnInfo column = constraints.Apply(ColumnBuilder.FromDefinition(context, definition, checked((short)(table.Columns.Length + 1))), definition);
        RowTypeUse.RejectRecursion(context, table, column.TypeOid);
        if (column.Default is not null)
            RowTypeUse.Reject(context, table);
        if (column.Generated != '\0')
            column = column with { Default = GeneratedColumns.Complete(context, table with { Columns = [.. table.Columns, column] }, column) };
        bool isSerial = SerialTypes.TryGet(definition.Type!, out SqlType? serial);
        if (isSerial || constraints.IdentityOptions is not null)
            return AddGeneratedColumn(table, column, definition, serial, constraints.IdentityOptions ?? [], isSerial);
        bool needsRewrite = column.Generated != '\0' || (column.Default is not null && !TryMissingValue(column, out column));
        bool isEmpty = new TableRewrite(context).IsEmpty(table);
        bool notNull = column.NotNull;
        RelationInfo changed = context.Replace(table, table with
        {
            Columns = [.. table.Columns, column with { NotNull = notNull && (isEmpty || column.Default is not null) }],
            Dependencies = [.. table.Dependencies, .. StoredExpressions.RelationsIn(context, table, column, column.Default)],
        });
        if (needsRewrite && !isEmpty)
            changed = new TableRewrite(context).Rewrite(table, changed, new Dictionary<int, string> { [column.Number] = column.Default!.Text });
        RowTypeRefill.Run(context, changed);
        if (notNull && !isEmpty && column.Default is null)
            throw new SqlException(SqlState.NotNullViolation, $"column \"{column.Name}\" of relation \"{table.Name}\" contains null values")
            {
                SchemaName = context.View.FindSchema(table.SchemaOid)?.Name,
                TableName = table.Name,
                ColumnName = column.Name,
            };
        return AddColumnConstraints(changed, definition);
    }

    // A constant default need not be written into the rows that are there: they read as having it.
    private bool TryMissingValue(ColumnInfo column, out ColumnInfo with)
    {
        with = column;
        SqlType type = TypeResolver.Find(column.TypeOid, context.View)!.WithTypmod(column.TypeModifier);
        Expressions.Expression bound = Binding.Binder.BindValue(column.Default!.Syntax, type, StoredExpressions.BindingContextOf(context));
        if (bound.Volatility == Functions.Volatility.Volatile)
            return false;
        with = column with { MissingValue = TypeOutput.ToText(type, ConstantValue.Of(bound, context.Session), TypeSettings.Default, context.Session.Catalog) };
        return true;
    }

    private RelationInfo AddGeneratedColumn(RelationInfo table, ColumnInfo column, ColumnDefinition definition, SqlType? serial, SyntaxList<SequenceOption> options, bool isSerial)
    {
        SqlType type = serial ?? BuiltinTypes.Get(column.TypeOid);
        RelationInfo sequence = MakeOwnedSequence(table, column, type, options, isSerial ? DependencyKind.Auto : DependencyKind.Internal);
        if (isSerial)
            column = column with { NotNull = true, Default = new CatalogExpression(CatalogExpression.NextValue(sequence.Oid)), DefaultOid = context.NewOid() };
        RelationInfo after = table with { Columns = [.. table.Columns, column] };
        if (isSerial)
            after = after with { Dependencies = [.. after.Dependencies, DefaultOn(table, column, sequence)] };
        RelationInfo changed = context.Replace(table, after);
        if (!new TableRewrite(context).IsEmpty(table))
            changed = new TableRewrite(context).Rewrite(table, changed, new Dictionary<int, string> { [column.Number] = CatalogExpression.NextValue(sequence.Oid) });
        return AddColumnConstraints(changed, definition);
    }

    private static Dependency DefaultOn(RelationInfo table, ColumnInfo column, RelationInfo sequence) =>
        new(new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number), new ObjectAddress(CatalogOids.PgClass, sequence.Oid), DependencyKind.Normal);

    private RelationInfo MakeOwnedSequence(RelationInfo table, ColumnInfo column, SqlType type, SyntaxList<SequenceOption> options, DependencyKind kind)
    {
        SchemaInfo schema = context.View.FindSchema(table.SchemaOid)!;
        string name;
        if (SequenceOptions.NameOf(context, options) is { } given)
        {
            schema = given.Schema is null ? schema : context.RequireSchema(given.Schema, given.Position);
            name = given.Name;
            context.CheckNameIsFree(schema.Oid, name, hasRowType: false);
        }
        else
        {
            name = context.ChooseName(table.Name, column.Name, "seq", candidate => context.View.FindRelation(schema.Oid, candidate) is not null);
        }

        RelationInfo sequence = SequenceCommands.Build(context, schema, name, SequenceOptions.Create(context, options, type));
        sequence = sequence with
        {
            OwnerOid = table.OwnerOid,
            Persistence = table.Persistence == 'u' ? 'u' : 'p',
            Dependencies = [new Dependency(new ObjectAddress(CatalogOids.PgClass, sequence.Oid), new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number), kind)],
        };
        SequenceCommands.Create(context, sequence);
        context.Session.Notice($"ALTER TABLE will create implicit sequence \"{name}\" for serial column \"{table.Name}.{column.Name}\"", "DEBUG1");
        return sequence;
    }

    private RelationInfo AddColumnConstraints(RelationInfo table, ColumnDefinition definition)
    {
        var commands = new ConstraintCommands(context);
        foreach (Constraint constraint in definition.Constraints)
            if (constraint.Kind is Sql.Syntax.ConstraintKind.Check)
                table = commands.Add(table, constraint, validate: true);
            else if (constraint.Kind is Sql.Syntax.ConstraintKind.PrimaryKey or Sql.Syntax.ConstraintKind.Unique or Sql.Syntax.ConstraintKind.ForeignKey)
                table = commands.Add(table, constraint with { Columns = [definition.Name] }, validate: true);
        return table;
    }

    private RelationInfo DropColumn(RelationInfo table, Sql.Syntax.DropColumn drop)
    {
        if (table.FindColumn(drop.Column) is not { } column)
        {
            if (ColumnBuilder.SystemColumn(drop.Column))
                throw new SqlException(SqlState.FeatureNotSupported, $"cannot drop system column \"{drop.Column}\"");
            if (!drop.IfExists)
                throw new SqlException(SqlState.UndefinedColumn, $"column \"{drop.Column}\" of relation \"{table.Name}\" does not exist");
            context.Notice($"column \"{drop.Column}\" of relation \"{table.Name}\" does not exist, skipping");
            return table;
        }

        // Values that are stored already would keep what is dropped.
        RowTypeUse.Reject(context, table, ofRowsOnly: true);
        var command = new DropCommand(context, drop.Behavior);
        command.AddColumn(table, column);
        command.Finish(null);
        table = context.View.FindRelation(table.Oid)!;
        // Constraints on the column go with it, whatever else they are on.
        ConstraintInfo[] kept = [.. table.Constraints.Where(c => Array.IndexOf(c.Columns, column.Number) < 0)];
        if (kept.Length < table.Constraints.Length)
            table = context.Replace(table, table with { Constraints = kept });
        if (context.View.Comments.FirstOrDefault(c => c.Object == new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number)) is { } comment)
            context.Changes.Drop(comment, context.Cancellation);
        return MarkDropped(context, table, table.Columns[column.Number - 1]);
    }

    /// <summary>PostgreSQL carries ALTER TABLE out when the statement's text is gone: its errors have no place.</summary>
    private static RelationInfo WithoutPosition(Func<RelationInfo> change)
    {
        try
        {
            return change();
        }
        catch (SqlException error)
        {
            error.Position = 0;
            throw;
        }
    }

    private RelationInfo SetDefault(RelationInfo table, AlterColumnDefault change)
    {
        ColumnInfo column = RequireColumn(table, change.Column);
        if (column.Identity != '\0')
            throw new SqlException(SqlState.SyntaxError, $"column \"{column.Name}\" of relation \"{table.Name}\" is an identity column")
            {
                Hint = change.Default is null ? "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead." : null,
            };
        if (column.Generated != '\0')
            throw new SqlException(SqlState.SyntaxError, $"column \"{column.Name}\" of relation \"{table.Name}\" is a generated column");
        CatalogExpression? text = change.Default is null ? null : StoredExpressions.Default(context, column, change.Default);
        Dependency[] kept = [.. table.Dependencies.Where(d => d.Dependent.SubId != column.Number || d.Referenced.ClassOid != CatalogOids.PgClass)];
        ColumnInfo[] columns = [.. table.Columns];
        columns[column.Number - 1] = column with { Default = text, DefaultOid = text is null ? 0 : context.NewOid() };
        return context.Replace(table, table with { Columns = columns, Dependencies = [.. kept, .. StoredExpressions.RelationsIn(context, table, column, text)] });
    }

    private RelationInfo SetNotNull(RelationInfo table, AlterColumnNotNull change)
    {
        ColumnInfo column = RequireColumn(table, change.Column);
        if (column.NotNull == change.IsSet)
            return table;
        if (change.IsSet)
        {
            TableValidation.NotNull(context, table, column);
        }
        else
        {
            if (table.PrimaryKey is { } primary && Array.Exists(primary.Keys, k => k.Column == column.Number))
                throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{column.Name}\" is in a primary key");
            if (column.Identity != '\0')
                throw new SqlException(SqlState.SyntaxError, $"column \"{column.Name}\" of relation \"{table.Name}\" is an identity column");
        }

        return ReplaceColumn(context, table, column with { NotNull = change.IsSet });
    }

    private RelationInfo DropConstraint(RelationInfo table, Sql.Syntax.DropConstraint drop)
    {
        if (Array.Find(table.Constraints, c => c.Name == drop.Name) is not { } constraint)
        {
            if (!drop.IfExists)
                throw new SqlException(SqlState.UndefinedObject, $"constraint \"{drop.Name}\" of relation \"{table.Name}\" does not exist");
            context.Notice($"constraint \"{drop.Name}\" of relation \"{table.Name}\" does not exist, skipping");
            return table;
        }

        if (constraint.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique)
        {
            var command = new DropCommand(context, drop.Behavior);
            foreach (ConstraintInfo foreignKey in table.ReferencedBy)
                if (foreignKey.IndexOid == constraint.IndexOid)
                    command.AddConstraintDependent(foreignKey, $"index {constraint.Name}");
            command.Finish($"constraint {constraint.Name} on table {table.Name}");
        }

        table = context.View.FindRelation(table.Oid)!;
        table = context.Replace(table, table with { Constraints = [.. table.Constraints.Where(c => c.Oid != constraint.Oid)] });
        if (constraint.Kind is ConstraintKind.PrimaryKey or ConstraintKind.Unique && context.View.FindRelation(constraint.IndexOid) is { } index)
        {
            RelationStorage.Drop(context, index);
            context.Changes.Drop(index, context.Cancellation);
        }

        return context.View.FindRelation(table.Oid)!;
    }

    private RelationInfo Validate(RelationInfo table, ValidateConstraint validate)
    {
        ConstraintInfo constraint = Array.Find(table.Constraints, c => c.Name == validate.Name) ??
            throw new SqlException(SqlState.UndefinedObject, $"constraint \"{validate.Name}\" of relation \"{table.Name}\" does not exist");
        if (constraint.IsValidated)
            return table;
        if (constraint.Kind == ConstraintKind.Check)
            TableValidation.Check(context, table, constraint);
        else
            TableValidation.ForeignKey(context, table, context.View.FindRelation(constraint.ReferencedTableOid)!, constraint);
        return context.Replace(table, table with { Constraints = [.. table.Constraints.Select(c => c.Oid == constraint.Oid ? c with { IsValidated = true } : c)] });
    }

    private RelationInfo AddIdentity(RelationInfo table, AddIdentity identity)
    {
        ColumnInfo column = RequireColumn(table, identity.Column);
        if (!column.NotNull)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"column \"{column.Name}\" of relation \"{table.Name}\" must be declared NOT NULL before identity can be added");
        if (column.Identity != '\0')
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"column \"{column.Name}\" of relation \"{table.Name}\" is already an identity column");
        if (column.Default is not null)
            throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"column \"{column.Name}\" of relation \"{table.Name}\" already has a default value");
        if (column.TypeOid is not (TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8))
            throw new SqlException(SqlState.InvalidParameterValue, "identity column type must be smallint, integer, or bigint");
        MakeOwnedSequence(table, column, BuiltinTypes.Get(column.TypeOid), identity.Identity.SequenceOptions, DependencyKind.Internal);
        return ReplaceColumn(context, context.View.FindRelation(table.Oid)!, column with { Identity = identity.Identity.IsGeneratedAlways ? 'a' : 'd' });
    }

    private RelationInfo RequireIdentitySequence(RelationInfo table, ColumnInfo column) => column.Identity != '\0' && CatalogServices.OwnedSequence(context.View, table.Oid, column.Number) is { } sequence
        ? sequence
        : throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"column \"{column.Name}\" of relation \"{table.Name}\" is not an identity column");

    private RelationInfo AlterIdentity(RelationInfo table, AlterIdentity identity)
    {
        ColumnInfo column = RequireColumn(table, identity.Column);
        RelationInfo sequence = RequireIdentitySequence(table, column);
        char kind = column.Identity;
        var options = new List<SequenceOption>();
        foreach (SequenceOption option in identity.Options)
        {
            if (option.Kind == SequenceOptionKind.SetGeneratedAlways)
                kind = 'a';
            else if (option.Kind == SequenceOptionKind.SetGeneratedByDefault)
                kind = 'd';
            else
                options.Add(option);
        }

        SequenceCommands.Apply(context, sequence, sequence.Sequence!, [.. options]);
        return ReplaceColumn(context, context.View.FindRelation(table.Oid)!, column with { Identity = kind });
    }

    private RelationInfo DropIdentity(RelationInfo table, Sql.Syntax.DropIdentity identity)
    {
        ColumnInfo column = RequireColumn(table, identity.Column);
        if (column.Identity == '\0' && identity.IfExists)
        {
            context.Notice($"column \"{column.Name}\" of relation \"{table.Name}\" is not an identity column, skipping");
            return table;
        }

        RelationInfo sequence = RequireIdentitySequence(table, column);
        RelationInfo changed = ReplaceColumn(context, table, column with { Identity = '\0', Default = null });
        RelationStorage.Drop(context, sequence);
        context.Changes.Drop(sequence, context.Cancellation);
        return context.View.FindRelation(changed.Oid)!;
    }
}
