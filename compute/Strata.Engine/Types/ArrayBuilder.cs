using System.Buffers.Binary;

namespace Strata.Engine.Types;

/// <summary>Writes the stored form of an array (see <see cref="ArrayValue"/>). Reusable; not thread-safe.</summary>
public sealed class ArrayBuilder
{
    /// <summary>The most elements that an array may have.</summary>
    public const int ElementsMax = 134_217_727;

    private readonly ByteBuffer _elements = new();
    private readonly ByteBuffer _result = new();

    public int Count { get; private set; }

    public void Clear()
    {
        _elements.Clear();
        Count = 0;
    }

    public void AddNull()
    {
        WriteLength(_elements, -1);
        Count++;
        Vectors.DepthGuard.Step();
    }

    /// <summary>Adds an element given in its stored form.</summary>
    public void Add(ReadOnlySpan<byte> stored)
    {
        WriteLength(_elements, stored.Length);
        _elements.Write(stored);
        Vectors.DepthGuard.Step();
        if (++Count > ElementsMax)
            throw TooLarge();
    }

    public void Add(in ArrayValue.Element element)
    {
        if (element.IsNull)
            AddNull();
        else
            Add(element.Stored);
    }

    public static SqlException TooLarge() =>
        new(SqlState.ProgramLimitExceeded, $"array size exceeds the maximum allowed ({ElementsMax})");

    private static void WriteLength(ByteBuffer buffer, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.Reserve(4), length);
        buffer.Advance(4);
    }

    /// <summary>The one-dimensional array of what was added; valid until the next use of the builder.</summary>
    public ReadOnlySpan<byte> Build(uint elementOid, int lowerBound = 1)
    {
        ReadOnlySpan<int> lengths = [Count], lowerBounds = [lowerBound];
        return Build(elementOid, lengths, lowerBounds);
    }

    /// <summary>An array of these dimensions, whose product is the number of elements added.</summary>
    public ReadOnlySpan<byte> Build(uint elementOid, scoped ReadOnlySpan<int> lengths, scoped ReadOnlySpan<int> lowerBounds)
    {
        _result.Clear();
        int dimensions = Count == 0 ? 0 : lengths.Length;
        WriteLength(_result, dimensions);
        WriteLength(_result, (int)elementOid);
        for (int i = 0; i < dimensions; i++)
        {
            WriteLength(_result, lengths[i]);
            WriteLength(_result, lowerBounds[i]);
        }

        _result.Write(_elements.Written);
        return _result.Written;
    }
}
