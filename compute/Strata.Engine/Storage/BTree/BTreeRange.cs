namespace Strata.Engine.Storage.BTree;

/// <summary>
/// A range of keys, by key bytes or prefixes of them. An inclusive bound takes in every key that begins with it; an exclusive one leaves
/// all of those out. So equality on the first columns of an index is both bounds equal and inclusive.
/// </summary>
public readonly ref struct BTreeRange
{
    /// <summary>Every key.</summary>
    public static BTreeRange All => default;

    /// <summary>Keys that begin with <paramref name="prefix"/>.</summary>
    public static BTreeRange Prefix(ReadOnlySpan<byte> prefix) =>
        new() { HasLower = true, Lower = prefix, LowerInclusive = true, HasUpper = true, Upper = prefix, UpperInclusive = true };

    public bool HasLower { get; init; }

    public ReadOnlySpan<byte> Lower { get; init; }

    public bool LowerInclusive { get; init; }

    public bool HasUpper { get; init; }

    public ReadOnlySpan<byte> Upper { get; init; }

    public bool UpperInclusive { get; init; }
}
