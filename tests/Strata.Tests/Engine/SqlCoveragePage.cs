using System.Globalization;
using System.Text;
using Strata.Engine;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Tests.Engine.Execution;

namespace Strata.Tests.Engine;

/// <summary>Makes docs/sql-coverage.md: commands by trying them on an engine, types and functions from what the engine has registered for the rows of PostgreSQL's catalogs.</summary>
internal static class SqlCoveragePage
{
    /// <summary>The page's text.</summary>
    public static string Make(string commandsFile)
    {
        var page = new StringBuilder();
        page.Append("# SQL coverage\n\nEvery command, type and built-in function of PostgreSQL 15 and what this engine makes of it. Generated from the engine itself by `SqlCoverageTests`, which fails when the page is\n");
        page.Append("out of date; `STRATA_UPDATE_DOCS=1` writes it anew. Not written by hand.\n\n");
        AppendCommands(page, commandsFile);
        AppendTypes(page);
        AppendFunctions(page);
        return page.ToString();
    }

    private static void AppendCommands(StringBuilder page, string file)
    {
        var rows = new List<(string Command, string State)>();
        foreach (string line in File.ReadAllLines(file))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            int bar = line.IndexOf(" | ", StringComparison.Ordinal);
            rows.Add((line[..bar], Try(line[(bar + 3)..])));
        }

        int works = rows.Count(static r => r.State == "works");
        page.Append("## Commands\n\n").Append(CultureInfo.InvariantCulture, $"{works} of {rows.Count} work. The others raise `0A000` or the error shown; each is tried with the statement in `tests/sql/coverage/commands.txt`.\n\n| command | state |\n| --- | --- |\n");
        foreach ((string command, string state) in rows)
            page.Append("| ").Append(command).Append(" | ").Append(state).Append(" |\n");
    }

    // Each in an engine of its own: some commands can't be taken back.
    private static string Try(string sample)
    {
        string[] parts = sample.Split(";; ");
        using var runner = new SqlRunner();
        if (parts.Length > 1)
        {
            runner.Run(parts[0] + ";");
            if (runner.LastError is not null)
                return $"setup: `{runner.LastError.SqlState}`";
        }

        runner.Run(parts[^1] + ";");
        return runner.LastError is { } error ? $"`{error.SqlState}` {error.Message}" : "works";
    }

    private static void AppendTypes(StringBuilder page)
    {
        page.Append("\n## Types\n\n| family | types | without text input and output |\n| --- | --- | --- |\n");
        IEnumerable<SqlType> types = BuiltinTypes.All.Where(static t => !t.IsArray && t.Kind is TypeKind.Base or TypeKind.Range or TypeKind.Multirange && !t.IsArray);
        foreach (IGrouping<TypeCategory, SqlType> family in types.GroupBy(static t => t.Category).OrderBy(static g => g.Key.ToString(), StringComparer.Ordinal))
        {
            SqlType[] members = [.. family.OrderBy(static t => t.Name, StringComparer.Ordinal)];
            string[] missing = [.. members.Where(static t => !HasText(t)).Select(static t => t.Name)];
            page.Append("| ").Append(family.Key).Append(" | ").Append(string.Join(", ", members.Select(static t => t.Name))).Append(" | ").Append(missing.Length == 0 ? "none" : string.Join(", ", missing)).Append(" |\n");
        }
    }

    // NULL has a text form in every type; reading '' tells whether there is an input function behind the name.
    private static bool HasText(SqlType type)
    {
        try
        {
            TypeInput.Parse(type, "0"u8.ToArray(), new Functions.TestFunctionContext());
            return true;
        }
        catch (SqlException error)
        {
            return error.State != SqlState.FeatureNotSupported;
        }
    }

    private static void AppendFunctions(StringBuilder page)
    {
        page.Append("\n## Functions\n\nRows of `pg_proc` by kind and by the family of their first argument; those that clients cannot call (`internal` arguments) are left out.\n\n");
        page.Append("| group | functions | implemented | not implemented |\n| --- | --- | --- | --- |\n");
        FunctionInfo[] callable = [.. BuiltinRegistry.Functions.Where(static f => f.Kind == FunctionKind.Function && f.ReturnType != TypeOid.Internal && !f.ArgumentTypes.Contains(TypeOid.Internal)
            && !IsTypeSupport(f))];
        foreach (IGrouping<string, FunctionInfo> group in callable.GroupBy(Family).OrderBy(static g => g.Key, StringComparer.Ordinal))
        {
            FunctionInfo[] missing = [.. group.Where(static f => BuiltinFunctions.Find(f) is null)];
            string[] names = [.. missing.Select(static f => f.Name).Distinct().Order(StringComparer.Ordinal)];
            page.Append(CultureInfo.InvariantCulture, $"| {group.Key} | {group.Count()} | {group.Count() - missing.Length} | {string.Join(", ", names)} |\n");
        }
    }

    // Handlers of languages, triggers, foreign data and the like.
    private static bool IsTypeSupport(FunctionInfo function) => BuiltinTypes.Find(function.ReturnType) is { IsPseudo: true } result
        && result.Name is "language_handler" or "fdw_handler" or "index_am_handler" or "table_am_handler" or "tsm_handler" or "trigger" or "event_trigger";

    private static string Family(FunctionInfo function)
    {
        if (function.ReturnsSet)
            return "set-returning";
        if (function.ArgumentTypes.Length == 0)
            return "without arguments";
        return BuiltinTypes.Find(function.ArgumentTypes[0]) is { } type ? (type.IsArray ? "Array" : type.Category.ToString()) : "other";
    }
}
