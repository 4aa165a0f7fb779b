using System.Collections.Concurrent;

namespace Strata.Engine.Types;

/// <summary>
/// Names of the fields of anonymous records (the row of a subquery), interned so that a value carries a small number. Records of no table have no other place for
/// them. At most <see cref="ShapesMax"/> live in a process; rows beyond get the names f1, f2, …. Thread-safe.
/// </summary>
internal static class RecordShapes
{
    private const int ShapesMax = 1 << 16;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<string, int> s_numbers = [];
    private static readonly ConcurrentDictionary<int, string[]> s_shapes = new();

    /// <summary>The number of a list of names; 0 when there are too many lists.</summary>
    public static int NumberOf(IReadOnlyList<string> names)
    {
        string key = string.Join('\0', names);
        lock (s_lock)
        {
            if (s_numbers.TryGetValue(key, out int number))
                return number;
            if (s_numbers.Count >= ShapesMax)
                return 0;
            number = s_numbers.Count + 1;
            s_shapes[number] = [.. names];
            s_numbers.Add(key, number);
            return number;
        }
    }

    /// <summary>The names behind a number, or null.</summary>
    public static string[]? Find(int number) => s_shapes.GetValueOrDefault(number);
}
