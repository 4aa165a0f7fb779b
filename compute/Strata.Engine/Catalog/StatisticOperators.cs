using Strata.Engine.Types;

namespace Strata.Engine.Catalog;

/// <summary>
/// The operators by which ANALYZE compares values (<c>staop</c>): = and &lt; of a type's default B-tree class, = of its hash class when it has no order. Read at first use from the embedded catalogs;
/// thread-safe.
/// </summary>
internal static class StatisticOperators
{
    private const int BTreeLess = 1;
    private const int BTreeEqual = 3;
    private const int HashEqual = 1;

    private static readonly Lazy<Dictionary<uint, (uint Equal, uint Less)>> s_operators = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_amop");
        int family = table.ColumnIndex("amopfamily"), left = table.ColumnIndex("amoplefttype"), right = table.ColumnIndex("amoprighttype");
        int strategy = table.ColumnIndex("amopstrategy"), op = table.ColumnIndex("amopopr");
        var members = new Dictionary<(uint Family, uint Left, uint Right, int Strategy), uint>();
        for (int i = 0; i < table.RowCount; i++)
        {
            CatalogTable.Row row = table[i];
            members[(row.Oid(family), row.Oid(left), row.Oid(right), (int)row.Number(strategy))] = row.Oid(op);
        }

        var operators = new Dictionary<uint, (uint, uint)>();
        foreach (BuiltinOperatorClass known in OperatorFamilies.Classes.Where(static known => known.IsDefault && known.Method is IndexMethod.BTree or IndexMethod.Hash))
        {
            uint Member(int number) => members.GetValueOrDefault((known.FamilyOid, known.InputTypeOid, known.InputTypeOid, number));
            if (known.Method == IndexMethod.BTree)
                operators[known.InputTypeOid] = (Member(BTreeEqual), Member(BTreeLess));
            else
                operators.TryAdd(known.InputTypeOid, (Member(HashEqual), 0));
        }

        return operators;
    });

    /// <summary>Equality and order of a type's values; 0 for what it has not.</summary>
    public static (uint Equal, uint Less) Of(SqlType type) => s_operators.Value.GetValueOrDefault(type.Kind switch
    {
        _ when type.IsArray => TypeOid.AnyArray,
        TypeKind.Enum => TypeOid.AnyEnum,
        TypeKind.Composite => TypeOid.Record,
        TypeKind.Range => TypeOid.AnyRange,
        TypeKind.Multirange => TypeOid.AnyMultirange,
        _ => type.Oid switch { TypeOid.VarChar => TypeOid.Text, TypeOid.Cidr => TypeOid.Inet, _ => type.Oid },
    });
}
