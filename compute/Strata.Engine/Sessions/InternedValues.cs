using System.Collections.Concurrent;

namespace Strata.Engine.Sessions;

/// <summary>Gives equal values one object, so that they can be compared by reference. Holds a bounded number; what does not fit is only compared the long way. Thread-safe.</summary>
internal sealed class InternedValues<T>(T first)
    where T : class, IEquatable<T>
{
    private const int ValuesMax = 1024;

    private readonly ConcurrentDictionary<T, T> _values = new([new(first, first)]);

    public T Intern(T value)
    {
        if (_values.TryGetValue(value, out T? known))
            return known;
        return _values.Count < ValuesMax ? _values.GetOrAdd(value, value) : value;
    }
}
