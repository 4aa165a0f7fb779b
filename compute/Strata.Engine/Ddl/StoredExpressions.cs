using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Deparsing;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>Expressions of statements as the catalogs keep them.</summary>
internal static class StoredExpressions
{
    /// <summary>A column's default, or null for DEFAULT NULL, which is no default.</summary>
    public static CatalogExpression? Default(DdlContext context, ColumnInfo column, Expression expression)
    {
        if (expression is NullLiteral)
            return null;
        SqlType type = TypeResolver.Find(column.TypeOid, context.View)!;
        RejectColumns(context, expression);
        CheckType(context, column, expression, type);
        RecordedExpression bound = RecordedBinding.BindExpression(expression, null, null, type.WithTypmod(column.TypeModifier), ExpressionKind.ColumnDefault, RecordedContextOf(context));
        return StoredDefinitions.KeptText(bound, context.View, context.Session);
    }

    /// <summary>A domain's default or check over VALUE.</summary>
    public static CatalogExpression OfDomain(DdlContext context, SqlType baseType, Expression expression, bool isCheck)
    {
        RecordedExpression bound = isCheck
            ? RecordedBinding.BindExpression(expression, null, baseType, null, ExpressionKind.CheckConstraint, RecordedContextOf(context))
            : RecordedBinding.BindExpression(expression, null, null, baseType, ExpressionKind.ColumnDefault, RecordedContextOf(context));
        return StoredDefinitions.KeptText(bound, context.View, context.Session);
    }

    /// <summary>A routine's argument default.</summary>
    public static CatalogExpression OfParameter(DdlContext context, SqlType? type, Expression expression) =>
        StoredDefinitions.KeptText(RecordedBinding.BindExpression(expression, null, null, type, ExpressionKind.ColumnDefault, RecordedContextOf(context)), context.View, context.Session);

    /// <summary>A policy's condition over the columns of a table, which may have subqueries.</summary>
    public static (CatalogExpression Text, RecordedExpression Bound) OfPolicy(DdlContext context, RelationInfo table, Expression expression)
    {
        RecordedExpression bound = RecordedBinding.BindExpression(expression, table, null, null, ExpressionKind.Policy, RecordedContextOf(context));
        return (StoredDefinitions.KeptText(bound, context.View, context.Session), bound);
    }

    /// <summary>The context for expressions that are printed again.</summary>
    public static BindingContext RecordedContextOf(DdlContext context) => BindingContextOf(context) with { IsRecorded = true };

    // Binding finds unknown functions and types that do not fit; its result is thrown away.
    private static void CheckType(DdlContext context, ColumnInfo column, Expression expression, SqlType type)
    {
        try
        {
            Binder.BindValue(expression, type.WithTypmod(column.TypeModifier), BindingContextOf(context));
        }
        catch (SqlException error) when (error.State == SqlState.DatatypeMismatch)
        {
            SqlType given = Binder.BindValue(expression, null, BindingContextOf(context)).Type;
            throw new SqlException(SqlState.DatatypeMismatch,
                $"column \"{column.Name}\" is of type {TypeNames.Format(type, column.TypeModifier)} but default expression is of type {TypeNames.Format(given)}")
            {
                Hint = "You will need to rewrite or cast the expression.",
            };
        }
    }

    /// <summary>What stored expressions are bound with.</summary>
    public static BindingContext BindingContextOf(DdlContext context) => new()
    {
        Catalog = context.View,
        SearchPath = context.Session.SearchPath,
        Functions = context.Session,
        Text = context.StatementText,
        AllowParameters = false,
    };

    private static void RejectColumns(DdlContext context, Expression expression)
    {
        SyntaxWalker.VisitColumns(expression, column => throw new SqlException(SqlState.FeatureNotSupported, "cannot use column reference in DEFAULT expression") { Position = context.Position(column.Position) });
    }

    /// <summary>A check, index key or index predicate over the columns of a table.</summary>
    public static CatalogExpression OverTable(DdlContext context, RelationInfo table, Expression expression, bool isCondition, ExpressionKind kind = ExpressionKind.IndexExpression)
    {
        foreach (string name in ColumnNames(expression))
            if (table.FindColumn(name) is null && !ColumnBuilder.SystemColumn(name))
                throw new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" does not exist") { Position = context.Position(PositionOf(expression, name)) };
        foreach (string name in ColumnNames(expression))
            if (ColumnBuilder.SystemColumn(name) && (name != "tableoid" || !isCondition))
                throw isCondition
                    ? new SqlException(SqlState.InvalidColumnReference, $"system column \"{name}\" reference in check constraint is invalid") { Position = context.Position(PositionOf(expression, name)) }
                    : new SqlException(SqlState.FeatureNotSupported, "index creation on system columns is not supported");
        RecordedExpression bound = RecordedBinding.BindExpression(
            expression, table, null, null, isCondition ? ExpressionKind.CheckConstraint : kind, RecordedContextOf(context));
        return StoredDefinitions.KeptText(bound, context.View, context.Session);
    }

    /// <summary>Names of the columns that an expression mentions, each once, in order.</summary>
    public static List<string> ColumnNames(SyntaxNode expression)
    {
        var names = new List<string>();
        SyntaxWalker.VisitColumns(expression, reference =>
        {
            string name = reference.Names[reference.Names.Count - 1];
            if (!reference.IsStar && !names.Contains(name))
                names.Add(name);
        });
        return names;
    }

    private static int PositionOf(SyntaxNode expression, string column)
    {
        int position = -1;
        SyntaxWalker.VisitColumns(expression, reference =>
        {
            if (position < 0 && reference.Names[reference.Names.Count - 1] == column)
                position = reference.Position;
        });
        return position;
    }

    /// <summary>Dependencies of a column's default on the sequences and other relations that constants in it name.</summary>
    public static IEnumerable<Dependency> RelationsIn(DdlContext context, RelationInfo table, ColumnInfo column, CatalogExpression? expression)
    {
        if (expression is null)
            yield break;
        foreach (System.Text.RegularExpressions.Match match in System.Text.RegularExpressions.Regex.Matches(expression.Text, @"'(\d+)'::regclass"))
            if (uint.TryParse(match.Groups[1].ValueSpan, out uint oid) && oid >= CatalogOids.FirstUser && context.View.FindRelation(oid) is not null)
                yield return new Dependency(
                    new ObjectAddress(CatalogOids.PgClass, table.Oid, column.Number), new ObjectAddress(CatalogOids.PgClass, oid), DependencyKind.Normal);
    }
}
