using System.Runtime.InteropServices;
using Strata.Format;

namespace Strata.Engine.Storage.Buffers;

/// <summary>
/// One entry of the frame table, in native memory. The page's bytes stand elsewhere, at the same index.
/// </summary>
/// <remarks>
/// State word:
/// <code>
/// bits 0-15   pins
/// bits 16-18  use count, decayed by the clock hand
/// bit 24      claimed: in nobody's hands but the thread's that fills or frees it; can't be pinned
/// bit 25      loading: pinned, in the hash table, its bytes not there yet
/// bit 26      failed: the read failed; pinners let go and try again
/// </code>
/// The key changes only while claimed. <see cref="ModifiedLsn"/> changes under the exclusive latch.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
internal struct Frame
{
    public const int SizeBytes = 64;
    public const uint PinMask = 0xFFFF;
    public const uint UseOne = 1u << 16;
    public const uint UseMask = 7u << 16;
    public const uint UseMax = 5u << 16;
    public const uint Claimed = 1u << 24;
    public const uint Loading = 1u << 25;
    public const uint Failed = 1u << 26;

    public uint State;
    public uint Latch;
    public int HashNext;
    public uint Database;
    public ulong Storage;
    public uint Block;
    public uint Fork;
    public ulong ReadPointRaw;
    public ulong ModifiedLsn;

    public readonly PageKey Key => new(Database, Storage, (Fork)Fork, Block);

    public readonly bool Holds(in PageKey key, ulong readPoint) =>
        Block == key.Block && Storage == key.Storage && Fork == (uint)key.Fork && Database == key.Database && ReadPointRaw == readPoint;
}
