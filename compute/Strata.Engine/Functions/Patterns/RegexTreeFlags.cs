namespace Strata.Engine.Functions.Patterns;

/// <summary>Preference and content of a part of a pattern.</summary>
[Flags]
internal enum RegexTreeFlags
{
    None = 0,
    PrefersLonger = 1,
    PrefersShorter = 2,

    /// <summary>Parts below prefer different lengths.</summary>
    Mixed = 4,
    Captures = 8,
    HasBackReference = 16,

    Preference = PrefersLonger | PrefersShorter,
}
