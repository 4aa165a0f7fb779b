using System.Diagnostics;
using System.Globalization;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>Generates statements, runs each on both servers, and makes those smaller that are answered differently.</summary>
internal sealed partial class Driver(Server postgres, Server strata, DriverOptions options)
{
    private const int StatementsPerSchema = 2000;
    private const int StatementsPerReport = 500;
    private const int ShrinkRunsMax = 120;

    /// <summary>A function that is in so many findings is set aside for the rest of the run.</summary>
    private const int FindingsPerMaker = 2;

    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(3);

    private readonly HashSet<string> _quarantine = [];
    private readonly Dictionary<string, int> _findingsByTag = [];
    private readonly Dictionary<string, int> _findingsByGroup = [];

    public List<Finding> Findings { get; } = [];

    /// <summary>Functions that Strata says it does not have.</summary>
    public SortedSet<string> NotSupported { get; } = new(StringComparer.Ordinal);

    /// <summary>Differences found, the repeated ones too.</summary>
    public int Differences { get; private set; }

    public int Statements { get; private set; }

    public int Failures { get; private set; }

    public void Run()
    {
        var registry = new Registry(postgres);
        Console.WriteLine($"{registry.All.Count} functions, operators, casts and aggregates; seed {options.Seed}");
        for (ulong round = 0; Statements < options.Statements; round++)
        {
            var random = new SeededRandom(unchecked((options.Seed * 1_000_003) + round));
            var schema = new Schema(random);
            Prepare(postgres, schema);
            Prepare(strata, schema);
            var generator = new Generator(registry, random, _quarantine);
            var queries = new QueryGenerator(generator, schema);
            var changes = new DmlGenerator(random, schema);
            for (int i = 0; i < StatementsPerSchema && Statements < options.Statements; i++)
            {
                RunOne(generator, queries, changes, schema, random);
                if (Statements % StatementsPerReport == 0)
                    Report();
            }
        }
    }

