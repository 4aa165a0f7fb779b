namespace Strata.Engine.Functions.Patterns;

/// <summary>The patterns that a call site used last, for calls whose pattern changes from row to row. Not thread-safe.</summary>
internal sealed class RegexCache
{
    private const int PatternsMax = 32;

    private readonly List<PgRegex> _patterns = [];

    /// <summary>The compiled pattern; throws as <see cref="PgRegex.Compile"/> does.</summary>
    public PgRegex Get(ReadOnlySpan<byte> pattern, string flags)
    {
        for (int i = 0; i < _patterns.Count; i++)
        {
            PgRegex known = _patterns[i];
            if (!known.IsFor(pattern, flags))
                continue;
            if (i > 0)
            {
                _patterns.RemoveAt(i);
                _patterns.Insert(0, known);
            }

            return known;
        }

        PgRegex compiled = PgRegex.Compile(pattern, flags);
        if (_patterns.Count == PatternsMax)
            _patterns.RemoveAt(PatternsMax - 1);
        _patterns.Insert(0, compiled);
        return compiled;
    }
}
