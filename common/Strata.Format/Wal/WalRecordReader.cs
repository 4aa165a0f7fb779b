using System.Buffers.Binary;

namespace Strata.Format.Wal;

/// <summary>
/// A checked record over caller-owned bytes: <see cref="WalDecoder"/> makes it only after the checksum matched and
/// every change was walked, so reading it can't fail. Valid as long as those bytes are. Layout: see <see cref="WalRecordWriter"/>.
/// </summary>
public readonly ref struct WalRecordReader
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly int _changesPosition;
    private readonly int _bodyPosition;

    private WalRecordReader(ReadOnlySpan<byte> record, Lsn start, ulong xid, int changes, int changesPosition, int bodyPosition)
    {
        _record = record;
        StartLsn = start;
        Xid = xid;
        ChangeCount = changes;
        _changesPosition = changesPosition;
        _bodyPosition = bodyPosition;
    }

    /// <summary>Position of the record's first byte.</summary>
    public Lsn StartLsn { get; }

    /// <summary>The record's LSN: the position just past its last byte.</summary>
    public Lsn Lsn => StartLsn + (ulong)_record.Length;

    /// <summary>Start of the record before, or zero when the writer did not know it.</summary>
    public Lsn PreviousStartLsn
    {
        get
        {
            uint back = BinaryPrimitives.ReadUInt32LittleEndian(_record[8..]);
            return back == 0 || back > StartLsn.Value ? Lsn.Zero : new Lsn(StartLsn.Value - back);
        }
    }

    public WalRecordKind Kind => (WalRecordKind)_record[12];

    /// <summary>Version of the body's layout.</summary>
    public byte Version => _record[13];

    /// <summary>The transaction, 0 when none.</summary>
    public ulong Xid { get; }

    public int ChangeCount { get; }

    /// <summary>The whole record.</summary>
    public ReadOnlySpan<byte> Bytes => _record;

    /// <summary>What follows the changes.</summary>
    public ReadOnlySpan<byte> Body => _record[_bodyPosition..];

    /// <summary>The changes in order: <c>foreach (BlockChange change in record.Changes)</c>.</summary>
    public BlockChangeEnumerator Changes => new(_record[_changesPosition.._bodyPosition], _changesPosition, ChangeCount);

    /// <summary>Reads a record of exactly these bytes; false when the checksum or the structure is wrong.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> record, Lsn start, out WalRecordReader result)
    {
        result = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != WalRecordWriter.Checksum(record, start))
            return false;
        var reader = new ByteReader(record);
        reader.ReadBytes(WalFormat.FixedHeaderBytes);
        ulong xid = reader.ReadVarint();
        int changes = reader.ReadByte();
        int changesPosition = reader.Position;
        PageKey key = default;
        for (int i = 0; i < changes; i++)
        {
            if (!WalRecordWriter.TryReadKey(ref reader, i == 0, ref key) || reader.ReadSized().IsEmpty)
                return false;
        }
        if (reader.Failed || changes > 127)
            return false;
        result = new WalRecordReader(record, start, xid, changes, changesPosition, reader.Position);
        return true;
    }
}
