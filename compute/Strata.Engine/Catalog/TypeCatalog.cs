using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Columns of built-in <c>pg_type</c> rows that descriptors do not carry.</summary>
internal static class TypeCatalog
{
    /// <summary><c>typoutput</c> of a built-in type; 0 when unknown.</summary>
    public static uint OutputFunction(uint typeOid) => Column(typeOid, "typoutput");

    /// <summary><c>typsend</c> of a built-in type; 0 when unknown.</summary>
    public static uint SendFunction(uint typeOid) => Column(typeOid, "typsend");

    private static uint Column(uint typeOid, string name)
    {
        CatalogTable table = CatalogTable.Open("pg_type");
        int oid = table.ColumnIndex("oid"), column = table.ColumnIndex(name);
        for (int i = 0; i < table.RowCount; i++)
            if (table[i].Oid(oid) == typeOid)
                return BuiltinRegistry.FunctionsByName(table[i].Text(column)!) is [var function, ..] ? function.Oid : 0;
        return 0;
    }
}
