using Strata.Engine.Catalog;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Execution.Entries;

/// <summary>Finds what an operator class does. Stateless.</summary>
internal static class ItemClasses
{
    private static readonly ItemClass s_textSearch = new TextSearchItems();
    private static readonly ItemClass s_queries = new QueryItems();
    private static readonly ItemClass s_json = new JsonItems();
    private static readonly ItemClass s_jsonPaths = new JsonPathItems();
    private static readonly ItemClass s_ordered = new OrderedItems();

    /// <summary>The class of a key of a GIN, GiST or SP-GiST index over values of a type.</summary>
    public static ItemClass Of(IndexKey key, SqlType type) => key.NativeItems ?? OperatorFamilies.Class(key.OperatorClassOid)?.Name switch
    {
        "array_ops" => new ArrayItems(type),
        "tsvector_ops" => s_textSearch,
        "tsquery_ops" => s_queries,
        "jsonb_ops" => s_json,
        "jsonb_path_ops" => s_jsonPaths,
        "range_ops" or "multirange_ops" or "inet_ops" => SpanItems.Instance,
        "box_ops" or "point_ops" or "poly_ops" or "circle_ops" or "quad_point_ops" or "kd_point_ops" => AreaItems.Instance,
        "text_ops" => s_ordered,
        var name => throw new InvariantViolationException($"operator class {name} of a key is unknown"),
    };

    /// <summary>The classes of all keys of an index.</summary>
    public static ItemClass[] Of(IndexInfo index, Func<IndexKey, SqlType> typeOf)
    {
        var classes = new ItemClass[index.KeyCount];
        for (int i = 0; i < classes.Length; i++)
            classes[i] = Of(index.Keys[i], typeOf(index.Keys[i]));
        return classes;
    }
}
