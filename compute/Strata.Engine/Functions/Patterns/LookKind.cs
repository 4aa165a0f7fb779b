namespace Strata.Engine.Functions.Patterns;

/// <summary>Direction and sense of a look-around.</summary>
internal enum LookKind
{
    Ahead,
    NotAhead,
    Behind,
    NotBehind,
}
