using Strata.Engine.Execution;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Physical;

/// <summary>
/// A node of a physical plan: what to run, and what it is thought to cost. Immutable, shared by all executions; <see cref="CreateOperator"/> makes
/// the operator of one instance. Costs are in PostgreSQL's units (one sequential page read = 1).
/// </summary>
public abstract class PhysicalNode
{
    /// <summary>The columns of its batches, in order.</summary>
    public required IReadOnlyList<int> Columns { get; init; }

    /// <summary>Estimated rows.</summary>
    public double Rows { get; init; } = 1;

    /// <summary>Estimated cost until the first row.</summary>
    public double StartupCost { get; init; }

    /// <summary>Estimated cost of all rows.</summary>
    public double TotalCost { get; init; }

    /// <summary>Estimated bytes per row.</summary>
    public int WidthBytes { get; init; }

    /// <summary>Order that its rows come in; empty when unknown.</summary>
    public IReadOnlyList<SortKey> Ordering { get; init; } = [];

    /// <summary>Rows that it modifies are those that the command tag tells: false within a WITH item.</summary>
    public bool CountsRows { get; set; } = true;

    /// <summary>Inputs.</summary>
    public virtual IReadOnlyList<PhysicalNode> Inputs => [];

    /// <summary>Name in EXPLAIN.</summary>
    public abstract string Name { get; }

    /// <summary>Further lines in EXPLAIN: a label and a value.</summary>
    public virtual void Describe(PlanDescription description)
    {
    }

    /// <summary>Makes the operator of one instance.</summary>
    public abstract Operator CreateOperator(InstanceBuilder builder);

    /// <summary>The slot of a column in this node's batches.</summary>
    public int SlotOf(int column)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
                return i;
        }

        throw new Format.InvariantViolationException($"column {column} is not among those of {Name}");
    }

    /// <summary>True when the node produces a column.</summary>
    public bool Produces(int column)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
                return true;
        }

        return false;
    }
}
