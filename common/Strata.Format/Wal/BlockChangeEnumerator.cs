namespace Strata.Format.Wal;

/// <summary>Walks the changes of a checked record.</summary>
public ref struct BlockChangeEnumerator
{
    private readonly int _base;
    private readonly int _count;
    private ByteReader _reader;
    private int _index;
    private PageKey _key;
    private ReadOnlySpan<byte> _change;
    private int _changePosition;

    internal BlockChangeEnumerator(ReadOnlySpan<byte> changes, int basePosition, int count)
    {
        _reader = new ByteReader(changes);
        _base = basePosition;
        _count = count;
    }

    public readonly BlockChange Current => new(_key, _change, _changePosition);

    public readonly BlockChangeEnumerator GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_index == _count)
            return false;
        Invariant.Check(WalRecordWriter.TryReadKey(ref _reader, _index == 0, ref _key));
        _change = _reader.ReadSized();
        _changePosition = _base + _reader.Position - _change.Length;
        _index++;
        return true;
    }
}
