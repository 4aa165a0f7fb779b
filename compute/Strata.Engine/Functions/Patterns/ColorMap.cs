using System.Text;
using Strata.Platform;

namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// Code points in classes ("colors") that no set of a pattern tells apart, so that automata have few columns. Not thread-safe: pages of
/// the map are filled when a text first needs them.
/// </summary>
internal sealed class ColorMap
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;

    /// <summary>Limit of the work and memory that sets times colors may take.</summary>
    private const long CellsMax = 64 << 20;

    private readonly int[] _starts;
    private readonly int[] _segmentColors;
    private readonly int[]?[] _pages = new int[(CharSet.LastCodePoint >> PageBits) + 1][];
    private readonly Dictionary<CharSet, ColorSet> _sets = new(ReferenceEqualityComparer.Instance);

    /// <param name="sets">The sets to tell apart.</param>
    /// <param name="needsContext">Whether newlines and word characters must be told from others too.</param>
    public ColorMap(IReadOnlyCollection<CharSet> sets, bool needsContext)
    {
        List<CharSet> all = [.. sets];
        if (needsContext)
            all.AddRange([CharSet.Newline, CharClasses.Word]);
        (_starts, _segmentColors, Count) = Partition(all);
        long cells = 0;
        foreach (CharSet set in all)
        {
            if (_sets.ContainsKey(set))
                continue;
            List<int> colors = ColorsOf(set, ref cells);
            _sets[set] = new ColorSet(colors, Count);
            cells += _sets[set].Cells;
            if (cells > CellsMax)
                throw RegexErrors.TooComplex();
        }

        HasContext = needsContext;
        Sides = new Sides[Count + 1];
        Sides[Count] = needsContext ? Patterns.Sides.Edge : Patterns.Sides.None;
        for (int color = 0; color < Count && needsContext; color++)
        {
            Sides[color] = (_sets[CharSet.Newline].Contains(color) ? Patterns.Sides.Newline : Patterns.Sides.None)
                | (_sets[CharClasses.Word].Contains(color) ? Patterns.Sides.Word : Patterns.Sides.None);
        }

        for (int c = 0; c < Ascii.Length; c++)
            Ascii[c] = Find(c);
    }

    /// <summary>Number of colors; the color of this number is the text's edge.</summary>
    public int Count { get; }

    /// <summary>Whether an assertion asks for the characters beside a position.</summary>
    public bool HasContext { get; }

    /// <summary>What assertions must know of a color; nothing when no assertion asks.</summary>
    public Sides[] Sides { get; }

    public int[] Ascii { get; } = new int[128];

    public ColorSet Colors(CharSet set) => _sets[set];

    /// <summary>The color of the character that begins at a position.</summary>
    public int Forward(ReadOnlySpan<byte> text, int at, out int length)
    {
        byte b = text[at];
        if (b < 128)
        {
            length = 1;
            return Ascii[b];
        }

        Rune.DecodeFromUtf8(text[at..], out Rune rune, out length);
        return Of(rune.Value);
    }

    /// <summary>The color of the character that ends at a position.</summary>
    public int Backward(ReadOnlySpan<byte> text, int at, out int length)
    {
        byte b = text[at - 1];
        if (b < 128)
        {
            length = 1;
            return Ascii[b];
        }

        Rune.DecodeLastFromUtf8(text[..at], out Rune rune, out length);
        return Of(rune.Value);
    }

    private int Of(int codePoint)
    {
        int[]? page = _pages[codePoint >> PageBits];
        if (page is null)
        {
            _pages[codePoint >> PageBits] = page = new int[PageSize];
            int first = codePoint & ~(PageSize - 1);
            for (int i = 0; i < PageSize; i++)
                page[i] = Find(first + i);
        }

        return page[codePoint & (PageSize - 1)];
    }

    private int Segment(int codePoint)
    {
        int found = Array.BinarySearch(_starts, codePoint);
        return found >= 0 ? found : ~found - 1;
    }

    private int Find(int codePoint) => _segmentColors[Segment(codePoint)];

    private List<int> ColorsOf(CharSet set, ref long work)
    {
        var colors = new List<int>();
        foreach ((int first, int last) in set.Ranges)
        {
            for (int i = Segment(first); i < _starts.Length && _starts[i] <= last; i++)
                colors.Add(_segmentColors[i]);
        }

        work += colors.Count;
        return colors;
    }

    /// <summary>
    /// Cuts the code points wherever a set begins or ends. Pieces with the same members of sets have one color: a member set is known by a
    /// 128-bit mix of its number, a piece by the exclusive or of them.
    /// </summary>
    private static (int[] Starts, int[] Colors, int Count) Partition(List<CharSet> sets)
    {
        var edges = new List<(int At, int Set)>();
        for (int i = 0; i < sets.Count; i++)
        {
            foreach ((int first, int last) in sets[i].Ranges)
            {
                edges.Add((first, i));
                edges.Add((last + 1, i));
            }
        }

        edges.Sort();
        var starts = new List<int> { 0 };
        var colors = new List<int>();
        var known = new Dictionary<UInt128, int>();
        UInt128 members = 0;
        foreach ((int at, int set) in edges)
        {
            if (at > CharSet.LastCodePoint)
                break;
            if (at > starts[^1])
            {
                colors.Add(ColorOf(known, members));
                starts.Add(at);
            }

            members ^= new UInt128(SplitMix64.Mix((ulong)set), SplitMix64.Mix(~(ulong)set));
        }

        colors.Add(ColorOf(known, members));
        return ([.. starts], [.. colors], known.Count);
    }

    private static int ColorOf(Dictionary<UInt128, int> known, UInt128 members)
    {
        if (!known.TryGetValue(members, out int color))
            known[members] = color = known.Count;
        return color;
    }
}
