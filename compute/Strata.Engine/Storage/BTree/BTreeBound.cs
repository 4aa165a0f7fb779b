namespace Strata.Engine.Storage.BTree;

/// <summary>A bound of a scan, held as a plain byte string: entries at or above it are on one side, entries below it on the other.</summary>
internal sealed class BTreeBound
{
    private byte[] _bytes = new byte[64];
    private int _length;

    /// <summary>False: no bound on this side.</summary>
    public bool IsSet { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Clear() => (IsSet, _length) = (false, 0);

    /// <summary>The bound lies before every key that begins with <paramref name="key"/>.</summary>
    public void SetBefore(ReadOnlySpan<byte> key)
    {
        if (_bytes.Length < key.Length)
            _bytes = new byte[Math.Max(key.Length, _bytes.Length * 2)];
        key.CopyTo(_bytes);
        (IsSet, _length) = (true, key.Length);
    }

    /// <summary>
    /// The bound lies after every key that begins with <paramref name="key"/>. False when there is no string after them all: nothing is above the bound.
    /// </summary>
    public bool SetAfter(ReadOnlySpan<byte> key)
    {
        key = key.TrimEnd((byte)0xFF);
        SetBefore(key);
        if (key.IsEmpty)
            return false;
        _bytes[_length - 1]++;
        return true;
    }
}
