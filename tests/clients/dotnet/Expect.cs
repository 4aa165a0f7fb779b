using System.Runtime.CompilerServices;

namespace Strata.Clients;

/// <summary>Assertions of the checks: an exception that says what was expected where.</summary>
public static class Expect
{
    public static void Equal<T>(T expected, T found, [CallerArgumentExpression(nameof(found))] string what = "", [CallerLineNumber] int line = 0)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found)) throw new InvalidOperationException($"line {line}: {what} is {found}, not {expected}");
    }

    public static void True(bool found, [CallerArgumentExpression(nameof(found))] string what = "", [CallerLineNumber] int line = 0)
    {
        if (!found) throw new InvalidOperationException($"line {line}: not so: {what}");
    }

    public static void Sequence<T>(IEnumerable<T> expected, IEnumerable<T> found, [CallerArgumentExpression(nameof(found))] string what = "", [CallerLineNumber] int line = 0)
    {
        var list = found.ToList();
        if (!expected.SequenceEqual(list)) throw new InvalidOperationException($"line {line}: {what} is {string.Join(", ", list)}, not {string.Join(", ", expected)}");
    }
}
