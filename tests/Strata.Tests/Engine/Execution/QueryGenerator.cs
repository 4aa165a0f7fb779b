using System.Globalization;
using Strata.Platform;

namespace Strata.Tests.Engine.Execution;

/// <summary>
/// Makes queries over three small tables whose results do not depend on how they are run: no sums of floats, no limits without a whole order, nothing that can fail. The same seed gives the same queries.
/// </summary>
internal sealed class QueryGenerator(IRandom random)
{
    /// <summary>Tables with nulls, duplicates, one value that is very frequent, and indexes.</summary>
    public const string Setup = """
        CREATE TABLE t (id int PRIMARY KEY, a int, b bigint, c text, d numeric(10,2), e date);
        INSERT INTO t SELECT i, NULLIF(i * 7 % 23, 5), (i * 31 % 50) * 1000000007::bigint, CASE WHEN i % 9 = 0 THEN NULL ELSE 'text value number ' || i % 17 END, (i * 13 % 100) / 4.0, date '2020-01-01' + i % 40
            FROM generate_series(1, 400) i;
        CREATE TABLE u (id int PRIMARY KEY, a int, b bigint, c text, d numeric(10,2), e date);
        INSERT INTO u SELECT i, CASE WHEN i % 3 = 0 THEN 7 ELSE i % 31 END, (i % 60) * 1000000007::bigint, 'text value number ' || i % 11, CASE WHEN i % 5 = 0 THEN NULL ELSE i % 30 / 2.0 END, date '2020-01-10' + i % 25
            FROM generate_series(1, 260) i;
        CREATE TABLE v (id int PRIMARY KEY, a int, b bigint, c text, d numeric(10,2), e date);
        INSERT INTO v SELECT i, i % 12, NULLIF(i % 8, 3) * 1000000007::bigint, CASE WHEN i % 2 = 0 THEN repeat('long ', 1 + i % 40) ELSE 'x' || i % 5 END, i / 8.0, date '2020-02-01' - i % 30 FROM generate_series(1, 120) i;
        CREATE INDEX ON t (a);
        CREATE INDEX ON t (b, c);
        CREATE INDEX ON u (a, id);
        CREATE INDEX ON u (c);
        CREATE INDEX ON v (a);
        ANALYZE t;
        ANALYZE u;
        ANALYZE v;
        """;

    private static readonly string[] s_tables = ["t", "u", "v"];
    private static readonly string[] s_columns = ["id", "a", "b", "c", "d", "e"];

    /// <summary>The next query. When it is <c>ordered</c>, its rows come in one order only.</summary>
    public (string Sql, bool IsOrdered) Next() => Pick(17) switch
    {
        0 or 1 => Join(),
        2 => (Grouped(), false),
        3 => Sorted(),
        4 => (SetOperation(), false),
        5 => (Distinct(), false),
        6 => (Window(), false),
        7 => (CommonTable(), false),
        8 => (GroupingSets(), false),
        9 => (Exists(), false),
        10 => (Aggregates(), false),
        11 => (Recursive(), false),
        12 or 13 => (Correlated(), false),
        14 or 15 => (Lateral(), false),
        _ => (Mixed(), false),
    };

    private int Pick(int count) => random.Next(count);

    private T Pick<T>(params T[] values) => values[random.Next(values.Length)];

    private string Number(int count) => Pick(count).ToString(CultureInfo.InvariantCulture);

    private string Table() => Pick(s_tables);

    private string Column() => Pick(s_columns);

    private string Condition(string alias) => Pick(10) switch
    {
        0 => $"{alias}.a = {Number(25)}",
        1 => $"{alias}.a < {Number(25)}",
        2 => $"{alias}.b >= {Number(50)} * 1000000007::bigint",
        3 => $"{alias}.c LIKE '%{Number(10)}'",
        4 => $"{alias}.d BETWEEN {Number(10)} AND {Number(30)}",
        5 => $"{alias}.e > date '2020-01-15' + {Number(20)}",
        6 => $"{alias}.c IS NOT NULL",
        7 => $"{alias}.a IN ({Number(12)}, {Number(12)}, 7)",
        8 => $"{alias}.id % 3 = {Number(3)}",
        _ => $"({alias}.a > {Number(12)} OR {alias}.d < {Number(20)})",
    };

    private string Where(params string[] aliases)
    {
        var conditions = new List<string>();
        foreach (string alias in aliases)
        {
            if (Pick(2) == 0)
                conditions.Add(Condition(alias));
        }

        return conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
    }

    private string On(string left, string right) => Pick(6) switch
    {
        0 => $"{left}.a = {right}.a",
        1 => $"{left}.b = {right}.b",
        2 => $"{left}.c = {right}.c",
        3 => $"{left}.a = {right}.a AND {left}.e = {right}.e",
        4 => $"{left}.a = {right}.a AND {left}.id < {right}.id",
        _ => $"{left}.d = {right}.d",
    };

