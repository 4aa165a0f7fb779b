using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>
/// A hash table from key bytes to numbers 0, 1, 2, … in the order of insertion. Keys are the encodings of <see cref="Keys.KeyBuilder"/>, so that bytes
/// are equal exactly when the SQL values are. Not thread-safe.
/// </summary>
internal sealed unsafe class KeyTable(MemoryAccount? account) : IDisposable
{
    private const int InitialSlots = 64;
    private const int SlotsKeptMax = 1 << 16;

    private readonly Arena _keys = new(account);
    private Entry* _entries;
    private int* _slots;
    private int _slotCount;
    private int _capacity;

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public ulong Hash;
        public byte* Key;
        public int Length;
    }

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The hash of a key by its number: <see cref="VectorHash.Bytes"/>.</summary>
    public ulong Hash(int number) => _entries[number].Hash;

    /// <summary>The number of a key, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        if (Count == 0)
            return -1;
        ulong hash = VectorHash.Bytes(key);
        int mask = _slotCount - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            int number = _slots[slot];
            if (number < 0 || Matches(number, hash, key))
                return number;
        }
    }

    /// <summary>The number of a key, added when it is new.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> key, out bool added)
    {
        if (_slotCount == 0)
            Resize(InitialSlots);
        ulong hash = VectorHash.Bytes(key);
        int mask = _slotCount - 1;
        int slot = (int)hash & mask;
        for (; ; slot = (slot + 1) & mask)
        {
            int number = _slots[slot];
            if (number < 0)
                break;
            if (Matches(number, hash, key))
            {
                added = false;
                return number;
            }
        }

        added = true;
        if (Count == _capacity)
        {
            Resize(_slotCount * 2);
            mask = _slotCount - 1;
            for (slot = (int)hash & mask; _slots[slot] >= 0; slot = (slot + 1) & mask)
            {
            }
        }

        byte* copy = _keys.Allocate(Math.Max(key.Length, 1));
        key.CopyTo(new Span<byte>(copy, key.Length));
        _entries[Count] = new Entry { Hash = hash, Key = copy, Length = key.Length };
        _slots[slot] = Count;
        return Count++;
    }

    /// <summary>The bytes of a key by its number.</summary>
    public ReadOnlySpan<byte> Key(int number) => new(_entries[number].Key, _entries[number].Length);

    /// <summary>Forgets all keys; a large table is given back.</summary>
    public void Clear()
    {
        if (_slotCount > SlotsKeptMax)
            Free();
        else if (Count > 0)
            new Span<int>(_slots, _slotCount).Fill(-1);
        Count = 0;
        _keys.Reset();
    }

    public void Dispose()
    {
        Free();
        _keys.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        account?.Release(SizeBytes(_slotCount));
        NativeMemory.Free(_slots);
        NativeMemory.Free(_entries);
        _slots = null;
        _entries = null;
        _slotCount = 0;
        _capacity = 0;
        Count = 0;
    }

    private static long SizeBytes(int slots) => ((long)slots * sizeof(int)) + ((long)slots / 2 * sizeof(Entry));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Matches(int number, ulong hash, ReadOnlySpan<byte> key)
    {
        ref Entry entry = ref _entries[number];
        return entry.Hash == hash && key.SequenceEqual(new ReadOnlySpan<byte>(entry.Key, entry.Length));
    }

    private void Resize(int slots)
    {
        account?.Charge(SizeBytes(slots) - SizeBytes(_slotCount));
        _capacity = slots / 2;
        _entries = (Entry*)NativeMemory.Realloc(_entries, (nuint)_capacity * (nuint)sizeof(Entry));
        NativeMemory.Free(_slots);
        _slots = (int*)NativeMemory.Alloc((nuint)slots, sizeof(int));
        _slotCount = slots;
        new Span<int>(_slots, slots).Fill(-1);
        int mask = slots - 1;
        for (int number = 0; number < Count; number++)
        {
            int slot = (int)_entries[number].Hash & mask;
            while (_slots[slot] >= 0)
                slot = (slot + 1) & mask;
            _slots[slot] = number;
        }
    }

    ~KeyTable()
    {
        NativeMemory.Free(_slots);
        NativeMemory.Free(_entries);
    }
}
