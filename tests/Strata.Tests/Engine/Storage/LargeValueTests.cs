using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Storage;

/// <summary>Rows whose values are longer than a page, against a model in memory.</summary>
public sealed class LargeValueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_inserts_updates_and_deletes_leave_the_values_of_the_model(int seed)
    {
        var random = new Random(seed);
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE t (id int PRIMARY KEY, n int, a text, b text, c text);ALTER TABLE t ALTER b SET STORAGE EXTERNAL, ALTER c SET STORAGE MAIN;");
        var model = new SortedDictionary<int, string?[]>();
        for (int round = 0; round < 60; round++)
        {
            bool commit = random.Next(4) > 0;
            var changed = new SortedDictionary<int, string?[]>(model);
            var script = new StringBuilder("BEGIN;");
            for (int i = random.Next(1, 5); i > 0; i--)
                script.Append(Change(random, changed));
            script.Append(commit ? "COMMIT;" : "ROLLBACK;");
            Assert.DoesNotContain("ERROR", runner.Run(script.ToString()), StringComparison.Ordinal);
            if (commit)
                model = changed;
            if (random.Next(8) == 0)
                runner.Run("VACUUM t;");
            Assert.Equal(Describe(model), runner.Run("SELECT id, md5(a), length(a), md5(b), length(b), md5(c), length(c) FROM t ORDER BY id;"));
        }
    }

    [Fact]
    public void Space_of_replaced_values_is_used_again()
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE t (id int, v text);ALTER TABLE t ALTER v SET STORAGE EXTERNAL;INSERT INTO t SELECT i, repeat('x', 50000) FROM generate_series(1, 5) i;");
        var sizes = new List<long>();
        for (int i = 0; i < 12; i++)
        {
            runner.Run("UPDATE t SET v = v || 'y';VACUUM t;");
            sizes.Add(long.Parse(runner.Run("SELECT pg_table_size('t');"), CultureInfo.InvariantCulture));
        }
        Assert.True(sizes[^1] <= sizes[1], string.Join(' ', sizes));
        Assert.True(sizes[^1] >= 250_000);
    }

    [Fact]
    public void An_update_of_another_column_stores_nothing_again()
    {
        using var runner = new SqlRunner();
        runner.Run("CREATE TABLE t (n int, v text);ALTER TABLE t ALTER v SET STORAGE EXTERNAL;INSERT INTO t VALUES (1, repeat('x', 100000));");
        long before = long.Parse(runner.Run("SELECT pg_table_size('t');"), CultureInfo.InvariantCulture);
        for (int i = 0; i < 5; i++)
            runner.Run("UPDATE t SET n = n + 1;");
        Assert.Equal(before, long.Parse(runner.Run("SELECT pg_table_size('t');"), CultureInfo.InvariantCulture));
        Assert.Equal("6|100000\n", runner.Run("SELECT n, length(v) FROM t;"));
    }

    [Fact]
    public void A_long_view_is_kept_in_the_catalog()
    {
        using var runner = new SqlRunner();
        string columns = string.Join(", ", Enumerable.Range(0, 1200).Select(i => $"{i} AS a_column_with_number_{i}"));
        Assert.DoesNotContain("ERROR", runner.Run($"CREATE VIEW v AS SELECT {columns};"), StringComparison.Ordinal);
        Assert.Equal("1199\n", runner.Run("SELECT a_column_with_number_1199 FROM v;"));
        Assert.Equal("", runner.Run("DROP VIEW v;"));
    }

    private static string Change(Random random, SortedDictionary<int, string?[]> model)
    {
        int id = random.Next(8);
        if (!model.TryGetValue(id, out string?[]? row))
        {
            model[id] = [Value(random), Value(random), Value(random)];
            return $"INSERT INTO t VALUES ({id}, 0, {Literal(model[id][0])}, {Literal(model[id][1])}, {Literal(model[id][2])});";
        }
        switch (random.Next(5))
        {
            case 0:
                model.Remove(id);
                return $"DELETE FROM t WHERE id = {id};";
            case 1:
                return $"UPDATE t SET n = n + 1 WHERE id = {id};";
            case 2:
                string? proposed = Value(random);
                model[id] = [row[0] + proposed, row[1], row[2]];
                return $"INSERT INTO t VALUES ({id}, 0, {Literal(proposed)}) ON CONFLICT (id) DO UPDATE SET a = coalesce(t.a, '') || coalesce(excluded.a, '');";
            default:
                int column = random.Next(3);
                model[id] = [.. row];
                model[id][column] = Value(random);
                return $"UPDATE t SET {"abc"[column]} = {Literal(model[id][column])} WHERE id = {id};";
        }
    }

    private static string? Value(Random random)
    {
        int length = random.Next(6) switch { 0 => random.Next(20), 1 => random.Next(3000), 2 => random.Next(20_000), 3 => random.Next(9000), 4 => random.Next(60_000), _ => -1 };
        if (length < 0)
            return null;
        if (random.Next(2) == 0)
            return new string((char)('a' + random.Next(26)), length);
        var text = new char[length];
        for (int i = 0; i < length; i++)
            text[i] = (char)('a' + random.Next(26));
        return new string(text);
    }

    private static string Literal(string? value) => value is null ? "NULL" : $"'{value}'";

    private static string Describe(SortedDictionary<int, string?[]> model)
    {
        var text = new StringBuilder();
        foreach ((int id, string?[] values) in model)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id}");
            foreach (string? value in values)
                text.Append(CultureInfo.InvariantCulture, $"|{(value is null ? "" : Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(value))))}|{value?.Length}");
            text.Append('\n');
        }
        return text.ToString();
    }
}
