using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>An operator class of the embedded catalogs.</summary>
/// <param name="Oid">OID in <c>pg_opclass</c>.</param>
/// <param name="Name">Name of the class.</param>
/// <param name="Method">Its access method.</param>
/// <param name="FamilyOid">Family that its operators belong to.</param>
/// <param name="InputTypeOid">Type that it indexes.</param>
/// <param name="IsDefault">Taken when a key names no class.</param>
internal sealed record BuiltinOperatorClass(uint Oid, string Name, IndexMethod Method, uint FamilyOid, uint InputTypeOid, bool IsDefault);

/// <summary>Built-in operator classes and the operators of their families. Indexed at first use; thread-safe.</summary>
internal static class OperatorFamilies
{
    private static readonly Lazy<Dictionary<uint, BuiltinOperatorClass>> s_classes = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_opclass");
        int oid = table.ColumnIndex("oid"), method = table.ColumnIndex("opcmethod"), name = table.ColumnIndex("opcname");
        int family = table.ColumnIndex("opcfamily"), type = table.ColumnIndex("opcintype"), isDefault = table.ColumnIndex("opcdefault");
        var classes = new Dictionary<uint, BuiltinOperatorClass>(table.RowCount);
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            classes.Add(row.Oid(oid), new BuiltinOperatorClass(row.Oid(oid), row.Text(name)!, IndexMethods.Of(row.Oid(method)), row.Oid(family), row.Oid(type), row.Boolean(isDefault)));
        }

        return classes;
    });

    private static readonly Lazy<Dictionary<(uint Family, uint Operator), (int Strategy, bool IsOrdering)>> s_operators = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_amop");
        int family = table.ColumnIndex("amopfamily"), op = table.ColumnIndex("amopopr"), strategy = table.ColumnIndex("amopstrategy"), purpose = table.ColumnIndex("amoppurpose");
        var operators = new Dictionary<(uint, uint), (int, bool)>(table.RowCount);
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            operators.TryAdd((row.Oid(family), row.Oid(op)), ((int)row.Number(strategy), row.Text(purpose) == "o"));
        }

        return operators;
    });

    private static readonly Lazy<HashSet<uint>> s_ordering = new(static () => [.. s_operators.Value.Where(static pair => pair.Value.IsOrdering).Select(static pair => pair.Key.Family)]);

    /// <summary>True when indexes of a class can give rows in the order of some operator's result.</summary>
    public static bool HasOrdering(uint classOid) => Class(classOid) is { } known && s_ordering.Value.Contains(known.FamilyOid);

    /// <summary>All built-in classes.</summary>
    public static IEnumerable<BuiltinOperatorClass> Classes => s_classes.Value.Values;

    /// <summary>A class by OID; null for one that a user created.</summary>
    public static BuiltinOperatorClass? Class(uint oid) => s_classes.Value.GetValueOrDefault(oid);

    /// <summary>True when an operator searches indexes of a class.</summary>
    public static bool Searches(uint classOid, uint operatorOid) =>
        Class(classOid) is { } known && s_operators.Value.TryGetValue((known.FamilyOid, operatorOid), out (int Strategy, bool IsOrdering) found) && !found.IsOrdering;

    /// <summary>True when an index of a class gives rows in the order of an operator's result.</summary>
    public static bool Orders(uint classOid, uint operatorOid) =>
        Class(classOid) is { } known && s_operators.Value.TryGetValue((known.FamilyOid, operatorOid), out (int Strategy, bool IsOrdering) found) && found.IsOrdering;
}
