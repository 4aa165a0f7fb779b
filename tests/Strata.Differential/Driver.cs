using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>Generates statements, runs each on both servers, and makes those smaller that are answered differently.</summary>
internal sealed partial class Driver(Server postgres, Server strata, DriverOptions options)
{
    private const int StatementsPerSchema = 2000;
    private const int StatementsPerReport = 2000;
    private const int ShrinkRunsMax = 150;

    /// <summary>A function that is in so many findings is set aside for the rest of the run.</summary>
    private const int FindingsPerMaker = 2;

    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(3);

    private readonly HashSet<string> _quarantine = [];
    private readonly Dictionary<string, int> _findingsByTag = [];
    private readonly Dictionary<string, int> _findingsByGroup = [];

    public List<Finding> Findings { get; } = [];

    /// <summary>Functions that Strata says it does not have.</summary>
    public SortedSet<string> NotSupported { get; } = new(StringComparer.Ordinal);

    /// <summary>Differences with a reason, by it.</summary>
    public SortedDictionary<string, int> Explained { get; } = new(StringComparer.Ordinal);

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
            var maker = new SubjectMaker(new Generator(registry, random, _quarantine), options);
            Prepare(postgres, maker.Setup);
            Prepare(strata, maker.Setup);
            for (int i = 0; i < StatementsPerSchema && Statements < options.Statements; i++)
            {
                Check(maker.Next());
                if (Statements % StatementsPerReport < 2)
                    Report();
            }
        }

        Report();
    }

    private void Report() => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{Statements} statements, {Differences} differences ({Findings.Count} kept), {Explained.Values.Sum()} explained, {Failures} failed alike, {strata.Losses} lost"));

    private static void Prepare(Server server, string setup)
    {
        foreach (string statement in setup.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (server.Run(statement) is { SqlState: not null } failed)
                throw new InvalidOperationException($"{server.Name}: {statement}: {failed}");
        }
    }

    private (IReadOnlyList<Answer> Expected, IReadOnlyList<Answer> Actual) Ask(Subject subject)
    {
        Task<IReadOnlyList<Answer>> actual = Task.Run(() =>
        {
            long start = Stopwatch.GetTimestamp();
            IReadOnlyList<Answer> answers = subject.Ask(strata);
            if (Stopwatch.GetElapsedTime(start) > s_slow)
                Console.WriteLine($"slow: {subject.Root}");
            return answers;
        });
        return (subject.Ask(postgres), actual.GetAwaiter().GetResult());
    }

    private void Check(Subject subject)
    {
        (IReadOnlyList<Answer> expected, IReadOnlyList<Answer> actual) = Ask(subject);
        Statements += expected.Count;
        // What PostgreSQL itself gives up on has no right answer.
        if (expected.Any(static answer => answer.SqlState is "57014" or "LOST" or "53200" or "54001"))
            return;
        Failures += expected.Count(static answer => answer.SqlState is not null);
        if (subject.Difference(expected, actual) is not var (at, kind))
            return;
        if (Explanations.Of(subject.Statements[at].Sql, expected[at], actual[at]) is { } reason)
        {
            Explained[reason] = Explained.GetValueOrDefault(reason) + 1;
            return;
        }

        if (actual[at].SqlState == "0A000" && expected[at].SqlState != "0A000" && Unsupported().Match(actual[at].Message!) is { Success: true } unsupported)
        {
            // It says so itself: an answer, but not one to look at again and again.
            NotSupported.Add(unsupported.Value);
            _quarantine.UnionWith(Tags(subject).Where(tag => tag.Contains($":{unsupported.Groups["name"].Value}(", StringComparison.Ordinal)));
        }

        Differences++;
        if (IsKnown(GroupOf(subject, kind, actual[at])))
            return;
        Shrink(subject, kind);
        (expected, actual) = Ask(subject);
        if (subject.Difference(expected, actual) is var (place, last))
            Keep(new Finding(last, subject, place, expected[place], actual[place], Tags(subject)));
    }

    private static List<string> Tags(Subject subject) => [.. subject.Root.Descendants().Append(subject.Root).Where(static node => node.Tag is not null).Select(static node => node.Tag!).Distinct()];

    [GeneratedRegex(@"^(aggregate )?function (?<name>\w+)\(.* is not supported$")]
    private static partial Regex Unsupported();

    [GeneratedRegex(@"""[^""]*""|'[^']*'|\d+")]
    private static partial Regex Particulars();

    /// <summary>Errors with the same text but for names and numbers have one cause.</summary>
    private static string GroupOf(Subject subject, string kind, Answer actual) =>
        $"{subject.Group} {kind} {(actual.Message is { } message ? Particulars().Replace(message, "?") : "")}";

    private bool IsKnown(string group) => group.Contains("ok/", StringComparison.Ordinal) && _findingsByGroup.GetValueOrDefault(group) >= options.FindingsPerKind;

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

        string group = finding.Tags.Count > 0 ? string.Join(" ", finding.Tags) + finding.Kind : GroupOf(finding.Subject, finding.Kind, finding.Actual);
        int known = _findingsByGroup[group] = _findingsByGroup.GetValueOrDefault(group) + 1;
        if (known <= (finding.Tags.Count > 0 ? FindingsPerMaker : options.FindingsPerKind))
        {
            Findings.Add(finding);
            if (options.OutputFile is { } file)
                File.AppendAllText(file, finding + "\n");
        }
    }

    private void Shrink(Subject subject, string kind)
    {
        int runs = 0;
        bool isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (Node node in subject.Root.Descendants().Prepend(subject.Root).ToList())
            {
                foreach (List<object> parts in node.Smaller().ToList())
                {
                    if (++runs > ShrinkRunsMax)
                        return;
                    List<object> before = node.Exchange(parts);
                    (IReadOnlyList<Answer> expected, IReadOnlyList<Answer> actual) = Ask(subject);
                    if (subject.Difference(expected, actual) is var (_, left) && left == kind)
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
