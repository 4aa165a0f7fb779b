namespace Strata.Engine.Extensions.Trigrams;

/// <summary>Where in a word a trigram stands.</summary>
[Flags]
internal enum WordBounds : byte
{
    /// <summary>It is the word's first.</summary>
    Left = 1,

    /// <summary>It is the word's last.</summary>
    Right = 2,
}
