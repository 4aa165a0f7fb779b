namespace Strata.Engine.Functions.Patterns;

/// <summary>
/// What a part of a pattern matches, without groups and preferences: the input of <see cref="RegexProgram"/>. A back reference stands here
/// as what its group matches. Immutable; parts are shared.
/// </summary>
internal abstract record RegexNode
{
    public static readonly RegexNode Empty = new Sequence([]);

    public sealed record Characters(CharSet Set) : RegexNode;

    public sealed record Sequence(IReadOnlyList<RegexNode> Items) : RegexNode;

    public sealed record Alternatives(IReadOnlyList<RegexNode> Items) : RegexNode;

    /// <param name="Item">What is repeated.</param>
    /// <param name="Least">The least number of repetitions.</param>
    /// <param name="Most">The greatest; <see cref="Unlimited"/> for no limit.</param>
    public sealed record Repeat(RegexNode Item, int Least, int Most) : RegexNode;

    public sealed record Assertion(RegexAssertion Kind) : RegexNode;

    /// <param name="Number">Number of the look-around in the whole expression; inner ones have lower numbers.</param>
    public sealed record Look(int Number) : RegexNode;

    public const int Unlimited = -1;

    /// <summary>The same without assertions and look-arounds.</summary>
    public RegexNode WithoutConditions() => this switch
    {
        Assertion or Look => Empty,
        Sequence s => new Sequence([.. s.Items.Select(static item => item.WithoutConditions())]),
        Alternatives a => new Alternatives([.. a.Items.Select(static item => item.WithoutConditions())]),
        Repeat r => r with { Item = r.Item.WithoutConditions() },
        _ => this,
    };
}
