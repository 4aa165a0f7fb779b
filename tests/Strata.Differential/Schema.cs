using System.Globalization;
using System.Text;
using Strata.Platform;

namespace Strata.Differential;

/// <summary>A column that queries may name.</summary>
internal sealed record Column(string Name, string Type);

/// <summary>A table with the key id and columns of random types.</summary>
internal sealed record Table(string Name, IReadOnlyList<Column> Columns);

/// <summary>Tables and rows of one round.</summary>
internal sealed class Schema
{
    private const int TableCount = 5;

    /// <summary>Types whose values can be compared, sorted and grouped.</summary>
    public static readonly string[] Ordered =
    [
        "integer", "integer", "text", "text", "boolean", "smallint", "bigint", "numeric", "character varying", "date", "timestamp without time zone", "timestamp with time zone",
        "interval", "uuid", "bytea", "jsonb", "inet", "macaddr", "int4range", "numrange", "integer[]", "text[]", "double precision", "bit varying", "time without time zone", "name", "tsvector", "oid", "pg_lsn", "money",
    ];

    public Schema(IRandom random)
    {
        var tables = new List<Table>();
        var script = new StringBuilder();
        for (int t = 0; t < TableCount; t++)
        {
            var columns = new List<Column> { new("id", "integer") };
            for (int c = 0, count = 2 + random.Next(5); c < count; c++)
                columns.Add(new Column(string.Create(CultureInfo.InvariantCulture, $"c{c}"), Ordered[random.Next(Ordered.Length)]));
            var table = new Table(string.Create(CultureInfo.InvariantCulture, $"t{t}"), columns);
            tables.Add(table);
            script.Append(CultureInfo.InvariantCulture, $"CREATE TABLE {table.Name} ({string.Join(", ", columns.Select(static c => $"{c.Name} {c.Type}{(c.Name == "id" ? " PRIMARY KEY" : "")}"))});\n");
            AddIndexes(script, table, random);
            AddRows(script, table, random);
            script.Append(CultureInfo.InvariantCulture, $"ANALYZE {table.Name};\n");
        }

        Tables = tables;
        Script = script.ToString();
    }

    public IReadOnlyList<Table> Tables { get; }

    /// <summary>Statements that make the tables, one a line.</summary>
    public string Script { get; }

    private static void AddIndexes(StringBuilder script, Table table, IRandom random)
    {
        foreach (Column column in table.Columns.Skip(1))
        {
            if (random.Next(3) == 0)
                script.Append(CultureInfo.InvariantCulture, $"CREATE INDEX ON {table.Name} ({column.Name}{(random.Next(2) == 0 ? "" : " DESC NULLS LAST")});\n");
        }
    }

    private static void AddRows(StringBuilder script, Table table, IRandom random)
    {
        int rows = random.Next(4) == 0 ? random.Next(3) : 3 + random.Next(9);
        for (int r = 0; r < rows; r++)
        {
            var values = new List<string> { r.ToString(CultureInfo.InvariantCulture) };
            values.AddRange(table.Columns.Skip(1).Select(column => Values.Stored(column.Type, random)));
            script.Append(CultureInfo.InvariantCulture, $"INSERT INTO {table.Name} VALUES ({string.Join(", ", values)});\n");
        }
    }
}
