using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Deparsing;
using Strata.Engine.Types;

namespace Strata.Engine.Ddl;

/// <summary>What generation expressions may say, once all columns of their table are known.</summary>
internal static class GeneratedColumns
{
    /// <summary>The table with the expressions of its generated columns checked and in the form that catalogs keep. Throws 42P17, 42703, 42804, …</summary>
    public static RelationInfo Complete(DdlContext context, RelationInfo table)
    {
        if (!Array.Exists(table.Columns, static c => c.Generated != '\0'))
            return table;
        ColumnInfo[] columns = [.. table.Columns];
        for (int i = 0; i < columns.Length; i++)
            if (columns[i].Generated != '\0')
                columns[i] = columns[i] with { Default = Complete(context, table, columns[i]) };
        return table with { Columns = columns };
    }

    /// <summary>One column's expression.</summary>
    public static CatalogExpression Complete(DdlContext context, RelationInfo table, ColumnInfo column)
    {
        SqlType type = TypeResolver.Find(column.TypeOid, context.View)!.WithTypmod(column.TypeModifier);
        bool isWritten = column.Default!.IsWritten;
        RejectGenerated(context, table, column);
        BindingContext bindingContext = isWritten ? StoredExpressions.RecordedContextOf(context) : StoredExpressions.RecordedContextOf(context) with { Text = "" };
        RecordedExpression bound;
        try
        {
            bound = RecordedBinding.BindExpression(column.Default!.Syntax, table, null, null, ExpressionKind.GeneratedColumn, bindingContext);
        }
        catch (SqlException error) when (!isWritten)
        {
            // Positions are those of a kept text, which nobody wrote.
            error.Position = 0;
            throw;
        }

        if (bound.Value.Volatility != Functions.Volatility.Immutable)
            throw new SqlException(SqlState.InvalidObjectDefinition, "generation expression is not immutable");
        if (bound.Value.Any(static part => part is Expressions.RowExpression { Type.Kind: TypeKind.Composite }) && column.Default.Syntax is Sql.Syntax.ColumnReference)
            throw new SqlException(SqlState.InvalidObjectDefinition, "cannot use whole-row variable in column generation expression") { Detail = "This would cause the generated column to depend on its own value." };
        RecordedExpression assigned;
        try
        {
            assigned = RecordedBinding.BindExpression(column.Default.Syntax, table, null, type, ExpressionKind.GeneratedColumn, bindingContext);
        }
        catch (SqlException error) when (error.State == SqlState.DatatypeMismatch || error.State == SqlState.CannotCoerce)
        {
            throw new SqlException(SqlState.DatatypeMismatch, $"column \"{column.Name}\" is of type {TypeNames.Format(type, type.Typmod)} but default expression is of type {TypeNames.Format(bound.Value.Type)}", error)
            {
                Hint = "You will need to rewrite or cast the expression.",
            };
        }

        return StoredDefinitions.KeptText(assigned, context.View, context.Session);
    }

    private static void RejectGenerated(DdlContext context, RelationInfo table, ColumnInfo column)
    {
        SyntaxWalker.VisitColumns(column.Default!.Syntax, reference =>
        {
            if (reference.IsStar)
                return;
            string name = reference.Names[reference.Names.Count - 1];
            int position = column.Default.IsWritten ? context.Position(reference.Position) : 0;
            if (table.FindColumn(name) is { Generated: not '\0' })
                throw new SqlException(SqlState.InvalidObjectDefinition, $"cannot use generated column \"{name}\" in column generation expression")
                {
                    Detail = "A generated column cannot reference another generated column.",
                    Position = position,
                };
            if (name != "tableoid" && table.FindColumn(name) is null && ColumnBuilder.SystemColumn(name))
                throw new SqlException(SqlState.InvalidColumnReference, $"cannot use system column \"{name}\" in column generation expression") { Position = position };
            if (name == table.Name && table.FindColumn(name) is null)
                throw new SqlException(SqlState.InvalidObjectDefinition, "cannot use whole-row variable in column generation expression")
                {
                    Detail = "This would cause the generated column to depend on its own value.",
                    Position = position,
                };
        });
    }
}
