using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>Whether the text forms of a type depend on settings (TimeZone, DateStyle), as its input and output functions say. Thread-safe.</summary>
internal static class TextFormVolatility
{
    private static readonly Lazy<Dictionary<uint, (Volatility Input, Volatility Output)>> s_types = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_type");
        int oid = table.ColumnIndex("oid"), input = table.ColumnIndex("typinput"), output = table.ColumnIndex("typoutput");
        var types = new Dictionary<uint, (Volatility, Volatility)>(table.RowCount);
        for (int i = 0; i < table.RowCount; i++)
            types.Add(table[i].Oid(oid), (Of(table[i].Text(input)!), Of(table[i].Text(output)!)));
        return types;
    });

    private static readonly Lazy<HashSet<string>> s_immutable = new(static () =>
    {
        CatalogTable table = CatalogTable.Open("pg_proc");
        int name = table.ColumnIndex("proname"), volatility = table.ColumnIndex("provolatile");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < table.RowCount; i++)
        {
            if (table[i].Text(volatility) == "i")
                names.Add(table[i].Text(name)!);
        }

        return names;
    });

    /// <summary>Of reading text; types that users made are stable.</summary>
    public static Volatility OfInput(uint type) => s_types.Value.TryGetValue(type, out (Volatility Input, Volatility Output) known) ? known.Input : Volatility.Stable;

    /// <summary>Of writing text.</summary>
    public static Volatility OfOutput(uint type) => s_types.Value.TryGetValue(type, out (Volatility Input, Volatility Output) known) ? known.Output : Volatility.Stable;

    private static Volatility Of(string function) => s_immutable.Value.Contains(function) ? Volatility.Immutable : Volatility.Stable;
}
