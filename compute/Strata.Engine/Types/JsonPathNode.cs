namespace Strata.Engine.Types;

/// <summary>A node of a jsonpath: an operand, operator or accessor, and the accessor that follows it.</summary>
internal sealed class JsonPathNode(JsonPathKind kind)
{
    /// <summary>"last" as a level of .**.</summary>
    public const uint LastLevel = uint.MaxValue;

    public JsonPathKind Kind { get; } = kind;

    /// <summary>A string, number, name of a variable, key or method, or pattern.</summary>
    public string Text { get; init; } = "";

    public bool Boolean { get; init; }

    public NumericValue Number { get; init; }

    public JsonPathNode? Left { get; init; }

    public JsonPathNode? Right { get; init; }

    /// <summary>Flags of like_regex, in the order i, s, m, x, q.</summary>
    public string Flags { get; init; } = "";

    public uint FirstLevel { get; init; }

    public uint LastOfLevels { get; init; }

    public IReadOnlyList<(JsonPathNode From, JsonPathNode? To)> Subscripts { get; init; } = [];

    /// <summary>The accessor applied to this one's result.</summary>
    public JsonPathNode? Next { get; set; }

    /// <summary>What a caller derives from the node once, such as a compiled pattern.</summary>
    public object? Cache { get; set; }

    /// <summary>True for conditions, which are no values unless they are the whole path.</summary>
    public bool IsPredicate => Kind is >= JsonPathKind.And and <= JsonPathKind.LikeRegex && Next is null;
}
