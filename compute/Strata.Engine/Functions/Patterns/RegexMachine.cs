namespace Strata.Engine.Functions.Patterns;

/// <summary>The automata of a pattern, each made at its first use. Not thread-safe.</summary>
internal sealed class RegexMachine
{
    private readonly ParsedRegex _regex;
    private readonly LazyDfa?[] _forward;
    private readonly LazyDfa?[] _backward;
    private readonly LazyDfa?[] _iterations;
    private readonly LazyDfa?[] _looks;
    private LazyDfa? _search;
    private LazyDfa? _starts;

    public RegexMachine(ParsedRegex regex)
    {
        _regex = regex;
        _forward = new LazyDfa?[regex.TreeCount];
        _backward = new LazyDfa?[regex.TreeCount];
        _iterations = new LazyDfa?[regex.TreeCount];
        _looks = new LazyDfa?[regex.Looks.Count];
        var sets = new HashSet<CharSet>(ReferenceEqualityComparer.Instance);
        var seen = new HashSet<RegexNode>(ReferenceEqualityComparer.Instance);
        bool needsContext = Collect(regex.Tree.Language, sets, seen);
        foreach (RegexLook look in regex.Looks)
            needsContext |= Collect(look.Language, sets, seen);
        Colors = new ColorMap(sets, needsContext);
        IsAnchored = BeginsAtStart(regex.Tree.Language);
    }

    public ColorMap Colors { get; }

    public IReadOnlyList<RegexLook> Looks => _regex.Looks;

    /// <summary>Every match begins at the text's start.</summary>
    public bool IsAnchored { get; }

    /// <summary>Finds where the first match ends, wherever it begins.</summary>
    public LazyDfa Search => _search ??= Make(_regex.Tree.Language, isUnanchored: true, isReversed: false);

    /// <summary>Scanning from the text's end, accepts wherever a match begins.</summary>
    public LazyDfa Starts => _starts ??= Make(_regex.Tree.Language, isUnanchored: true, isReversed: true);

    public LazyDfa Forward(RegexTree tree) => _forward[tree.Number] ??= Make(tree.Language, isUnanchored: false, isReversed: false);

    public LazyDfa Backward(RegexTree tree) => _backward[tree.Number] ??= Make(tree.Language, isUnanchored: false, isReversed: true);

    /// <summary>Scanning from an iteration's end, accepts wherever any number of repetitions may begin.</summary>
    public LazyDfa Iterations(RegexTree tree) => _iterations[tree.Number] ??=
        Make(new RegexNode.Repeat(tree.Children[0].Language, 0, RegexNode.Unlimited), isUnanchored: false, isReversed: true);

    public LazyDfa Look(int number) => _looks[number] ??= Make(_regex.Looks[number].Language, isUnanchored: true, IsAhead(_regex.Looks[number].Kind));

    public static bool IsAhead(LookKind kind) => kind is LookKind.Ahead or LookKind.NotAhead;

    private LazyDfa Make(RegexNode node, bool isUnanchored, bool isReversed) =>
        new(RegexProgram.Compile(node, Colors, isReversed), Colors, isUnanchored, isReversed);

    /// <summary>Collects the sets below a node; true when there is an assertion.</summary>
    private static bool Collect(RegexNode node, HashSet<CharSet> sets, HashSet<RegexNode> seen)
    {
        var pending = new Stack<RegexNode>();
        pending.Push(node);
        bool needsContext = false;
        while (pending.TryPop(out RegexNode? next))
        {
            if (!seen.Add(next))
                continue;
            switch (next)
            {
                case RegexNode.Characters characters:
                    sets.Add(characters.Set);
                    break;
                case RegexNode.Sequence sequence:
                    foreach (RegexNode item in sequence.Items)
                        pending.Push(item);
                    break;
                case RegexNode.Alternatives alternatives:
                    foreach (RegexNode item in alternatives.Items)
                        pending.Push(item);
                    break;
                case RegexNode.Repeat repeat:
                    pending.Push(repeat.Item);
                    break;
                case RegexNode.Assertion:
                    needsContext = true;
                    break;
            }
        }

        return needsContext;
    }

    private static bool BeginsAtStart(RegexNode node) => node switch
    {
        RegexNode.Assertion assertion => assertion.Kind == RegexAssertion.TextStart,
        RegexNode.Sequence sequence => sequence.Items.Count > 0 && BeginsAtStart(sequence.Items[0]),
        RegexNode.Alternatives alternatives => alternatives.Items.All(BeginsAtStart),
        _ => false,
    };
}
