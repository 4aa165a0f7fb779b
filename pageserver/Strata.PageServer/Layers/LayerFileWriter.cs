using System.Buffers.Binary;
using Strata.Format;
using Strata.Platform;

namespace Strata.PageServer.Layers;

/// <summary>What a finished layer file holds.</summary>
internal readonly record struct LayerFileSummary(long SizeBytes, uint Checksum, long Entries, PageKey MinKey, PageKey MaxKey);

/// <summary>
/// Writes a layer file front to back. Entries must come in order of (key, LSN, kind), all with first LSN &lt; LSN ≤ last LSN. After an exception the
/// file is garbage and the caller deletes it. Not thread-safe.
/// </summary>
internal sealed class LayerFileWriter
{
    private readonly IFile _file;
    private readonly ulong _nonce;
    private readonly Lsn _first;
    private readonly Lsn _last;
    private readonly BlockCodecId _codec;
    private readonly List<ulong> _keyHashes = [];
    private byte[] _index = new byte[64 * LayerFileFormat.BlockIndexEntryBytes];
    private int _indexBytes;
    private byte[] _raw = new byte[LayerFileFormat.BlockTargetBytes * 2];
    private int _rawBytes;
    private byte[] _stored = new byte[LayerFileFormat.BlockTargetBytes * 2];
    private int _groupPosition = -1;
    private long _position;
    private long _entries;
    private int _blocks;
    private uint _fileState = Crc32C.Seed;
    private readonly byte[] _crcTail = new byte[8];
    private int _crcTailBytes;
    private PageKey _minKey;
    private PageKey _key;
    private Lsn _lsn;
    private LayerEntryKind _kind;

    public LayerFileWriter(IFile file, ProjectId project, TimelineId timeline, int level, Lsn first, Lsn last, IRandom random)
    {
        Invariant.Check(first <= last);
        _file = file;
        _first = first;
        _last = last;
        _codec = BlockCodec.Preferred;
        Span<byte> header = stackalloc byte[LayerFileFormat.HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, LayerFileFormat.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], LayerFileFormat.Version);
        header[10] = LayerFileFormat.ChecksumCrc32C;
        header[11] = (byte)_codec;
        header[12] = (byte)level;
        random.Fill(header.Slice(32, 16));
        BinaryPrimitives.WriteUInt128BigEndian(header[48..], project.Value);
        BinaryPrimitives.WriteUInt128BigEndian(header[64..], timeline.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header[80..], first.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header[88..], last.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(header[124..], Crc32C.Compute(header[..124]));
        _nonce = LayerFileFormat.NonceOf(header);
        Append(header);
    }

    /// <summary>Bytes so far; compaction cuts its output by it.</summary>
    public long SizeBytes => _position + _rawBytes / 2;

    public long Entries => _entries;

    public void Add(PageKey key, Lsn lsn, LayerEntryKind kind, ReadOnlySpan<byte> payload)
    {
        bool newKey = _entries == 0 || key != _key;
        Invariant.Check(lsn > _first && lsn <= _last);
        Invariant.Check(_entries == 0 || (newKey ? key > _key : lsn > _lsn || (lsn == _lsn && kind > _kind)));
        if (_rawBytes > 0 && _rawBytes + payload.Length > LayerFileFormat.BlockTargetBytes)
            EndBlock();
        Reserve(LayerFileFormat.GroupHeaderBytes + 10 + 1 + 5 + payload.Length);
        if (newKey)
        {
            if (_entries == 0)
                _minKey = key;
            _keyHashes.Add(BloomFilter.Hash(key));
        }
        if (_rawBytes == 0)
            BeginBlock(key, lsn);
        if (newKey || _groupPosition < 0)
            BeginGroup(key);
        var writer = new ByteWriter(_raw.AsSpan(_rawBytes));
        writer.WriteVarint(lsn - _first);
        writer.WriteByte((byte)kind);
        writer.WriteSized(payload);
        _rawBytes += writer.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(
            _raw.AsSpan(_groupPosition + PageKey.SizeBytes), (uint)(_rawBytes - _groupPosition - LayerFileFormat.GroupHeaderBytes));
        _key = key;
        _lsn = lsn;
        _kind = kind;
        _entries++;
    }

