using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Strata.Engine.Vectors;

/// <summary>
/// A view of bytes that somebody else owns, or up to 12 bytes held inside.
/// <code>
/// 0        4                8                16
/// | length | prefix (4)     | pointer        |   length &gt; 12
/// | length | bytes, zero padded              |   length &lt;= 12
/// </code>
/// The padding is always zero, so two inline views are equal exactly when their 16 bytes are.
/// Lifetime: a view lives until its producer's next pull (<see cref="Batch"/>); who keeps it copies the bytes to an <see cref="Arena"/>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public readonly unsafe struct ByteView : IEquatable<ByteView>
{
    public const int InlineMaxBytes = 12;

    [FieldOffset(0)] private readonly int _length;
    [FieldOffset(4)] private readonly uint _prefix;
    [FieldOffset(8)] private readonly ulong _tail;
    [FieldOffset(8)] private readonly byte* _pointer;

    /// <summary>A view of native (or pinned) memory; short content is copied inside.</summary>
    public ByteView(byte* pointer, int length)
    {
        Unsafe.SkipInit(out this);
        _length = length;
        if (length <= InlineMaxBytes)
        {
            // Overlapping loads within the bytes instead of a copy of variable length: this is on every scan's path.
            if (length >= 8)
            {
                ulong first = Unsafe.ReadUnaligned<ulong>(pointer);
                ulong last = Unsafe.ReadUnaligned<uint>(pointer + length - 4);
                _prefix = (uint)first;
                _tail = (first >> 32) | ((last >> (8 * (InlineMaxBytes - length))) << 32);
            }
            else if (length >= 4)
            {
                ulong last = Unsafe.ReadUnaligned<uint>(pointer + length - 4);
                _prefix = Unsafe.ReadUnaligned<uint>(pointer);
                _tail = last >> (8 * (8 - length));
            }
            else
            {
                int middle = length >> 1;
                _prefix = length == 0 ? 0 : pointer[0] | ((uint)pointer[middle] << (8 * middle)) | ((uint)pointer[length - 1] << (8 * (length - 1)));
                _tail = 0;
            }
        }
        else
        {
            _prefix = Unsafe.ReadUnaligned<uint>(pointer);
            _pointer = pointer;
        }
    }

    /// <summary>Stores a view of <see cref="InlineMaxBytes"/> bytes, which most numerics have: two loads and two stores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreFull(ByteView* target, byte* bytes)
    {
        *(ulong*)target = InlineMaxBytes | ((ulong)Unsafe.ReadUnaligned<uint>(bytes) << 32);
        ((ulong*)target)[1] = Unsafe.ReadUnaligned<ulong>(bytes + sizeof(uint));
    }

    /// <summary>A view that holds its bytes inside; at most <see cref="InlineMaxBytes"/>.</summary>
    public static ByteView Inline(ReadOnlySpan<byte> bytes)
    {
        Format.Invariant.Check(bytes.Length <= InlineMaxBytes);
        fixed (byte* p = bytes)
            return new ByteView(p, bytes.Length);
    }

    /// <summary>Length in bytes.</summary>
    public int Length => _length;

    public bool IsInline => _length <= InlineMaxBytes;

    /// <summary>First four bytes (zero padded), in memory order.</summary>
    public uint Prefix => _prefix;

    /// <summary>The bytes. The receiver must stay where it is while the span of an inline view is used.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _length <= InlineMaxBytes
            ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<uint, byte>(ref Unsafe.AsRef(in _prefix)), _length)
            : new ReadOnlySpan<byte>(_pointer, _length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Equals(ByteView other)
    {
        if (Unsafe.As<int, ulong>(ref Unsafe.AsRef(in _length)) != Unsafe.As<int, ulong>(ref Unsafe.AsRef(in other._length)))
            return false;
        if (_tail == other._tail)
            return true;
        return _length > InlineMaxBytes
            && new ReadOnlySpan<byte>(_pointer, _length).SequenceEqual(new ReadOnlySpan<byte>(other._pointer, _length));
    }

    /// <summary>Unsigned byte order (memcmp), shorter first.</summary>
    public int CompareTo(in ByteView other)
    {
        if (_prefix != other._prefix)
        {
            uint a = BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(_prefix) : _prefix;
            uint b = BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(other._prefix) : other._prefix;
            // A prefix is zero padded: with equal padded bytes the shorter is a prefix of the longer, and is caught below.
            return a < b ? -1 : 1;
        }

        return Span.SequenceCompareTo(other.Span);
    }

    public override bool Equals(object? obj) => obj is ByteView other && Equals(other);

    public override int GetHashCode() => (int)VectorHash.Bytes(Span);
}
