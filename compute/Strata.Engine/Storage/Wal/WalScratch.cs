using System.Runtime.InteropServices;
using Strata.Format.Wal;

namespace Strata.Engine.Storage.Wal;

/// <summary>
/// A thread's buffer for the record that it builds: native memory of the largest record's size, committed by the system only as far as it is used.
/// </summary>
internal sealed unsafe class WalScratch
{
    [ThreadStatic]
    private static WalScratch? t_scratch;

    private readonly byte* _memory = (byte*)NativeMemory.Alloc(WalFormat.MaxRecordBytes);

    private WalScratch() { }

    ~WalScratch() => NativeMemory.Free(_memory);

    public static Span<byte> OfThread() => new((t_scratch ??= new WalScratch())._memory, WalFormat.MaxRecordBytes);
}
