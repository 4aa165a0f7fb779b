using Strata.Platform;

namespace Strata.Differential;

/// <summary>Random INSERT, UPDATE, DELETE and MERGE over a <see cref="Schema"/>; the driver runs each in a transaction that it rolls back.</summary>
internal sealed class DmlGenerator(IRandom random, Schema schema)
{
    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    /// <summary>The statement and the table that it changes.</summary>
    public (Node Statement, Table Table) Statement()
    {
        Table table = Pick(schema.Tables);
        return (random.Next(5) switch
        {
            0 => Update(table),
            1 => Delete(table),
            2 => Merge(table),
            _ => Insert(table),
        }, table);
    }

    private Node Value(Column column) => Node.Value(":" + column.Type, Values.Stored(column.Type, random) + "::" + column.Type);

    private Node Returning(string prefix) => Node.Optional(Pick<string>(["", $" RETURNING {prefix}*", $" RETURNING {prefix}id, {prefix}id + 1 AS next", $" RETURNING {prefix}id::text"]));

    private Node Insert(Table table)
    {
        var rows = new List<Node>();
        for (int i = 0, count = 1 + random.Next(3); i < count; i++)
        {
            var values = new List<object> { "(", Node.Value(":integer", random.Next(60).ToString(System.Globalization.CultureInfo.InvariantCulture)) };
            foreach (Column column in table.Columns.Skip(1))
            {
                values.Add(", ");
                values.Add(Value(column));
            }

            values.Add(")");
            rows.Add(Node.Of("row", [.. values]));
        }

        Column last = table.Columns[^1];
        string conflict = Pick<string>(["", " ON CONFLICT DO NOTHING", " ON CONFLICT (id) DO NOTHING", $" ON CONFLICT (id) DO UPDATE SET {last.Name} = EXCLUDED.{last.Name}",
            $" ON CONFLICT (id) DO UPDATE SET {last.Name} = EXCLUDED.{last.Name} WHERE {table.Name}.id > 10", $" ON CONFLICT (id) DO UPDATE SET id = {table.Name}.id + 1000"]);
        return Node.Of("insert", $"INSERT INTO {table.Name} VALUES ", Node.List(", ", rows), Node.Optional(conflict), Returning(""));
    }

    private Node Update(Table table)
    {
        Column target = Pick(table.Columns.Skip(1).ToList());
        Table other = Pick(schema.Tables);
        return random.Next(2) == 0
            ? Node.Of("update", $"UPDATE {table.Name} SET {target.Name} = ", Value(target), Node.Optional($" WHERE id % {2 + random.Next(4)} = 1"), Returning(""))
            : Node.Of("update", $"UPDATE {table.Name} AS x SET {target.Name} = ", Value(target), $", id = x.id + 1000 FROM {other.Name} AS y WHERE x.id = y.id", Node.Optional(" AND y.id < 12"), Returning("x."));
    }

    private Node Delete(Table table)
    {
        Table other = Pick(schema.Tables);
        return random.Next(2) == 0
            ? Node.Of("delete", $"DELETE FROM {table.Name}", Node.Optional($" WHERE id % 3 = {random.Next(3)}"), Returning(""))
            : Node.Of("delete", $"DELETE FROM {table.Name} AS x USING {other.Name} AS y WHERE x.id = y.id + {random.Next(3)}", Returning("x."));
    }

    private Node Merge(Table table)
    {
        Column last = table.Columns[^1];
        Table other = Pick(schema.Tables);
        return Node.Of("merge", $"MERGE INTO {table.Name} AS x USING {other.Name} AS y ON x.id = y.id + {random.Next(20)}",
            Node.Optional($" WHEN MATCHED AND x.id % 2 = 0 THEN DELETE"), Node.Optional($" WHEN MATCHED THEN UPDATE SET {last.Name} = ", Value(last)),
            " WHEN NOT MATCHED THEN INSERT (id, ", last.Name, ") VALUES (y.id + 500, ", Value(last), ")");
    }
}
