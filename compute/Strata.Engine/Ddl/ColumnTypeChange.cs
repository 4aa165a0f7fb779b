using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ConstraintKind = Strata.Engine.Catalog.ConstraintKind;

namespace Strata.Engine.Ddl;

/// <summary>ALTER COLUMN TYPE, all of a statement at once, so that every USING sees the old rows: only the entry when the stored values stay as they are, else all rows anew.</summary>
internal sealed class ColumnTypeChange(DdlContext context)
{
    public RelationInfo Apply(RelationInfo table, IReadOnlyList<AlterColumnType> changes)
    {
        ColumnInfo[] columns = [.. table.Columns];
        var expressions = new Dictionary<int, string>();
        bool needsRewrite = false;
        if (table.Kind is RelationKind.Table or RelationKind.MaterializedView or RelationKind.CompositeType)
            RowTypeUse.Reject(context, table);
        // The expressions are analyzed before anything else is looked at.
        foreach (AlterColumnType change in changes)
            if (change.Using is { } expression and not (StringLiteral or NullLiteral))
                Binding.RecordedBinding.BindExpression(expression, table, null, null, Binding.ExpressionKind.Other, StoredExpressions.RecordedContextOf(context));
        foreach (AlterColumnType change in changes)
        {
            ColumnInfo column = table.FindColumn(change.Column) ??
                throw (ColumnBuilder.SystemColumn(change.Column)
                    ? new SqlException(SqlState.FeatureNotSupported, $"cannot alter system column \"{change.Column}\"")
                    : new SqlException(SqlState.UndefinedColumn, $"column \"{change.Column}\" of relation \"{table.Name}\" does not exist"));
            if (expressions.ContainsKey(column.Number))
                throw new SqlException(SqlState.FeatureNotSupported, $"cannot alter type of column \"{column.Name}\" twice");
            ColumnInfo after = Changed(table, column, change);
            columns[column.Number - 1] = after;
            expressions[column.Number] = change.Using is null ? TypeNames.QuoteIdentifier(column.Name) : $"({Sql.SqlDeparser.Deparse(change.Using)})";
            needsRewrite |= !IsSameStorage(column, after, change.Using);
            StatisticsCommand.ResetFor(context, table.Oid, column.Number);
        }

        RelationInfo changed = context.Replace(table, table with { Columns = columns, Statistics = [.. table.Statistics.Where(s => !expressions.ContainsKey(s.Column))] });
        changed = context.Replace(changed, WithDefinitionsOver(changed, expressions));
        if (needsRewrite && !new TableRewrite(context).IsEmpty(table))
            changed = new TableRewrite(context).Rewrite(table, changed, expressions);
        else
            RetypeIndexes(table, changed, expressions);
        CheckConstraints(context.View.FindRelation(table.Oid)!, expressions, needsRewrite);
        return context.View.FindRelation(table.Oid)!;
    }

