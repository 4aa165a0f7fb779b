using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Catalog;

/// <summary>Definitions of routines as <c>pg_get_functiondef</c> and its like print them.</summary>
internal static class RoutinePrinter
{
    /// <summary>The parameters as CREATE FUNCTION lists them, or (without defaults) as they identify the routine.</summary>
    public static string Arguments(RoutineInfo routine, ICatalogServices catalog, bool withDefaults)
    {
        var parts = new List<string>();
        foreach (RoutineParameter parameter in routine.Parameters)
        {
            if (parameter.Mode == 't')
                continue;
            string mode = parameter.Mode switch
            {
                'o' => "OUT ",
                'b' => "INOUT ",
                'v' => "VARIADIC ",
                _ => routine.Kind == FunctionKind.Procedure ? "IN " : "",
            };
            string name = parameter.Name.Length == 0 ? "" : TypeNames.QuoteIdentifier(parameter.Name) + " ";
            string value = withDefaults && parameter.Default is { } text ? " DEFAULT " + Default(parameter.TypeOid, text, catalog) : "";
            parts.Add(mode + name + RoutineNames.TypeName(parameter.TypeOid, catalog) + value);
        }

        if (routine.Aggregate is { Kind: not 'n' } aggregate)
        {
            // VARIADIC "any" on both sides of ORDER BY is one argument.
            IEnumerable<string> ordered = aggregate.DirectArguments == parts.Count && routine.VariadicElementType != 0 ? parts.TakeLast(1) : parts.Skip(aggregate.DirectArguments);
            return string.Join(", ", parts.Take(aggregate.DirectArguments)) + (aggregate.DirectArguments > 0 ? " ORDER BY " : "ORDER BY ") + string.Join(", ", ordered);
        }

        return string.Join(", ", parts);
    }

    /// <summary>The result as RETURNS says it; null for a procedure.</summary>
    public static string? Result(RoutineInfo routine, ICatalogServices catalog)
    {
        if (routine.Kind == FunctionKind.Procedure)
            return null;
        RoutineParameter[] columns = [.. routine.Parameters.Where(static p => p.Mode == 't')];
        if (columns.Length > 0)
            return $"TABLE({string.Join(", ", columns.Select(c => $"{TypeNames.QuoteIdentifier(c.Name)} {RoutineNames.TypeName(c.TypeOid, catalog)}"))})";
        return (routine.ReturnsSet ? "SETOF " : "") + RoutineNames.TypeName(routine.ReturnType, catalog);
    }

    /// <summary>CREATE OR REPLACE … of a user's routine. Throws 42809 for an aggregate.</summary>
    public static string Definition(RoutineInfo routine, CatalogView view, ICatalogServices catalog, string? body)
    {
        if (routine.Kind == FunctionKind.Aggregate)
            throw new SqlException(SqlState.WrongObjectType, $"\"{routine.Name}\" is an aggregate function");
        bool isProcedure = routine.Kind == FunctionKind.Procedure;
        var text = new StringBuilder();
        text.Append("CREATE OR REPLACE ").Append(isProcedure ? "PROCEDURE " : "FUNCTION ")
            .Append(TypeNames.QuoteIdentifier(view.FindSchema(routine.SchemaOid)?.Name ?? "")).Append('.').Append(TypeNames.QuoteIdentifier(routine.Name))
            .Append('(').Append(Arguments(routine, catalog, withDefaults: true)).Append(")\n");
        if (Result(routine, catalog) is { } result)
            text.Append(" RETURNS ").Append(result).Append('\n');
        text.Append(" LANGUAGE ").Append(routine.LanguageOid switch { RoutineInfo.SqlLanguage => "sql", RoutineInfo.CLanguage => "c", _ => "internal" }).Append('\n');
        AppendOptions(text, routine);
        foreach (string setting in routine.Settings ?? [])
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            string name = setting[..equals], value = setting[(equals + 1)..];
            bool isList = name is "search_path" or "temp_tablespaces" or "session_preload_libraries" or "shared_preload_libraries" or "local_preload_libraries";
            text.Append(" SET ").Append(TypeNames.QuoteIdentifier(name)).Append(" TO ")
                .Append(isList ? string.Join(", ", value.Split(',').Select(static v => Quote(v.Trim().Trim('"')))) : Quote(value)).Append('\n');
        }

