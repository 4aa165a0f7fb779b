using System.Runtime.CompilerServices;
using Strata.Engine.Types;

namespace Strata.Engine.Vectors;

/// <summary>
/// The guard that every recursive walk calls: a stack overflow would end every tenant's process. It looks at the statement's cancellation too, so that binding and planning end in time.
/// </summary>
public static class DepthGuard
{
    /// <summary>The cancellation is looked at every so many calls.</summary>
    private const uint CallsPerLook = 256;

    [ThreadStatic]
    private static CancellationToken t_cancellation;

    /// <summary>Parts of a value between two looks.</summary>
    private const uint StepsPerLook = 4096;

    [ThreadStatic]
    private static uint t_calls;

    [ThreadStatic]
    private static uint t_steps;

    /// <summary>Makes the walks of this thread end with <see cref="OperationCanceledException"/> when the token fires; the default token ends that.</summary>
    public static void Watch(CancellationToken cancellation) => t_cancellation = cancellation;

    /// <summary>Looks at the cancellation: for loops whose rounds are long, as those over huge numbers are.</summary>
    public static void Look() => t_cancellation.ThrowIfCancellationRequested();

    /// <summary>For loops over the parts of one value, which may be hundreds of millions: looks every few thousand calls.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step()
    {
        if (++t_steps % StepsPerLook == 0)
            Look();
    }

    /// <summary>Throws 54001 when the thread's stack is nearly used up.</summary>
    public static void Check()
    {
        if (++t_calls % CallsPerLook == 0)
            t_cancellation.ThrowIfCancellationRequested();
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new SqlException(SqlState.StatementTooComplex, "stack depth limit exceeded")
            {
                Hint = "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's stack depth limit is adequate.",
            };
    }
}
