using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>How expressions call functions that users wrote in SQL.</summary>
internal static class RoutineFunctions
{
    /// <summary>The implementation of every SQL-language function: the session runs the body.</summary>
    public static FunctionImplementation Implementation { get; } = new()
    {
        Row = static (ref FunctionCall call) => Caller(call.Context).Call(ref call),
        Set = static (ref FunctionCall call) => Caller(call.Context).Open(ref call),
    };

    private static IRoutineCaller Caller(IFunctionContext context) =>
        context.Routines ?? throw new SqlException(SqlState.FeatureNotSupported, "user-defined functions cannot be called here");
}
