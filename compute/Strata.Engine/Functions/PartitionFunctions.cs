using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>pg_partition_tree, pg_partition_ancestors, pg_partition_root, pg_get_partkeydef and pg_get_partition_constraintdef.</summary>
internal static class PartitionFunctions
{
    public static void Register(FunctionTable t)
    {
        t.Add("pg_get_partkeydef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.PartitionKeyDefinition(c.Oid(0))));
        t.Add("pg_get_partition_constraintdef", static (ref FunctionCall c) => ReturnText(ref c, c.Context.Catalog.PartitionConstraintDefinition(c.Oid(0))));
        t.Add("pg_partition_root", static (ref FunctionCall c) =>
        {
            IReadOnlyList<uint> ancestors = c.Context.Catalog.PartitionAncestors(c.Oid(0));
            if (ancestors.Count == 0)
                c.ReturnNull();
            else
                c.Return(ancestors[^1]);
        });
        t.AddSet("pg_partition_ancestors", static (ref FunctionCall c) => new Ancestors(c.Context.Catalog.PartitionAncestors(c.Oid(0))));
        t.AddSet("pg_partition_tree", static (ref FunctionCall c) => new Tree(c.Context.Catalog.PartitionTree(c.Oid(0))));
    }

    private static void ReturnText(ref FunctionCall c, string? text)
    {
        if (text is null)
            c.ReturnNull();
        else
            c.Return(text);
    }

    private sealed class Ancestors(IReadOnlyList<uint> oids) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> output, int from, int rowsMax)
        {
            int count = Math.Min(rowsMax, oids.Count - _next);
            for (int i = 0; i < count; i++)
                output[0].Set(from + i, oids[_next++]);
            return count;
        }
    }

    private sealed class Tree(IReadOnlyList<PartitionTreeRow> rows) : RowSource
    {
        private int _next;

        public override int Read(ReadOnlySpan<Vector> output, int from, int rowsMax)
        {
            int count = Math.Min(rowsMax, rows.Count - _next);
            for (int i = 0; i < count; i++)
            {
                PartitionTreeRow row = rows[_next++];
                output[0].Set(from + i, row.Relation);
                if (row.Parent == 0)
                    output[1].SetNull(from + i);
                else
                    output[1].Set(from + i, row.Parent);
                output[2].Set(from + i, row.IsLeaf ? (byte)1 : (byte)0);
                output[3].Set(from + i, row.Level);
            }

            return count;
        }
    }
}
