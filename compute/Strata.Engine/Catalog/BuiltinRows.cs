using System.Globalization;
using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>Rows of a built-in catalog, from the embedded text, in the shape of the catalog's relation. Thread-safe.</summary>
internal static class BuiltinRows
{
    /// <summary>
    /// The rows of <paramref name="catalog"/>; columns that the text does not have are null, or zero or false when they may not be.
    /// </summary>
    public static IEnumerable<CatalogValue[]> Read(RelationInfo catalog)
    {
        CatalogTable table = CatalogTable.Open(catalog.Name);
        var fields = new int[catalog.Columns.Length];
        for (int i = 0; i < fields.Length; i++)
            fields[i] = table.ColumnIndex(catalog.Columns[i].Name);
        var values = new CatalogValue[fields.Length];
        for (int row = 0; row < table.RowCount; row++)
        {
            Fill(catalog, table, row, fields, values);
            yield return values;
        }
    }

    private static void Fill(RelationInfo catalog, CatalogTable table, int row, int[] fields, CatalogValue[] values)
    {
        CatalogTable.Row source = table[row];
        for (int i = 0; i < fields.Length; i++)
        {
            ColumnInfo column = catalog.Columns[i];
            if (fields[i] < 0)
                values[i] = Missing(column);
            else if (source.Text(fields[i]) is { } text)
                values[i] = Parse(text, column.TypeOid);
            else
                values[i] = CatalogValue.Null;
        }
    }

    private static CatalogValue Missing(ColumnInfo column) => !column.NotNull ? CatalogValue.Null : InformationSchemaTypes.BaseOf(column.TypeOid) switch
    {
        TypeOid.Float4 or TypeOid.Float8 => CatalogValue.Float(0),
        TypeOid.Text or TypeOid.Name => "",
        TypeOid.Int2Vector or TypeOid.OidVector => Array.Empty<long>(),
        _ => 0L,
    };

    private static CatalogValue Parse(string text, uint type)
    {
        type = InformationSchemaTypes.BaseOf(type);
        switch (type)
        {
            case TypeOid.Boolean:
                return text == "t";
            case TypeOid.Char:
                return text.Length == 0 ? '\0' : text[0];
            case TypeOid.Float4:
            case TypeOid.Float8:
                return CatalogValue.Float(double.Parse(text, CultureInfo.InvariantCulture));
            case TypeOid.Int2:
            case TypeOid.Int4:
            case TypeOid.Int8:
            case TypeOid.Oid:
            case TypeOid.Xid:
            case TypeOid.RegProc:
                return long.TryParse(text, CultureInfo.InvariantCulture, out long number) ? number : FunctionOid(text);
            case TypeOid.Int2Vector:
            case TypeOid.OidVector:
                return Numbers(text);
            default:
                return IsArrayOfNumbers(type) ? Numbers(text) : IsArrayOfTexts(type) ? Texts(text) : text;
        }
    }

    private static bool IsArrayOfNumbers(uint type) => BuiltinTypes.Get(type) is { IsArray: true, ElementType.Oid: TypeOid.Oid or TypeOid.Int2 or TypeOid.Int4 };

    private static bool IsArrayOfTexts(uint type) => BuiltinTypes.Get(type) is { IsArray: true, ElementType.Oid: TypeOid.Text or TypeOid.Char or TypeOid.Name };

    private static long FunctionOid(string name)
    {
        if (name is "-" or "")
            return 0;
        return s_functions.Value.GetValueOrDefault(name);
    }

    private static readonly Lazy<Dictionary<string, uint>> s_functions = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_proc");
        int oid = table.ColumnIndex("oid"), name = table.ColumnIndex("proname");
        var functions = new Dictionary<string, uint>(table.RowCount);
        for (int i = 0; i < table.RowCount; i++)
            functions.TryAdd(table[i].Text(name)!, table[i].Oid(oid));
        return functions;
    });

    private static long[] Numbers(string text)
    {
        string[] parts = text.Trim('{', '}').Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new long[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            numbers[i] = long.Parse(parts[i], CultureInfo.InvariantCulture);
        return numbers;
    }

    // Names in these arrays are identifiers: quotes stand around them at most, never inside.
    private static string[] Texts(string text)
    {
        string inner = text.Trim('{', '}');
        if (inner.Length == 0)
            return [];
        string[] parts = inner.Split(',');
        for (int i = 0; i < parts.Length; i++)
            parts[i] = parts[i].Trim('"');
        return parts;
    }
}
