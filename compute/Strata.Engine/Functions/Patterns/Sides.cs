namespace Strata.Engine.Functions.Patterns;

/// <summary>What assertions ask of the character on one side of a position.</summary>
[Flags]
internal enum Sides : byte
{
    None = 0,

    /// <summary>There is none: the text begins or ends.</summary>
    Edge = 1,
    Newline = 2,
    Word = 4,
}
