using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Transactions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions.Results;

/// <summary>
/// Results of queries by plan and parameters, shared by the sessions of an endpoint. At most <see cref="SizeBytes"/> in two generations: when the young one has half of them, the old one goes, so that what was
/// not used for longest goes first. Whether a result is still true is asked when it is found. Thread-safe.
/// </summary>
internal sealed class ResultCache
{
    /// <summary>The setting of the operator that says how much memory results may take.</summary>
    public const string SizeSetting = "strata.result_cache_size";

    // Objects and dictionary slots of an entry, about.
    private const int EntryOverheadBytes = 320;
    private const int LargestShare = 8;
    private const int KilobyteBytes = 1024;

    /// <summary>Results take no more than this part of what statements may hold together.</summary>
    private const int StatementShare = 8;

    private readonly Lock _gate = new();
    private readonly MemoryAccount _memory;
    private readonly long _sizeBytes;
    private Generation _young = new();
    private Generation _old = new();
    private long _hits;
    private long _misses;

    /// <param name="sizeBytes">Most bytes.</param>
    /// <param name="parent">What statements hold together.</param>
    public ResultCache(long sizeBytes, MemoryAccount parent)
    {
        _sizeBytes = sizeBytes;
        _memory = new MemoryAccount("ResultCache", sizeBytes, parent);
        EntryBytesMax = (int)Math.Min(sizeBytes / LargestShare, Array.MaxLength);
    }

    private sealed class Generation
    {
        public Dictionary<byte[], KeptResult> Entries { get; } = new(BytesComparer.Instance);

        public long Bytes { get; set; }
    }

    /// <summary>Most bytes of one result.</summary>
    public int EntryBytesMax { get; }

    /// <summary>Executions that found their rows here.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Executions that looked in vain.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Bytes that results take now.</summary>
    public long UsedBytes => _memory.UsedBytes;

    /// <summary>How much memory the results of an engine may take.</summary>
    public static long SizeBytes(EngineOptions options)
    {
        SettingDefinition setting = SessionSettings.Definition(SizeSetting);
        string text = options.Settings.TryGetValue(SizeSetting, out string? given) ? SettingValues.Normalize(setting, given) : setting.Default;
        return Math.Min(long.Parse(text, CultureInfo.InvariantCulture) * KilobyteBytes, options.QueryMemoryBytes / StatementShare);
    }

    /// <summary>The result of a key, true for some snapshots at least; null if there is none.</summary>
    public KeptResult? Find(ReadOnlySpan<byte> key, TransactionManager transactions)
    {
        lock (_gate)
        {
            if (_young.Entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out KeptResult? result))
            {
                if (!result.IsOver(transactions))
                    return result;
                Remove(_young, key);
                return null;
            }

            if (!_old.Entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out byte[]? own, out result))
                return null;
            Remove(_old, key);
            if (result.IsOver(transactions))
                return null;
            TryAdd(own, result);
            return result;
        }
    }

    /// <summary>Counts an execution that looked.</summary>
    public void Count(bool isHit) => Interlocked.Increment(ref isHit ? ref _hits : ref _misses);

    /// <summary>Keeps a result, unless there is a newer one of the same key or no room.</summary>
    public void Add(byte[] key, KeptResult result)
    {
        if (result.Messages.Length > EntryBytesMax)
            return;
        lock (_gate)
        {
            if (_young.Entries.TryGetValue(key, out KeptResult? known) && known.SnapshotLsn > result.SnapshotLsn)
                return;
            Remove(_young, key);
            Remove(_old, key);
            TryAdd(key, result);
        }
    }

    private void TryAdd(byte[] key, KeptResult result)
    {
        long bytes = BytesOf(key, result);
        if (_young.Bytes + bytes > _sizeBytes / 2)
            DropOld();
        // Statements may need the memory more; then the young ones go too.
        if (!_memory.TryCharge(bytes))
        {
            DropOld();
            if (!_memory.TryCharge(bytes))
                return;
        }

        _young.Entries.Add(key, result);
        _young.Bytes += bytes;
    }

    private void DropOld()
    {
        _memory.Release(_old.Bytes);
        _old = _young;
        _young = new Generation();
    }

    private void Remove(Generation generation, ReadOnlySpan<byte> key)
    {
        if (!generation.Entries.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(key, out byte[]? own, out KeptResult? result))
            return;
        long bytes = BytesOf(own, result);
        generation.Bytes -= bytes;
        _memory.Release(bytes);
    }

    private static long BytesOf(byte[] key, KeptResult result) => key.Length + result.Messages.Length + EntryOverheadBytes;

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
