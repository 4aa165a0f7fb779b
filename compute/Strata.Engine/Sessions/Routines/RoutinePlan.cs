using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Routines;

/// <summary>The statements of an SQL routine for one set of argument types, each with its plan once it was needed. For one session.</summary>
internal sealed class RoutinePlan(RoutineInfo routine, SqlType[] argumentTypes, RoutineResult? result, IReadOnlyList<Statement> statements)
{
    public RoutineInfo Routine { get; } = routine;

    public SqlType[] ArgumentTypes { get; } = argumentTypes;

    /// <summary>What the last statement yields; null for routines whose last statement yields nothing.</summary>
    public RoutineResult? Result { get; } = result;

    public IReadOnlyList<Statement> Statements { get; } = statements;

    /// <summary>Plans by statement; null until made, and for commands.</summary>
    public CachedPlan?[] Plans { get; } = new CachedPlan?[statements.Count];

    /// <summary>Where names were looked up when the plans were made.</summary>
    public required SearchPath SearchPath { get; init; }

    /// <summary>The role and row_security that it was made for: <see cref="SessionContext.PlanUser"/>.</summary>
    public required ulong User { get; init; }

    public required TypeSettings Settings { get; init; }

    /// <summary>True for the statement whose rows are the result.</summary>
    public bool IsResult(int statement) => Result is { IsVoid: false } && statement == Statements.Count - 1;
}
