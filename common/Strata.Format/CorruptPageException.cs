using System.Diagnostics.CodeAnalysis;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Strata.Format;

/// <summary>
/// Bytes that can't be what they claim: a page, a change or a record that no correct writer produced. The page or buffer
/// they were applied to must be discarded; the service answers the request with an error and goes on.
/// </summary>
public sealed class CorruptPageException : Exception
{
    public CorruptPageException(string message) : base(message) { }

    public CorruptPageException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Throws unless <paramref name="condition"/> holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Unless(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        if (!condition)
            Throw(what);
    }

    [DoesNotReturn, StackTraceHidden, MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Throw(string? what) => throw new CorruptPageException($"corrupt bytes: {what}");
}
