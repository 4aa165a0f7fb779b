using Strata.Engine.Catalog;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Functions about index access methods: their properties, and the upkeep that BRIN and GIN indexes never wait for here. Source: PostgreSQL 15, "System Information Functions", "Index Maintenance Functions".</summary>
internal static class AccessMethodFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("pg_indexam_has_property", static (ref FunctionCall c) => Return(ref c, IsKnown(c.Oid(0)) ? MethodProperty(IndexMethods.Of(c.Oid(0)), c.String(1)) : null));
        t.Add("pg_index_has_property", static (ref FunctionCall c) => Return(ref c, c.Context.Catalog.Index(c.Oid(0)) is { } index ? IndexProperty(index.Index!.Method, c.String(1)) : null));
        t.Add("pg_index_column_has_property", static (ref FunctionCall c) => Return(ref c, c.Context.Catalog.Index(c.Oid(0)) is { } index ? ColumnProperty(index.Index!, c.Int32(1), c.String(2)) : null));
        // Summaries are made with the rows, and entries are never put off: there is never anything to do.
        t.Add("brin_summarize_new_values", static (ref FunctionCall c) =>
        {
            Require(ref c, IndexMethod.Brin);
            c.Return(0);
        });
        t.Add("brin_summarize_range", static (ref FunctionCall c) =>
        {
            CheckBlock(ref c);
            Require(ref c, IndexMethod.Brin);
            c.Return(0);
        });
        t.Add("brin_desummarize_range", static (ref FunctionCall c) =>
        {
            CheckBlock(ref c);
            Require(ref c, IndexMethod.Brin);
            c.ReturnNull();
        });
        t.Add("gin_clean_pending_list", static (ref FunctionCall c) =>
        {
            Require(ref c, IndexMethod.Gin);
            c.Return(0L);
        });
    }

    private static bool IsKnown(uint oid) => oid == IndexMethods.OidOf(IndexMethods.Of(oid));

    private static bool? MethodProperty(IndexMethod method, string property) => property.ToLowerInvariant() switch
    {
        "can_order" => method.IsOrdered(),
        "can_unique" => method.CanBeUnique(),
        "can_multi_col" => method.CanHaveSeveralColumns(),
        "can_exclude" => method.CanExclude(),
        "can_include" => method.CanInclude(),
        _ => null,
    };

    private static bool? IndexProperty(IndexMethod method, string property) => property.ToLowerInvariant() switch
    {
        "clusterable" => method is IndexMethod.BTree or IndexMethod.Gist,
        "index_scan" => method is not (IndexMethod.Gin or IndexMethod.Brin),
        "bitmap_scan" => true,
        "backward_scan" => method.HasKeys(),
        _ => null,
    };

    private static bool? ColumnProperty(IndexInfo index, int column, string property)
    {
        if (column < 1 || column > index.Keys.Length)
            return null;
        bool isKey = column <= index.KeyCount, isOrdered = index.Method.IsOrdered();
        IndexKeyOptions options = index.Keys[column - 1].Options;
        bool descending = (options & IndexKeyOptions.Descending) != 0, nullsFirst = (options & IndexKeyOptions.NullsFirst) != 0;
        return property.ToLowerInvariant() switch
        {
            "asc" => isKey ? isOrdered && !descending : null,
            "desc" => isKey ? isOrdered && descending : null,
            "nulls_first" => isKey ? isOrdered && nullsFirst : null,
            "nulls_last" => isKey ? isOrdered && !nullsFirst : null,
            "orderable" => isKey && isOrdered,
            "distance_orderable" => isKey && OperatorFamilies.HasOrdering(index.Keys[column - 1].OperatorClassOid),
            "returnable" => IsReturnable(index, column - 1, isKey),
            "search_array" => isKey && isOrdered,
            "search_nulls" => isKey && index.Method is not (IndexMethod.Hash or IndexMethod.Gin),
            _ => null,
        };
    }

    private static bool IsReturnable(IndexInfo index, int key, bool isKey) => index.Method switch
    {
        IndexMethod.BTree => true,
        IndexMethod.Gist => !isKey || OperatorFamilies.Class(index.Keys[key].OperatorClassOid)?.Name is "box_ops" or "point_ops" or "range_ops" or "inet_ops",
        IndexMethod.SpGist => OperatorFamilies.Class(index.Keys[key].OperatorClassOid)?.Name is not "poly_ops",
        _ => false,
    };

    private static void CheckBlock(ref FunctionCall c)
    {
        if (c.Int64(1) is < 0 or > uint.MaxValue)
            throw new SqlException(SqlState.NumericValueOutOfRange, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"block number out of range: {c.Int64(1)}"));
    }

    private static void Require(ref FunctionCall c, IndexMethod method)
    {
        if (c.Context.Catalog.Index(c.Oid(0)) is not { } index)
        {
            string name = c.Context.Catalog.ObjectName(TypeOid.RegClass, c.Oid(0)) ?? throw new SqlException(SqlState.UndefinedTable, $"could not open relation with OID {c.Oid(0)}");
            throw new SqlException(SqlState.WrongObjectType, $"\"{name}\" is not an index");
        }

        if (index.Index!.Method != method)
            throw new SqlException(SqlState.WrongObjectType, $"\"{index.Name}\" is not a {IndexMethods.NameOf(method).ToUpperInvariant()} index");
    }

    private static void Return(ref FunctionCall c, bool? value)
    {
        if (value is { } known)
            c.Return(known);
        else
            c.ReturnNull();
    }
}