    private (string, bool) Join()
    {
        string kind = Pick("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN");
        // A full join needs a condition that can be hashed, and both sides must be small enough for pairs of frequent values.
        string on = kind == "FULL JOIN" ? Pick("x.a = y.a", "x.b = y.b", "x.c = y.c AND x.a = y.a") : On("x", "y");
        string from = $"{Table()} x {kind} {Table()} y ON {on}";
        if (Pick(3) == 0)
            from += $" JOIN {Table()} z ON z.id = x.id";
        string where = Where("x");
        return Pick(2) == 0
            ? ($"SELECT x.id, y.id, y.c FROM {from}{where}", false)
            : ($"SELECT x.id, y.id, x.d FROM {from}{where} ORDER BY x.id, y.id DESC, x.d LIMIT {Number(200)}", true);
    }

    private string Aggregate(string alias) => Pick(13) switch
    {
        0 => "count(*)",
        1 => $"count({alias}.{Column()})",
        2 => $"sum({alias}.b)",
        3 => $"sum({alias}.d)",
        4 => $"avg({alias}.d)",
        5 => $"min({alias}.{Column()})",
        6 => $"max({alias}.{Column()})",
        7 => $"count(DISTINCT {alias}.{Column()})",
        8 => $"sum(DISTINCT {alias}.d)",
        9 => $"string_agg({alias}.c, ',' ORDER BY {alias}.c DESC, {alias}.id)",
        10 => $"array_agg(DISTINCT {alias}.a ORDER BY {alias}.a)",
        11 => $"count(*) FILTER (WHERE {Condition(alias)})",
        _ => $"bool_or({alias}.a > 5)",
    };

    private string Grouped()
    {
        string key = Pick("x.a", "x.c", "x.e", "x.a, x.c", "x.b", "x.id", "x.d, x.e", "x.id % 10, x.c");
        string having = Pick(4) == 0 ? " HAVING count(*) > 2" : "";
        return $"SELECT {key}, {Aggregate("x")}, {Aggregate("x")} FROM {Table()} x{Where("x")} GROUP BY {key}{having}";
    }

    private (string, bool) Sorted()
    {
        string order = $"{Column()}{Pick("", " DESC", " NULLS FIRST")}, {Column()}{Pick("", " DESC")}, id";
        string limit = Pick(3) == 0 ? $" LIMIT {Number(60)} OFFSET {Number(20)}" : "";
        return ($"SELECT * FROM {Table()} x{Where("x")} ORDER BY {order}{limit}", true);
    }

    private string SetOperation()
    {
        string columns = Pick("a", "c", "a, c", "a, e", "b, d");
        string operation = Pick("UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL");
        return $"SELECT {columns} FROM {Table()} x{Where("x")} {operation} SELECT {columns} FROM {Table()} y{Where("y")}";
    }

    private string Distinct() => $"SELECT DISTINCT {Pick("a", "c", "a, e", "id, c", "d, c", "b")} FROM {Table()} x{Where("x")}";

    private string Window()
    {
        string partition = Pick("", "PARTITION BY a ", "PARTITION BY c ", "PARTITION BY id % 4 ");
        string order = Pick("ORDER BY id", "ORDER BY e, id", "ORDER BY d DESC, id");
        string frame = Pick(
            "", " ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING", " ROWS BETWEEN 30 PRECEDING AND CURRENT ROW", " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
            " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING");
        string call = Pick("sum(b)", "count(c)", "max(c)", "avg(d)", "first_value(c)", "last_value(id)", "nth_value(a, 2)");
        string other = Pick("row_number()", "rank()", "dense_rank()", "ntile(5)", "lag(c)", "lead(id, 3, 0)", "cume_dist()");
        return $"SELECT id, {call} OVER ({partition}{order}{frame}), {other} OVER ({partition}{order}) FROM {Table()} x{Where("x")}";
    }

    private string CommonTable() => Pick(3) switch
    {
        0 => $"WITH w AS MATERIALIZED (SELECT a, c, id FROM {Table()} x{Where("x")}) SELECT p.id, q.id FROM w p JOIN w q ON p.a = q.a AND p.id < q.id",
        1 => $"WITH w AS MATERIALIZED (SELECT a, count(*) n FROM {Table()} x GROUP BY a) SELECT p.a, q.n FROM w p, w q WHERE p.n = q.n UNION ALL SELECT a, n FROM w",
        _ => $"WITH w AS MATERIALIZED (SELECT * FROM {Table()} x{Where("x")}) SELECT id, (SELECT count(*) FROM w y WHERE y.a < x.a) FROM w x",
    };

    private string GroupingSets() =>
        $"SELECT a, e, {Pick("count(*)", "sum(b)", "max(c)", "count(DISTINCT c)")} FROM {Table()} x{Where("x")} GROUP BY {Pick("ROLLUP (a, e)", "CUBE (a, e)", "GROUPING SETS ((a), (e), ())")}";

