using System.Globalization;

namespace Strata.Differential;

/// <summary>
/// Random queries over a <see cref="Schema"/>. What they compute cannot fail, since which of several errors a plan meets first is nobody's promise;
/// and it does not depend on the order of equal rows.
/// </summary>
internal sealed class QueryGenerator(Generator generator, Schema schema)
{
    private sealed record Source(string Alias, IReadOnlyList<Column> Columns, bool HasKey);

    private int _aliases;

    private string Alias(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{_aliases++}");

    private T Pick<T>(IReadOnlyList<T> items) => generator.Pick(items);

    private bool OneIn(int n) => generator.OneIn(n);

    /// <summary>A query, ordered by all its columns or not at all.</summary>
    public Node Query()
    {
        _aliases = 0;
        if (OneIn(8))
            return WithQuery();
        if (OneIn(8))
            return SetOperation();
        (Node query, List<string> types) = Select([], 3);
        return Node.Of("query", query, Tail(types.Count));
    }

    private Node Tail(int columns)
    {
        if (!OneIn(3))
            return Node.Of("tail");
        string order = string.Join(", ", Enumerable.Range(1, columns).Select(n =>
            n.ToString(CultureInfo.InvariantCulture) + Pick<string>(["", " DESC", " NULLS FIRST", " DESC NULLS LAST", " ASC"])));
        Node limit = OneIn(2) ? Node.Optional(Pick<string>([" LIMIT 3", " LIMIT 5 OFFSET 2", " FETCH FIRST 4 ROWS WITH TIES", " OFFSET 1", " LIMIT 0"])) : Node.Of("tail");
        return Node.Optional(" ORDER BY " + order, limit);
    }

    private Node SetOperation()
    {
        string[] types = [.. Enumerable.Range(0, 1 + generator.Random.Next(2)).Select(_ => Pick(Schema.Ordered))];
        Node Branch() => Select([], 2, wanted: types).Query;
        string operation = Pick<string>([" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ", " EXCEPT ALL ", " INTERSECT ALL "]);
        Node result = Node.Of("query", "(", Branch(), ")", operation, "(", Branch(), ")");
        return OneIn(3) ? Node.Of("query", "(", result, ") UNION ALL (", Branch(), ")") : Node.Of("query", result, Tail(types.Length));
    }

    private Node WithQuery()
    {
        if (OneIn(3))
        {
            return Node.Of("query", "WITH RECURSIVE r(n, x) AS (SELECT 1, ", Safe(":integer", [], 1), Pick<string>([" UNION ALL ", " UNION "]),
                "SELECT n + 1, x + n FROM r WHERE n < 6) SELECT * FROM r", Node.Optional(" WHERE ", Condition([new Source("r", [new Column("n", "integer"), new Column("x", "integer")], false)], 2)));
        }

        (Node inner, List<string> types) = Select([], 2);
        string name = Alias("w");
        var columns = new List<Column>();
        for (int i = 0; i < types.Count; i++)
            columns.Add(new Column(string.Create(CultureInfo.InvariantCulture, $"o{i}"), types[i]));
        var source = new Source(name, columns, false);
        return Node.Of("query", $"WITH {name} AS{Pick<string>(["", " MATERIALIZED", " NOT MATERIALIZED"])} (", inner, $") SELECT * FROM {name}",
            Node.Optional(" WHERE ", Condition([source], 2)), Node.Optional($" UNION ALL SELECT * FROM {name}"));
    }

    private (Node Query, List<string> Types) Select(IReadOnlyList<Source> outer, int depth, string[]? wanted = null)
    {
        var sources = new List<Source>();
        Node from = From(sources, outer, depth);
        List<Source> scope = [.. sources, .. outer];
        int form = wanted is null ? generator.Random.Next(8) : 0;
        Node where = OneIn(2) ? Node.Optional(" WHERE ", Condition(scope, 2)) : Node.Of("where");
        if (form == 1)
            return Grouped(sources, outer, from, where);
        if (form == 2 && sources.TrueForAll(static s => s.HasKey))
            return Windowed(sources, from, where);
        var items = new List<Node>();
        var types = new List<string>();
        for (int i = 0, count = wanted?.Length ?? (1 + generator.Random.Next(3)); i < count; i++)
        {
            string type = wanted is not null ? wanted[i] : OneIn(3) ? Pick(Schema.Ordered) : Pick(Pick(sources).Columns).Type;
            types.Add(type);
            items.Add(Node.Of("item", depth > 1 && OneIn(12) ? Scalar(type, scope) : Safe(":" + type, scope, 2), string.Create(CultureInfo.InvariantCulture, $" AS o{i}")));
        }

        return (Node.Of("query", "SELECT ", OneIn(6) ? "DISTINCT " : "", Node.Of("items", [.. Commas(items)]), from, where), types);
    }

    private static IEnumerable<object> Commas(IEnumerable<Node> nodes)
    {
        bool first = true;
        foreach (Node node in nodes)
        {
            if (!first)
                yield return ", ";
            first = false;
            yield return node;
        }
    }

    /// <summary>A subquery of one row, correlated or not.</summary>
    private Node Scalar(string type, IReadOnlyList<Source> scope)
    {
        var sources = new List<Source>();
        Node from = From(sources, [], 0);
        Node value = Safe(":" + type, sources, 1);
        return type is "jsonb" or "boolean" or "uuid" or "bytea" or "macaddr" or "bit varying" or "name" or "tsvector" or "int4range" or "numrange"
            ? Node.Of(":" + type, "(SELECT ", value, from, Node.Optional(" WHERE ", Condition([.. sources, .. scope], 1)), " ORDER BY 1 LIMIT 1)")
            : Node.Of(":" + type, "(SELECT max(", value, ")", from, Node.Optional(" WHERE ", Condition([.. sources, .. scope], 1)), ")");
    }

    private Node From(List<Source> sources, IReadOnlyList<Source> outer, int depth)
    {
        Node first = Item(sources, outer, depth);
        var parts = new List<object> { " FROM ", first };
        for (int i = 0, joins = depth <= 0 ? 0 : generator.Random.Next(3); i < joins; i++)
        {
            string kind = Pick<string>([" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN ", " CROSS JOIN ", " JOIN ", " LEFT JOIN "]);
            bool isLateral = kind is " JOIN " or " LEFT JOIN " or " CROSS JOIN " && OneIn(5);
            var before = sources.ToList();
            Node item = isLateral ? Lateral(sources, before) : Item(sources, outer, depth - 1);
            parts.Add(kind);
            parts.Add(item);
            if (kind == " CROSS JOIN ")
                continue;
            parts.Add(" ON ");
            parts.Add(kind == " FULL JOIN " ? FullCondition(before, sources[^1]) : JoinCondition(before, sources[^1], sources));
        }

        return Node.Of("from", [.. parts]);
    }

    private Node FullCondition(List<Source> before, Source last) => Equality(before, last) ?? Node.Of(":boolean", "true");

    private Node JoinCondition(List<Source> before, Source last, List<Source> all) =>
        OneIn(3) ? Condition(all, 2) : Equality(before, last) is not { } equality ? Condition(all, 1)
            : OneIn(3) ? Node.Of(":boolean", "(", equality, " AND ", Condition(all, 1), ")") : equality;

    private Node? Equality(List<Source> before, Source last)
    {
        for (int tries = 0; tries < 6; tries++)
        {
            Source left = Pick(before);
            Column column = Pick(left.Columns);
            Column[] same = [.. last.Columns.Where(other => other.Type == column.Type)];
            if (same.Length > 0)
                return Node.Of(":boolean", $"{left.Alias}.{column.Name} = {last.Alias}.{Pick(same).Name}");
        }

        return null;
    }

    private Node Lateral(List<Source> sources, List<Source> before)
    {
        (Node query, List<string> types) = Select(before, 1);
        return Derived("LATERAL (", query, types, sources);
    }

    private Node Derived(string open, Node query, List<string> types, List<Source> sources)
    {
        string alias = Alias("s");
        var columns = new List<Column>();
        for (int i = 0; i < types.Count; i++)
            columns.Add(new Column(string.Create(CultureInfo.InvariantCulture, $"o{i}"), types[i]));
        sources.Add(new Source(alias, columns, false));
        return Node.Of("item", open, query, $") AS {alias}({string.Join(", ", columns.Select(static c => c.Name))})");
    }

    private Node Item(List<Source> sources, IReadOnlyList<Source> outer, int depth)
    {
        if (depth > 0 && OneIn(6))
        {
            (Node query, List<string> types) = Select([], depth - 1);
            return Derived("(", query, types, sources);
        }

        if (OneIn(12))
        {
            string series = Alias("g");
            sources.Add(new Source(series, [new Column("n", "integer")], false));
            return Node.Of("item", $"generate_series({generator.Random.Next(3)}, {generator.Random.Next(6)}) AS {series}(n)");
        }

        if (OneIn(12))
        {
            string alias = Alias("v"), type = Pick(Schema.Ordered);
            sources.Add(new Source(alias, [new Column("a", type), new Column("b", "integer")], false));
            string Row() => $"({(OneIn(4) ? "NULL" : Values.Stored(type, generator.Random))}::{type}, {generator.Random.Next(5)})";
            return Node.Of("item", "(VALUES ", Node.List(", ", [Node.Of("row", Row()), Node.Of("row", Row()), Node.Of("row", Row())]), $") AS {alias}(a, b)");
        }

        Table table = Pick(schema.Tables);
        string name = Alias("t");
        sources.Add(new Source(name, table.Columns, true));
        return Node.Of("item", $"{table.Name} AS {name}");
    }

    private (Node Query, List<string> Types) Grouped(List<Source> sources, IReadOnlyList<Source> outer, Node from, Node where)
    {
        var keys = new List<(string Text, string Type)>();
        for (int i = 0, count = generator.Random.Next(3); i < count; i++)
        {
            Source source = Pick(sources);
            Column column = Pick(source.Columns);
            if (!keys.Exists(key => key.Text == $"{source.Alias}.{column.Name}"))
                keys.Add(($"{source.Alias}.{column.Name}", column.Type));
        }

        var types = keys.Select(static key => key.Type).ToList();
        var items = keys.Select(static key => Node.Of("item", key.Text)).ToList();
        for (int i = 0, count = 1 + generator.Random.Next(3); i < count; i++)
        {
            (Node aggregate, string type) = Aggregate([.. sources, .. outer]);
            items.Add(aggregate);
            types.Add(type);
        }

        Node group = Node.Of("group");
        if (keys.Count > 0)
        {
            string list = string.Join(", ", keys.Select(static key => key.Text));
            string text = Pick<string>([list, list, $"ROLLUP ({list})", $"CUBE ({list})", $"GROUPING SETS (({list}), ())", $"GROUPING SETS (({list}), ({keys[0].Text}), (), ({list}))"]);
            group = Node.Of("group", $" GROUP BY {text}", OneIn(4) ? Node.Optional(" HAVING count(*) > 1") : Node.Of("having"));
            if (OneIn(3))
            {
                items.Add(Node.Of("item", $"GROUPING({list})"));
                types.Add("integer");
            }
        }

        return (Node.Of("query", "SELECT ", Node.List(", ", items), from, where, group), types);
    }

    /// <summary>An aggregate whose result does not depend on the order of its input.</summary>
    private (Node Item, string Type) Aggregate(IReadOnlyList<Source> scope)
    {
        Node filter = OneIn(5) ? Node.Optional(" FILTER (WHERE ", Condition(scope, 1), ")") : Node.Of("filter");
        Node Of(string name, string type) => Node.Of("item", $"{name}({(OneIn(5) ? "DISTINCT " : "")}", Safe(":" + type, scope, 1), ")", filter);
        switch (generator.Random.Next(9))
        {
            case 0: return (Node.Of("item", "count(*)", filter), "bigint");
            case 1: return (Of("count", Pick(Schema.Ordered)), "bigint");
            case 2: return (Of("sum", "integer"), "bigint");
            case 3: return (Of("avg", "bigint"), "numeric");
            case 4:
                string comparable = Pick<string>(["integer", "text", "numeric", "date", "timestamp with time zone", "interval", "inet", "integer[]", "money"]);
                return (Of(Pick<string>(["min", "max"]), comparable), comparable);
            case 5: return (Of(Pick<string>(["bool_and", "bool_or", "every"]), "boolean"), "boolean");
            case 6:
                Node text = Safe(":text", scope, 1);
                return (Node.Of("item", "string_agg(", text, ", ',' ORDER BY ", text, ")", filter), "text");
            case 7: return (Of("sum", "numeric"), "numeric");
            default:
                Node element = Safe(":integer", scope, 1);
                return (Node.Of("item", "array_agg(", element, " ORDER BY ", element, Pick<string>(["", " DESC", " NULLS FIRST"]), ")", filter), "integer[]");
        }
    }

    private (Node Query, List<string> Types) Windowed(List<Source> sources, Node from, Node where)
    {
        string keys = string.Join(", ", sources.Select(static s => s.Alias + ".id"));
        var items = sources.Select(static s => Node.Of("item", s.Alias + ".id")).ToList();
        List<string> types = [.. sources.Select(static _ => "integer")];
        for (int i = 0; i < 1 + generator.Random.Next(2); i++)
        {
            Node argument = Safe(":integer", sources, 1);
            (string name, string type, bool isFrameless) = Pick<(string, string, bool)>(
            [
                ("row_number()", "bigint", true), ("rank()", "bigint", true), ("dense_rank()", "bigint", true), ("percent_rank()", "double precision", true), ("cume_dist()", "double precision", true),
                ("ntile(3)", "integer", true), ("lag(%)", "integer", true), ("lead(%, 2, -1)", "integer", true), ("first_value(%)", "integer", false), ("last_value(%)", "integer", false),
                ("nth_value(%, 2)", "integer", false), ("sum(%)", "bigint", false), ("count(%)", "bigint", false), ("min(%)", "integer", false), ("avg(%)", "numeric", false), ("array_agg(%)", "integer[]", false),
            ]);
            string[] cut = name.Split('%');
            Node call = cut.Length == 2 ? Node.Of("call", cut[0], argument, cut[1]) : Node.Of("call", name);
            Source source = Pick(sources);
            string column = $"{source.Alias}.{Pick(source.Columns).Name}";
            string frame = isFrameless ? "" : Pick<string>(
            [
                "", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS UNBOUNDED PRECEDING", " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", " GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW",
                " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW", " ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING", " RANGE UNBOUNDED PRECEDING EXCLUDE TIES",
            ]);
            string partition = OneIn(2) ? $"PARTITION BY {source.Alias}.{Pick(source.Columns).Name} " : "";
            items.Add(Node.Of("item", call, $" OVER ({partition}ORDER BY {column}{Pick<string>(["", " DESC"])}, {keys}{frame})"));
            types.Add(type);
        }

        return (Node.Of("query", "SELECT ", Node.List(", ", items), from, where), types);
    }

    /// <summary>A condition that no row makes fail.</summary>
    private Node Condition(IReadOnlyList<Source> scope, int depth)
    {
        if (depth > 0 && OneIn(3))
        {
            return OneIn(5) ? Node.Of(":boolean", "(NOT ", Condition(scope, depth - 1), ")")
                : Node.Of(":boolean", "(", Condition(scope, depth - 1), Pick<string>([" AND ", " OR "]), Condition(scope, depth - 1), ")");
        }

        string type = scope.Count > 0 && !OneIn(4) ? Pick(Pick(scope).Columns).Type : Pick(Schema.Ordered);
        Node Value() => Safe(":" + type, scope, depth);
        switch (generator.Random.Next(9))
        {
            case 0: return Node.Of(":boolean", "(", Value(), Pick<string>([" IS NULL", " IS NOT NULL"]), ")");
            case 1: return Node.Of(":boolean", "(", Value(), Pick<string>([" IS DISTINCT FROM ", " IS NOT DISTINCT FROM "]), Value(), ")");
            case 2: return Node.Of(":boolean", "(", Value(), " IN (", Value(), ", ", Value(), "))");
            case 3: return Node.Of(":boolean", "(", Value(), " BETWEEN ", Value(), " AND ", Value(), ")");
            case 4: return Node.Of(":boolean", "(", Safe(":text", scope, depth), Pick<string>([" LIKE 'a%'", " NOT LIKE '%b%'", " ILIKE '%A_'", " ~ '^[a-c]+'", " ~* 'HELLO'"]), ")");
            case 5 when depth > 0: return Subquery(scope, type);
            default: return Node.Of(":boolean", "(", Value(), Pick<string>([" = ", " = ", " < ", " > ", " <> ", " <= ", " >= "]), Value(), ")");
        }
    }

    private Node Subquery(IReadOnlyList<Source> scope, string type)
    {
        var sources = new List<Source>();
        Node from = From(sources, [], 0);
        List<Source> inner = [.. sources, .. scope];
        Node where = Node.Optional(" WHERE ", OneIn(2) && Equality([.. scope], sources[0]) is { } equality ? equality : Condition(inner, 0));
        return generator.Random.Next(4) switch
        {
            0 => Node.Of(":boolean", Pick<string>(["EXISTS", "NOT EXISTS"]), " (SELECT 1", from, where, ")"),
            1 => Node.Of(":boolean", "(", Safe(":" + type, scope, 1), Pick<string>([" IN", " NOT IN", " = ANY", " <> ALL", " > ANY", " <= ALL"]), " (SELECT ", Safe(":" + type, sources, 1), from, where, "))"),
            2 => Node.Of(":boolean", "((SELECT count(*)", from, where, ")", Pick<string>([" > 2", " = 0", " < 5"]), ")"),
            _ => Node.Of(":boolean", "(", Safe(":integer", scope, 1), " = (SELECT ", Pick<string>(["min", "max", "sum"]), "(", Safe(":integer", sources, 1), ")", from, where, "))"),
        };
    }

    /// <summary>An expression that no row makes fail. The kind is a colon and a type.</summary>
    private Node Safe(string kind, IReadOnlyList<Source> scope, int depth)
    {
        string type = kind[1..];
        if (!OneIn(4))
        {
            string[] columns = [.. scope.SelectMany(source => source.Columns.Where(column => column.Type == type).Select(column => $"{source.Alias}.{column.Name}"))];
            if (columns.Length > 0 && (depth <= 0 || OneIn(2)))
                return Node.Value(kind, Pick(columns));
        }

        if (depth > 0)
        {
            Node Same() => Safe(kind, scope, depth - 1);
            switch (generator.Random.Next(8))
            {
                case 0: return Node.Of(kind, "COALESCE(", Same(), ", ", Same(), ")");
                case 1: return Node.Of(kind, "CASE WHEN ", Condition(scope, depth - 1), " THEN ", Same(), " ELSE ", Same(), " END");
                case 2: return Node.Of(kind, "NULLIF(", Same(), ", ", Same(), ")");
                case 3 when type is "integer" or "text" or "numeric" or "date": return Node.Of(kind, Pick<string>(["GREATEST", "LEAST"]), "(", Same(), ", ", Same(), ")");
                case 4 or 5 when Own(kind, type, scope, depth - 1) is { } own: return own;
            }
        }

        return Node.Value(kind, OneIn(8) ? "NULL::" + type : $"{Values.Stored(type, generator.Random)}::{type}");
    }

    private Node? Own(string kind, string type, IReadOnlyList<Source> scope, int depth)
    {
        Node Other(string other) => Safe(":" + other, scope, depth);
        return type switch
        {
            "integer" => generator.Random.Next(4) switch
            {
                0 => Node.Of(kind, "length(", Other("text"), ")"),
                1 => Node.Of(kind, "(", Other("integer"), Pick<string>([" + ", " - ", " % 7 + "]), Other("integer"), ")"),
                2 => Node.Of(kind, "cardinality(", Other("integer[]"), ")"),
                _ => Node.Of(kind, "(", Other("boolean"), ")::integer"),
            },
            "text" => generator.Random.Next(6) switch
            {
                0 => Node.Of(kind, Pick<string>(["lower", "upper", "initcap", "reverse", "md5", "btrim"]), "(", Other("text"), ")"),
                1 => Node.Of(kind, "(", Other("text"), " || ", Other(Pick(Schema.Ordered)), "::text)"),
                2 => Node.Of(kind, "substr(", Other("text"), ", 2, 3)"),
                3 => Node.Of(kind, "replace(", Other("text"), ", 'a', 'b')"),
                4 => Node.Of(kind, "regexp_replace(", Other("text"), ", '[aeiou]+', '<\\&>', 'g')"),
                _ => Node.Of(kind, "(", Other(Pick(Schema.Ordered)), ")::text"),
            },
            "boolean" => Condition(scope, depth),
            "numeric" => Node.Of(kind, "(", Other("numeric"), Pick<string>([" + ", " - ", " * "]), Other("numeric"), ")"),
            "bigint" => Node.Of(kind, "(", Other("integer"), ")::bigint"),
            "jsonb" => generator.Random.Next(3) switch
            {
                0 => Node.Of(kind, "(", Other("jsonb"), " -> 'a')"),
                1 => Node.Of(kind, "jsonb_build_object('k', ", Other(Pick<string>(["integer", "text", "boolean"])), ")"),
                _ => Node.Of(kind, "to_jsonb(", Other(Pick<string>(["integer", "text", "boolean", "integer[]"])), ")"),
            },
            "integer[]" => Node.Of(kind, "ARRAY[", Other("integer"), ", ", Other("integer"), "]"),
            "text[]" => Node.Of(kind, "string_to_array(", Other("text"), ", 'b')"),
            _ => null,
        };
    }
}
