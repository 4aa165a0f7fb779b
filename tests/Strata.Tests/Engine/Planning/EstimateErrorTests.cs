using System.Text.Json;
using Strata.Tests.Engine.Execution;
using Xunit;

namespace Strata.Tests.Engine.Planning;

/// <summary>
/// How far estimates are from what comes (q-error: the factor between them, either way), over the nodes of the plans of tests/plans. Scans that a hash join's filter thins and nodes below a LIMIT are left
/// out: they do not run to their end.
/// </summary>
public sealed class EstimateErrorTests
{
    [Fact]
    public void Estimates_of_tpch_are_mostly_near()
    {
        List<double> errors = Errors("tpch");
        Assert.True(errors[errors.Count / 2] <= 2, $"median {errors[errors.Count / 2]:F2}");
        Assert.True(errors[errors.Count * 95 / 100] <= 20, $"95th percentile {errors[errors.Count * 95 / 100]:F1}");
    }

    [Fact]
    public void Estimates_of_skewed_joins_are_mostly_near()
    {
        List<double> errors = Errors("films");
        Assert.True(errors[errors.Count / 2] <= 2, $"median {errors[errors.Count / 2]:F2}");
        Assert.True(errors[errors.Count * 95 / 100] <= 20, $"95th percentile {errors[errors.Count * 95 / 100]:F1}");
    }

    private static List<double> Errors(string set)
    {
        using var runner = new SqlRunner();
        runner.Run(File.ReadAllText(PathOf(set + ".sql")));
        var errors = new List<double>();
        foreach (string line in File.ReadLines(PathOf(set + "_queries.sql")))
        {
            if (line.StartsWith("--", StringComparison.Ordinal))
                continue;
            using JsonDocument plan = JsonDocument.Parse(runner.Run("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + line));
            Collect(plan.RootElement[0].GetProperty("Plan"), isThinned: false, errors);
        }

        errors.Sort();
        return errors;
    }

    private static void Collect(JsonElement node, bool isThinned, List<double> errors)
    {
        string type = node.GetProperty("Node Type").GetString()!;
        if (type == "Limit")
            return;
        bool counts = node.GetProperty("Actual Loops").GetDouble() > 0 && type is not ("Hash" or "Materialize" or "Memoize") && !(isThinned && type == "Seq Scan");
        if (counts)
        {
            double estimated = Math.Max(1, node.GetProperty("Plan Rows").GetDouble()), actual = Math.Max(1, node.GetProperty("Actual Rows").GetDouble());
            errors.Add(Math.Max(estimated / actual, actual / estimated));
        }

        if (!node.TryGetProperty("Plans", out JsonElement inputs))
            return;
        foreach (JsonElement input in inputs.EnumerateArray())
        {
            bool isOuter = input.GetProperty("Parent Relationship").GetString() == "Outer";
            Collect(input, isOuter && (type == "Hash Join" || (isThinned && type is "Nested Loop" or "Aggregate")), errors);
        }
    }

    private static string PathOf(string file)
    {
        string directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory, "tests", "plans")))
            directory = Path.GetDirectoryName(directory) ?? throw new DirectoryNotFoundException("tests/plans");
        return Path.Combine(directory, "tests", "plans", file);
    }
}
