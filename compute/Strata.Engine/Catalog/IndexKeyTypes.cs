using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>What indexes hold in place of a column's own values, as <c>pg_attribute</c> tells it: hash codes, boxes around points, elements of arrays. Thread-safe.</summary>
internal static class IndexKeyTypes
{
    private static readonly Lazy<Dictionary<uint, uint>> s_builtin = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_opclass");
        int oid = table.ColumnIndex("oid"), key = table.ColumnIndex("opckeytype");
        var types = new Dictionary<uint, uint>();
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Oid(key) is not 0 and var type)
                types.Add(table[i].Oid(oid), type);
        return types;
    });

    /// <summary>The type of an index's column when it is not that of the value indexed; null when it is.</summary>
    public static SqlType? Of(IndexInfo index, short number, CatalogView view)
    {
        if (number > index.KeyCount)
            return null;
        IndexKey key = index.Keys[number - 1];
        uint type = view.FindObject(CatalogOids.PgOpClass, key.OperatorClassOid) is { } own ? own.OidAt(8) : s_builtin.Value.GetValueOrDefault(key.OperatorClassOid);
        if (type == 0 && index.Method == IndexMethod.Hash)
            type = TypeOid.Int4;
        if (type == TypeOid.AnyElement)
            type = TypeResolver.Find(key.TypeOid, view)?.ElementOid ?? 0;
        return type == 0 || type == key.TypeOid ? null : TypeResolver.Find(type, view);
    }
}
