using Strata.Engine.Execution.Keys;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

namespace Strata.Engine.Planning;

/// <summary>
/// Connects hash joins with the scans below their left sides: a scan then drops rows whose key the built side does not have before it reads their other
/// columns ("sideways information passing"). Runs over a finished plan.
/// </summary>
internal sealed class RuntimeFilterPlanner(PlannerState state)
{
    // A join that keeps more of its left rows than this is not worth a filter.
    private const double KeptMax = 0.8;
    private int _next;

    /// <summary>Adds filters in a tree.</summary>
    public void Run(PhysicalNode node)
    {
        if (node is HashJoinPlan { Type: JoinType.Inner or JoinType.Semi, MatchesNulls: false } join && join.Rows < join.Left.Rows * KeptMax)
            Add(join);
        if (node is WithPlan with)
        {
            foreach ((_, _, PhysicalNode plan) in with.Items)
                Run(plan);
        }

        foreach (PhysicalNode input in node.Inputs)
            Run(input);
    }

    /// <summary>A filter for each key, where the built side's keys are kept as numbers.</summary>
    private void Add(HashJoinPlan join)
    {
        SqlType[] types = state.TypesOf([.. join.LeftKeys.Select(key => join.Left.Columns[key.Slot])]);
        if (types.Length == 0 || !types.All(IsInteger) || HashKeyBuilder.PackedBytes(types) is <= 0 or > sizeof(ulong))
            return;
        for (int i = 0; i < types.Length; i++)
        {
            if (Push(join.Left, join.Left.Columns[join.LeftKeys[i].Slot], _next, join.Rows / Math.Max(1, join.Left.Rows)))
                join.RuntimeFilters.Add((i, _next++));
        }
    }

    private static bool IsInteger(SqlType type) => type.Oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Date;

    /// <summary>Hands a filter down to where a column is read, before those that are thought to keep more rows; false when it does not come from a scan that may drop rows.</summary>
    private static bool Push(PhysicalNode node, int column, int filter, double kept)
    {
        switch (node)
        {
            case SeqScanPlan { ForUpdate: false } scan:
                for (int i = 0; i < scan.DecodedColumns.Count; i++)
                {
                    if (scan.DecodedColumns[i] != column)
                        continue;
                    int place = scan.RuntimeFilters.FindIndex(other => other.Kept > kept);
                    scan.RuntimeFilters.Insert(place < 0 ? scan.RuntimeFilters.Count : place, (i, filter, kept));
                    return true;
                }

                return false;
            case FilterPlan below:
                return Push(below.Input, column, filter, kept);
            case ProjectPlan project:
                int slot = project.Passed[project.SlotOf(column)];
                return slot >= 0 && Push(project.Input, project.Input.Columns[slot], filter, kept);
            case AggregatePlan aggregate:
                return aggregate.GroupSlots.Any(group => aggregate.Input.Columns[group] == column) && Push(aggregate.Input, column, filter, kept);
            case HashJoinPlan { Type: JoinType.Inner or JoinType.Semi or JoinType.Anti or JoinType.Left } join:
                if (join.Left.Produces(column))
                    return Push(join.Left, column, filter, kept);
                return join.Type == JoinType.Inner && Push(join.Right, column, filter, kept);
            case NestedLoopPlan { Type: not JoinType.Full and not JoinType.Right } loop when loop.Left.Produces(column):
                return Push(loop.Left, column, filter, kept);
            default:
                return false;
        }
    }
}
