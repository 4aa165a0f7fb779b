using System.Text.RegularExpressions;
using Strata.Engine.Binding;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>
/// Names of types and functions in expressions that the catalogs keep as text. They are stored with their schema, or the expression would
/// mean something else (or nothing) under another <c>search_path</c>, and shown without it where the reader's path finds the same object.
/// </summary>
/// <param name="view">The catalog.</param>
/// <param name="path">The search path of the session that writes or reads the text.</param>
internal sealed partial class StoredNames(CatalogView view, SearchPath path)
{
    private const string StringPattern = "'(?:[^']|'')*'";
    private const string NamePattern = "(?:\"(?:[^\"]|\"\")+\"|[a-z_][a-z0-9_$]*)";

    [GeneratedRegex(StringPattern + "|::(?<type>" + NamePattern + @")(?![\w$.])|(?<![\w$.:""])(?<function>" + NamePattern + @")(?=\()")]
    private static partial Regex BareNames();

    [GeneratedRegex(StringPattern + @"|(?<![\w$.""])(?<schema>" + NamePattern + @")\.(?<name>" + NamePattern + @")(?![\w$.""])")]
    private static partial Regex QualifiedNames();

    /// <summary>The text with the schemas of user-defined types and functions in front of their names.</summary>
    public string Qualify(string text) => BareNames().Replace(text, match =>
    {
        if (match.Groups["type"] is { Success: true } type)
            return TypeResolver.Find(null, Plain(type.Value), view, path) is { } found && found.NamespaceOid != CatalogOids.CatalogSchema
                ? "::" + SchemaPrefix(found.NamespaceOid) + type.Value
                : match.Value;
        return match.Groups["function"] is { Success: true } function && UserRoutine(Plain(function.Value)) is { } routine
            ? SchemaPrefix(routine.SchemaOid) + function.Value
            : match.Value;
    });

    /// <summary>The text without the schemas that the search path makes needless.</summary>
    public string Shorten(string text) => !text.Contains('.', StringComparison.Ordinal) ? text : QualifiedNames().Replace(text, match =>
    {
        if (!match.Groups["schema"].Success || view.FindSchema(Plain(match.Groups["schema"].Value)) is not { } schema)
            return match.Value;
        string written = match.Groups["name"].Value, name = Plain(written);
        bool isCall = match.Index + match.Length < text.Length && text[match.Index + match.Length] == '(';
        uint? found = isCall ? UserRoutine(name)?.SchemaOid : TypeResolver.Find(null, name, view, path)?.NamespaceOid;
        return found == schema.Oid ? written : match.Value;
    });

    /// <summary>A type's schema and a dot; nothing for the types of pg_catalog.</summary>
    public string PrefixOf(SqlType type) => type.NamespaceOid == CatalogOids.CatalogSchema ? "" : SchemaPrefix(type.NamespaceOid);

    private string SchemaPrefix(uint schema) => view.FindSchema(schema) is { } found ? TypeNames.QuoteIdentifier(found.Name) + "." : "";

    private RoutineInfo? UserRoutine(string name) => RoutineLookup.Find(view, path, null, name, -1) is [{ Routine: { } routine }, ..] ? routine : null;

    private static string Plain(string identifier) =>
        identifier.StartsWith('"') ? identifier[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : identifier;
}
