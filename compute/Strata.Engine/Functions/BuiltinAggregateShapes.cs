using System.Collections.Frozen;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>Which built-in aggregates are of ordered sets, from <c>pg_aggregate</c>. Thread-safe.</summary>
internal static class BuiltinAggregateShapes
{
    private static readonly Lazy<FrozenDictionary<uint, (int Count, bool IsHypothetical)>> s_ordered = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_aggregate");
        int oid = table.ColumnIndex("aggfnoid"), kind = table.ColumnIndex("aggkind"), direct = table.ColumnIndex("aggnumdirectargs");
        var shapes = new Dictionary<uint, (int, bool)>();
        for (int i = 0; i < table.RowCount; i++)
            if ((char)table[i].Char(kind) is var letter and not 'n')
                shapes.Add(table[i].Oid(oid), ((int)table[i].Number(direct), letter == 'h'));
        return shapes.ToFrozenDictionary();
    });

    private static readonly Lazy<FrozenDictionary<uint, uint>> s_byFinal = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_aggregate");
        int oid = table.ColumnIndex("aggfnoid"), kind = table.ColumnIndex("aggkind"), final = table.ColumnIndex("aggfinalfn");
        var aggregates = new Dictionary<uint, uint>();
        for (int i = 0; i < table.RowCount; i++)
            if ((char)table[i].Char(kind) != 'n')
                aggregates.TryAdd(table[i].Oid(final), table[i].Oid(oid));
        return aggregates.ToFrozenDictionary();
    });

    /// <summary>The built-in ordered-set aggregate that ends with a function; null when none does.</summary>
    public static FunctionInfo? OfFinalFunction(uint oid) => s_byFinal.Value.TryGetValue(oid, out uint aggregate) ? BuiltinRegistry.Function(aggregate) : null;

    /// <summary>How many arguments of an ordered-set aggregate stand before ORDER BY; null for other aggregates.</summary>
    public static (int Count, bool IsHypothetical)? DirectArguments(uint oid) => s_ordered.Value.TryGetValue(oid, out (int, bool) found) ? found : null;
}
