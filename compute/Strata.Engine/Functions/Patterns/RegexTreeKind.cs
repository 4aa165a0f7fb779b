namespace Strata.Engine.Functions.Patterns;

/// <summary>How a part of a pattern divides what it matched.</summary>
internal enum RegexTreeKind
{
    /// <summary>Nothing inside matters.</summary>
    Plain,
    Concatenation,
    Alternatives,
    Iteration,
    BackReference,

    /// <summary>A second group around a group.</summary>
    Group,
}
