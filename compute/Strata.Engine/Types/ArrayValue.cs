using System.Buffers.Binary;

namespace Strata.Engine.Types;

/// <summary>
/// Reads the stored form of an array (oidvector and int2vector too). Little-endian:
/// <code>
/// 0            4             8
/// | dimensions | element OID | per dimension: length, lower bound | elements, row-major: length (-1 null), stored bytes |
/// </code>
/// An empty array has no dimensions.
/// </summary>
public readonly ref struct ArrayValue
{
    public const int DimensionsMax = 6;
    private const int HeaderBytes = 8;

    /// <summary>A loop over millions of elements looks at the statement's cancellation every 4,096 of them.</summary>
    private const int LookMask = 0xFFF;

    private readonly ReadOnlySpan<byte> _bytes;

    public ArrayValue(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        Dimensions = bytes.Length < HeaderBytes ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        int count = Dimensions == 0 ? 0 : 1;
        for (int i = 0; i < Dimensions; i++)
            count *= Length(i);
        Count = count;
    }

    public int Dimensions { get; }

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    public uint ElementOid => _bytes.Length < HeaderBytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);

    public readonly int Length(int dimension) => BinaryPrimitives.ReadInt32LittleEndian(_bytes[(HeaderBytes + (dimension * 8))..]);

    public readonly int LowerBound(int dimension) => BinaryPrimitives.ReadInt32LittleEndian(_bytes[(HeaderBytes + (dimension * 8) + 4)..]);

    public Enumerator GetEnumerator() => new(_bytes, Count, HeaderBytes + (Dimensions * 8));

    /// <summary>The element at a row-major position.</summary>
    public Element this[int position]
    {
        get
        {
            Enumerator elements = GetEnumerator();
            for (int i = 0; i <= position; i++)
                elements.MoveNext();
            return elements.Current;
        }
    }

    /// <summary>One element.</summary>
    public readonly ref struct Element(bool isNull, ReadOnlySpan<byte> stored)
    {
        public readonly bool IsNull = isNull;
        public readonly ReadOnlySpan<byte> Stored = stored;
    }

    public ref struct Enumerator(ReadOnlySpan<byte> bytes, int count, int offset)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _left = count;
        private int _offset = offset;
        private int _length = -1;
        private int _start;

        public readonly Element Current => _length < 0 ? new Element(true, default) : new Element(false, _bytes.Slice(_start, _length));

        public bool MoveNext()
        {
            if (_left-- <= 0)
                return false;
            if ((_left & LookMask) == 0)
                Vectors.DepthGuard.Look();
            _length = BinaryPrimitives.ReadInt32LittleEndian(_bytes[_offset..]);
            _start = _offset + 4;
            _offset = _start + Math.Max(_length, 0);
            return true;
        }
    }
}
