using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Partitioning;

/// <summary>The partitioned tables above a partition, with which rows for it are checked. Immutable; part of a plan.</summary>
internal sealed class PartitionGuardPlan
{
    private readonly List<(PartitionMap Map, short[] Columns, uint Expected)> _levels = [];

    /// <summary>The guard of a partition.</summary>
    public static PartitionGuardPlan Of(RelationInfo partition, CatalogView catalog, IFunctionContext functions)
    {
        var plan = new PartitionGuardPlan();
        RelationInfo part = partition;
        foreach (RelationInfo ancestor in RelationTree.PartitionAncestors(catalog, partition))
        {
            // One that is being detached is in no map any more; a CHECK constraint of its own says what its bound said.
            if (!part.IsDetachPending)
                plan._levels.Add((PartitionMap.Of(ancestor, catalog, functions), RelationTree.MapColumns(ancestor, partition), part.Oid));
            part = ancestor;
        }

        return plan;
    }

    public PartitionGuard Create() => new([.. _levels.Select(static level => new PartitionGuard.Level(level.Map, level.Columns, level.Expected))]);
}

/// <summary>Checks that rows stored into a partition by its own name belong there. Not thread-safe.</summary>
internal sealed class PartitionGuard(PartitionGuard.Level[] levels) : IDisposable
{
    /// <summary>One partitioned table above: its key over the partition's columns.</summary>
    internal sealed class Level(PartitionMap map, short[] columns, uint expected)
    {
        private readonly Batch _row = new(new Vector[columns.Length]);

        public PartitionKeyReader Reader { get; } = new(map);

        public bool Takes(ExecutionState state, TargetRow row, int position)
        {
            for (int i = 0; i < columns.Length; i++)
                if (columns[i] > 0)
                    _row.Columns[i] = row.Batch[columns[i] - 1];
            _row.SetCount(row.Batch.StoredCount);
            int found = Reader.Find(state.Evaluation, _row, position);
            return found >= 0 && map.Partitions[found].Oid == expected;
        }
    }

    /// <summary>Raises 23514 for the first row that belongs elsewhere.</summary>
    public void Check(ExecutionState state, TargetRow row, Selection rows)
    {
        foreach (Level level in levels)
            for (int i = 0; i < rows.Count; i++)
                if (!level.Takes(state, row, rows[i]))
                    throw new SqlException(SqlState.CheckViolation, $"new row for relation \"{row.Relation.Name}\" violates partition constraint")
                    {
                        Detail = $"Failing row contains {row.Describe(state, rows[i])}.",
                        SchemaName = row.SchemaName,
                        TableName = row.Relation.Name,
                    };
    }

    public void Dispose()
    {
        foreach (Level level in levels)
            level.Reader.Dispose();
    }
}
