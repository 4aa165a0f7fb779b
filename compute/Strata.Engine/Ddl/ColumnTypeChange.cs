using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>ALTER COLUMN TYPE: only the entry when the stored values stay as they are, else all rows anew.</summary>
internal sealed class ColumnTypeChange(DdlContext context)
{
    public RelationInfo Apply(RelationInfo table, AlterColumnType change)
    {
        ColumnInfo column = table.FindColumn(change.Column) ??
            throw new SqlException(SqlState.UndefinedColumn, $"column \"{change.Column}\" of relation \"{table.Name}\" does not exist");
        SqlType type = context.ResolveType(change.Type);
        if (type.IsPseudo)
            throw new SqlException(SqlState.InvalidTableDefinition, $"column \"{column.Name}\" has pseudo-type {TypeNames.Format(type)}");
        RejectDependents(table, column);
        uint? collation = change.Collation is { } named ? ColumnBuilder.Collation(context, named) : null;
        ColumnInfo after = ColumnBuilder.Make(column.Number, column.Name, type, collation) with
        {
            NotNull = column.NotNull,
            Identity = column.Identity,
            Default = column.Default,
            DefaultOid = column.DefaultOid,
            Dimensions = (short)change.Type.ArrayBounds.Count,
            StatisticsTarget = column.StatisticsTarget,
        };
        after = WithDefaultOf(after, column, type);
        string name = TypeNames.QuoteIdentifier(column.Name);
        string value = change.Using is null ? $"{name}" : $"({Sql.SqlDeparser.Deparse(change.Using)})";
        CheckCast(table, column, type, change);
        RelationInfo changed = AlterTableCommand.ReplaceColumn(context, table, after);
        changed = changed.Statistics.Length == 0 ? changed : context.Replace(changed, changed with { Statistics = [.. changed.Statistics.Where(s => s.Column != column.Number)] });
        StatisticsCommand.ResetFor(context, table.Oid, column.Number);
        var rewrite = new TableRewrite(context);
        if (!IsSameStorage(column, after, change.Using) && !rewrite.IsEmpty(table))
            return rewrite.Rewrite(table, changed, new Dictionary<int, string> { [column.Number] = $"({value})::{TypeNames.Format(type, type.Typmod)}" });
        foreach (IndexInfo index in changed.Indexes)
            if (Array.Exists(index.Keys, k => k.Column == column.Number))
            {
                RelationInfo relation = context.View.FindRelation(index.Oid)!;
                IndexInfo retyped = Retyped(context, index, context.View.FindRelation(table.Oid)!);
                context.Replace(relation, RetypedColumns(context, relation with { Index = retyped }));
            }

        return context.View.FindRelation(table.Oid)!;
    }

    // varchar(n) to a longer one or to text, and numeric to a wider one of the same scale: the rows are right as they are.
    private static bool IsSameStorage(ColumnInfo before, ColumnInfo after, Expression? @using)
    {
        if (@using is not null)
            return false;
        bool textual = before.TypeOid is TypeOid.VarChar or TypeOid.Text && after.TypeOid is TypeOid.VarChar or TypeOid.Text;
        if (textual)
            return after.TypeModifier == -1 || (before.TypeOid == TypeOid.VarChar && before.TypeModifier != -1 && after.TypeModifier >= before.TypeModifier);
        return before.TypeOid == after.TypeOid && (after.TypeModifier == -1 || after.TypeModifier == before.TypeModifier);
    }

    private ColumnInfo WithDefaultOf(ColumnInfo after, ColumnInfo before, SqlType type)
    {
        if (before.Default is null || before.Identity != '\0')
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

    private void CheckCast(RelationInfo table, ColumnInfo column, SqlType type, AlterColumnType change)
    {
        if (change.Using is not null)
            return;
        SqlType from = TypeResolver.Find(column.TypeOid, context.View)!;
        if (new Functions.TypeCoercion(context.Session.Catalog).CanCoerce(from.Oid, type.Oid, Functions.CastContext.Assignment))
            return;
        string target = TypeNames.Format(type, type.Typmod);
        throw new SqlException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" cannot be cast automatically to type {target}")
        {
            Hint = $"You might need to specify \"USING {TypeNames.QuoteIdentifier(column.Name)}::{target}\".",
        };
    }

    private void RejectDependents(RelationInfo table, ColumnInfo column)
    {
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
            IndexKey fresh = key.OperatorClassOid == 0 ? IndexCommands.IncludedKey(table, key.Column) : IndexCommands.ColumnKey(table, key.Column, context, index.Method);
            return key with
            {
                TypeOid = fresh.TypeOid,
                TypeModifier = fresh.TypeModifier,
                CollationOid = key.OperatorClassOid == 0 ? 0 : fresh.CollationOid,
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
