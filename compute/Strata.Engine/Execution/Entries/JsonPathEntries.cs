using System.Text;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Entries;

/// <summary>
/// Which entries a document must have for a jsonpath to find something in it (jsonb_ops). Null stands for "any document"; what is negated, computed or given by variables says nothing.
/// </summary>
internal sealed class JsonPathEntries(EntryList scratch)
{
    /// <summary>The query of a path: for @@ the result must be true, for @? there must be one.</summary>
    public EntryQuery? Of(JsonPathNode root, bool isMatch)
    {
        if (root.IsPredicate)
            return isMatch ? Condition(root) : null;
        return Path(root);
    }

    private EntryQuery? Condition(JsonPathNode node)
    {
        DepthGuard.Check();
        switch (node.Kind)
        {
            case JsonPathKind.And:
                return EntryQuery.And([Condition(node.Left!), Condition(node.Right!)]);
            case JsonPathKind.Or:
                return EntryQuery.Or([Condition(node.Left!), Condition(node.Right!)]);
            case JsonPathKind.Exists:
                return Path(node.Left!);
            case JsonPathKind.Equal:
                return Equality(node.Left!, node.Right!) ?? Equality(node.Right!, node.Left!) ?? EntryQuery.And([Path(node.Left!), Path(node.Right!)]);
            case JsonPathKind.NotEqual or JsonPathKind.Less or JsonPathKind.Greater or JsonPathKind.LessOrEqual or JsonPathKind.GreaterOrEqual:
                return EntryQuery.And([Path(node.Left!), Path(node.Right!)]);
            case JsonPathKind.StartsWith or JsonPathKind.LikeRegex:
                return Path(node.Left!);
            default:
                return null;
        }
    }

    private EntryQuery? Equality(JsonPathNode path, JsonPathNode literal)
    {
        if (path.Kind is not (JsonPathKind.Root or JsonPathKind.Current) || literal.Next is not null || !IsPlain(path))
            return null;
        EntryQuery? value = literal.Kind switch
        {
            JsonPathKind.String => JsonItems.TextQuery(Encoding.UTF8.GetBytes(literal.Text), scratch),
            JsonPathKind.Number => JsonItems.ScalarQuery(JsonKind.Number, literal.Number, scratch),
            JsonPathKind.Boolean => JsonItems.ScalarQuery(literal.Boolean ? JsonKind.True : JsonKind.False, default, scratch),
            JsonPathKind.Null => JsonItems.ScalarQuery(JsonKind.Null, default, scratch),
            _ => null,
        };
        return value is null ? null : EntryQuery.And([Path(path), value]);
    }

    /// <summary>The path gives parts of the document, not what a method makes of them.</summary>
    private static bool IsPlain(JsonPathNode path)
    {
        for (JsonPathNode? node = path.Next; node is not null; node = node.Next)
        {
            if (!IsAccessor(node.Kind))
                return false;
        }

        return true;
    }

    private static bool IsAccessor(JsonPathKind kind) =>
        kind is JsonPathKind.Key or JsonPathKind.AnyKey or JsonPathKind.AnyArray or JsonPathKind.Subscripts or JsonPathKind.AnyLevels or JsonPathKind.Filter;

    private EntryQuery? Path(JsonPathNode path)
    {
        DepthGuard.Check();
        if (path.Kind is not (JsonPathKind.Root or JsonPathKind.Current))
            return null;
        var parts = new List<EntryQuery?>();
        for (JsonPathNode? node = path.Next; node is not null && IsAccessor(node.Kind); node = node.Next)
        {
            if (node.Kind == JsonPathKind.Key)
                parts.Add(JsonItems.NameQuery(Encoding.UTF8.GetBytes(node.Text), scratch));
            else if (node.Kind == JsonPathKind.Filter)
                parts.Add(Condition(node.Left!));
        }

        return EntryQuery.And(parts);
    }
}
