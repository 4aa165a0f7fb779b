using Strata.Engine.Vectors;

namespace Strata.Engine.Functions;

/// <summary>
/// What aggregate states refer to beside their fixed bytes: memory for strings and managed objects by handle. One per aggregating
/// operator; <see cref="Reset"/> ends the life of all states. Not thread-safe.
/// </summary>
public sealed class AggregateContext(MemoryAccount? account = null) : IDisposable
{
    private readonly List<object> _objects = [];

    /// <summary>Session and statement; set before the first update.</summary>
    public IFunctionContext? Functions { get; set; }

    /// <summary>Bytes that states point to.</summary>
    public Arena Arena { get; } = new(account);

    /// <summary>Charged for managed objects by the aggregates that grow them.</summary>
    public MemoryAccount? Account { get; } = account;

    // States are charged in portions: an account is shared by threads, and aggregates charge row by row.
    private const long PortionBytes = 32 << 10;

    private long _chargedBytes;
    private long _takenBytes;

    /// <summary>While states of another operator are combined: what those refer to.</summary>
    public AggregateContext? Source { get; set; }

    /// <summary>While rows of a group come in an order of their own: how many the group has whose first argument is not null.</summary>
    public long RowsOfGroup { get; set; }

    /// <summary>Stores an object; the handle is never 0.</summary>
    public int Add(object value)
    {
        _objects.Add(value);
        return _objects.Count;
    }

    public T Get<T>(int handle)
        where T : class => (T)_objects[handle - 1];

    /// <summary>Takes bytes for managed objects until Reset; throws 53200.</summary>
    public void Charge(long bytes)
    {
        _takenBytes += bytes;
        if (_takenBytes <= _chargedBytes)
            return;
        long portion = Math.Max(PortionBytes, _takenBytes - _chargedBytes);
        Account?.Charge(portion);
        _chargedBytes += portion;
    }

    private readonly Dictionary<(object Owner, bool IsFinal), IDisposable> _services = [];

    /// <summary>What an aggregate needs to compute and keeps over all groups; made at the first use, disposed of with the context.</summary>
    public TService Service<TOwner, TService>(TOwner owner, Func<TOwner, TService> make, bool isFinal)
        where TOwner : class
        where TService : class, IDisposable
    {
        if (!_services.TryGetValue((owner, isFinal), out IDisposable? service))
            _services.Add((owner, isFinal), service = make(owner));
        return (TService)service;
    }

    public void Reset()
    {
        foreach (object held in _objects)
            (held as IDisposable)?.Dispose();
        _objects.Clear();
        Arena.Reset();
        Account?.Release(_chargedBytes);
        _chargedBytes = 0;
        _takenBytes = 0;
    }

    public void Dispose()
    {
        Reset();
        foreach (IDisposable service in _services.Values)
            service.Dispose();
        _services.Clear();
        Arena.Dispose();
    }
}
