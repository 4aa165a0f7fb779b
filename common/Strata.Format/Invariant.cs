using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Strata.Format;

/// <summary>A broken invariant: a bug. The process must not go on writing; hosts end it.</summary>
public sealed class InvariantViolationException(string message) : Exception(message);

/// <summary>Checks that stay on in production: crash rather than corrupt.</summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantViolationException"/> unless <paramref name="condition"/> holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        if (!condition)
            Fail(what);
    }

    [DoesNotReturn, StackTraceHidden, MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fail(string? what) => throw new InvariantViolationException($"invariant violated: {what}");
}
