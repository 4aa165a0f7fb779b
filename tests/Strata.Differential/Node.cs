using System.Text;

namespace Strata.Differential;

/// <summary>
/// A piece of generated SQL: text and smaller pieces. The kind says what may stand in its place: a type's name for expressions. Mutable
/// while a failing statement is made smaller.
/// </summary>
internal sealed class Node(string kind)
{
    public string Kind { get; } = kind;

    /// <summary>Strings and nodes, in order.</summary>
    public List<object> Parts { get; private set; } = [];

    /// <summary>The piece may be left out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>The parts are items of a list, with this between them; null for other pieces.</summary>
    public string? Separator { get; init; }

    /// <summary>The shortest text that the piece's rule makes; null when it has none.</summary>
    public string? Simplest { get; private init; }

    /// <summary>The <see cref="Maker.Key"/> of what is called here; null for other pieces.</summary>
    public string? Tag { get; private set; }

    public Node Tagged(string tag)
    {
        Tag = tag;
        return this;
    }

    public static Node Of(string kind, params object[] parts) => new(kind) { Parts = [.. parts] };

    /// <summary>What a rule of a <see cref="Grammar"/> made; the same rule with the same aliases may take its place.</summary>
    public static Node Rule(string kind, string? simplest, List<object> parts) => new(kind) { Parts = parts, Simplest = simplest };

    public static Node Optional(params object[] parts) => new("clause") { Parts = [.. parts], IsOptional = true };

    public static Node List(string separator, IEnumerable<Node> items) => new("list") { Parts = [.. items], Separator = separator };

    public static Node Value(string type, string text) => new(type) { Parts = [text] };

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        for (int i = 0; i < Parts.Count; i++)
        {
            if (i > 0 && Separator is not null)
                text.Append(Separator);
            if (Parts[i] is Node node)
                node.Write(text);
            else
                text.Append(Parts[i]);
        }
    }

    public IEnumerable<Node> Descendants()
    {
        foreach (Node child in Parts.OfType<Node>())
        {
            yield return child;
            foreach (Node deeper in child.Descendants())
                yield return deeper;
        }
    }

    /// <summary>Smaller forms of this piece alone: each is the list of parts that it would have.</summary>
    public IEnumerable<List<object>> Smaller()
    {
        if (IsOptional && Parts.Count > 0)
            yield return [];
        if (Separator is not null && Parts.Count > 1)
        {
            for (int i = 0; i < Parts.Count; i++)
            {
                List<object> rest = [.. Parts];
                rest.RemoveAt(i);
                yield return rest;
            }
        }

        if (Simplest is not null && !(Parts is [string text] && text == Simplest))
            yield return [Simplest];
        if (Parts is [string])
            yield break;
        if (Simplest is not null || Kind.Contains('§', StringComparison.Ordinal))
        {
            foreach (Node same in Descendants().Where(node => node.Kind == Kind))
                yield return [same];
        }

        if (Kind.StartsWith(':'))
        {
            yield return ["NULL::" + Kind[1..]];
            foreach (Node same in Descendants().Where(node => node.Kind == Kind))
                yield return [same];
        }
    }

    /// <summary>Puts other parts in place and returns those that were there.</summary>
    public List<object> Exchange(List<object> parts)
    {
        List<object> before = Parts;
        Parts = parts;
        return before;
    }
}
