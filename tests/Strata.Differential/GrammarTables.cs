using System.Globalization;
using System.Text;

namespace Strata.Differential;

/// <summary>The tables that the grammars' rules name, with new rows each round.</summary>
internal static class GrammarTables
{
    private static readonly (string Table, int Rows)[] s_tables = [("g0", 11), ("g1", 8), ("g3", 25), ("gp", 12)];

    /// <summary>Statements that make them, one a line.</summary>
    public static string Script(Grammar rows)
    {
        var script = new StringBuilder(Grammar.Resource("setup.sql")).Append(Grammar.Resource("families.sql"));
        foreach ((string table, int count) in s_tables)
        {
            for (int i = 1; i <= count; i++)
                script.Append(CultureInfo.InvariantCulture, $"INSERT INTO {table} VALUES ({i}, {rows.Expand("cells", 3)})\n");
            script.Append(CultureInfo.InvariantCulture, $"ANALYZE {table}\n");
        }

        return script.ToString();
    }
}
