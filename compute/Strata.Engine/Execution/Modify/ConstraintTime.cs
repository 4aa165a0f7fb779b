namespace Strata.Engine.Execution.Modify;

/// <summary>What the checks of one foreign key took at the end of a statement, for EXPLAIN ANALYZE.</summary>
/// <param name="Constraint">The constraint's name.</param>
/// <param name="Relation">The table whose rows were changed.</param>
/// <param name="IsCheck">Rows that refer were checked; otherwise something was done about rows that are referred to.</param>
/// <param name="Milliseconds">Time, all that the checks themselves did included.</param>
/// <param name="Calls">Changed rows that it looked at.</param>
internal readonly record struct ConstraintTime(string Constraint, string Relation, bool IsCheck, double Milliseconds, long Calls);