    private ColumnInfo Changed(RelationInfo table, ColumnInfo column, AlterColumnType change)
    {
        SqlType type = context.ResolveType(change.Type);
        if (type.IsPseudo)
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{column.Name}\" has pseudo-type {TypeNames.Format(type)}");
        RowTypeUse.RejectRecursion(context, table, type.Oid);
        if (column.Generated != '\0' && change.Using is not null)
            throw new SqlException(SqlState.InvalidColumnDefinition, "cannot specify USING when altering type of generated column") { Detail = $"Column \"{column.Name}\" is a generated column." };
        CheckCast(table, column, type, change);
        RejectDependents(table, column);
        if (change.Collation is { } given && !type.IsCollatable)
            throw new SqlException(SqlState.DatatypeMismatch, $"collations are not supported by type {TypeNames.Format(type)}") { Position = context.Position(given.Position) };
        uint? collation = change.Collation is { } named ? ColumnBuilder.Collation(context, named) : null;
        ColumnInfo made = ColumnBuilder.Make(column.Number, column.Name, type, collation);
        ColumnInfo after = column with
        {
            TypeOid = made.TypeOid,
            TypeModifier = made.TypeModifier,
            CollationOid = made.CollationOid,
            Length = made.Length,
            PassedByValue = made.PassedByValue,
            Alignment = made.Alignment,
            StorageStrategy = made.StorageStrategy,
            Compression = made.StorageStrategy == 'p' ? '\0' : column.Compression,
            Dimensions = (short)change.Type.ArrayBounds.Count,
        };
        return WithDefaultOf(after, column, type);
    }

    private void RetypeIndexes(RelationInfo before, RelationInfo table, Dictionary<int, string> changed)
    {
        foreach (IndexInfo index in before.Indexes)
            if (Array.Exists(index.Keys, k => changed.ContainsKey(k.Column)))
            {
                RelationInfo relation = context.View.FindRelation(index.Oid)!;
                IndexInfo retyped = Retyped(context, relation.Index!, context.View.FindRelation(table.Oid)!);
                context.Replace(relation, RetypedColumns(context, relation with { Index = retyped }));
            }
    }

    // Checks that mention a column mean its new type now, or nothing: then binding them fails.
    private RelationInfo WithDefinitionsOver(RelationInfo table, Dictionary<int, string> changed) => table with
    {
        Constraints = Array.ConvertAll(table.Constraints, constraint => constraint.Check is { } check && Array.Exists(constraint.Columns, n => changed.ContainsKey(n))
            ? constraint with { Check = Bound(check, table) }
            : constraint),
    };

    private CatalogExpression Bound(CatalogExpression expression, RelationInfo table)
    {
        try
        {
            return Deparsing.StoredDefinitions.KeptText(
                Deparsing.StoredDefinitions.Rebind(expression, table, null, Binding.ExpressionKind.CheckConstraint, context.View, context.Session), context.View, context.Session);
        }
        catch (SqlException error)
        {
            // Positions are those of a kept text, which nobody wrote.
            error.Position = 0;
            throw;
        }
    }

    private void CheckConstraints(RelationInfo table, Dictionary<int, string> changed, bool rowsChanged)
    {
        var commands = new ConstraintCommands(context);
        foreach (ConstraintInfo constraint in table.Constraints)
        {
            if (!Array.Exists(constraint.Columns, n => changed.ContainsKey(n)))
                continue;
            if (constraint.Kind == ConstraintKind.Check && constraint.IsValidated && rowsChanged)
                TableValidation.Check(context, table, constraint);
            if (constraint.Kind != ConstraintKind.ForeignKey || context.View.FindRelation(constraint.ReferencedTableOid) is not { } referenced)
                continue;
            commands.CheckTypes(table, referenced, constraint.Columns, constraint.ReferencedColumns, constraint.Name);
            if (constraint.IsValidated && rowsChanged)
                TableValidation.ForeignKey(context, table, referenced, constraint);
        }

        foreach (ConstraintInfo constraint in table.ReferencedBy)
        {
            if (!Array.Exists(constraint.ReferencedColumns, n => changed.ContainsKey(n)) || context.View.FindRelation(constraint.TableOid) is not { } referencing)
                continue;
            commands.CheckTypes(referencing, table, constraint.Columns, constraint.ReferencedColumns, constraint.Name);
            if (constraint.IsValidated && rowsChanged)
                TableValidation.ForeignKey(context, referencing, table, constraint);
        }
    }

    // varchar(n) to a longer one or to text, and numeric to a wider one of the same scale: the rows are right as they are.
    private static bool IsSameStorage(ColumnInfo before, ColumnInfo after, Expression? @using)
    {
        if (@using is not null)
            return false;
        bool textual = before.TypeOid is TypeOid.VarChar or TypeOid.Text && after.TypeOid is TypeOid.VarChar or TypeOid.Text;
        if (before.CollationOid != after.CollationOid)
            return false;
        if (textual)
            return after.TypeModifier == -1 || (before.TypeOid == TypeOid.VarChar && before.TypeModifier != -1 && after.TypeModifier >= before.TypeModifier);
        return before.TypeOid == after.TypeOid && (after.TypeModifier == -1 || after.TypeModifier == before.TypeModifier);
    }

    private ColumnInfo WithDefaultOf(ColumnInfo after, ColumnInfo before, SqlType type)
    {
        if (before.Default is null || before.Identity != '\0' || before.Generated != '\0')
            return after;
        try
        {
            Binding.Binder.BindValue(before.Default.Syntax, type, StoredExpressions.BindingContextOf(context));
        }
        catch (SqlException)
        {
            throw new SqlException(SqlState.DatatypeMismatch, $"default for column \"{before.Name}\" cannot be cast automatically to type {TypeNames.Format(type, type.Typmod)}");
        }

        return after;
    }

    /// <summary>Throws 42804 when the column's type can't become the new one by itself.</summary>
    public void CheckCast(RelationInfo table, ColumnInfo column, AlterColumnType change) => CheckCast(table, column, context.ResolveType(change.Type), change);

    private void CheckCast(RelationInfo table, ColumnInfo column, SqlType type, AlterColumnType change)
    {
        SqlType from;
        if (change.Using is null)
        {
            from = TypeResolver.Find(column.TypeOid, context.View)!;
        }
        else
        {
            foreach (string name in StoredExpressions.ColumnNames(change.Using))
                if (name == table.Name && table.FindColumn(name) is null)
                    throw new SqlException(SqlState.FeatureNotSupported, "cannot convert whole-row table reference") { Detail = "USING expression contains a whole-row table reference." };
            if (change.Using is StringLiteral or NullLiteral)
                return;
            from = Binding.RecordedBinding.BindExpression(change.Using, table, null, null, Binding.ExpressionKind.Other, StoredExpressions.RecordedContextOf(context)).Value.Type;
        }

        if (new Functions.TypeCoercion(context.Session.Catalog).CanCoerce(from.Oid, type.Oid, Functions.CastContext.Assignment))
            return;
        string target = TypeNames.Format(type, type.Typmod);
        throw change.Using is null
            ? new SqlException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" cannot be cast automatically to type {target}")
            {
                Hint = column.Generated != '\0' ? null : $"You might need to specify \"USING {TypeNames.QuoteIdentifier(column.Name)}::{target}\".",
            }
            : new SqlException(SqlState.DatatypeMismatch, $"result of USING clause for column \"{column.Name}\" cannot be cast automatically to type {target}")
            {
                Hint = "You might need to add an explicit cast.",
            };
    }

    private void RejectDependents(RelationInfo table, ColumnInfo column)
    {
        foreach (ColumnInfo generated in table.Columns)
            if (generated.Generated != '\0' && generated.Number != column.Number && StoredExpressions.ColumnNames(generated.Default!.Syntax).Contains(column.Name))
                throw new SqlException(SqlState.FeatureNotSupported, "cannot alter type of a column used by a generated column")
                {
                    Detail = $"Column \"{column.Name}\" is used by generated column \"{generated.Name}\".",
                };
        foreach (RelationInfo candidate in context.View.UserRelations)
            if (candidate.View is not null)
                foreach (Dependency dependency in candidate.Dependencies)
                    if (dependency.Referenced == new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number))
                        throw new SqlException(SqlState.FeatureNotSupported, "cannot alter type of a column used by a view or rule")
                        {
                            Detail = $"rule _RETURN on view {candidate.Name} depends on column \"{column.Name}\"",
                        };
    }

    /// <summary>An index whose keys have the types that the table's columns have now.</summary>
    public static IndexInfo Retyped(DdlContext context, IndexInfo index, RelationInfo table) => index with
    {
        Keys = Array.ConvertAll(index.Keys, key =>
        {
            if (key.Column == 0)
                return key;
            // A collation or class that was written for the key stays, as long as it fits the type.
            ColumnInfo column = table.Columns[key.Column - 1];
            SqlType type = TypeResolver.Find(column.TypeOid, context.View)!;
            bool hasOwnCollation = key.CollationOid != column.CollationOid && column.CollationOid == type.CollationOid;
            if (key.TypeOid == column.TypeOid && (hasOwnCollation || key.CollationOid == column.CollationOid || key.OperatorClassOid == 0))
                return key with { TypeModifier = column.TypeModifier };
            bool hasOwnClass = key.TypeOid is TypeOid.Text or TypeOid.VarChar && column.TypeOid is TypeOid.Text or TypeOid.VarChar && !OperatorClassNames.IsDefault(key.OperatorClassOid, key.TypeOid, context.View);
            if (hasOwnClass)
                return key with { TypeOid = column.TypeOid, TypeModifier = column.TypeModifier, CollationOid = hasOwnCollation ? key.CollationOid : column.CollationOid };
            IndexKey fresh = key.OperatorClassOid == 0 ? IndexCommands.IncludedKey(table, key.Column) : IndexCommands.ColumnKey(table, key.Column, context, index.Method);
            return key with
            {
                TypeOid = fresh.TypeOid,
                TypeModifier = fresh.TypeModifier,
                CollationOid = key.OperatorClassOid == 0 ? 0 : hasOwnCollation && fresh.CollationOid != 0 ? key.CollationOid : fresh.CollationOid,
                NativeItems = key.OperatorClassOid == 0 || key.TypeOid == fresh.TypeOid ? key.NativeItems : fresh.NativeItems,
                OperatorClassOid = key.OperatorClassOid == 0 || key.TypeOid == fresh.TypeOid ? key.OperatorClassOid : fresh.OperatorClassOid,
            };
        }),
    };

    /// <summary>An index relation whose columns have the types of its keys.</summary>
    public static RelationInfo RetypedColumns(DdlContext context, RelationInfo index)
    {
        ColumnInfo[] columns = [.. index.Columns];
        for (int i = 0; i < columns.Length; i++)
        {
            IndexKey key = index.Index!.Keys[i];
            if (columns[i].TypeOid != key.TypeOid || columns[i].TypeModifier != key.TypeModifier)
                columns[i] = ColumnBuilder.Make(columns[i].Number, columns[i].Name, TypeResolver.Find(key.TypeOid, context.View)!.WithTypmod(key.TypeModifier), key.CollationOid);
        }

        return index with { Columns = columns };
    }
}
