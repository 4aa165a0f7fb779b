using System.Runtime.InteropServices;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Spill;

/// <summary>A growing buffer of native memory for bytes on their way to or from a file. Reused; not thread-safe.</summary>
internal sealed unsafe class SpillBuffer(MemoryAccount? account) : IDisposable
{
    private const int FirstBytes = 4096;

    private byte* _bytes;
    private int _capacity;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The first byte; moves when the buffer grows.</summary>
    public byte* Start => _bytes;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => new(_bytes, Length);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => Length = 0;

    /// <summary>Room for further bytes, which count as written. Throws 53200.</summary>
    public byte* Add(int bytes)
    {
        long needed = (long)Length + bytes;
        if (needed > _capacity)
            Grow(needed);
        byte* place = _bytes + Length;
        Length = (int)needed;
        return place;
    }

    /// <summary>Room for this many bytes, whose contents are undefined.</summary>
    public Span<byte> Reset(int bytes)
    {
        Clear();
        return new Span<byte>(Add(bytes), bytes);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        if (_bytes == null)
            return;
        account?.Release(_capacity);
        NativeMemory.Free(_bytes);
        _bytes = null;
        _capacity = 0;
        Length = 0;
    }

    private void Grow(long needed)
    {
        if (needed > int.MaxValue)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"invalid memory alloc request size {needed}");
        long capacity = Math.Min(int.MaxValue, Math.Max(FirstBytes, needed < 1 << 24 ? (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed) : needed + (needed >> 3)));
        account?.Charge(capacity - _capacity);
        _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)capacity);
        _capacity = (int)capacity;
    }

    ~SpillBuffer() => NativeMemory.Free(_bytes);
}
