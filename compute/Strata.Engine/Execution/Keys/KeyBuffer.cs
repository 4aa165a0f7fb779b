using System.Runtime.CompilerServices;

namespace Strata.Engine.Execution.Keys;

/// <summary>A growing buffer in which a key is built; reused by its owner. Not thread-safe.</summary>
public sealed class KeyBuffer
{
    private byte[] _bytes = new byte[64];

    /// <summary>Bytes written so far; may be lowered to cut the end off.</summary>
    public int Length { get; set; }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The key, to be changed in place.</summary>
    public Span<byte> Mutable => _bytes.AsSpan(0, Length);

    /// <summary>Begins a new key.</summary>
    public void Clear() => Length = 0;

    /// <summary>Room for at least <paramref name="bytes"/> bytes behind the written ones; <see cref="Advance"/> keeps what was written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - Length < bytes)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Keeps bytes written behind the end.</summary>
    public void Advance(int bytes) => Length += bytes;

    /// <summary>Appends a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }
}
