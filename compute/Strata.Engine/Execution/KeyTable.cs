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

    private readonly Arena _keys = new(account);
    private Entry[] _entries = new Entry[InitialSlots / 2];
    private int[] _slots = NewSlots(InitialSlots);

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public ulong Hash;
        public byte* Key;
        public int Length;
    }

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes in use.</summary>
    public long SizeBytes => _keys.HeldBytes + ((long)_entries.Length * sizeof(Entry)) + (_slots.Length * sizeof(int));

    /// <summary>The number of a key, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        ulong hash = VectorHash.Bytes(key);
        int mask = _slots.Length - 1;
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
        ulong hash = VectorHash.Bytes(key);
        int mask = _slots.Length - 1;
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
        if (Count == _entries.Length)
        {
            Grow();
            mask = _slots.Length - 1;
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

    /// <summary>Forgets all keys.</summary>
    public void Clear()
    {
        if (Count > 0)
            Array.Fill(_slots, -1);
        Count = 0;
        _keys.Reset();
    }

    public void Dispose() => _keys.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Matches(int number, ulong hash, ReadOnlySpan<byte> key)
    {
        ref Entry entry = ref _entries[number];
        return entry.Hash == hash && key.SequenceEqual(new ReadOnlySpan<byte>(entry.Key, entry.Length));
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _slots = NewSlots(_entries.Length * 2);
        int mask = _slots.Length - 1;
        for (int number = 0; number < Count; number++)
        {
            int slot = (int)_entries[number].Hash & mask;
            while (_slots[slot] >= 0)
                slot = (slot + 1) & mask;
            _slots[slot] = number;
        }
    }

    private static int[] NewSlots(int count)
    {
        var slots = new int[count];
        Array.Fill(slots, -1);
        return slots;
    }
}