        if (body is not null)
            return text.Append(body).Append('\n').ToString();
        string tag = isProcedure ? "procedure" : "function";
        while (routine.Source.Contains($"${tag}$", StringComparison.Ordinal))
            tag += "x";
        return text.Append("AS $").Append(tag).Append('$').Append(routine.Source).Append('$').Append(tag).Append("$\n").ToString();
    }

    private static string Quote(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    private static void AppendOptions(StringBuilder text, RoutineInfo routine)
    {
        var options = new List<string>();
        if (routine.Kind == FunctionKind.Window)
            options.Add("WINDOW");
        if (routine.Volatility != Volatility.Volatile)
            options.Add(routine.Volatility == Volatility.Immutable ? "IMMUTABLE" : "STABLE");
        if (routine.Parallel != 'u')
            options.Add(routine.Parallel == 's' ? "PARALLEL SAFE" : "PARALLEL RESTRICTED");
        if (routine.IsStrict)
            options.Add("STRICT");
        if (routine.IsSecurityDefiner)
            options.Add("SECURITY DEFINER");
        if (routine.IsLeakProof)
            options.Add("LEAKPROOF");
        float cost = routine.LanguageOid is RoutineInfo.InternalLanguage or RoutineInfo.CLanguage ? 1 : 100;
        if (routine.Cost != cost)
            options.Add("COST " + routine.Cost.ToString(CultureInfo.InvariantCulture));
        if (routine.Rows > 0 && routine.Rows != 1000)
            options.Add("ROWS " + routine.Rows.ToString(CultureInfo.InvariantCulture));
        if (options.Count > 0)
            text.Append(' ').Append(string.Join(' ', options)).Append('\n');
    }

    /// <summary>CREATE OR REPLACE FUNCTION of a built-in function.</summary>
    // A null of no type keeps none for parameters of any type, and takes the name of the others.
    private static string? Default(uint type, CatalogExpression value, ICatalogServices catalog) => value.Syntax switch
    {
        NullLiteral or CastExpression { Operand: NullLiteral } when type is TypeOid.AnyElement or TypeOid.AnyNonArray or TypeOid.AnyCompatible or TypeOid.AnyCompatibleNonArray => "NULL::unknown",
        NullLiteral or CastExpression { Operand: NullLiteral } when catalog.FindType(type) is { IsPolymorphic: true } => "NULL::" + RoutineNames.TypeName(type, catalog),
        _ => catalog.DeparseExpression(value.Text, 0, false),
    };

    public static string BuiltinDefinition(FunctionInfo function, ICatalogServices catalog)
    {
        if (function.Kind == FunctionKind.Aggregate)
            throw new SqlException(SqlState.WrongObjectType, $"\"{function.Name}\" is an aggregate function");
        string arguments = function.ArgumentsText ?? string.Join(", ", function.ArgumentTypes.Select(t => RoutineNames.TypeName(t, catalog)));
        var options = new List<string>();
        if (function.Volatility != Volatility.Volatile)
            options.Add(function.Volatility == Volatility.Immutable ? "IMMUTABLE" : "STABLE");
        options.Add("PARALLEL SAFE");
        if (function.IsStrict)
            options.Add("STRICT");
        return $"CREATE OR REPLACE FUNCTION pg_catalog.{TypeNames.QuoteIdentifier(function.Name)}({arguments})\n RETURNS {(function.ReturnsSet ? "SETOF " : "")}{RoutineNames.TypeName(function.ReturnType, catalog)}\n"
            + $" LANGUAGE {(function.LanguageOid == RoutineInfo.SqlLanguage ? "sql" : "internal")}\n {string.Join(' ', options)}\nAS $function${function.Symbol}$function$\n";
    }
}
