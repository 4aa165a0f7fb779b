using System.Text;

namespace Strata.Engine.Functions.Patterns;

/// <summary>A set of code points as sorted, disjoint, inclusive ranges that do not touch. Immutable.</summary>
internal sealed class CharSet
{
    public const int LastCodePoint = 0x10FFFF;

    public static readonly CharSet Newline = Of('\n', '\n');

    public static readonly CharSet All = Of(0, LastCodePoint);

    public static readonly CharSet AllButNewline = Newline.Complement();

    private CharSet(List<(int First, int Last)> ranges) => Ranges = [.. ranges];

    public (int First, int Last)[] Ranges { get; }

    public bool IsEmpty => Ranges.Length == 0;

    public static CharSet Of(int first, int last) => new([(first, last)]);

    /// <summary>The set of the given ranges, which may overlap and stand in any order.</summary>
    public static CharSet FromRanges(List<(int First, int Last)> ranges)
    {
        ranges.Sort();
        var merged = new List<(int First, int Last)>(ranges.Count);
        foreach ((int first, int last) in ranges)
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            else
                merged.Add((first, last));
        }

        return new CharSet(merged);
    }

    public CharSet Complement()
    {
        var ranges = new List<(int First, int Last)>(Ranges.Length + 1);
        int next = 0;
        foreach ((int first, int last) in Ranges)
        {
            if (first > next)
                ranges.Add((next, first - 1));
            next = last + 1;
        }

        if (next <= LastCodePoint)
            ranges.Add((next, LastCodePoint));
        return new CharSet(ranges);
    }

    public CharSet Without(CharSet other) => Complement().Union(other).Complement();

    public CharSet Union(CharSet other) => FromRanges([.. Ranges, .. other.Ranges]);

    /// <summary>Adds the other case of a character.</summary>
    public static void AddCases(List<(int First, int Last)> ranges, int codePoint)
    {
        if (!Rune.TryCreate(codePoint, out Rune rune))
            return;
        int lower = Rune.ToLowerInvariant(rune).Value, upper = Rune.ToUpperInvariant(rune).Value;
        if (lower != codePoint)
            ranges.Add((lower, lower));
        if (upper != codePoint)
            ranges.Add((upper, upper));
    }
}
