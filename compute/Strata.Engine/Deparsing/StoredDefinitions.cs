using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Deparsing;

/// <summary>
/// Definitions that catalogs keep as text (views, defaults, checks, index expressions, policies): how they are made from what was written, and how they are shown. A kept text is what binding found, with every name in
/// full, so it means the same whatever the search path is; names that change are brought in by printing it again. Stateless; for the session's thread.
/// </summary>
internal static class StoredDefinitions
{
    /// <summary>The context in which kept texts are bound.</summary>
    public static BindingContext ContextOf(CatalogView view, IFunctionContext functions) => new()
    {
        Catalog = view,
        SearchPath = DefinitionNames.StoredPath,
        Functions = functions,
        AllowParameters = false,
        IsRecorded = true,
    };

    /// <summary>What catalogs keep of a bound query. <paramref name="columnNames"/>: what CREATE VIEW calls its columns.</summary>
    public static string KeptText(RecordedQuery query, IReadOnlyList<string>? columnNames, CatalogView view, IFunctionContext functions) =>
        Print(query, columnNames, new DefinitionNames(view, DefinitionNames.StoredPath, functions, isStored: true), PrintStyle.None, -1, isView: true);

    /// <summary>What catalogs keep of a bound expression.</summary>
    public static CatalogExpression KeptText(RecordedExpression expression, CatalogView view, IFunctionContext functions) =>
        new(Print(expression, new DefinitionNames(view, DefinitionNames.StoredPath, functions, isStored: true), PrintStyle.None));

    /// <summary>A query as the reader sees it. <paramref name="wrapColumn"/>: lists are wrapped after so many columns; 0 for one item a line.</summary>
    public static string Print(RecordedQuery query, IReadOnlyList<string>? columnNames, DefinitionNames names, PrintStyle style, int wrapColumn, bool isView)
    {
        var text = new PrintBuffer(style, wrapColumn);
        new QueryWriter(names, text, query.Recorder, query.Statement.Metadata).Write(query.Query, columnNames, isView);
        return text.ToString();
    }

    /// <summary>The statements of a body in SQL syntax as binding found them. Throws 0A000 for those that can't be printed again.</summary>
    public static IEnumerable<RecordedQuery> RecordBody(RoutineInfo routine, CatalogView view, IFunctionContext functions)
    {
        SqlType?[] types = [.. routine.ArgumentTypes.Select(oid => TypeResolver.Find(oid, view))];
        SearchPath path = routine.SearchPath.Length == 0 ? DefinitionNames.StoredPath : new SearchPath(routine.SearchPath, 0);
        BindingContext context = RoutineContexts.Of(routine, types, view, path, functions) with { IsRecorded = true };
        foreach (Statement statement in routine.Statements)
            yield return statement is SelectStatement select ? RecordedBinding.Bind(select, context) : RecordedBinding.BindModification(statement, context);
    }

    /// <summary>The body of a routine in SQL syntax as the reader sees it. Throws 0A000 for bodies that can't be printed again.</summary>
    public static string PrintBody(RoutineInfo routine, DefinitionNames names, CatalogView view, IFunctionContext functions)
    {
        SqlType?[] types = [.. routine.ArgumentTypes.Select(oid => TypeResolver.Find(oid, view))];
        BindingContext context = RoutineContexts.Of(routine, types, view, DefinitionNames.StoredPath, functions) with { IsRecorded = true };
        bool isReturn = routine.SqlBody!.StartsWith("RETURN ", StringComparison.Ordinal);
        var text = new System.Text.StringBuilder(isReturn ? "" : "BEGIN ATOMIC\n");
        foreach (Statement statement in routine.Statements)
        {
            RecordedQuery query = statement is SelectStatement select ? RecordedBinding.Bind(select, context) : RecordedBinding.BindModification(statement, context);
            var buffer = new PrintBuffer(isReturn ? PrintStyle.None : PrintStyle.Indented, 0);
            var writer = new QueryWriter(names, buffer, query.Recorder, query.Statement.Metadata);
            writer.Expressions.ParameterNames = context.ParameterNames;
            writer.Expressions.RoutineName = routine.Name;
            if (isReturn)
            {
                writer.Expressions.Write(query.Query.Targets[0].Value, showImplicit: true);
                return "RETURN " + buffer;
            }

            writer.Write(query.Query, null, isView: false, indent: 1, areNamesSeen: false);
            text.Append(buffer).Append(";\n");
        }

        return text.Append("END").ToString();
    }

    /// <summary>An expression as the reader sees it.</summary>
    public static string Print(RecordedExpression expression, DefinitionNames names, PrintStyle style)
    {
        var text = new PrintBuffer(style, 0);
        QueryWriter? writer = null;
        writer = new QueryWriter(names, text, expression.Recorder, expression.Metadata, column => NameOf(expression, names, column, writer!.Expressions.Level is not null));
        writer.Expressions.Write(expression.Value, showImplicit: false);
        return text.ToString();
    }

    // Inside a subquery the table's columns are qualified.
    private static string? NameOf(RecordedExpression expression, DefinitionNames names, int column, bool isQualified)
    {
        if (!expression.Columns.TryGetValue(column, out short number))
            return null;
        if (number == 0)
            return "VALUE";
        RelationInfo relation = names.View.FindRelation(expression.Relation!.Oid) ?? expression.Relation;
        string name = number < 0 ? "tableoid" : TypeNames.QuoteIdentifier(relation.Columns[number - 1].Name);
        return isQualified ? TypeNames.QuoteIdentifier(relation.Name) + "." + name : name;
    }

    /// <summary>The kept text of an expression bound again.</summary>
    public static RecordedExpression Rebind(CatalogExpression expression, RelationInfo? relation, SqlType? value, ExpressionKind kind, CatalogView view, IFunctionContext functions, SqlType? target = null) =>
        RecordedBinding.BindExpression(expression.Syntax, relation, value, target, kind, ContextOf(view, functions));

    /// <summary>A view's query bound again; null when it is one that can't be printed (or refers to what is gone).</summary>
    public static RecordedQuery Rebind(ViewInfo view, CatalogView catalog, IFunctionContext functions)
    {
        BindingContext context = ContextOf(catalog, functions);
        if (view.SearchPath.Length > 0 && !view.IsCanonical)
            context = new BindingContext { Catalog = catalog, SearchPath = new SearchPath(view.SearchPath, 0), Functions = functions, AllowParameters = false, IsRecorded = true };
        return RecordedBinding.Bind((SelectStatement)view.Query, context);
    }
}
