using System.Runtime.CompilerServices;
using System.Text;
using Kind = Strata.Engine.Functions.Patterns.RegexTokenKind;

namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// Builds the parts of a pattern. A branch is a plain prefix as long as nothing in it captures, refers back or prefers another length than
/// what stands before; from there on it is divided in two. Bad patterns throw 2201B.
/// </summary>
internal sealed class RegexParser
{
    private const int RepetitionsMax = 255;

    /// <summary>Look-arounds of a pattern: their answers at a position are one word of bits.</summary>
    private const int LooksMax = 64;

    private readonly RegexLexer _lexer;
    private readonly List<RegexTree?> _groups = [null];
    private readonly List<RegexLook> _looks = [];
    private readonly Dictionary<int, RegexNode> _characters = [];
    private int _treeCount;

    private RegexParser(RegexLexer lexer) => _lexer = lexer;

    private bool IgnoresCase => (_lexer.Options & RegexOptions.IgnoreCase) != 0;

    private bool NewlineStops => (_lexer.Options & RegexOptions.NewlineStops) != 0;

    private bool NewlineAnchors => (_lexer.Options & RegexOptions.NewlineAnchors) != 0;

    public static ParsedRegex Parse(ReadOnlySpan<byte> pattern, RegexOptions options)
    {
        if ((options & RegexOptions.Quote) != 0 && (options & (RegexOptions.Advanced | RegexOptions.Expanded | RegexOptions.Newline)) != 0)
            throw RegexErrors.Argument();
        if ((options & (RegexOptions.Extended | RegexOptions.Advanced)) == RegexOptions.Advanced)
            throw RegexErrors.Argument();
        var lexer = new RegexLexer(pattern, options);
        var parser = new RegexParser(lexer);
        lexer.Advance();
        RegexTree tree = parser.ParseAlternatives(Kind.End, isLook: false);
        return new ParsedRegex(tree, lexer.GroupCount, parser._treeCount, parser._looks, parser.IgnoresCase);
    }

    private RegexTree Tree(RegexTreeKind kind, RegexTreeFlags flags, RegexNode language, params RegexTree[] children) =>
        new(kind, flags, language) { Children = children, Number = _treeCount++ };

    private static RegexNode Sequence(IReadOnlyList<RegexNode> items) => items.Count == 1 ? items[0] : new RegexNode.Sequence(items);

    private static bool IsEmpty(RegexTree tree) => tree.Kind == RegexTreeKind.Plain && tree.Language is RegexNode.Sequence { Items.Count: 0 };

    private bool IsAtEndOfBranch(Kind stopper) => _lexer.Kind is Kind.Alternative or Kind.End || _lexer.Kind == stopper;

    private RegexTree ParseAlternatives(Kind stopper, bool isLook)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw RegexErrors.TooComplex();
        var branches = new List<RegexTree> { ParseBranch(stopper, isLook) };
        while (_lexer.Kind == Kind.Alternative)
        {
            _lexer.Advance();
            branches.Add(ParseBranch(stopper, isLook));
        }

