using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;

namespace Strata.Benchmarks.Analytics;

/// <summary>
/// A wide table of our own, 20 columns and 2 million rows, and 15 queries that scan and aggregate it, on any two systems in turn: <c>wide --peer DSN --ours DSN [--rows N] [--runs N] [--load]</c>.
/// Prints the median of each query, the ratio, and the geometric mean. Results of both must be equal (numbers to 1e-9 relative).
/// </summary>
internal static class WideTable
{
    private const string Create = """
        DROP TABLE IF EXISTS wide;
        CREATE TABLE wide (
            id bigint, ts timestamp, day date, region int, store int, product int, customer int, channel smallint, status char(1), flag boolean,
            qty int, price numeric(12,2), discount numeric(4,2), cost numeric(12,4), weight double precision, rating int, code varchar(8), city varchar(20), note text, bonus int)
        """;

    private const string Fill = """
        INSERT INTO wide SELECT i, timestamp '2020-01-01' + i * interval '37 seconds', date '2020-01-01' + (i % 1461)::int, i % 25, (i * 7919) % 1000, (i * 104729) % 20000, (i * 1299709) % 150000,
            (i % 5)::smallint, substr('NORAF', (i % 5)::int + 1, 1), i % 3 = 0, ((i * 31) % 50)::int + 1, ((i * 8191) % 1000000) / 100.0, ((i * 13) % 11) / 100.0, ((i * 127) % 10000000) / 10000.0,
            ((i * 17) % 100000) / 64.0, ((i * 11) % 100)::int, 'C' || lpad(((i * 523) % 10000)::text, 5, '0'), (ARRAY['Amsterdam','Berlin','Copenhagen','Dublin','Edinburgh','Florence','Geneva','Helsinki'])[(i % 8)::int + 1],
            'note ' || (i % 977) || CASE WHEN i % 50 = 0 THEN ' urgent delivery' ELSE ' regular' END, CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 1000)::int END
        FROM generate_series({0}::bigint, {1}::bigint) i
        """;

    private static readonly string[] s_queries =
    [
        "SELECT count(*) FROM wide",
        "SELECT sum(qty), avg(price), max(day), min(store) FROM wide",
        "SELECT count(*) FROM wide WHERE day >= date '2021-03-01' AND day < date '2021-04-01'",
        "SELECT sum(price * qty * (1 - discount)) FROM wide WHERE discount BETWEEN 0.03 AND 0.05 AND qty < 25",
        "SELECT status, channel, count(*), sum(qty), sum(price), avg(discount), min(price), max(price) FROM wide GROUP BY status, channel ORDER BY status, channel",
        "SELECT region, sum(price - cost) FROM wide GROUP BY region ORDER BY region",
        "SELECT store, count(*), sum(price * qty) AS revenue FROM wide GROUP BY store ORDER BY revenue DESC, store LIMIT 10",
        "SELECT city, count(*) FROM wide WHERE note LIKE '%urgent%' GROUP BY city ORDER BY city",
        "SELECT count(*), sum(bonus), avg(bonus) FROM wide WHERE bonus IS NOT NULL AND bonus > 500",
        "SELECT id, price FROM wide ORDER BY price DESC, id LIMIT 100",
        "SELECT sum(CASE WHEN flag THEN price ELSE 0 END), sum(CASE WHEN status = 'R' THEN qty ELSE 0 END) FROM wide",
        "SELECT extract(year FROM day), count(*), sum(price) FROM wide GROUP BY 1 ORDER BY 1",
        "SELECT count(DISTINCT product) FROM wide WHERE region IN (1, 3, 5, 7)",
        "SELECT code, max(price), count(*) FROM wide WHERE code LIKE 'C00%' AND city <> 'Geneva' GROUP BY code ORDER BY code",
        "SELECT customer, sum(price) AS total FROM wide GROUP BY customer HAVING sum(price) > 100000 ORDER BY total DESC, customer LIMIT 20",
    ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        string? peer = CommandOptions.Find(arguments, "--peer");
        string? ours = CommandOptions.Find(arguments, "--ours");
        if (peer is null || ours is null)
        {
            Console.Error.WriteLine("wide --peer DSN --ours DSN [--rows 2000000] [--runs 3] [--load]");
            return 2;
        }

        long rows = long.Parse(CommandOptions.Find(arguments, "--rows") ?? "2000000", CultureInfo.InvariantCulture);
        int runs = int.Parse(CommandOptions.Find(arguments, "--runs") ?? "3", CultureInfo.InvariantCulture);
        await using NpgsqlDataSource peerSource = NpgsqlDataSource.Create(peer);
        await using NpgsqlDataSource oursSource = NpgsqlDataSource.Create(ours);
        await using NpgsqlConnection a = await peerSource.OpenConnectionAsync();
        await using NpgsqlConnection b = await oursSource.OpenConnectionAsync();
        if (arguments.Contains("--load"))
        {
            await LoadAsync(a, rows);
            await LoadAsync(b, rows);
        }

        Console.WriteLine("| query | peer s | ours s | ratio |");
        Console.WriteLine("| ---: | ---: | ---: | ---: |");
        double logarithms = 0;
        bool equal = true;
        for (int i = 0; i < s_queries.Length; i++)
        {
            equal &= IsSame(await ReadAsync(a, s_queries[i]), await ReadAsync(b, s_queries[i]), i);
            var times = (Peer: new List<double>(), Ours: new List<double>());
            for (int run = 0; run < runs; run++)
            {
                times.Peer.Add(await TimeAsync(a, s_queries[i]));
                times.Ours.Add(await TimeAsync(b, s_queries[i]));
            }

            double ratio = Median(times.Peer) / Median(times.Ours);
            logarithms += Math.Log(ratio);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| W{i + 1} | {Median(times.Peer):F3} | {Median(times.Ours):F3} | {ratio:F2} |"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| geometric mean | | | **{Math.Exp(logarithms / s_queries.Length):F2}** |"));
        Console.WriteLine(equal ? "all results equal" : "RESULTS DIFFER");
        return equal ? 0 : 1;
    }

    private static async Task LoadAsync(NpgsqlConnection connection, long rows)
    {
        const long Step = 250_000;
        await ExecuteAsync(connection, Create);
        for (long first = 1; first <= rows; first += Step)
            await ExecuteAsync(connection, string.Format(CultureInfo.InvariantCulture, Fill, first, Math.Min(rows, first + Step - 1)));
        await ExecuteAsync(connection, "VACUUM ANALYZE wide");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<double> TimeAsync(NpgsqlConnection connection, string sql)
    {
        long started = Stopwatch.GetTimestamp();
        await ReadAsync(connection, sql);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<List<object[]>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        var rows = new List<object[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private static bool IsSame(List<object[]> peer, List<object[]> ours, int query)
    {
        string Text(List<object[]> rows) => string.Join('\n', rows.Select(row => string.Join('|', row.Select(Value))));
        if (Text(peer) == Text(ours))
            return true;
        Console.Error.WriteLine(new StringBuilder("W").Append(query + 1).Append(" differs:\n").Append(Text(peer)).Append("\n-- ours\n").Append(Text(ours)));
        return false;
    }

    private static string Value(object value) => value switch
    {
        double number => number.ToString("G9", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
