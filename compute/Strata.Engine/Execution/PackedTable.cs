using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>A hash table from 64-bit keys (with a byte of null bits) to numbers. Not thread-safe while it grows.</summary>
internal sealed unsafe class PackedTable(MemoryAccount? account) : IDisposable
{
    private const int SlotsAtFirst = 64;
    private const int SlotsKeptMax = 1 << 15;

    private Slot* _slots;
    private int _mask;
    private int _limit;

    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public ulong Key;
        public int Number;
        public int Nulls;
    }

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>Room for this many keys without growing.</summary>
    public void Reserve(int keys)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(SlotsAtFirst, Math.Min((long)keys * 2, 1 << 30)));
        if (_slots == null || slots > _mask + 1)
            Resize(slots);
    }

    /// <summary>Keys looked up so many places later are worth a <see cref="Prefetch"/>: a table larger than the caches is waited for once per some keys then.</summary>
    public const int PrefetchDistance = 12;

    /// <summary>Asks for the memory where a key stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong key)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_slots + ((int)VectorHash.Int64(key) & _mask));
    }

    /// <summary>The number of a key, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong key)
    {
        int mask = _mask;
        for (int slot = (int)VectorHash.Int64(key) & mask; ; slot = (slot + 1) & mask)
        {
            Slot* found = _slots + slot;
            if (found->Number < 0)
                return -1;
            if (found->Key == key)
                return found->Number;
        }
    }

    /// <summary>The number of a key with null bits, or -1.</summary>
    public int Find(ulong key, int nulls)
    {
        if (Count == 0)
            return -1;
        int mask = _mask;
        for (int slot = (int)VectorHash.Int64(key + (ulong)nulls) & mask; ; slot = (slot + 1) & mask)
        {
            Slot* found = _slots + slot;
            if (found->Number < 0 || (found->Key == key && found->Nulls == nulls))
                return found->Number;
        }
    }

    /// <summary>Where the number of a key stands; new keys get <paramref name="number"/>. Keys with different null bits differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref int FindOrAdd(ulong key, int nulls, int number, out bool added)
    {
        if (Count >= _limit)
            Resize(_slots == null ? SlotsAtFirst : (_mask + 1) * 2);
        int mask = _mask;
        for (int slot = (int)VectorHash.Int64(key + (ulong)nulls) & mask; ; slot = (slot + 1) & mask)
        {
            Slot* found = _slots + slot;
            if (found->Number < 0)
            {
                found->Key = key;
                found->Nulls = nulls;
                found->Number = number;
                Count++;
                added = true;
                return ref found->Number;
            }

            if (found->Key == key && found->Nulls == nulls)
            {
                added = false;
                return ref found->Number;
            }
        }
    }

    /// <summary>Forgets all keys; a large table is given back, others stay for the next use.</summary>
    public void Clear()
    {
        if (Count == 0)
            return;
        Count = 0;
        if (_mask + 1 > SlotsKeptMax)
            Free();
        else
            Empty();
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Empty()
    {
        for (int i = 0; i <= _mask; i++)
            _slots[i].Number = -1;
    }

    private void Free()
    {
        if (_slots == null)
            return;
        account?.Release((_mask + 1L) * sizeof(Slot));
        NativeMemory.AlignedFree(_slots);
        _slots = null;
        _mask = 0;
        _limit = 0;
    }

    private void Resize(int slots)
    {
        account?.Charge((long)slots * sizeof(Slot));
        Slot* old = _slots;
        int oldCount = old == null ? 0 : _mask + 1;
        _slots = (Slot*)NativeMemory.AlignedAlloc((nuint)slots * (nuint)sizeof(Slot), 64);
        _mask = slots - 1;
        _limit = slots / 2;
        Empty();
        for (int i = 0; i < oldCount; i++)
        {
            if (old[i].Number < 0)
                continue;
            int slot = (int)VectorHash.Int64(old[i].Key + (ulong)old[i].Nulls) & _mask;
            while (_slots[slot].Number >= 0)
                slot = (slot + 1) & _mask;
            _slots[slot] = old[i];
        }

        NativeMemory.AlignedFree(old);
        if (oldCount > 0)
            account?.Release((long)oldCount * sizeof(Slot));
    }

    ~PackedTable() => NativeMemory.AlignedFree(_slots);
}
