using System.Buffers;
using Strata.Engine.Execution.Keys;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Operators;

/// <summary>
/// The rows of a hash join's right side by key. Filled with <see cref="Add"/>, then completed once; reading is thread-safe then, with a
/// <see cref="JoinProbe"/> for each reader. Rows of one key are chained in the order of the input. Rows with a null key are kept but never found, unless nulls match.
/// </summary>
internal sealed class JoinHashTable : IDisposable
{
    private const int RowsKeptMax = 1 << 15;

    private readonly MemoryAccount _account;
    private readonly PackedKeys? _rightPacked;
    private readonly HashKeyBuilder _rightKey;
    private readonly PackedTable _packed;
    private readonly KeyTable _general;
    private readonly PhysicalType[] _keyTypes;
    private ulong[] _keys = [];
    private int[] _numbers = [];
    private int[] _nexts = [];
    private int[] _heads = [];
    private long _chargedBytes;

    public JoinHashTable(MemoryAccount account, SqlType[] storedTypes, int[] rightKeys, SqlType[] keyTypes, bool matchesNulls)
    {
        _account = account;
        MatchesNulls = matchesNulls;
        Rows = new RowStore(storedTypes, account);
        int packed = HashKeyBuilder.PackedBytes(keyTypes);
        _keyTypes = Array.ConvertAll(keyTypes, static type => type.Physical);
        // Packed keys have no form for nulls.
        if (packed is > 0 and <= sizeof(ulong) && !matchesNulls)
            _rightPacked = new PackedKeys(rightKeys);
        _rightKey = new HashKeyBuilder(rightKeys);
        _packed = new PackedTable(account);
        _general = new KeyTable(account);
    }

    /// <summary>The stored columns; row n of the table is row n here.</summary>
    public RowStore Rows { get; }

    /// <summary>Nulls are found as other keys are.</summary>
    public bool MatchesNulls { get; }

    /// <summary>Rows kept, those with null keys too.</summary>
    public int RowCount { get; private set; }

    /// <summary>The next row with the same key, or -1.</summary>
    public int Next(int row) => _nexts[row];

