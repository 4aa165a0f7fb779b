using System.Buffers.Binary;

namespace Strata.Compute.Protocol;

/// <summary>
/// Received bytes of one connection, cut into messages. A message's announced length is believed only as its bytes arrive, so that a lying client costs no memory. Not thread-safe.
/// </summary>
public sealed class InputBuffer : IDisposable
{
    private const int InitialBytes = 16 << 10;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    public bool IsEmpty => _start == _end;

    /// <summary>The bytes that have arrived and were not taken.</summary>
    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(_start, _end - _start);

    public void Take(int count) => _start += count;

    /// <summary>Room for the next receive: at least <see cref="ClientTransport.ReadBytesMin"/> bytes. Invalidates spans of earlier messages.</summary>
    public Span<byte> Room()
    {
        int held = _end - _start;
        if (held == 0)
            _start = _end = 0;
        if (_bytes.Length - _end < ClientTransport.ReadBytesMin)
        {
            // A message longer than the buffer doubles it, so a long one costs a logarithmic number of copies.
            bool roomAfterMove = _bytes.Length - held >= ClientTransport.ReadBytesMin;
            byte[] target = roomAfterMove ? _bytes : PooledBytes.Rent(Math.Max(InitialBytes * 2, _bytes.Length * 2));
            _bytes.AsSpan(_start, held).CopyTo(target);
            if (!roomAfterMove && _bytes.Length > 0)
                PooledBytes.Return(_bytes);
            _bytes = target;
            _start = 0;
            _end = held;
        }
        return _bytes.AsSpan(_end);
    }

    public void Received(int count) => _end += count;

    /// <summary>
    /// The next whole message: its type and body, valid until <see cref="Room"/>. False when it has not arrived. The length field is <paramref name="length"/> when known, else 0.
    /// </summary>
    public bool TryMessage(out byte type, out ReadOnlySpan<byte> body, out int length)
    {
        ReadOnlySpan<byte> pending = Pending;
        type = 0;
        body = default;
        length = 0;
        if (pending.Length < 5)
            return false;
        type = pending[0];
        length = BinaryPrimitives.ReadInt32BigEndian(pending[1..]);
        if (length < 4 || pending.Length - 1 < length)
            return false;
        body = pending[5..(1 + length)];
        _start += 1 + length;
        return true;
    }

    /// <summary>Whether a whole message has arrived, and its type.</summary>
    public bool HasMessage(out byte type)
    {
        ReadOnlySpan<byte> pending = Pending;
        type = pending.IsEmpty ? (byte)0 : pending[0];
        return pending.Length >= 5 && BinaryPrimitives.ReadInt32BigEndian(pending[1..]) is >= 4 and var length && pending.Length - 1 >= length;
    }

    /// <summary>Gives the buffer back when it holds nothing.</summary>
    public void ReleaseIfEmpty()
    {
        if (!IsEmpty || _bytes.Length == 0)
            return;
        PooledBytes.Return(_bytes);
        _bytes = [];
        _start = _end = 0;
    }

    public void Dispose()
    {
        _start = _end = 0;
        ReleaseIfEmpty();
    }
}
