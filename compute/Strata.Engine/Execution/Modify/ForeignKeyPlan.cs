using Strata.Engine.Catalog;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// The internal statement behind a foreign key check or action. It is planned at its first use: the plans of tables that refer to each other in a
/// circle would never end otherwise. Thread-safe.
/// </summary>
internal sealed class ForeignKeyPlan(
    ConstraintInfo constraint, RelationInfo referencing, RelationInfo referenced, string? schemaName, Func<PhysicalPlan> make)
{
    private readonly Lazy<PhysicalPlan> _plan = new(make);

    /// <summary>The constraint.</summary>
    public ConstraintInfo Constraint { get; } = constraint;

    /// <summary>The table with the foreign key.</summary>
    public RelationInfo Referencing { get; } = referencing;

    /// <summary>The table referred to.</summary>
    public RelationInfo Referenced { get; } = referenced;

    /// <summary>Schema of the referencing table, for error fields.</summary>
    public string? SchemaName { get; } = schemaName;

    /// <summary>The plan.</summary>
    public PhysicalPlan Plan => _plan.Value;
}
