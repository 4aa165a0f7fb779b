using System.Text.RegularExpressions;

namespace Strata.Differential;

/// <summary>A way to make a value: a function, operator, cast or aggregate of PostgreSQL's catalog.</summary>
/// <param name="Name">Its name; for a cast the target.</param>
/// <param name="Form">f(unction), o(perator), l(eft operator), c(ast), a(ggregate), s(et-returning function).</param>
/// <param name="Arguments">Types of the arguments.</param>
/// <param name="Result">Type of the result.</param>
internal sealed record Maker(string Name, char Form, string[] Arguments, string Result)
{
    public string Key => $"{Form}:{Name}({string.Join(",", Arguments)})";
}

/// <summary>What PostgreSQL's own catalog says can be called with the types of <see cref="Values"/>.</summary>
internal sealed partial class Registry
{
    private static readonly string[] s_elements = ["integer", "text", "numeric", "date"];

    private readonly Dictionary<string, List<Maker>> _byResult = new(StringComparer.Ordinal);

    public Registry(Server postgres)
    {
        foreach (string[] row in postgres.Rows("""
            SELECT p.proname, CASE WHEN p.prokind = 'a' THEN 'a' WHEN p.proretset THEN 's' ELSE 'f' END,
                   array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS u(t, n) ORDER BY n), ';'), format_type(p.prorettype, NULL)
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
            WHERE n.nspname = 'pg_catalog' AND p.provolatile <> 'v' AND p.prokind IN ('f', 'a') AND coalesce(a.aggkind, 'n') = 'n' AND p.provariadic = 0
            ORDER BY p.oid
            """))
        {
            // age of one moment asks the clock.
            if (!Excluded().IsMatch(row[0]) && !(row[0] == "age" && !row[2].Contains(';', StringComparison.Ordinal)))
                Add(row[0], row[1][0], row[2].Length == 0 ? [] : row[2].Split(';'), row[3]);
        }

        foreach (string[] row in postgres.Rows("""
            SELECT oprname, CASE WHEN oprleft = 0 THEN 'l' ELSE 'o' END, CASE WHEN oprleft = 0 THEN '' ELSE format_type(oprleft, NULL) || ';' END || format_type(oprright, NULL), format_type(oprresult, NULL)
            FROM pg_operator WHERE oprcode <> 0 ORDER BY oid
            """))
            Add(row[0], row[1][0], row[2].Split(';'), row[3]);
        foreach (string source in Values.Types)
        {
            Add("text", 'c', [source], "text");
            Add(source, 'c', ["text"], source);
        }

        foreach (string[] row in postgres.Rows("SELECT format_type(castsource, NULL), format_type(casttarget, NULL) FROM pg_cast WHERE castsource <> casttarget ORDER BY oid"))
            Add(row[1], 'c', [row[0]], row[1]);
        All = [.. _byResult.Values.SelectMany(static makers => makers)];
    }

    public IReadOnlyList<Maker> All { get; }

    public IReadOnlyList<Maker> Making(string type) => _byResult.TryGetValue(type, out List<Maker>? makers) ? makers : [];

    private void Add(string name, char form, string[] arguments, string result)
    {
        bool isPolymorphic = arguments.Append(result).Any(static type => type.StartsWith("any", StringComparison.Ordinal) || type == "\"any\"");
        foreach (string element in isPolymorphic ? s_elements : ["integer"])
        {
            string[] actual = [.. arguments.Select(type => Resolve(type, element))];
            string actualResult = Resolve(result, element);
            if (!actual.All(Values.Has) || (!Values.Has(actualResult) && form != 's'))
                continue;
            if (!_byResult.TryGetValue(actualResult, out List<Maker>? makers))
                _byResult[actualResult] = makers = [];
            makers.Add(new Maker(name, form, actual, actualResult));
        }
    }

    private static string Resolve(string type, string element) => type switch
    {
        "anyelement" or "anynonarray" or "anycompatible" or "anycompatiblenonarray" or "\"any\"" => element,
        "anyarray" or "anycompatiblearray" => element + "[]",
        "anyrange" or "anycompatiblerange" => element switch { "integer" => "int4range", "numeric" => "numrange", "date" => "daterange", _ => "none" },
        "anymultirange" or "anycompatiblemultirange" => element switch { "integer" => "int4multirange", "numeric" => "nummultirange", "date" => "datemultirange", _ => "none" },
        _ => type,
    };

    /// <summary>What depends on the session, the clock, the server or its files, and what could use up the memory.</summary>
    [GeneratedRegex("^(pg_(?!lsn|size_|typeof$|char_to_encoding|encoding_to_char|collation_for)|has_|txid_|inet_client|inet_server|current_|session_|getdatabase|lo_|binary_upgrade|cursor_to|query_to|table_to|schema_to|database_to|to_reg|"
        + "row_security|shobj|obj_desc|col_desc|amvalidate|ts_stat|postgresql_fdw_validator|now$|transaction_timestamp|statement_timestamp|clock_timestamp|timeofday|version$|getpgusername|mxid|gin_|gist_|brin_|spg_|xml|RI_|.*(sel|joinsel)$|"
        + "be_|loread|lowrite|generate_series|repeat|currval|nextval|setval|lastval|set_config|setseed|random|gen_random)")]
    private static partial Regex Excluded();
}
