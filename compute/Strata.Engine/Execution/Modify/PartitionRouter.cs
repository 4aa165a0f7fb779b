using Strata.Engine.Catalog;
using Strata.Engine.Partitioning;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Modify;

/// <summary>Finds the leaf partitions of rows of a partitioned table. Not thread-safe.</summary>
internal sealed class PartitionRouter(ExecutionState state, TreeTargetPlan plan, int[] rootSlots) : IDisposable
{
    private readonly Dictionary<uint, Table> _tables = [];
    private Batch? _batch;

    /// <summary>A partitioned table of the tree with its view of the rows.</summary>
    private sealed class Table(RelationInfo relation, PartitionKeyReader reader, TargetRow row, int[] slots)
    {
        public RelationInfo Relation => relation;

        public PartitionKeyReader Reader => reader;

        public TargetRow Row => row;

        public int[] Slots => slots;

        public bool IsShown { get; set; }
    }

    /// <summary>Rows of this batch are asked for from now on; call it again when the batch has other rows.</summary>
    public void Show(Batch batch)
    {
        _batch = batch;
        foreach (Table table in _tables.Values)
            table.IsShown = false;
    }

    /// <summary>OID of the leaf that takes a row. Raises 23514 when there is none.</summary>
    public uint Route(int position)
    {
        RelationInfo current = plan.Root;
        while (true)
        {
            Table table = TableOf(current);
            if (!table.IsShown)
                table.Row.Show(_batch!, table.Slots);
            table.IsShown = true;
            int found = table.Reader.Find(state.Evaluation, table.Row.Batch, position);
            if (found < 0)
                throw NoPartition(table, position);
            current = table.Reader.Map.Partitions[found];
            if (current.PartitionKey is null)
                return current.Oid;
        }
    }

    private Table TableOf(RelationInfo relation)
    {
        if (_tables.TryGetValue(relation.Oid, out Table? known))
            return known;
        short[] toRoot = RelationTree.MapColumns(relation, plan.Root);
        var table = new Table(
            relation, new PartitionKeyReader(plan.MapOf(relation)), new TargetRow(relation, plan.LayoutOf(relation).Types, null),
            Array.ConvertAll(toRoot, column => column > 0 ? rootSlots[column - 1] : -1));
        _tables.Add(relation.Oid, table);
        return table;
    }

    private SqlException NoPartition(Table table, int position) =>
        new(SqlState.CheckViolation, $"no partition of relation \"{table.Relation.Name}\" found for row")
        {
            Detail = $"Partition key of the failing row contains {table.Reader.Describe(state.Evaluation, table.Row.Batch, position)}.",
            SchemaName = plan.RootSchema,
            TableName = table.Relation.Name,
        };

    public void Dispose()
    {
        foreach (Table table in _tables.Values)
        {
            table.Reader.Dispose();
            table.Row.Dispose();
        }
    }
}
