using System.Buffers;
using System.Text;

namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// Matches one text: finds the leftmost match, its end by the pattern's preference, then divides it among the parts that hold groups.
/// Positions are byte offsets. The work is linear in the text but for back references and the search of ends; all of it can be cancelled.
/// </summary>
internal ref struct RegexMatcher
{
    private const int PositionsOnStackMax = 512;

    /// <summary>Places tried one by one before all places where a match may begin are worked out.</summary>
    private const int StartsTriedMax = 4;

    private const int StepsPerLook = 1 << 14;

    private readonly ParsedRegex _regex;
    private readonly RegexMachine _machine;
    private readonly ColorMap _colors;
    private readonly ReadOnlySpan<byte> _text;
    private readonly CancellationToken _cancellation;
    private readonly int[] _groups;
    private ulong[][]? _looks;
    private ulong[]? _starts;
    private int _steps;

    /// <param name="regex">The pattern.</param>
    /// <param name="machine">Its automata.</param>
    /// <param name="text">The text, UTF-8.</param>
    /// <param name="groups">Receives start and end of the match and of each group, -1 for none.</param>
    /// <param name="cancellation">Ends the search with <see cref="OperationCanceledException"/>.</param>
    public RegexMatcher(ParsedRegex regex, RegexMachine machine, ReadOnlySpan<byte> text, int[] groups, CancellationToken cancellation)
    {
        _regex = regex;
        _machine = machine;
        _colors = machine.Colors;
        _text = text;
        _groups = groups;
        _cancellation = cancellation;
    }

    /// <summary>Whether there is a match anywhere.</summary>
    public bool IsMatch()
    {
        if (_regex.Tree.HasBackReference)
            return Find(0);
        return _machine.IsAnchored
            ? ScanShortest(_machine.Forward(_regex.Tree), 0, 0, _text.Length, default) >= 0
            : Search(0, out _) >= 0;
    }

    /// <summary>Finds the first match that begins at or after a position.</summary>
    public bool Find(int from)
    {
        if (_machine.IsAnchored)
            return from == 0 && FindAt(0);
        int close = Search(from, out int open);
        if (close < 0)
            return false;
        int tried = 0;
        for (int begin = open; begin <= _text.Length; begin += Character(begin))
        {
            if (_starts is null && (++tried > StartsTriedMax || _regex.Tree.HasBackReference))
                FindStarts();
            if (_starts is not null)
            {
                begin = new PositionSet(_starts, 0).NextFrom(begin);
                if (begin < 0)
                    return false;
            }

            if (FindAt(begin))
                return true;
        }

        return false;
    }

    /// <summary>The length of the character at a position; 1 at the end.</summary>
    private readonly int Character(int at)
    {
        int next = at + 1;
        while (next < _text.Length && (_text[next] & 0xC0) == 0x80)
            next++;
        return next - at;
    }

    private readonly int Before(int at)
    {
        do
            at--;
        while (at > 0 && (_text[at] & 0xC0) == 0x80);
        return at;
    }

    private bool FindAt(int begin)
    {
        RegexTree tree = _regex.Tree;
        LazyDfa dfa = _machine.Forward(tree);
        int least = begin, most = _text.Length;
        while (true)
        {
            int end = tree.PrefersShorter ? ScanShortest(dfa, begin, least, most, default) : ScanLongest(dfa, begin, most, default);
            if (end < 0)
                return false;
            Array.Fill(_groups, -1);
            _groups[0] = begin;
            _groups[1] = end;
            if (_regex.GroupCount == 0 && !tree.HasBackReference || Divide(tree, begin, end))
                return true;
            // Only back references fail here: another end may do.
            if (end == (tree.PrefersShorter ? most : begin))
                return false;
            least = end + 1;
            most = tree.PrefersShorter ? most : Before(end);
        }
    }

    // Scans

    private void Count()
    {
        if (++_steps % StepsPerLook == 0)
            _cancellation.ThrowIfCancellationRequested();
    }

    private readonly Sides SidesBefore(int at) => _colors.Sides[at == 0 ? _colors.Count : _colors.Backward(_text, at, out _)];

    private readonly Sides SidesAfter(int at) => _colors.Sides[at == _text.Length ? _colors.Count : _colors.Forward(_text, at, out _)];

    /// <summary>The state after the character at a position; a length of 0 stands for the text's end.</summary>
    private DfaState StepForward(LazyDfa dfa, DfaState state, int at, out int length)
    {
        Count();
        length = 0;
        int color = at == _text.Length ? _colors.Count : _colors.Forward(_text, at, out length);
        return dfa.HasLooks ? dfa.Step(state, color, LooksAt(at)) : state.Next[color] ?? dfa.Step(state, color, 0);
    }

    private DfaState StepBackward(LazyDfa dfa, DfaState state, int at, out int length)
    {
        Count();
        length = 0;
        int color = at == 0 ? _colors.Count : _colors.Backward(_text, at, out length);
        return dfa.HasLooks ? dfa.Step(state, color, LooksAt(at)) : state.Next[color] ?? dfa.Step(state, color, 0);
    }

    /// <summary>Where the match that ends first ends, or -1. No match begins before <paramref name="open"/>.</summary>
    private int Search(int from, out int open)
    {
        LazyDfa dfa = _machine.Search;
        open = from;
        DfaState state = dfa.Start(SidesBefore(from));
        int at = from;
        while (true)
        {
            if (state.IsIdle)
            {
                if (!state.Accepts && dfa.Leaving(state) is { } leaving)
                {
                    int skipped = _text[at..].IndexOfAny(leaving);
                    at = skipped < 0 ? _text.Length : at + skipped;
                }

                open = at;
            }

            state = StepForward(dfa, state, at, out int length);
            if (state.Accepts)
                return at;
            if (length == 0)
                return -1;
            at += length;
        }
    }

    /// <summary>The last end of a match that begins at a position, at or before <paramref name="most"/> and in a set when one is given; or -1.</summary>
    private int ScanLongest(LazyDfa dfa, int begin, int most, scoped PositionSet among)
    {
        DfaState state = dfa.Start(SidesBefore(begin));
        int at = begin, last = -1;
        while (true)
        {
            state = StepForward(dfa, state, at, out int length);
            if (state.Accepts && (among.IsDefault || among.Contains(at)))
                last = at;
            if (length == 0 || state.IsDead || at >= most)
                return last;
            at += length;
            if (at > most)
                return last;
        }
    }

    /// <summary>The first end at or after <paramref name="least"/>; or -1.</summary>
    private int ScanShortest(LazyDfa dfa, int begin, int least, int most, scoped PositionSet among)
    {
        DfaState state = dfa.Start(SidesBefore(begin));
        int at = begin;
        while (true)
        {
            state = StepForward(dfa, state, at, out int length);
            if (state.Accepts && at >= least && (among.IsDefault || among.Contains(at)))
                return at;
            if (length == 0 || state.IsDead || at >= most)
                return -1;
            at += length;
            if (at > most)
                return -1;
        }
    }

    /// <summary>Adds all ends of matches that begin at a position.</summary>
    private void AddEnds(LazyDfa dfa, int begin, int most, scoped PositionSet ends)
    {
        DfaState state = dfa.Start(SidesBefore(begin));
        int at = begin;
        while (true)
        {
            state = StepForward(dfa, state, at, out int length);
            if (state.Accepts)
                ends.Add(at);
            if (length == 0 || state.IsDead || at >= most)
                return;
            at += length;
        }
    }

    /// <summary>Adds all starts of matches that end at a position; the automaton is a reversed one.</summary>
    private void AddStarts(LazyDfa dfa, int end, int least, scoped PositionSet starts)
    {
        DfaState state = dfa.Start(SidesAfter(end));
        int at = end;
        while (true)
        {
            state = StepBackward(dfa, state, at, out int length);
            if (state.Accepts)
                starts.Add(at);
            if (length == 0 || state.IsDead || at <= least)
                return;
            at -= length;
        }
    }

    private void FindStarts()
    {
        _starts = new ulong[PositionSet.Words(_text.Length + 1)];
        AddStarts(_machine.Starts, _text.Length, 0, new PositionSet(_starts, 0));
    }

    /// <summary>The look-arounds that hold at a position. All positions are worked out at the first call, inner look-arounds first.</summary>
    private ulong LooksAt(int at)
    {
        if (_looks is null)
        {
            _looks = [];
            for (int i = 0; i < _machine.Looks.Count; i++)
            {
                ulong[] places = new ulong[PositionSet.Words(_text.Length + 1)];
                if (RegexMachine.IsAhead(_machine.Looks[i].Kind))
                    AddStarts(_machine.Look(i), _text.Length, 0, new PositionSet(places, 0));
                else
                    AddEnds(_machine.Look(i), 0, _text.Length, new PositionSet(places, 0));
                _looks = [.. _looks, places];
            }
        }

        ulong result = 0;
        for (int i = 0; i < _looks.Length; i++)
        {
            bool isNegated = _machine.Looks[i].Kind is LookKind.NotAhead or LookKind.NotBehind;
            if (new PositionSet(_looks[i], 0).Contains(at) != isNegated)
                result |= 1UL << i;
        }

        return result;
    }

    // Division

    /// <summary>Divides what a part matched among its parts, setting groups; false when a back reference does not match.</summary>
    private bool Divide(RegexTree tree, int begin, int end)
    {
        Vectors.DepthGuard.Check();
        bool isDivided = tree.Kind switch
        {
            RegexTreeKind.Plain => true,
            RegexTreeKind.Group => Divide(tree.Children[0], begin, end),
            RegexTreeKind.BackReference => MatchesReference(tree, begin, end),
            RegexTreeKind.Alternatives => DivideAlternatives(tree, begin, end),
            RegexTreeKind.Iteration => DivideIteration(tree, begin, end),
            _ => DivideConcatenation(tree, begin, end),
        };
        if (!isDivided)
        {
            Forget(tree);
        }
        else if (tree.Group > 0)
        {
            _groups[2 * tree.Group] = begin;
            _groups[(2 * tree.Group) + 1] = end;
        }

        return isDivided;
    }

    private readonly void Forget(RegexTree tree)
    {
        if ((tree.Flags & RegexTreeFlags.Captures) == 0)
            return;
        if (tree.Group > 0)
            _groups[2 * tree.Group] = _groups[(2 * tree.Group) + 1] = -1;
        foreach (RegexTree child in tree.Children)
            Forget(child);
    }

    private bool DivideAlternatives(RegexTree tree, int begin, int end)
    {
        foreach (RegexTree child in tree.Children)
        {
            if (ScanShortest(_machine.Forward(child), begin, end, end, default) == end && Divide(child, begin, end))
                return true;
        }

        return false;
    }

    private bool DivideConcatenation(RegexTree tree, int begin, int end)
    {
        RegexTree left = tree.Children[0], right = tree.Children[1];
        int words = PositionSet.Words(end - begin + 1);
        if (words <= PositionsOnStackMax / 64)
        {
            Span<ulong> ends = stackalloc ulong[words], starts = stackalloc ulong[words];
            ends.Clear();
            starts.Clear();
            return DivideAt(left, right, begin, end, new PositionSet(ends, begin), new PositionSet(starts, begin));
        }

        ulong[] rentedEnds = ArrayPool<ulong>.Shared.Rent(words), rentedStarts = ArrayPool<ulong>.Shared.Rent(words);
        try
        {
            Span<ulong> ends = rentedEnds.AsSpan(0, words), starts = rentedStarts.AsSpan(0, words);
            ends.Clear();
            starts.Clear();
            return DivideAt(left, right, begin, end, new PositionSet(ends, begin), new PositionSet(starts, begin));
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(rentedEnds);
            ArrayPool<ulong>.Shared.Return(rentedStarts);
        }
    }

    private bool DivideAt(RegexTree left, RegexTree right, int begin, int end, scoped PositionSet ends, scoped PositionSet starts)
    {
        AddEnds(_machine.Forward(left), begin, end, ends);
        AddStarts(_machine.Backward(right), end, begin, starts);
        ends.IntersectWith(starts);
        int middle = left.PrefersShorter ? ends.NextFrom(begin) : ends.LastUpTo(end);
        while (middle >= 0)
        {
            if (Divide(left, begin, middle))
            {
                if (Divide(right, middle, end))
                    return true;
                Forget(left);
            }

            if (left.PrefersShorter)
                middle = middle < end ? ends.NextFrom(middle + 1) : -1;
            else
                middle = middle > begin ? ends.LastUpTo(middle - 1) : -1;
        }

        return false;
    }

    private bool MatchesReference(RegexTree tree, int begin, int end)
    {
        int start = _groups[2 * tree.Reference];
        if (start < 0)
            return false;
        ReadOnlySpan<byte> wanted = _text[start.._groups[(2 * tree.Reference) + 1]], text = _text[begin..end];
        if (wanted.IsEmpty)
            return text.IsEmpty;
        if (text.IsEmpty)
            return tree.Least == 0;
        int count = 0;
        for (; !text.IsEmpty; count++)
        {
            Count();
            int length = _regex.IgnoresCase ? EqualIgnoringCase(text, wanted) : text.StartsWith(wanted) ? wanted.Length : 0;
            if (length == 0)
                return false;
            text = text[length..];
        }

        return count >= tree.Least && (tree.Most == RegexNode.Unlimited || count <= tree.Most);
    }

    /// <summary>The length of a prefix that is the wanted text but for case; 0 for none.</summary>
    private static int EqualIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted)
    {
        int length = 0;
        while (!wanted.IsEmpty)
        {
            if (length == text.Length)
                return 0;
            Rune.DecodeFromUtf8(text[length..], out Rune actual, out int actualLength);
            Rune.DecodeFromUtf8(wanted, out Rune expected, out int expectedLength);
            if (actual != expected && Rune.ToLowerInvariant(actual) != Rune.ToLowerInvariant(expected)
                && Rune.ToUpperInvariant(actual) != Rune.ToUpperInvariant(expected))
                return 0;
            length += actualLength;
            wanted = wanted[expectedLength..];
        }

        return length;
    }

    private bool DivideIteration(RegexTree tree, int begin, int end)
    {
        bool mayBeAbsent = begin == end && tree.Least <= 0;
        if (mayBeAbsent && tree.Children[0].PrefersShorter)
            return true;
        int words = PositionSet.Words(end - begin + 1);
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(words);
        int most = end - begin;
        if (tree.Most != RegexNode.Unlimited)
            most = Math.Min(most, tree.Most);
        int[] ends = ArrayPool<int>.Shared.Rent(Math.Max(most, Math.Max(tree.Least, 1)) + 2);
        try
        {
            rented.AsSpan(0, words).Clear();
            var feasible = new PositionSet(rented.AsSpan(0, words), begin);
            AddStarts(_machine.Iterations(tree), end, begin, feasible);
            return new RegexIteration(tree, begin, end, most, ends).Run(ref this, feasible) || mayBeAbsent;
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(rented);
            ArrayPool<int>.Shared.Return(ends);
        }
    }

    /// <summary>One repetition's end for <see cref="RegexIteration"/>.</summary>
    internal int RepetitionEnd(RegexTree child, int begin, int limit, int end, scoped PositionSet feasible) => child.PrefersShorter
        ? ScanShortest(_machine.Forward(child), begin, limit, end, feasible)
        : ScanLongest(_machine.Forward(child), begin, limit, feasible);

    internal bool DivideRepetition(RegexTree child, int begin, int end)
    {
        Forget(child);
        return Divide(child, begin, end);
    }

    internal readonly int NextPosition(int at) => at + Character(at);

    internal readonly int PreviousPosition(int at) => Before(at);

    /// <summary>Whether fewer than so many characters stand between two positions.</summary>
    internal readonly bool AreCloser(int from, int to, int characters)
    {
        for (; from < to && characters > 0; characters--)
            from = NextPosition(from);
        return characters > 0;
    }
}
