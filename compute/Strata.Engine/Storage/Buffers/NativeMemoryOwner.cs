using System.Runtime.InteropServices;

namespace Strata.Engine.Storage.Buffers;

/// <summary>
/// Owns blocks of native memory and frees them when it is collected, that is when nobody refers to its own owner any more: threads that still run over the memory keep that alive. Not thread-safe.
/// </summary>
internal sealed unsafe class NativeMemoryOwner
{
    private const int AlignmentBytes = 4096;

    private readonly List<(nint Address, long Bytes)> _blocks = [];

    ~NativeMemoryOwner()
    {
        foreach ((nint address, long bytes) in _blocks)
        {
            NativeMemory.AlignedFree((void*)address);
            GC.RemoveMemoryPressure(bytes);
        }
    }

    /// <summary>Page-aligned memory, not cleared; the system commits it as it is touched.</summary>
    public void* Allocate(nuint bytes)
    {
        void* block = NativeMemory.AlignedAlloc(bytes, AlignmentBytes);
        _blocks.Add(((nint)block, (long)bytes));
        // Tells the collector that letting go of the owner frees far more than its own few bytes.
        GC.AddMemoryPressure((long)bytes);
        return block;
    }
}