    /// <summary>Writes index, filter and trailer. The file is complete, but not synced.</summary>
    public LayerFileSummary Finish()
    {
        if (_rawBytes > 0)
            EndBlock();
        var filter = new BloomFilter(_keyHashes.Count);
        foreach (ulong hash in _keyHashes)
            filter.Add(hash);
        byte[] footer = new byte[8 + _indexBytes + 4 + filter.Words.Length * 8];
        var writer = new ByteWriter(footer);
        writer.WriteUInt64((ulong)_blocks);
        writer.WriteBytes(_index.AsSpan(0, _indexBytes));
        writer.WriteUInt32((uint)filter.Words.Length);
        foreach (ulong word in filter.Words)
            writer.WriteUInt64(word);
        Invariant.Check(writer.Length == footer.Length && footer.Length <= LayerFileFormat.FooterBytesMax);
        long footerPosition = _position;
        Append(footer);

        Span<byte> trailer = stackalloc byte[LayerFileFormat.TrailerBytes];
        trailer.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(trailer, footerPosition);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[8..], footer.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], LayerFileFormat.Checksum(_nonce, footer));
        BinaryPrimitives.WriteInt64LittleEndian(trailer[16..], _entries);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[24..], _position + LayerFileFormat.TrailerBytes);
        _minKey.Write(trailer[32..]);
        _key.Write(trailer[49..]);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[92..], LayerFileFormat.Checksum(_nonce, trailer[..92]));
        Append(trailer);
        return new LayerFileSummary(_position, FileChecksum(), _entries, _minKey, _key);
    }

    private void BeginBlock(PageKey key, Lsn lsn)
    {
        if (_index.Length - _indexBytes < LayerFileFormat.BlockIndexEntryBytes)
            Array.Resize(ref _index, _index.Length * 2);
        Span<byte> entry = _index.AsSpan(_indexBytes);
        key.Write(entry);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[17..], lsn.Value);
        BinaryPrimitives.WriteInt64LittleEndian(entry[25..], _position);
    }

    private void BeginGroup(PageKey key)
    {
        _groupPosition = _rawBytes;
        key.Write(_raw.AsSpan(_rawBytes));
        _rawBytes += LayerFileFormat.GroupHeaderBytes;
    }

    private void EndBlock()
    {
        Invariant.Check(_rawBytes <= LayerFileFormat.BlockBytesMax);
        int room = LayerFileFormat.BlockHeaderBytes + BlockCodec.CompressedBytesMax(_rawBytes);
        if (_stored.Length < room)
            _stored = new byte[room];
        Span<byte> block = _stored;
        ReadOnlySpan<byte> raw = _raw.AsSpan(0, _rawBytes);
        int stored = BlockCodec.Compress(_codec, raw, block[LayerFileFormat.BlockHeaderBytes..]);
        if (stored == 0)
        {
            raw.CopyTo(block[LayerFileFormat.BlockHeaderBytes..]);
            stored = _rawBytes;
        }
        BinaryPrimitives.WriteInt32LittleEndian(block, stored);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], _rawBytes);
        ReadOnlySpan<byte> payload = block.Slice(LayerFileFormat.BlockHeaderBytes, stored);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], LayerFileFormat.BlockChecksum(_nonce, _position, block[..8], payload));
        int bytes = LayerFileFormat.BlockHeaderBytes + stored;
        BinaryPrimitives.WriteInt32LittleEndian(_index.AsSpan(_indexBytes + 33), bytes);
        _indexBytes += LayerFileFormat.BlockIndexEntryBytes;
        _blocks++;
        Append(block[..bytes]);
        _rawBytes = 0;
        _groupPosition = -1;
    }

    private void Reserve(int bytes)
    {
        if (_raw.Length - _rawBytes < bytes)
            Array.Resize(ref _raw, Math.Max(_raw.Length * 2, _rawBytes + bytes));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _file.Write(_position, bytes);
        _position += bytes.Length;
        UpdateFileChecksum(bytes);
    }

    // The running checksum takes whole 8-byte words; a rest is kept for the next call so that pieces of any size give the file's one checksum.
    private void UpdateFileChecksum(ReadOnlySpan<byte> bytes)
    {
        if (_crcTailBytes > 0)
        {
            int take = Math.Min(8 - _crcTailBytes, bytes.Length);
            bytes[..take].CopyTo(_crcTail.AsSpan(_crcTailBytes));
            _crcTailBytes += take;
            bytes = bytes[take..];
            if (_crcTailBytes < 8)
                return;
            _fileState = Crc32C.Update(_fileState, _crcTail);
            _crcTailBytes = 0;
        }
        int whole = bytes.Length & ~7;
        _fileState = Crc32C.Update(_fileState, bytes[..whole]);
        bytes[whole..].CopyTo(_crcTail);
        _crcTailBytes = bytes.Length - whole;
    }

    private uint FileChecksum() => Crc32C.Finish(Crc32C.Update(_fileState, _crcTail.AsSpan(0, _crcTailBytes)));
}
