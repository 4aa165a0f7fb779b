namespace Strata.Engine.Ddl;

/// <summary>Reads several sorted sources of short keys as one, in a heap of their next keys. Not thread-safe.</summary>
internal sealed class ShortKeyMerge
{
    private readonly ShortKeyReader[] _readers;
    private readonly ShortIndexKey[] _keys;
    private int _count;

    public ShortKeyMerge(IEnumerable<ShortKeyReader> readers)
    {
        _readers = [.. readers];
        _keys = new ShortIndexKey[_readers.Length];
        for (int i = 0; i < _readers.Length; i++)
        {
            if (!_readers[i].Read(out _keys[_count]))
                continue;
            _readers[_count++] = _readers[i];
        }

        for (int i = (_count / 2) - 1; i >= 0; i--)
            Sift(i);
    }

    /// <summary>Reads the next key; false at the end. Throws 58030.</summary>
    public bool Read(out ShortIndexKey key)
    {
        if (_count == 0)
        {
            key = default;
            return false;
        }

        key = _keys[0];
        if (!_readers[0].Read(out _keys[0]))
        {
            _count--;
            _keys[0] = _keys[_count];
            _readers[0] = _readers[_count];
        }

        Sift(0);
        return true;
    }

    private void Sift(int place)
    {
        while (true)
        {
            int child = (2 * place) + 1;
            if (child >= _count)
                return;
            if (child + 1 < _count && _keys[child + 1].IsBelow(_keys[child]))
                child++;
            if (!_keys[child].IsBelow(_keys[place]))
                return;
            (_keys[place], _keys[child]) = (_keys[child], _keys[place]);
            (_readers[place], _readers[child]) = (_readers[child], _readers[place]);
            place = child;
        }
    }
}
