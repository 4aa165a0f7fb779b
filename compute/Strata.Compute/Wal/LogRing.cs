using Strata.Format;
using Strata.Format.Wal;

namespace Strata.Compute.Wal;

/// <summary>
/// The newest WAL of this compute in memory, by LSN modulo the capacity. One appender at a time (the caller's lock); any number of readers copy without a lock and then check that
/// nothing was overwritten under them. A record is sealed in place, so its bytes must be contiguous: behind the ring stands room for one more record, whose overhang is copied to the front.
/// </summary>
internal sealed class LogRing
{
    private volatile byte[] _bytes;
    private ulong _reserved;
    private ulong _published;
    private ulong _floor; // bytes below were already gone when the ring grew
    private Lsn _lastStart;

    /// <param name="start">Where this compute's records begin.</param>
    /// <param name="capacityBytes">A power of two.</param>
    public LogRing(Lsn start, int capacityBytes)
    {
        Invariant.Check(System.Numerics.BitOperations.IsPow2(capacityBytes) && capacityBytes >= 2 * WalFormat.MaxRecordBytes);
        Start = start;
        _bytes = New(capacityBytes);
        _reserved = _published = _floor = start.Value;
    }

    public Lsn Start { get; }

    /// <summary>End of the last whole record.</summary>
    public Lsn Published => new(Volatile.Read(ref _published));

    /// <summary>The first byte that is still there.</summary>
    public Lsn Oldest => OldestOf(_bytes);

    /// <summary>Bytes that fit before older ones are overwritten.</summary>
    public int CapacityBytes => _bytes.Length - WalFormat.MaxRecordBytes;

    /// <summary>
    /// Copies a finished record in, seals it and publishes it; returns its LSN. Bytes above <paramref name="keepFrom"/> are never overwritten: should they not fit (callers checked for room
    /// one by one, then appended all at once), the ring grows.
    /// </summary>
    public Lsn Append(ReadOnlySpan<byte> record, Lsn keepFrom)
    {
        ulong begin = _published;
        ulong end = begin + (ulong)record.Length;
        if (end - keepFrom.Value > (ulong)CapacityBytes)
            Grow(end - keepFrom.Value);
        byte[] bytes = _bytes;
        int capacity = bytes.Length - WalFormat.MaxRecordBytes;
        Volatile.Write(ref _reserved, end);
        Interlocked.MemoryBarrier(); // readers must see the reservation before any byte of it
        int at = (int)(begin & (ulong)(capacity - 1));
        Span<byte> target = bytes.AsSpan(at, record.Length);
        record.CopyTo(target);
        WalRecordWriter.Seal(target, new Lsn(begin), _lastStart);
        if (at + record.Length > capacity)
            bytes.AsSpan(capacity, at + record.Length - capacity).CopyTo(bytes);
        _lastStart = new Lsn(begin);
        Volatile.Write(ref _published, end);
        return new Lsn(end);
    }

    /// <summary>Copies published bytes; false when they are (or, while copying, became) too old.</summary>
    public bool TryCopy(Lsn from, Span<byte> destination)
    {
        while (true)
        {
            byte[] bytes = _bytes;
            int capacity = bytes.Length - WalFormat.MaxRecordBytes;
            if (from < OldestOf(bytes))
                return false;
            int at = (int)(from.Value & (ulong)(capacity - 1));
            int first = Math.Min(destination.Length, capacity - at);
            bytes.AsSpan(at, first).CopyTo(destination);
            bytes.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
            Interlocked.MemoryBarrier();
            if (bytes != _bytes)
                continue; // grown meanwhile: the old bytes may be of any age
            return from >= OldestOf(bytes);
        }
    }

    private Lsn OldestOf(byte[] bytes)
    {
        ulong reserved = Volatile.Read(ref _reserved);
        ulong capacity = (ulong)(bytes.Length - WalFormat.MaxRecordBytes);
        ulong floor = Volatile.Read(ref _floor);
        return new Lsn(reserved - floor > capacity ? reserved - capacity : floor);
    }

    private void Grow(ulong neededBytes)
    {
        byte[] old = _bytes;
        int oldCapacity = old.Length - WalFormat.MaxRecordBytes;
        Invariant.Check(neededBytes <= 1 << 30, "no more than a gigabyte of WAL waits for the quorum");
        int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2(neededBytes);
        byte[] grown = New(capacity);
        ulong oldest = OldestOf(old).Value;
        for (ulong position = oldest; position < _published;)
        {
            int from = (int)(position & (ulong)(oldCapacity - 1));
            int to = (int)(position & (ulong)(capacity - 1));
            int count = (int)Math.Min(_published - position, (ulong)Math.Min(oldCapacity - from, capacity - to));
            old.AsSpan(from, count).CopyTo(grown.AsSpan(to));
            position += (ulong)count;
        }
        Volatile.Write(ref _floor, oldest);
        _bytes = grown;
    }

    private static byte[] New(int capacityBytes) =>
        GC.AllocateUninitializedArray<byte>(capacityBytes + WalFormat.MaxRecordBytes, pinned: true);
}
