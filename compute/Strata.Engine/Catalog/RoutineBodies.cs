using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Bodies of SQL functions as statements.</summary>
internal static class RoutineBodies
{
    /// <summary>The statements of a body, in order. A RETURN is a SELECT of its expression.</summary>
    public static IReadOnlyList<Statement> Parse(RoutineInfo routine)
    {
        if (routine.SqlBody is null)
            return [.. SqlParser.ParseScript(routine.Source).Select(static parsed => parsed.Statement)];
        var create = (CreateFunctionStatement)CatalogParser.ParseStatement("CREATE FUNCTION f() " + routine.SqlBody);
        return StatementsOf(create.Body!);
    }

    /// <summary>The statements of a body in SQL syntax.</summary>
    public static IReadOnlyList<Statement> StatementsOf(RoutineBody body) => body.Return is { } value
        ? [Select(value)]
        : [.. body.Statements.Select(static statement => statement is ReturnStatement returned ? Select(returned.Value) : statement)];

    private static Statement Select(Expression value) => CatalogParser.ParseStatement("SELECT " + SqlDeparser.Deparse(value));

    /// <summary>The text that the catalog keeps of a body in SQL syntax.</summary>
    public static string Print(RoutineBody body)
    {
        if (body.Return is { } value)
            return "RETURN " + SqlDeparser.Deparse(value);
        var text = new System.Text.StringBuilder("BEGIN ATOMIC\n");
        foreach (Statement statement in body.Statements)
            text.Append(' ').Append(statement is ReturnStatement returned ? "RETURN " + SqlDeparser.Deparse(returned.Value) : SqlDeparser.Deparse(statement)).Append(";\n");
        return text.Append("END").ToString();
    }

    /// <summary>The value of a body that is one SELECT of one expression and nothing else; null for others.</summary>
    public static Expression? SingleExpression(IReadOnlyList<Statement> statements) =>
        statements is [SelectStatement { With: null, Limit: null, Offset: null, OrderBy.IsEmpty: true, Body: SelectBody body } select]
            && body is { From.IsEmpty: true, Where: null, GroupBy.IsEmpty: true, Having: null, Into: null, Targets.Count: 1 } && select.Locking.IsEmpty
            && !body.IsDistinct
            ? body.Targets[0].Value
            : null;
}
