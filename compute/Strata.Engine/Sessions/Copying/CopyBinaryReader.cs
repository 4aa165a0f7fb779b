using System.Buffers.Binary;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions.Copying;

// signature    "PGCOPY\n\377\r\n\0"      11 bytes
// flags        int32                        bits 16 and above must be known: none is
// extension    int32 length, bytes          skipped
// tuples       int16 fields, then per field int32 length (-1 null) and bytes
// trailer      int16 -1

/// <summary>Cuts a stream of bytes in COPY's binary format into tuples and fields. Bytes may be cut anywhere. Fields live until the next tuple. For one thread.</summary>
internal sealed class CopyBinaryReader
{
    private const int LengthMaxBytes = 1 << 30;

    private byte[] _input = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _headerSeen;
    private bool _trailerSeen;
    private (int Start, int Length)[] _fields = [];

    /// <summary>The signature that a file begins with.</summary>
    public static ReadOnlySpan<byte> Signature => s_signature;

    private static readonly byte[] s_signature = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0];

    /// <summary>Adds bytes to the input.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_trailerSeen)
            return;
        int held = _end - _start;
        if (_input.Length - _end < data.Length)
        {
            if ((long)held + data.Length > LengthMaxBytes)
                throw new SqlException(SqlState.ProgramLimitExceeded, "COPY tuple is too long");
            byte[] target = _input.Length - held >= data.Length ? _input : new byte[Math.Max(_input.Length * 2, held + data.Length)];
            Buffer.BlockCopy(_input, _start, target, 0, held);
            _input = target;
            _start = 0;
            _end = held;
        }

        data.CopyTo(_input.AsSpan(_end));
        _end += data.Length;
    }

    /// <summary>True for a null field of the tuple that was read last.</summary>
    public bool IsNull(int field) => _fields[field].Length < 0;

    /// <summary>A field of the tuple that was read last.</summary>
    public ReadOnlySpan<byte> Field(int field) => _input.AsSpan(_fields[field].Start, _fields[field].Length);

    /// <summary>Reads a tuple; false when more bytes are needed or at the trailer. Throws 22P04.</summary>
    public bool TryReadTuple(int columns)
    {
        if (_trailerSeen || (!_headerSeen && !TryReadHeader()) || _end - _start < 2)
            return false;
        int at = _start;
        short count = BinaryPrimitives.ReadInt16BigEndian(_input.AsSpan(at));
        at += 2;
        if (count == -1)
        {
            _trailerSeen = true;
            if (_end > at)
                throw Bad("received copy data after EOF marker");
            return false;
        }

        if (count != columns)
            throw Bad($"row field count is {count}, expected {columns}");
        if (_fields.Length < columns)
            _fields = new (int, int)[columns];
        for (int i = 0; i < columns; i++)
        {
            if (_end - at < 4)
                return false;
            int length = BinaryPrimitives.ReadInt32BigEndian(_input.AsSpan(at));
            at += 4;
            if (length < -1)
                throw Bad("invalid field size");
            if (length > _end - at)
                return false;
            _fields[i] = (at, length);
            at += Math.Max(0, length);
        }

        _start = at;
        return true;
    }

    /// <summary>No more bytes come. Throws 22P04 when a tuple is cut off.</summary>
    public void End()
    {
        if (!_headerSeen)
            throw Bad("COPY file signature not recognized");
        if (!_trailerSeen && _end > _start)
            throw Bad("unexpected EOF in COPY data");
    }

    private bool TryReadHeader()
    {
        ReadOnlySpan<byte> input = _input.AsSpan(_start, _end - _start);
        int known = Math.Min(input.Length, s_signature.Length);
        if (!input[..known].SequenceEqual(s_signature.AsSpan(0, known)))
            throw Bad("COPY file signature not recognized");
        int fixedBytes = s_signature.Length + 8;
        if (input.Length < fixedBytes)
            return false;
        int flags = BinaryPrimitives.ReadInt32BigEndian(input[s_signature.Length..]);
        int extension = BinaryPrimitives.ReadInt32BigEndian(input[(s_signature.Length + 4)..]);
        if ((flags & (1 << 16)) != 0)
            throw Bad("invalid COPY file header (WITH OIDS)");
        if ((flags & unchecked((int)0xFFFF0000)) != 0)
            throw Bad("unrecognized critical flags in COPY file header");
        if (extension < 0)
            throw Bad("invalid COPY file header (missing length)");
        if (input.Length - fixedBytes < extension)
            return false;
        _start += fixedBytes + extension;
        return _headerSeen = true;
    }

    private static SqlException Bad(string message) => new(SqlState.BadCopyFileFormat, message);
}
