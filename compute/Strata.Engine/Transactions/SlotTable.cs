namespace Strata.Engine.Transactions;

/// <summary>
/// A set that is read without a lock while it changes: an array with holes. Adding and removing take a lock and constant time, so thousands of sessions may come and go. A reader may or may not see
/// what is added or removed meanwhile.
/// </summary>
internal sealed class SlotTable<T>
    where T : class
{
    private const int SlotsInitial = 64;

    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private readonly Dictionary<T, int> _places = new(ReferenceEqualityComparer.Instance);
    private T?[] _slots = new T?[SlotsInitial];
    private int _used;

    /// <summary>All slots; the empty ones are null.</summary>
    public ReadOnlySpan<T?> Slots
    {
        get
        {
            // The number first: the array read after it has at least as many.
            int used = Volatile.Read(ref _used);
            return Volatile.Read(ref _slots).AsSpan(0, used);
        }
    }

    public void Add(T item)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out int place))
            {
                if (_used == _slots.Length)
                {
                    var larger = new T?[_slots.Length * 2];
                    _slots.CopyTo(larger, 0);
                    Volatile.Write(ref _slots, larger);
                }
                place = _used;
            }
            Volatile.Write(ref _slots[place], item);
            if (place == _used)
                Volatile.Write(ref _used, _used + 1);
            _places.Add(item, place);
        }
    }

    /// <summary>Removes an item if it is there.</summary>
    public void Remove(T item)
    {
        lock (_gate)
        {
            if (!_places.Remove(item, out int place))
                return;
            Volatile.Write(ref _slots[place], null);
            _free.Push(place);
        }
    }
}
