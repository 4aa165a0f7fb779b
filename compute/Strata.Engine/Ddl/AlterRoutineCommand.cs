using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>ALTER FUNCTION, PROCEDURE and ROUTINE with options.</summary>
internal static class AlterRoutineCommand
{
    public static void Execute(DdlContext context, AlterFunctionStatement statement)
    {
        RoutineInfo routine = ObjectFinder.Routine(context, statement.Kind, statement.Function.Name, statement.Function.HasArguments ? statement.Function.Arguments : null);
        ObjectFinder.CheckOwner(context, routine);
        if (routine.Kind == FunctionKind.Aggregate)
            throw new SqlException(SqlState.WrongObjectType, $"\"{routine.Name}\" is an aggregate function");
        var options = new RoutineOptions(context, routine.Kind == FunctionKind.Procedure);
        options.Read(statement.Options);
        if (options.Rows is not null && !routine.ReturnsSet)
            throw new SqlException(SqlState.InvalidParameterValue, "ROWS is not applicable when function does not return a set");
        context.Changes.Replace(routine, options.Apply(routine), context.Cancellation);
    }
}
