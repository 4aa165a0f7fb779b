namespace Strata.SystemTests.Isolation;

/// <summary>A step of a session: its name, and SQL that is sent as one simple query.</summary>
public sealed record IsolationStep(string Session, string Name, string Sql)
{
    /// <summary>As it is named in a run: <c>session.step</c>.</summary>
    public string FullName => $"{Session}.{Name}";
}

/// <summary>
/// Concurrent sessions in steps, and the orders to run them in: <c>tests/isolation/NAME.iso</c>.
/// <code>
/// -- a comment
/// setup: SQL                one statement or several, before each run; may occur more than once
/// teardown: SQL             after each run
/// patience: MILLISECONDS    how long a step must wait for others before it counts as waiting (where timeouts play a part)
/// session NAME              steps of a session follow, in their order
/// STEP: SQL                 what follows indented belongs to it
/// run: a.x b.x a.y          one order; steps may be left out
/// all                       every order that keeps each session's own
/// </code>
/// </summary>
public sealed class IsolationFile
{
    private readonly List<List<IsolationStep>> _sessions = [];
    private readonly List<IsolationStep[]> _runs = [];

    private IsolationFile()
    {
    }

    public List<string> Setup { get; } = [];

    public List<string> Teardown { get; } = [];

    /// <summary>How long a step must be blocked before it counts as waiting.</summary>
    public TimeSpan Patience { get; private set; }

    /// <summary>Names of the sessions, in order.</summary>
    public IEnumerable<string> Sessions => _sessions.Select(static steps => steps[0].Session);

    /// <summary>The orders to run.</summary>
    public IReadOnlyList<IsolationStep[]> Runs => _runs;

    public static IsolationFile Parse(string text)
    {
        IsolationFile file = new();
        string session = "";
        foreach (string entry in Entries(text))
        {
            if (entry == "all")
            {
                file.AddAll([.. file._sessions.Select(static _ => 0)], []);
                continue;
            }
            if (entry.StartsWith("session ", StringComparison.Ordinal))
            {
                session = entry["session ".Length..].Trim();
                file._sessions.Add([]);
                continue;
            }
            int colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                throw new FormatException($"neither a directive nor a step: {entry}");
            (string name, string rest) = (entry[..colon].Trim(), entry[(colon + 1)..].Trim());
            switch (name)
            {
                case "setup":
                    file.Setup.Add(rest);
                    break;
                case "teardown":
                    file.Teardown.Add(rest);
                    break;
                case "patience":
                    file.Patience = TimeSpan.FromMilliseconds(int.Parse(rest, System.Globalization.CultureInfo.InvariantCulture));
                    break;
                case "run":
                    file._runs.Add([.. rest.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(file.Find)]);
                    break;
                default:
                    if (file._sessions[^1].Exists(step => step.Name == name))
                        throw new FormatException($"session {session} has two steps {name}");
                    file._sessions[^1].Add(new IsolationStep(session, name, rest));
                    break;
            }
        }
        return file;
    }

    /// <summary>Lines, with those that are indented joined to the one before.</summary>
    private static List<string> Entries(string text)
    {
        List<string> entries = [];
        foreach (string line in text.Split('\n'))
        {
            if (line.Trim().Length == 0 || line.StartsWith("--", StringComparison.Ordinal))
                continue;
            if (char.IsWhiteSpace(line[0]) && entries.Count > 0)
                entries[^1] += "\n" + line.Trim();
            else
                entries.Add(line.Trim());
        }
        return entries;
    }

    private IsolationStep Find(string fullName) =>
        _sessions.SelectMany(static steps => steps).FirstOrDefault(step => step.FullName == fullName) ?? throw new FormatException($"there is no step {fullName}");

    private void AddAll(int[] done, List<IsolationStep> order)
    {
        bool complete = true;
        for (int i = 0; i < done.Length; i++)
        {
            if (done[i] == _sessions[i].Count)
                continue;
            complete = false;
            order.Add(_sessions[i][done[i]++]);
            AddAll(done, order);
            order.RemoveAt(order.Count - 1);
            done[i]--;
        }
        if (complete)
            _runs.Add([.. order]);
    }
}