        if (_lexer.Kind != stopper)
            throw RegexErrors.Parentheses();
        if (branches.Count == 1)
            return branches[0];
        RegexTreeFlags flags = RegexTreeFlags.PrefersLonger;
        foreach (RegexTree branch in branches)
            flags |= RegexTree.Up(flags | branch.Flags);
        var language = new RegexNode.Alternatives([.. branches.Select(static branch => branch.Language)]);
        return RegexTree.IsMessy(flags) ? Tree(RegexTreeKind.Alternatives, flags, language, [.. branches]) : Tree(RegexTreeKind.Plain, flags, language);
    }

    private RegexTree ParseBranch(Kind stopper, bool isLook)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw RegexErrors.TooComplex();
        var prefix = new List<RegexNode>();
        RegexTreeFlags flags = RegexTreeFlags.None;
        while (!IsAtEndOfBranch(stopper))
        {
            if (ParseConstraint() is { } constraint)
            {
                prefix.Add(constraint);
                continue;
            }

            // A back reference counts its repetitions by itself, but not one in parentheses.
            bool isReference = _lexer.Kind == Kind.BackReference;
            (RegexTree? atom, RegexNode language) = ParseAtom(isLook);
            (int least, int most, RegexTreeFlags preference) = ParseQuantifier();
            if (least == 0 && most == 0)
                continue;
            RegexTreeFlags all = flags | preference | (atom?.Flags ?? RegexTreeFlags.None);
            bool isPart = atom is { Group: > 0 } or { Kind: RegexTreeKind.BackReference };
            if (!isPart && !RegexTree.IsMessy(RegexTree.Up(all)))
            {
                prefix.Add(Repeat(language, least, most));
                flags = all;
                continue;
            }

            atom ??= Tree(RegexTreeKind.Plain, RegexTreeFlags.None, language);
            RegexTree quantified = Quantify(atom, least, most, preference, isReference);
            return Join(prefix, flags, RegexTree.Combine(preference, atom.Flags), quantified, ParseBranch(stopper, isLook));
        }

        return Tree(RegexTreeKind.Plain, flags, Sequence(prefix));
    }

    private RegexTree Join(List<RegexNode> prefix, RegexTreeFlags prefixFlags, RegexTreeFlags tailFlags, RegexTree quantified, RegexTree rest)
    {
        RegexTree tail = quantified;
        if (!IsEmpty(rest))
        {
            tailFlags |= RegexTree.Combine(tailFlags, rest.Flags);
            tail = Tree(RegexTreeKind.Concatenation, tailFlags, new RegexNode.Sequence([quantified.Language, rest.Language]), quantified, rest);
        }

        if (prefix.Count == 0)
            return tail;
        RegexTree head = Tree(RegexTreeKind.Plain, prefixFlags, Sequence(prefix));
        RegexTreeFlags flags = prefixFlags | RegexTree.Combine(prefixFlags, tail.Flags);
        return Tree(RegexTreeKind.Concatenation, flags, new RegexNode.Sequence([head.Language, tail.Language]), head, tail);
    }

    private static RegexNode Repeat(RegexNode item, int least, int most) => least == 1 && most == 1 ? item : new RegexNode.Repeat(item, least, most);

    private RegexTree Quantify(RegexTree atom, int least, int most, RegexTreeFlags preference, bool isReference)
    {
        RegexTreeFlags flags = RegexTree.Combine(preference, atom.Flags);
        if (isReference)
        {
            return new RegexTree(RegexTreeKind.BackReference, atom.Flags | flags, Repeat(atom.Language, least, most))
            {
                Reference = atom.Reference,
                Least = least,
                Most = most,
                Number = _treeCount++,
            };
        }

        RegexTreeFlags inner = atom.Flags & (RegexTreeFlags.Preference | RegexTreeFlags.Mixed);
        if (least == 1 && most == 1 && (preference == 0 || inner == 0 || preference == inner))
            return atom;
        RegexNode language = Repeat(atom.Language, least, most);
        if ((atom.Flags & (RegexTreeFlags.Captures | RegexTreeFlags.HasBackReference)) == 0)
            return Tree(RegexTreeKind.Plain, flags, language);
        if (least > 0 && !atom.HasBackReference)
        {
            // Only the last repetition's groups count: those before it need not be taken apart.
            RegexNode before = Repeat(atom.Language, least - 1, most == RegexNode.Unlimited ? most : most - 1);
            return Tree(RegexTreeKind.Concatenation, flags, language, Tree(RegexTreeKind.Plain, flags & RegexTreeFlags.Preference, before), atom);
        }

        return new RegexTree(RegexTreeKind.Iteration, flags, language) { Children = [atom], Least = least, Most = most, Number = _treeCount++ };
    }

    private RegexNode? ParseConstraint()
    {
        RegexAssertion? assertion = _lexer.Kind switch
        {
            Kind.Caret => NewlineAnchors ? RegexAssertion.LineStart : RegexAssertion.TextStart,
            Kind.Dollar => NewlineAnchors ? RegexAssertion.LineEnd : RegexAssertion.TextEnd,
            Kind.TextStart => RegexAssertion.TextStart,
            Kind.TextEnd => RegexAssertion.TextEnd,
            Kind.WordStart => RegexAssertion.WordStart,
            Kind.WordEnd => RegexAssertion.WordEnd,
            Kind.WordBoundary => RegexAssertion.WordBoundary,
            Kind.NotWordBoundary => RegexAssertion.NotWordBoundary,
            _ => null,
        };
        if (assertion is { } kind)
        {
            _lexer.Advance();
            return new RegexNode.Assertion(kind);
        }

        if (_lexer.Kind != Kind.Look)
            return null;
        var look = (LookKind)_lexer.Value;
        _lexer.Advance();
        RegexTree content = ParseAlternatives(Kind.Close, isLook: true);
        _lexer.Advance();
        if (_looks.Count == LooksMax)
            throw RegexErrors.TooComplex();
        _looks.Add(new RegexLook(look, content.Language));
        return new RegexNode.Look(_looks.Count - 1);
    }

    /// <summary>An atom: what it matches, and its part when it may have groups or preferences.</summary>
    private (RegexTree? Tree, RegexNode Language) ParseAtom(bool isLook)
    {
        Kind kind = _lexer.Kind;
        int value = _lexer.Value;
        switch (kind)
        {
            case Kind.Plain:
                _lexer.Advance();
                return (null, Character(value));
            case Kind.Close when (_lexer.Options & (RegexOptions.Extended | RegexOptions.Advanced)) == RegexOptions.Extended:
                // POSIX lets an unmatched ) stand for itself in an ERE.
                _lexer.Advance();
                return (null, Character(value));
            case Kind.Close:
                throw RegexErrors.Parentheses();
            case Kind.Any:
                _lexer.Advance();
                return (null, new RegexNode.Characters(NewlineStops ? CharSet.AllButNewline : CharSet.All));
            case Kind.ClassEscape:
                _lexer.Advance();
                return (null, new RegexNode.Characters(Class(RegexLexer.EscapeClasses[value])));
            case Kind.ClassComplementEscape:
                _lexer.Advance();
                return (null, new RegexNode.Characters(Class(RegexLexer.EscapeClasses[value]).Complement()));
            case Kind.OpenBracket:
                return (null, new RegexNode.Characters(ParseBracket(isNegated: value == 0)));
            case Kind.BackReference:
                return ParseBackReference(value, isLook);
            case Kind.Open:
                RegexTree group = ParseGroup(isCapturing: value == 1 && !isLook, isLook);
                return (group, group.Language);
            default:
                throw RegexErrors.Quantifier();
        }
    }

    private (RegexTree Tree, RegexNode Language) ParseBackReference(int number, bool isLook)
    {
        if (isLook || number >= _groups.Count || _groups[number] is not { } target)
            throw RegexErrors.BackReference();
        _lexer.Advance();
        RegexNode language = target.Language.WithoutConditions();
        return (new RegexTree(RegexTreeKind.BackReference, RegexTreeFlags.HasBackReference, language) { Reference = number, Number = _treeCount++ }, language);
    }

    private RegexTree ParseGroup(bool isCapturing, bool isLook)
    {
        int number = 0;
        if (isCapturing)
        {
            number = ++_lexer.GroupCount;
            _groups.Add(null);
        }

        _lexer.Advance();
        RegexTree content = ParseAlternatives(Kind.Close, isLook);
        _lexer.Advance();
        if (!isCapturing)
            return content;
        if (content.Group != 0)
            content = Tree(RegexTreeKind.Group, content.Flags, content.Language, content);
        content.Group = number;
        content.Flags |= RegexTreeFlags.Captures;
        _groups[number] = content;
        return content;
    }

    private (int Least, int Most, RegexTreeFlags Preference) ParseQuantifier()
    {
        RegexTreeFlags preference = _lexer.Value != 0 ? RegexTreeFlags.PrefersLonger : RegexTreeFlags.PrefersShorter;
        switch (_lexer.Kind)
        {
            case Kind.Star:
                _lexer.Advance();
                return (0, RegexNode.Unlimited, preference);
            case Kind.Plus:
                _lexer.Advance();
                return (1, RegexNode.Unlimited, preference);
            case Kind.Optional:
                _lexer.Advance();
                return (0, 1, preference);
            case Kind.OpenBound:
                _lexer.Advance();
                return ParseBound();
            default:
                return (1, 1, RegexTreeFlags.None);
        }
    }

    private (int Least, int Most, RegexTreeFlags Preference) ParseBound()
    {
        int least = ParseCount(), most = least;
        bool isRange = _lexer.Kind == Kind.Comma;
        if (isRange)
        {
            _lexer.Advance();
            most = _lexer.Kind == Kind.Digit ? ParseCount() : RegexNode.Unlimited;
            if (most != RegexNode.Unlimited && least > most)
                throw RegexErrors.Repetition();
        }

        if (_lexer.Kind != Kind.CloseBound)
            throw RegexErrors.Repetition();
        // {m} takes its operand's preference; {m,m} has its own.
        RegexTreeFlags preference = !isRange ? RegexTreeFlags.None
            : _lexer.Value != 0 ? RegexTreeFlags.PrefersLonger : RegexTreeFlags.PrefersShorter;
        _lexer.Advance();
        return (least, most, preference);
    }

    private int ParseCount()
    {
        int count = 0;
        while (_lexer.Kind == Kind.Digit && count < RepetitionsMax)
        {
            count = (count * 10) + _lexer.Value;
            _lexer.Advance();
        }

        return _lexer.Kind == Kind.Digit || count > RepetitionsMax ? throw RegexErrors.Repetition() : count;
    }

    private RegexNode Character(int codePoint)
    {
        if (_characters.TryGetValue(codePoint, out RegexNode? known))
            return known;
        var ranges = new List<(int First, int Last)>();
        AddRange(ranges, codePoint, codePoint);
        return _characters[codePoint] = new RegexNode.Characters(CharSet.FromRanges(ranges));
    }

    private void AddRange(List<(int First, int Last)> ranges, int first, int last)
    {
        last = Math.Min(last, CharSet.LastCodePoint);
        if (first > last)
            return;
        ranges.Add((first, last));
        if (!IgnoresCase)
            return;
        for (int c = first; c <= last; c++)
            CharSet.AddCases(ranges, c);
    }

    private CharSet Class(string name)
    {
        if (IgnoresCase && name is "upper" or "lower")
            name = "alpha";
        return CharClasses.Find(name) ?? throw RegexErrors.CharacterClass();
    }

    private CharSet ParseBracket(bool isNegated)
    {
        var ranges = new List<(int First, int Last)>();
        _lexer.Advance();
        while (_lexer.Kind is not (Kind.CloseBracket or Kind.End))
            ParseBracketPart(ranges);
        _lexer.Advance();
        CharSet set = CharSet.FromRanges(ranges);
        if (!isNegated)
            return set;
        set = set.Complement();
        return NewlineStops ? set.Without(CharSet.Newline) : set;
    }

    private void ParseBracketPart(List<(int First, int Last)> ranges)
    {
        int first;
        switch (_lexer.Kind)
        {
            case Kind.Plain:
                first = _lexer.Value;
                _lexer.Advance();
                break;
            case Kind.CollatingElement:
                first = ParseElement();
                break;
            case Kind.EquivalenceClass:
                first = ParseElement();
                AddRange(ranges, first, first);
                return;
            case Kind.CharacterClass:
                string name = ParseName();
                if (name.Length == 0)
                    throw RegexErrors.CharacterClass();
                ranges.AddRange(Class(name).Ranges);
                return;
            case Kind.ClassEscape:
                ranges.AddRange(Class(RegexLexer.EscapeClasses[_lexer.Value]).Ranges);
                _lexer.Advance();
                return;
            case Kind.ClassComplementEscape:
                ranges.AddRange(Class(RegexLexer.EscapeClasses[_lexer.Value]).Complement().Ranges);
                _lexer.Advance();
                return;
            default:
                throw RegexErrors.Range();
        }

        int last = first;
        if (_lexer.Kind == Kind.Range)
        {
            _lexer.Advance();
            last = ParseRangeEnd();
            if (first > last)
                throw RegexErrors.Range();
        }

        AddRange(ranges, first, last);
    }

    private int ParseRangeEnd()
    {
        switch (_lexer.Kind)
        {
            case Kind.Plain or Kind.Range:
                int last = _lexer.Value;
                _lexer.Advance();
                return last;
            case Kind.CollatingElement:
                return ParseElement();
            default:
                throw RegexErrors.Range();
        }
    }

    /// <summary>The name between [. and .] and the like.</summary>
    private string ParseName()
    {
        var name = new StringBuilder();
        for (_lexer.Advance(); _lexer.Kind == Kind.Plain; _lexer.Advance())
            name.Append(Rune.IsValid(_lexer.Value) ? new Rune(_lexer.Value).ToString() : "\uFFFD");
        _lexer.Advance();
        return name.ToString();
    }

    private int ParseElement()
    {
        string name = ParseName();
        if (name.Length == 0)
            throw RegexErrors.CollatingElement();
        Rune first = name.EnumerateRunes().First();
        if (first.Utf16SequenceLength == name.Length)
            return first.Value;
        return CollatingElements.Find(name) ?? throw RegexErrors.CollatingElement();
    }
}
