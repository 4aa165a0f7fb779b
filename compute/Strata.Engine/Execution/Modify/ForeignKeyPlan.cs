using Strata.Engine.Catalog;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Types;

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

    /// <summary>ON DELETE or ON UPDATE RESTRICT: never deferred.</summary>
    public bool IsRestrict { get; init; }

    /// <summary>23503 for a referencing row without its referenced one; <paramref name="key"/> as messages show it.</summary>
    public SqlException Missing(string key) => new(
        SqlState.ForeignKeyViolation, $"insert or update on table \"{Referencing.Name}\" violates foreign key constraint \"{Constraint.Name}\"")
    {
        Detail = $"{key} is not present in table \"{Referenced.Name}\".",
        SchemaName = SchemaName,
        TableName = Referencing.Name,
        ConstraintName = Constraint.Name,
    };

    /// <summary>23503 for a key of MATCH FULL that is null in parts.</summary>
    public SqlException MixedNulls() => new(
        SqlState.ForeignKeyViolation, $"insert or update on table \"{Referencing.Name}\" violates foreign key constraint \"{Constraint.Name}\"")
    {
        Detail = "MATCH FULL does not allow mixing of null and nonnull key values.",
        SchemaName = SchemaName,
        TableName = Referencing.Name,
        ConstraintName = Constraint.Name,
    };

    /// <summary>23503 for a referenced row that goes while rows refer to it.</summary>
    public SqlException StillReferenced(string key) => new(
        SqlState.ForeignKeyViolation, $"update or delete on table \"{Referenced.Name}\" violates foreign key constraint \"{Constraint.Name}\" on table \"{Referencing.Name}\"")
    {
        Detail = $"{key} is still referenced from table \"{Referencing.Name}\".",
        SchemaName = SchemaName,
        TableName = Referencing.Name,
        ConstraintName = Constraint.Name,
    };
}
