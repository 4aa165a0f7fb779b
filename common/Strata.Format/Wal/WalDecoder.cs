using System.Buffers.Binary;

namespace Strata.Format.Wal;

/// <summary>
/// Cuts a stream of log bytes, arriving in chunks of any size, into records. It holds at most one partial record
/// and one chunk. After <see cref="WalDecodeResult.Corrupt"/> it stays there: the caller trims the log at
/// <see cref="NextLsn"/> (a restart) or fetches the bytes again (a stream). One thread at a time.
/// </summary>
public sealed class WalDecoder(Lsn start)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _begin;
    private int _end;

    /// <summary>Where the next record begins: the end of the last whole record.</summary>
    public Lsn NextLsn { get; private set; } = start;

    /// <summary>Position just past the last byte that was appended.</summary>
    public Lsn AppendedLsn => NextLsn + (ulong)(_end - _begin);

    /// <summary>Adds bytes that begin at <see cref="AppendedLsn"/>. Records read before become invalid.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int held = _end - _begin;
        if (_buffer.Length - _end < bytes.Length)
        {
            byte[] target = held + bytes.Length <= _buffer.Length
                ? _buffer
                : new byte[Math.Max(held + bytes.Length, Math.Min(_buffer.Length * 2, WalFormat.MaxRecordBytes * 2))];
            _buffer.AsSpan(_begin, held).CopyTo(target);
            _buffer = target;
            _begin = 0;
            _end = held;
        }
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Reads the next record. It is valid until the next call of <see cref="Append"/> or <see cref="Reset"/>.</summary>
    public WalDecodeResult TryRead(out WalRecordReader record)
    {
        WalDecodeResult result = TryDecode(_buffer.AsSpan(_begin, _end - _begin), NextLsn, out record);
        if (result == WalDecodeResult.Record)
        {
            _begin += record.Bytes.Length;
            NextLsn = record.Lsn;
        }
        return result;
    }

    /// <summary>Forgets all bytes and goes on at <paramref name="start"/>, which must be a record's start.</summary>
    public void Reset(Lsn start)
    {
        _begin = _end = 0;
        NextLsn = start;
    }

    /// <summary>
    /// Decodes the record at the beginning of <paramref name="bytes"/>, which is position <paramref name="start"/> of the
    /// log, without copying. The length is believed only after the checksum, which covers it, matched.
    /// </summary>
    public static WalDecodeResult TryDecode(ReadOnlySpan<byte> bytes, Lsn start, out WalRecordReader record)
    {
        record = default;
        if (bytes.Length < sizeof(uint))
            return WalDecodeResult.NeedMore;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length is < WalFormat.MinRecordBytes or > WalFormat.MaxRecordBytes)
            return WalDecodeResult.Corrupt;
        if ((uint)bytes.Length < length)
            return WalDecodeResult.NeedMore;
        return WalRecordReader.TryRead(bytes[..(int)length], start, out record) ? WalDecodeResult.Record : WalDecodeResult.Corrupt;
    }
}
