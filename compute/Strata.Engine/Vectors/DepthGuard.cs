using System.Runtime.CompilerServices;
using Strata.Engine.Types;

namespace Strata.Engine.Vectors;

/// <summary>The guard that every recursive walk calls: a stack overflow would end every tenant's process.</summary>
public static class DepthGuard
{
    /// <summary>Throws 54001 when the thread's stack is nearly used up.</summary>
    public static void Check()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new SqlException(SqlState.StatementTooComplex, "stack depth limit exceeded")
            {
                Hint = "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's stack depth limit is adequate.",
            };
    }
}
