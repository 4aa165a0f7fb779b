namespace Strata.Engine.Functions.Patterns;

/// <summary>A set of colors: a short list, or a bit per color. Immutable.</summary>
internal sealed class ColorSet
{
    private const int ListMax = 4;

    private readonly int[]? _list;
    private readonly ulong[] _bits = [];

    public ColorSet(List<int> colors, int colorCount)
    {
        if (colors.Count <= ListMax)
        {
            _list = [.. colors];
            return;
        }

        _bits = new ulong[(colorCount / 64) + 1];
        foreach (int color in colors)
            _bits[color / 64] |= 1UL << (color % 64);
    }

    public int Cells => _bits.Length;

    public bool Contains(int color)
    {
        if (_list is null)
            return (_bits[color / 64] >> (color % 64) & 1) != 0;
        foreach (int known in _list)
        {
            if (known == color)
                return true;
        }

        return false;
    }
}