    private void Report() => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Statements} statements, {Differences} differences ({Findings.Count} kept), {Failures} failed alike, {strata.Losses} lost"));

    private static void Prepare(Server server, Schema schema)
    {
        server.Run("DROP TABLE IF EXISTS t0, t1, t2, t3, t4");
        foreach (string statement in schema.Script.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (server.Run(statement) is { SqlState: not null } failed)
                throw new InvalidOperationException($"{server.Name}: {statement}: {failed}");
        }
    }

    private void RunOne(Generator generator, QueryGenerator queries, DmlGenerator changes, Schema schema, IRandom random)
    {
        Statements++;
        int form = random.Next(100);
        if (form < options.ScalarPercent)
        {
            Check(Scalar(generator), setup: "", table: null);
        }
        else if (form < 94)
        {
            Check(queries.Query(), schema.Script, table: null);
        }
        else
        {
            (Node statement, Table table) = changes.Statement();
            Check(statement, schema.Script, table);
        }
    }

    private static Node Scalar(Generator generator)
    {
        switch (generator.Random.Next(12))
        {
            case 2:
                return new RegexGenerator(generator.Random).Statement();
            case 0:
                Node[] rows = [.. Enumerable.Range(0, 1 + generator.Random.Next(4)).Select(static _ => Node.Of("row"))];
                var columns = new List<string>();
                Node aggregate = generator.AnyAggregate(type =>
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"a{columns.Count}");
                    columns.Add(name);
                    for (int i = 0; i < rows.Length; i++)
                    {
                        List<object> parts = [.. rows[i].Parts, columns.Count > 1 ? ", " : "", Node.Value(":" + type, Values.Constant(type, generator.Random) + "::" + type)];
                        rows[i].Exchange(parts);
                    }

                    return Node.Value("column", name);
                });
                if (columns.Count == 0)
                    return Node.Of("select", "SELECT ", aggregate);
                return Node.Of("select", "SELECT ", aggregate, " FROM (VALUES ", Node.List(", ", rows.Select(static row => Node.Of("row", "(", row, ")"))), $") AS v({string.Join(", ", columns)})");
            case 1:
                return Node.Of("select", "SELECT * FROM ", generator.AnyCall(2), " AS f");
            default:
                return Node.Of("select", "SELECT ", generator.AnyCall(1 + generator.Random.Next(3)), " AS x");
        }
    }

    private static Answer Ask(Server server, string sql, Table? changed)
    {
        if (changed is null)
            return server.Run(sql);
        server.Run("BEGIN");
        Answer answer = server.Run(sql);
        if (answer.SqlState is null)
        {
            Answer content = server.Run($"SELECT * FROM {changed.Name} ORDER BY id");
            answer = answer with { Rows = [.. answer.Rows.Order(StringComparer.Ordinal), "--", .. content.Rows] };
        }

        server.Run("ROLLBACK");
        return answer;
    }

    private void Check(Node statement, string setup, Table? table)
    {
        string sql = statement.ToString();
        Answer expected = Ask(postgres, sql, table);
        // What PostgreSQL itself gives up on has no right answer.
        if (expected.SqlState is "57014" or "LOST" or "53200" or "54001")
            return;
        long start = Stopwatch.GetTimestamp();
        Answer actual = Ask(strata, sql, table);
        if (Stopwatch.GetElapsedTime(start) > s_slow)
            Console.WriteLine($"slow: {sql}");
        if (expected.SqlState is not null)
            Failures++;
        if (expected.Difference(actual, table is not null) is not { } kind || Explanations.Explains(sql, expected, actual))
            return;
        if (actual.SqlState == "0A000" && expected.SqlState != "0A000" && Unsupported().Match(actual.Message!) is { Success: true } unsupported)
        {
            // It says so itself: an answer, but not one to look at again and again.
            NotSupported.Add(unsupported.Value);
            _quarantine.UnionWith(statement.Descendants().Append(statement).Select(static node => node.Tag ?? "").Where(tag => tag.Contains($":{unsupported.Groups["name"].Value}(", StringComparison.Ordinal)));
            return;
        }

        Differences++;
        Shrink(statement, kind, table);
        sql = statement.ToString();
        expected = Ask(postgres, sql, table);
        actual = Ask(strata, sql, table);
        Keep(new Finding(kind, setup, sql, expected, actual, [.. statement.Descendants().Append(statement).Where(static node => node.Tag is not null).Select(static node => node.Tag!).Distinct()]));
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"^(aggregate )?function (?<name>\w+)\(.* is not supported$")]
    private static partial System.Text.RegularExpressions.Regex Unsupported();

    private void Keep(Finding finding)
    {
        if (finding.Tags.Count is > 0 and <= 2)
        {
            foreach (string tag in finding.Tags)
            {
                int count = _findingsByTag[tag] = _findingsByTag.GetValueOrDefault(tag) + 1;
                if (count >= FindingsPerMaker || finding.IsUnsupported)
                    _quarantine.Add(tag);
            }
        }

        string group = finding.Tags.Count > 0 ? string.Join(" ", finding.Tags) + finding.Kind : finding.Kind;
        int known = _findingsByGroup[group] = _findingsByGroup.GetValueOrDefault(group) + 1;
        if (known <= (finding.Tags.Count > 0 ? FindingsPerMaker : options.FindingsPerKind))
        {
            Findings.Add(finding);
            if (options.OutputFile is { } file)
                File.AppendAllText(file, finding + "\n");
        }
    }

    private void Shrink(Node root, string kind, Table? table)
    {
        int runs = 0;
        bool isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (Node node in root.Descendants().Prepend(root).ToList())
            {
                foreach (List<object> parts in node.Smaller().ToList())
                {
                    if (++runs > ShrinkRunsMax)
                        return;
                    List<object> before = node.Exchange(parts);
                    string sql = root.ToString();
                    if (Ask(postgres, sql, table).Difference(Ask(strata, sql, table), table is not null) == kind)
                    {
                        isSmaller = true;
                        break;
                    }

                    node.Exchange(before);
                }

                if (isSmaller)
                    break;
            }
        }
    }
}
