using System.Buffers.Binary;
using Strata.Format;

namespace Strata.PageServer.Layers;

/// <summary>Walks the entries of one decompressed block in order. The spans it yields live as long as the block's array.</summary>
internal struct LayerBlockCursor(byte[] block, Lsn firstLsn)
{
    private int _position;
    private int _groupEnd;
    private int _payloadPosition;
    private int _payloadLength;

    public PageKey Key { get; private set; }
    public Lsn Lsn { get; private set; }
    public LayerEntryKind Kind { get; private set; }
    public readonly ReadOnlySpan<byte> Payload => block.AsSpan(_payloadPosition, _payloadLength);
    public readonly int PayloadPosition => _payloadPosition;
    public readonly int PayloadLength => _payloadLength;

    /// <summary>Goes to the first entry of <paramref name="key"/>, skipping whole groups; false when the block has none.</summary>
    public bool SeekGroup(PageKey key)
    {
        while (_position < block.Length)
        {
            BeginGroup();
            int order = Key.CompareTo(key);
            if (order >= 0)
                return order == 0;
            _position = _groupEnd;
        }
        return false;
    }

    /// <summary>Next entry of the group found by <see cref="SeekGroup"/>.</summary>
    public bool MoveNextInGroup()
    {
        if (_position >= _groupEnd)
            return false;
        ReadEntry();
        return true;
    }

    /// <summary>Next entry of the block.</summary>
    public bool MoveNext()
    {
        if (_position >= _groupEnd)
        {
            if (_position >= block.Length)
                return false;
            BeginGroup();
        }
        ReadEntry();
        return true;
    }

    private void BeginGroup()
    {
        LayerFileReader.Require(block.Length - _position > LayerFileFormat.GroupHeaderBytes, "layer group header");
        Key = PageKey.Read(block.AsSpan(_position));
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(_position + PageKey.SizeBytes));
        _position += LayerFileFormat.GroupHeaderBytes;
        LayerFileReader.Require(bytes > 0 && bytes <= (uint)(block.Length - _position), "layer group length");
        _groupEnd = _position + (int)bytes;
    }

    private void ReadEntry()
    {
        var reader = new ByteReader(block.AsSpan(_position, _groupEnd - _position));
        Lsn = firstLsn + reader.ReadVarint();
        Kind = (LayerEntryKind)reader.ReadByte();
        int length = reader.ReadVarint(LayerFileFormat.BlockBytesMax);
        LayerFileReader.Require(!reader.Failed && length <= reader.Remaining, "layer entry");
        _payloadPosition = _position + reader.Position;
        _payloadLength = length;
        _position = _payloadPosition + length;
    }
}
