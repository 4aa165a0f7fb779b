namespace Strata.Engine.Types;

/// <summary>Arrays of equal dimensions, put together to one with a further dimension. Not thread-safe.</summary>
internal sealed class ArrayStack
{
    private readonly ArrayBuilder _elements = new();
    private int[]? _lengths;
    private int[] _lowerBounds = [];
    private int _count;

    /// <summary>Adds a stored array; throws 2202E when it is empty or has other dimensions or bounds than those before it.</summary>
    public void Add(ReadOnlySpan<byte> stored)
    {
        var array = new ArrayValue(stored);
        if (array.Dimensions == 0 && _lengths is null)
            throw new SqlException(SqlState.ArraySubscriptError, "cannot accumulate empty arrays");
        int[] lengths = new int[array.Dimensions], lowerBounds = new int[array.Dimensions];
        for (int i = 0; i < lengths.Length; i++)
            (lengths[i], lowerBounds[i]) = (array.Length(i), array.LowerBound(i));
        if (_lengths is null)
            (_lengths, _lowerBounds) = (lengths, lowerBounds);
        if (!lengths.AsSpan().SequenceEqual(_lengths) || !lowerBounds.AsSpan().SequenceEqual(_lowerBounds))
            throw new SqlException(SqlState.ArraySubscriptError, "cannot accumulate arrays of different dimensionality");
        foreach (ArrayValue.Element element in array)
            _elements.Add(element);
        _count++;
    }

    public static SqlException NullArray() => new(SqlState.NullValueNotAllowed, "cannot accumulate null arrays");

    /// <summary>The stored form; an empty array when nothing was added.</summary>
    public ReadOnlySpan<byte> Build(uint elementOid)
    {
        if (_lengths is null)
            return _elements.Build(elementOid);
        int[] lengths = [_count, .. _lengths], lowerBounds = [1, .. _lowerBounds];
        return _elements.Build(elementOid, lengths, lowerBounds);
    }
}
