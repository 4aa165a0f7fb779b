using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Strata.Engine.Types;

namespace Strata.Engine.Vectors;

/// <summary>
/// Bump allocation of native memory for the bytes behind <see cref="ByteView"/>s. <see cref="Reset"/> forgets everything but keeps the
/// largest block (unless one value had it for itself), so that the steady state allocates nothing. Bytes never move until Reset or Dispose. Not thread-safe.
/// </summary>
public sealed unsafe class Arena(MemoryAccount? account = null) : IDisposable
{
    /// <summary>PostgreSQL's limit of one value (MaxAllocSize + 1).</summary>
    private const nint ValueMaxBytes = 1 << 30;

    private const int FirstBlockBytes = 256;
    private const int BlockMaxBytes = 1 << 20;

    private Block* _current;
    private byte* _next;
    private byte* _end;

    private struct Block
    {
        public Block* Previous;
        public nint SizeBytes;
    }

    /// <summary>Bytes held from the system.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Bytes handed out, and what was left over of earlier blocks.</summary>
    public long UsedBytes => HeldBytes - (_end - _next);

    /// <summary>Uninitialized bytes, 8-byte aligned. Throws 53200 when the account has no room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Allocate(int bytes)
    {
        byte* start = _next;
        nint rounded = ((nint)bytes + 7) & ~7;
        if (_end - start >= rounded)
        {
            _next = start + rounded;
            return start;
        }

        return AllocateFromNewBlock(rounded);
    }

    /// <summary>A view of a copy of the bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteView Copy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= ByteView.InlineMaxBytes)
            return ByteView.Inline(bytes);
        byte* target = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(target, bytes.Length));
        return new ByteView(target, bytes.Length);
    }

    /// <summary>A view that outlives the producer of <paramref name="view"/>.</summary>
    public ByteView Copy(in ByteView view) => view.IsInline ? view : Copy(view.Span);

    private byte* AllocateFromNewBlock(nint rounded)
    {
        if (rounded > ValueMaxBytes)
            throw new SqlException(SqlState.ProgramLimitExceeded, $"invalid memory alloc request size {rounded}");
        nint size = _current == null ? FirstBlockBytes : Math.Min(_current->SizeBytes * 2, BlockMaxBytes);
        size = Math.Max(size, rounded + sizeof(Block));
        account?.Charge(size);
        Block* block = (Block*)NativeMemory.AlignedAlloc((nuint)size, 16);
        block->Previous = _current;
        block->SizeBytes = size;
        HeldBytes += size;
        _current = block;
        byte* start = (byte*)(block + 1);
        _next = start + rounded;
        _end = (byte*)block + size;
        return start;
    }

    /// <summary>Forgets all content. Every view into it dies.</summary>
    public void Reset()
    {
        if (_current == null)
            return;
        if (_current->SizeBytes > BlockMaxBytes)
        {
            FreeBlocks(_current);
            _current = null;
            _next = _end = null;
            return;
        }

        FreeBlocks(_current->Previous);
        _current->Previous = null;
        _next = (byte*)(_current + 1);
    }

    private void FreeBlocks(Block* block)
    {
        while (block != null)
        {
            Block* previous = block->Previous;
            HeldBytes -= block->SizeBytes;
            account?.Release(block->SizeBytes);
            NativeMemory.AlignedFree(block);
            block = previous;
        }
    }

    public void Dispose()
    {
        FreeBlocks(_current);
        _current = null;
        _next = _end = null;
        GC.SuppressFinalize(this);
    }

    ~Arena() => FreeBlocks(_current);
}
