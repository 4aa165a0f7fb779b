namespace Strata.Engine.Functions.Patterns;

/// <summary>The matches of a text from left to right, none overlapping another; behind an empty match the search goes on one character later.</summary>
internal ref struct RegexMatches
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly int[] _groups;
    private RegexMatcher _matcher;
    private int _next;

    public RegexMatches(RegexMatcher matcher, ReadOnlySpan<byte> text, int[] groups, int from)
    {
        _matcher = matcher;
        _text = text;
        _groups = groups;
        _next = from;
    }

    /// <summary>Groups, the whole match among them.</summary>
    public readonly int GroupCount => _groups.Length / 2;

    /// <summary>Where a group begins; 0 is the whole match; -1 when it took no part.</summary>
    public readonly int Start(int group) => _groups[2 * group];

    public readonly int End(int group) => _groups[(2 * group) + 1];

    public readonly ReadOnlySpan<byte> Text(int group) => _text[Start(group)..End(group)];

    public bool MoveNext()
    {
        if (_next > _text.Length || !_matcher.Find(_next))
            return false;
        _next = End(0);
        if (Start(0) == _next)
            _next = _matcher.NextPosition(_next);
        return true;
    }
}