    /// <summary>Adds the rows that count of a batch of the right input; <paramref name="stored"/> shows the columns to keep.</summary>
    public void Add(Batch batch, Batch stored)
    {
        int first = RowCount;
        Reserve(first + batch.Count);
        if (Rows.Types.Length > 0)
            Rows.Append(stored);
        RowCount = first + batch.Count;
        if (_rightPacked is not null)
        {
            _rightPacked.Read(batch);
            Array.Copy(_rightPacked.Keys, 0, _keys, first, batch.Count);
            for (int i = 0; i < batch.Count; i++)
                _numbers[first + i] = _rightPacked.HasNulls && _rightPacked.Nulls[i] != 0 ? -1 : 0;
            return;
        }

        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> key = _rightKey.Build(batch, batch.Selection[i]);
            _numbers[first + i] = _rightKey.HasNull && !MatchesNulls ? -1 : _general.FindOrAdd(key, out _);
        }
    }

    /// <summary>Type of a column of keys.</summary>
    public SqlType KeyType => _rightPacked is not null ? SqlType.Int8 : SqlType.Bytea;

    /// <summary>The keys of a batch of the right input as a column by row (null for those that match nothing), and their hashes by position.</summary>
    public void ShowKeys(Batch batch, Vector keys, ulong[] hashes)
    {
        Selection selection = batch.Selection;
        keys.Reset(selection.End);
        if (_rightPacked is not null)
        {
            _rightPacked.Read(batch);
            for (int i = 0; i < selection.Count; i++)
            {
                ulong key = _rightPacked.Keys[i];
                hashes[i] = VectorHash.Int64(key);
                if (_rightPacked.HasNulls && _rightPacked.Nulls[i] != 0)
                    keys.SetNull(selection[i]);
                else
                    keys.Set(selection[i], key);
            }

            return;
        }

        for (int i = 0; i < selection.Count; i++)
        {
            ReadOnlySpan<byte> key = _rightKey.Build(batch, selection[i]);
            hashes[i] = VectorHash.Bytes(key);
            if (_rightKey.HasNull && !MatchesNulls)
                keys.SetNull(selection[i]);
            else
                keys.SetBytes(selection[i], key);
        }
    }

    /// <summary>The same of rows of the table, before it is complete: <paramref name="count"/> rows from <paramref name="first"/> on.</summary>
    public unsafe void ShowKeys(int first, int count, Vector keys, ulong[] hashes)
    {
        keys.Reset(count);
        for (int i = 0; i < count; i++)
        {
            int number = _numbers[first + i];
            hashes[i] = 0;
            if (number < 0)
            {
                keys.SetNull(i);
            }
            else if (_rightPacked is not null)
            {
                keys.Set(i, _keys[first + i]);
                hashes[i] = VectorHash.Int64(_keys[first + i]);
            }
            else
            {
                keys.SetBytes(i, _general.Key(number));
                hashes[i] = _general.Hash(number);
            }
        }
    }

    /// <summary>Adds rows that were given out once: their keys, and the columns to keep.</summary>
    public void AddKeyed(Vector keys, Batch stored)
    {
        int first = RowCount;
        int count = stored.StoredCount;
        Reserve(first + count);
        if (Rows.Types.Length > 0)
            Rows.Append(stored);
        RowCount = first + count;
        for (int i = 0; i < count; i++)
        {
            bool isNull = keys.IsNull(i);
            if (_rightPacked is null)
            {
                _numbers[first + i] = isNull ? -1 : _general.FindOrAdd(keys.GetBytes(i), out _);
                continue;
            }

            _numbers[first + i] = isNull ? -1 : 0;
            _keys[first + i] = isNull ? 0 : keys.Get<ulong>(i);
        }
    }

    /// <summary>Slots of the table, as EXPLAIN counts buckets.</summary>
    public int Buckets => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1024, RowCount));

    /// <summary>Chains the rows, and tells filters the values of one of their keys (integers) each.</summary>
    public void Complete((int Key, RuntimeFilter Filter)[] filters)
    {
        // From the last row to the first, so that chains are in the order of the input.
        if (_rightPacked is not null)
        {
            _packed.Reserve(RowCount);
            for (int row = RowCount - 1; row >= 0; row--)
            {
                _nexts[row] = -1;
                if (row >= PackedTable.PrefetchDistance)
                    _packed.Prefetch(_keys[row - PackedTable.PrefetchDistance]);
                if (_numbers[row] < 0)
                    continue;
                ref int head = ref _packed.FindOrAdd(_keys[row], 0, row, out bool added);
                if (added)
                    continue;
                _nexts[row] = head;
                head = row;
            }

            foreach ((int key, RuntimeFilter filter) in filters)
                Fill(key, filter);
            return;
        }

        if (_heads.Length < _general.Count)
        {
            long bytes = (long)(_general.Count - _heads.Length) * sizeof(int);
            _account.Charge(bytes);
            _chargedBytes += bytes;
            _heads = new int[_general.Count];
        }

        Array.Fill(_heads, -1, 0, _general.Count);
        for (int row = RowCount - 1; row >= 0; row--)
        {
            _nexts[row] = -1;
            int number = _numbers[row];
            if (number < 0)
                continue;
            _nexts[row] = _heads[number];
            _heads[number] = row;
        }
    }

    /// <summary>True when keys are numbers of 64 bits.</summary>
    public bool IsPacked => _rightPacked is not null;

    /// <summary>Asks for the memory where a packed key stands.</summary>
    public void Prefetch(ulong key) => _packed.Prefetch(key);

    /// <summary>The first row with a packed key, or -1.</summary>
    public int Find(ulong key) => _packed.Find(key);

    /// <summary>The first row with a key in bytes, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        int number = _general.Find(key);
        return number < 0 ? -1 : _heads[number];
    }

    /// <summary>Forgets all rows and gives their memory back.</summary>
    public void Clear()
    {
        Forget();
        Release();
    }

    /// <summary>Forgets all rows. Memory for a moderate number stays: statements that run again and again would ask for it each time.</summary>
    public void Reset()
    {
        Forget();
        if (_nexts.Length > RowsKeptMax)
            Release();
    }

    private void Forget()
    {
        RowCount = 0;
        Rows.Clear();
        _packed.Clear();
        _general.Clear();
    }

    private void Release()
    {
        if (_chargedBytes == 0)
            return;
        _account.Release(_chargedBytes);
        _chargedBytes = 0;
        _keys = [];
        _numbers = [];
        _nexts = [];
        _heads = [];
    }

    public void Dispose()
    {
        Clear();
        Rows.Dispose();
        _packed.Dispose();
        _general.Dispose();
    }

    private void Reserve(int rows)
    {
        if (rows <= _nexts.Length)
            return;
        int capacity = Math.Max(64, Math.Max(_nexts.Length * 2, rows));
        long bytes = (long)(capacity - _nexts.Length) * ((2 * sizeof(int)) + (_rightPacked is null ? 0 : sizeof(ulong)));
        _account.Charge(bytes);
        _chargedBytes += bytes;
        Array.Resize(ref _nexts, capacity);
        Array.Resize(ref _numbers, capacity);
        if (_rightPacked is not null)
            Array.Resize(ref _keys, capacity);
    }

    private void Fill(int key, RuntimeFilter filter)
    {
        int shift = 0;
        for (int i = 0; i < key; i++)
            shift += _keyTypes[i].WidthBytes() * 8;
        long[] values = ArrayPool<long>.Shared.Rent(RowCount);
        int count = 0;
        for (int row = 0; row < RowCount; row++)
        {
            if (_numbers[row] < 0)
                continue;
            ulong value = _keys[row] >> shift;
            values[count++] = _keyTypes[key] switch
            {
                PhysicalType.Int64 => (long)value,
                PhysicalType.Int32 => (int)value,
                _ => (short)value,
            };
        }

        filter.Fill(values.AsSpan(0, count));
        ArrayPool<long>.Shared.Return(values);
    }
}