    private string Exists()
    {
        string test = Pick(
            $"EXISTS (SELECT 1 FROM {Table()} y WHERE {On("x", "y")})", $"NOT EXISTS (SELECT 1 FROM {Table()} y WHERE {On("x", "y")})",
            $"x.a IN (SELECT y.a FROM {Table()} y{Where("y")})", $"x.id NOT IN (SELECT y.a FROM {Table()} y WHERE y.a IS NOT NULL)",
            $"x.d > ALL (SELECT y.d FROM {Table()} y WHERE y.a = x.a AND y.d IS NOT NULL)");
        return $"SELECT x.id, x.c FROM {Table()} x WHERE {test}";
    }

    private string Correlated()
    {
        string table = Table();
        string first = Subquery(), second = Subquery();
        return Pick(3) switch
        {
            0 => $"SELECT x.id, {first} FROM {table} x{Where("x")}",
            1 => $"SELECT x.id, {first}, {second} FROM {table} x",
            _ => $"SELECT x.id, {second} FROM {table} x WHERE {first} IS NOT NULL OR x.a = {Number(9)}",
        };
    }

    /// <summary>A value that depends on the row x.</summary>
    private string Subquery()
    {
        string from = $"FROM {Table()} y WHERE {Correlation()}";
        return Pick(12) switch
        {
            0 or 1 => $"(SELECT {Aggregate("y")} {from})",
            2 => $"(SELECT {Aggregate("y")} {from} HAVING count(*) > {Number(8)})",
            3 => $"(SELECT y.c {from} ORDER BY y.{Column()}{Pick("", " DESC")}, y.id LIMIT 1)",
            4 => $"(SELECT y.id {from} ORDER BY y.d, y.id OFFSET {Number(3)} LIMIT 1)",
            5 => $"EXISTS (SELECT 1 {from})",
            6 => $"x.a IN (SELECT y.a {from})",
            7 => $"x.b NOT IN (SELECT y.b {from})",
            8 => $"ARRAY(SELECT y.a {from} ORDER BY y.id)",
            9 => $"(SELECT sum(q.n) FROM (SELECT y.c, count(*) n {from} GROUP BY y.c) q)",
            10 => $"(SELECT count(*) FROM (SELECT y.a {from} {Pick("UNION", "UNION ALL", "EXCEPT", "INTERSECT")} SELECT z.a FROM {Table()} z WHERE {On("x", "z")}) q)",
            _ => $"(SELECT count(*) {from} AND EXISTS (SELECT 1 FROM {Table()} z WHERE {On("y", "z")} AND z.id <> x.id))",
        };
    }

    private string Correlation() => Pick(5) switch
    {
        0 => $"y.id < x.a",
        1 => $"{On("x", "y")} AND y.e > x.e",
        2 => $"({On("x", "y")} OR y.id = x.id)",
        _ => On("x", "y") + (Pick(2) == 0 ? "" : " AND " + Condition("y")),
    };

    private string Lateral()
    {
        string from = $"FROM {Table()} y WHERE {Correlation()}";
        string side = Pick(5) switch
        {
            0 => $"SELECT count(*) p, max(y.c) q {from}",
            1 => $"SELECT y.a p, count(*) q {from} GROUP BY y.a",
            2 => $"SELECT y.id p, y.d q {from} ORDER BY y.d DESC, y.id LIMIT {Number(4)}",
            3 => $"SELECT DISTINCT y.c p, y.e q {from}",
            _ => $"SELECT y.id p, rank() OVER (ORDER BY y.a, y.id) q {from}",
        };
        return Pick(2) == 0
            ? $"SELECT x.id, s.p, s.q FROM {Table()} x, LATERAL ({side}) s{Where("x")}"
            : $"SELECT x.id, s.p, s.q FROM {Table()} x LEFT JOIN LATERAL ({side}) s ON true{Where("x")}";
    }

    private string Aggregates() =>
        $"SELECT {Aggregate("x")}, {Aggregate("x")}, {Aggregate("x")} FROM {Table()} x JOIN {Table()} y ON {On("x", "y")}{Where("x", "y")}";

    private string Recursive() =>
        $"WITH RECURSIVE r(id, a, n) AS (SELECT id, a, 1 FROM {Table()} x WHERE id <= {Number(20)} {Pick("UNION", "UNION ALL")} SELECT y.id, y.a, r.n + 1 FROM r JOIN {Table()} y ON y.id = r.id * 2 + {Number(3)} WHERE r.n < 6) SELECT * FROM r";

    private string Mixed() =>
        $"SELECT s.k, sum(s.n), count(*) FROM (SELECT x.a k, y.e, count(*) n FROM {Table()} x LEFT JOIN {Table()} y ON {On("x", "y")}{Where("x")} GROUP BY x.a, y.e) s GROUP BY s.k";
}
