using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution.Rows;
using Strata.Engine.Expressions;
using Strata.Engine.Partitioning;
using Strata.Engine.Storage.Buffers;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Storage.Toast;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Ddl;

/// <summary>Checks that the rows which a partition has belong into it, as the catalog is now.</summary>
internal static class PartitionValidation
{
    /// <summary>Throws 23514 with a message when a row of the partition, or of one below it, belongs elsewhere.</summary>
    public static void Check(DdlContext context, RelationInfo partition, Func<string, string> message)
    {
        IReadOnlyList<RelationInfo> leaves = TreeMembers.Of(partition, includeDescendants: true, StoredExpressions.BindingContextOf(context)) ?? [partition];
        foreach (RelationInfo leaf in leaves)
            CheckLeaf(context, leaf, message);
    }

    private static void CheckLeaf(DdlContext context, RelationInfo leaf, Func<string, string> message)
    {
        if (leaf.Storage == 0 || new TableRewrite(context).IsEmpty(leaf))
            return;
        CatalogView view = context.View;
        var layout = new TableLayout(leaf, column => TypeResolver.Find(column.TypeOid, view)!.WithTypmod(column.TypeModifier), context.Session);
        var decoder = new RowDecoder(layout, [.. leaf.Columns.Select(static c => c.IsDropped ? Planning.Algebra.SystemAttribute.TableOid : c.Number)]);
        using var batch = new Batch([.. layout.Types.Select(static type => type ?? SqlType.OidType)]);
        using var evaluation = new EvaluationContext { Functions = context.Session };
        var levels = new List<(PartitionKeyReader Reader, short[] Map, uint Expected, Batch View)>();
        uint expected = leaf.Oid;
        foreach (RelationInfo ancestor in RelationTree.PartitionAncestors(view, leaf))
        {
            short[] map = RelationTree.MapColumns(ancestor, leaf);
            levels.Add((new PartitionKeyReader(PartitionMap.Of(ancestor, view, context.Session)), map, expected, new Batch(new Vector[map.Length])));
            expected = ancestor.Oid;
        }

        var scan = new HeapScan();
        HeapRelation heap = context.Session.Engine.Handles.Heap(leaf.Database, leaf.Storage);
        var detoast = new Detoast(heap, ReadPoint.Live, context.Cancellation);
        scan.Open(heap, context.Transaction.TakeFreshSnapshot(), cancellation: context.Cancellation);
        try
        {
            while (scan.NextPage(out ReadOnlySpan<HeapRowPointer> rows, context.Cancellation))
            {
                batch.Reset(rows.Length);
                for (int i = 0; i < rows.Length; i++)
                    decoder.Decode(rows[i], batch, i, detoast);
                batch.SetCount(rows.Length);
                foreach ((PartitionKeyReader reader, short[] map, uint oid, Batch shown) in levels)
                {
                    for (int i = 0; i < map.Length; i++)
                        if (map[i] > 0)
                            shown.Columns[i] = batch[map[i] - 1];
                    shown.SetCount(rows.Length);
                    for (int i = 0; i < rows.Length; i++)
                        if (reader.Find(evaluation, shown, i) is var found && (found < 0 || reader.Map.Partitions[found].Oid != oid))
                            throw new SqlException(SqlState.CheckViolation, message(leaf.Name)) { SchemaName = view.FindSchema(leaf.SchemaOid)?.Name, TableName = leaf.Name };
                }
            }
        }
        finally
        {
            scan.Close();
            foreach ((PartitionKeyReader reader, _, _, _) in levels)
                reader.Dispose();
        }
    }
}
