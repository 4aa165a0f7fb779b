using System.Buffers.Binary;

namespace Strata.Format.Wal;

// A record, little-endian, no padding:
//
//   offset size
//   0      4    length       bytes of the whole record, this field included; MinRecordBytes .. MaxRecordBytes
//   4      4    crc          CRC32C over: start LSN (8 bytes), bytes 0..4, bytes 8..length
//   8      4    prev         bytes back from this record's start to the start of the one before; 0 = none known
//                            (first record of a timeline or of a compute's life)
//   12     1    kind         WalRecordKind
//   13     1    version      of the body's layout, per kind
//   14     v    xid          varint; 0 = none
//          v    changes      varint count
//          then per change:
//          1      tag        bits 0-1 fork · bit 2 same database and storage as the change before · bit 3 database is 0
//          v      database   varint, unless bit 2 or bit 3
//          v      storage    varint, unless bit 2
//          v      block      varint
//          v      length     varint, bytes of the change
//          n      change     op, version, payload: see PageOps
//   ...    body              the rest; by kind
//
// The LSN of the record is start + length. Everything but prev and crc is known before an LSN is reserved, and prev has
// a fixed width, so the length is known before the reservation and the record is sealed after it.

/// <summary>
/// Builds one record in a caller-owned buffer, allocating nothing: changes first, then the body, then <see cref="Finish"/>;
/// after the LSN is reserved, <see cref="Seal"/>. A record changes each page at most once, so that a page has at most
/// one change per LSN; redo checks it.
/// </summary>
public ref struct WalRecordWriter
{
    private const byte SameStorageTag = 4;
    private const byte SharedDatabaseTag = 8;

    private readonly Span<byte> _buffer;
    private readonly int _countPosition;
    private int _position;
    private int _changes;
    private uint _database;
    private ulong _storage;
    private bool _bodyWritten;

    /// <summary>Begins a record. <paramref name="buffer"/> needs room for all that follows (at most <see cref="WalFormat.MaxRecordBytes"/>).</summary>
    public WalRecordWriter(Span<byte> buffer, WalRecordKind kind, ulong xid, byte version = 1)
    {
        _buffer = buffer;
        buffer[12] = (byte)kind;
        buffer[13] = version;
        var writer = new ByteWriter(buffer[WalFormat.FixedHeaderBytes..]);
        writer.WriteVarint(xid);
        _countPosition = WalFormat.FixedHeaderBytes + writer.Length;
        _position = _countPosition + 1;
    }

    /// <summary>Bytes so far.</summary>
    public readonly int Length => _position;

    /// <summary>Number of changes so far.</summary>
    public readonly int ChangeCount => _changes;

    /// <summary>Appends a whole change.</summary>
    public void AddChange(PageKey key, scoped ReadOnlySpan<byte> change)
    {
        ByteWriter writer = BeginChange(key);
        writer.WriteBytes(change);
        EndChange(in writer);
    }

    /// <summary>Begins a change: encode into the writer that is returned, then call <see cref="EndChange"/>.</summary>
    public ByteWriter BeginChange(PageKey key)
    {
        Invariant.Check(!_bodyWritten && _changes < 127);
        Invariant.Check((byte)key.Fork <= 3);
        bool sameStorage = _changes > 0 && key.Database == _database && key.Storage == _storage;
        var writer = new ByteWriter(_buffer[_position..]);
        writer.WriteByte((byte)((byte)key.Fork | (sameStorage ? SameStorageTag : 0) | (key.Database == 0 ? SharedDatabaseTag : 0)));
        if (!sameStorage)
        {
            if (key.Database != 0)
                writer.WriteVarint(key.Database);
            writer.WriteVarint(key.Storage);
        }
        writer.WriteVarint(key.Block);
        _database = key.Database;
        _storage = key.Storage;
        _position += writer.Length;
        // Leave one byte for the length: nearly every change is shorter than 128 bytes. EndChange moves a longer one.
        return new ByteWriter(_buffer[(_position + 1)..]);
    }

    /// <summary>Ends a change and returns its bytes, valid as long as the buffer is: what to give to <c>PageOps.Apply</c>.</summary>
    public ReadOnlySpan<byte> EndChange(scoped in ByteWriter change)
    {
        int length = change.Length;
        Invariant.Check(length > 0);
        int prefix = ByteWriter.VarintBytes((ulong)length);
        if (prefix > 1)
            _buffer.Slice(_position + 1, length).CopyTo(_buffer[(_position + prefix)..]);
        var writer = new ByteWriter(_buffer[_position..]);
        writer.WriteVarint((ulong)length);
        ReadOnlySpan<byte> bytes = _buffer.Slice(_position + prefix, length);
        _position += prefix + length;
        _changes++;
        return bytes;
    }

    /// <summary>Appends to the body; no change may follow.</summary>
    public void AddBody(scoped ReadOnlySpan<byte> body)
    {
        _bodyWritten = true;
        body.CopyTo(_buffer[_position..]);
        _position += body.Length;
    }

    /// <summary>Writes what is known before an LSN is and returns the record's length in bytes.</summary>
    public int Finish()
    {
        Invariant.Check(_position <= WalFormat.MaxRecordBytes);
        _buffer[_countPosition] = (byte)_changes;
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer, (uint)_position);
        return _position;
    }

    /// <summary>
    /// Writes the previous-record link and the checksum of a finished record that begins at <paramref name="start"/>.
    /// <paramref name="previousStart"/> is where the record before begins, or <see cref="Lsn.Zero"/> when not known.
    /// </summary>
    public static void Seal(Span<byte> record, Lsn start, Lsn previousStart)
    {
        ulong back = previousStart.IsZero ? 0 : start - previousStart;
        Invariant.Check(back <= WalFormat.MaxRecordBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)back);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Checksum(record, start));
    }

    internal static uint Checksum(ReadOnlySpan<byte> record, Lsn start)
    {
        uint state = Crc32C.Update(Crc32C.Seed, start.Value);
        state = Crc32C.Update(state, record[..4]);
        return Crc32C.Finish(Crc32C.Update(state, record[8..]));
    }

    internal static bool TryReadKey(ref ByteReader reader, bool first, ref PageKey key)
    {
        byte tag = reader.ReadByte();
        bool sameStorage = (tag & SameStorageTag) != 0;
        bool shared = (tag & SharedDatabaseTag) != 0;
        if (tag > 15 || (sameStorage && first))
            return false;
        uint database = shared ? 0 : sameStorage ? key.Database : reader.ReadVarint32();
        ulong storage = sameStorage ? key.Storage : reader.ReadVarint();
        if (sameStorage && shared != (key.Database == 0))
            return false;
        key = new PageKey(database, storage, (Fork)(tag & 3), reader.ReadVarint32());
        return !reader.Failed;
    }
}
