namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// A pattern's parts as far as groups, preferences and back references need them apart. Preference follows PostgreSQL's rules: the first
/// quantified atom that has one decides for a branch, alternatives prefer the longest. Immutable once parsed.
/// </summary>
internal sealed class RegexTree(RegexTreeKind kind, RegexTreeFlags flags, RegexNode language)
{
    public RegexTreeKind Kind { get; } = kind;

    public RegexTreeFlags Flags { get; set; } = flags;

    /// <summary>What the part matches.</summary>
    public RegexNode Language { get; } = language;

    public IReadOnlyList<RegexTree> Children { get; init; } = [];

    /// <summary>Number of the group that the part is; 0 for none.</summary>
    public int Group { get; set; }

    /// <summary>Number of the group that a back reference means.</summary>
    public int Reference { get; init; }

    public int Least { get; init; }

    public int Most { get; init; }

    /// <summary>Number of the part among those that may be matched by themselves; its automata are kept under it.</summary>
    public int Number { get; set; }

    public bool PrefersShorter => (Flags & RegexTreeFlags.PrefersShorter) != 0;

    public bool HasBackReference => (Flags & RegexTreeFlags.HasBackReference) != 0;

    public static bool IsMessy(RegexTreeFlags flags) => (flags & (RegexTreeFlags.Mixed | RegexTreeFlags.Captures | RegexTreeFlags.HasBackReference)) != 0;

    /// <summary>What of a part's flags its parent has.</summary>
    public static RegexTreeFlags Up(RegexTreeFlags flags)
    {
        RegexTreeFlags up = flags & ~RegexTreeFlags.Preference;
        return (flags & RegexTreeFlags.Preference) == RegexTreeFlags.Preference ? up | RegexTreeFlags.Mixed : up;
    }

    /// <summary>Flags of two parts together: the first one's preference, if it has any.</summary>
    public static RegexTreeFlags Combine(RegexTreeFlags first, RegexTreeFlags second)
    {
        RegexTreeFlags preference = first & RegexTreeFlags.Preference;
        return Up(first | second) | (preference != 0 ? preference : second & RegexTreeFlags.Preference);
    }
}
