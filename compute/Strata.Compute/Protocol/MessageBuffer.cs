using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Strata.Compute.Protocol;

/// <summary>
/// Outgoing messages of one connection, framed one behind the other in a pooled buffer that goes to the socket in one write. Not thread-safe.
/// </summary>
public sealed class MessageBuffer : IBufferWriter<byte>, IDisposable
{
    private const int InitialBytes = 8 << 10;

    private byte[] _bytes = [];
    private int _count;
    private int _messageStart;

    /// <summary>Bytes waiting to be sent.</summary>
    public int Count => _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    /// <summary>Forgets the bytes, and gives a large buffer back.</summary>
    public void Clear(bool release)
    {
        _count = 0;
        if ((release || _bytes.Length > InitialBytes * 16) && _bytes.Length > 0)
        {
            PooledBytes.Return(_bytes);
            _bytes = [];
        }
    }

    /// <summary>Begins a message: its type, and room for its length.</summary>
    public void Begin(byte type)
    {
        Span<byte> head = GetSpan(5);
        head[0] = type;
        _messageStart = _count + 1;
        Advance(5);
    }

    /// <summary>Ends the message: fills in its length.</summary>
    public void End() => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_messageStart), _count - _messageStart);

    public void Byte(byte value)
    {
        GetSpan(1)[0] = value;
        Advance(1);
    }

    public void Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(GetSpan(2), value);
        Advance(2);
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(GetSpan(4), value);
        Advance(4);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(GetSpan(value.Length));
        Advance(value.Length);
    }

    /// <summary>What strings are written in; null for UTF-8.</summary>
    internal Encoding? TextEncoding { get; set; }

    /// <summary>A string with its zero byte.</summary>
    public void CString(ReadOnlySpan<char> value)
    {
        if (TextEncoding is not null)
        {
            Span<byte> other = GetSpan(TextEncoding.GetMaxByteCount(value.Length) + 1);
            int count = TextEncoding.GetBytes(value, other);
            other[count] = 0;
            Advance(count + 1);
            return;
        }

        Span<byte> span = GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length) + 1);
        int written = Encoding.UTF8.GetBytes(value, span);
        span[written] = 0;
        Advance(written + 1);
    }

    /// <summary>A string in UTF-8 without a zero byte.</summary>
    public void Text(ReadOnlySpan<char> value)
    {
        Span<byte> span = GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length));
        Advance(Encoding.UTF8.GetBytes(value, span));
    }

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_count);
    }

    public void Dispose() => Clear(release: true);

    private void Reserve(int sizeHint)
    {
        int needed = _count + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length)
            return;
        byte[] larger = PooledBytes.Rent(Math.Max(InitialBytes, Math.Max(needed, _bytes.Length * 2)));
        _bytes.AsSpan(0, _count).CopyTo(larger);
        if (_bytes.Length > 0)
            PooledBytes.Return(_bytes);
        _bytes = larger;
    }
}
