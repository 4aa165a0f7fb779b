using Strata.Engine.Catalog;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>Checks that the rows of a table satisfy a new constraint.</summary>
internal static class TableValidation
{
    private static bool IsEmpty(DdlContext context, RelationInfo table) => table.Storage == 0 ||
        context.Session.Engine.Handles.Heap(table.Database, table.Storage).CountBlocks(ReadPoint.Live, context.Cancellation) == 0;

    /// <summary>Throws 23502 when a row has a null in the column.</summary>
    public static void NotNull(DdlContext context, RelationInfo table, ColumnInfo column)
    {
        if (IsEmpty(context, table))
            return;
        if (new InternalQuery(context).First($"SELECT 1 FROM ONLY {Name(context, table)} WHERE {TypeNames.QuoteIdentifier(column.Name)} IS NULL") is not null)
            throw new SqlException(SqlState.NotNullViolation, $"column \"{column.Name}\" of relation \"{table.Name}\" contains null values")
            {
                SchemaName = context.View.FindSchema(table.SchemaOid)?.Name,
                TableName = table.Name,
                ColumnName = column.Name,
            };
    }

    /// <summary>Throws 23514 when a row violates a check.</summary>
    public static void Check(DdlContext context, RelationInfo table, ConstraintInfo constraint)
    {
        if (IsEmpty(context, table))
            return;
        if (new InternalQuery(context).First($"SELECT 1 FROM ONLY {Name(context, table)} WHERE NOT ({constraint.Check!.Text})") is not null)
            throw new SqlException(SqlState.CheckViolation, $"check constraint \"{constraint.Name}\" of relation \"{table.Name}\" is violated by some row")
            {
                SchemaName = context.View.FindSchema(table.SchemaOid)?.Name,
                TableName = table.Name,
                ConstraintName = constraint.Name,
            };
    }

    /// <summary>Throws 23503 when a row refers to no row.</summary>
    public static void ForeignKey(DdlContext context, RelationInfo table, RelationInfo referenced, ConstraintInfo constraint)
    {
        if (IsEmpty(context, table))
            return;
        string[] columns = Array.ConvertAll(constraint.Columns, n => TypeNames.QuoteIdentifier(table.Columns[n - 1].Name));
        string[] keys = Array.ConvertAll(constraint.ReferencedColumns, n => TypeNames.QuoteIdentifier(referenced.Columns[n - 1].Name));
        string present = string.Join(constraint.Match == 'f' ? " OR " : " AND ", columns.Select(static c => $"fk.{c} IS NOT NULL"));
        string match = string.Join(" AND ", columns.Select((c, i) => $"pk.{keys[i]} = fk.{c}"));
        string?[]? row = new InternalQuery(context).First(
            $"SELECT {string.Join(", ", columns.Select(static c => "fk." + c))} FROM ONLY {Name(context, table)} fk LEFT JOIN {Name(context, referenced)} pk ON {match} WHERE pk.{keys[0]} IS NULL AND ({present})");
        if (row is null)
            return;
        string names = string.Join(", ", constraint.Columns.Select(n => table.Columns[n - 1].Name));
        throw new SqlException(SqlState.ForeignKeyViolation, $"insert or update on table \"{table.Name}\" violates foreign key constraint \"{constraint.Name}\"")
        {
            Detail = $"Key ({names})=({string.Join(", ", row)}) is not present in table \"{referenced.Name}\".",
            SchemaName = context.View.FindSchema(table.SchemaOid)?.Name,
            TableName = table.Name,
            ConstraintName = constraint.Name,
        };
    }

    private static string Name(DdlContext context, RelationInfo table) => context.Session.Catalog.QualifiedName(table);
}
