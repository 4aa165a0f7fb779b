using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Vectors;

/// <summary>
/// A column of values (up to <see cref="Batch.RowsMax"/> in a batch) in native memory, 64-byte aligned, that starts small and grows.
/// A set bit in the validity bitmap means not null; without nulls there is no bitmap.
/// Bytes behind views stand in <see cref="Strings"/> or with another owner. Not thread-safe.
/// </summary>
public sealed unsafe class Vector(SqlType type, MemoryAccount? account = null) : IDisposable
{
    private const int RowsAtFirst = 8;

    private readonly MemoryAccount? _account = account ?? MemoryAccount.OfNewVectors;
    private readonly int _width = type.Physical.WidthBytes();
    private byte* _data;
    private byte* _ownData;
    private ulong* _validity;
    private ulong* _ownValidity;
    private int* _indices;
    private int _capacity;
    private int _validityWords;
    private int _indicesCapacity;
    private Arena? _strings;

    /// <summary>The SQL type of the values. <see cref="Relabel"/> may change it to one with the same physical type.</summary>
    public SqlType Type { get; private set; } = type;

    public PhysicalType Physical { get; } = type.Physical;

    public VectorKind Kind { get; private set; }

    /// <summary>Rows that fit in own storage without growing.</summary>
    public int Capacity => _capacity;

    /// <summary>The stored values; the dictionary's for a dictionary vector.</summary>
    public byte* Data => _data;

    /// <summary>The bitmap of the stored values (the dictionary's for a dictionary vector), or null when none is null.</summary>
    public ulong* Validity => _validity;

    /// <summary>True when some value may be null.</summary>
    public bool HasNulls => _validity != null;

    /// <summary>The dictionary's row numbers; only meaningful for <see cref="VectorKind.Dictionary"/>.</summary>
    public int* Indices => _indices;

    /// <summary>The vector whose values a dictionary vector shows.</summary>
    public Vector? Dictionary { get; private set; }

    /// <summary>Memory for bytes that this vector's views show; <see cref="Reset"/> empties it.</summary>
    public Arena Strings => _strings ??= new Arena(_account);

    /// <summary>Bytes that <see cref="Strings"/> holds.</summary>
    public long StringBytesHeld => _strings?.HeldBytes ?? 0;

    /// <summary>Bytes of values that <see cref="Strings"/> holds.</summary>
    public long StringBytesUsed => _strings?.UsedBytes ?? 0;

    /// <summary>Makes the vector flat with room for <paramref name="rows"/> values, none null, contents undefined, strings forgotten.</summary>
    public void Reset(int rows)
    {
        Kind = VectorKind.Flat;
        Dictionary = null;
        _validity = null;
        _strings?.Reset();
        if (rows > _capacity)
            Grow(rows, keep: 0);
        _data = _ownData;
    }

    /// <summary>Room for <paramref name="rows"/> values in a flat vector with own storage; the first <paramref name="keep"/> stay.</summary>
    public void EnsureCapacity(int rows, int keep)
    {
        Invariant.Check(Kind == VectorKind.Flat && _data == _ownData);
        if (rows > _capacity)
            Grow(rows, keep);
    }

    private void Grow(int rows, int keep)
    {
        int capacity = Math.Max(RowsAtFirst, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows));
        _account?.Charge((long)(capacity - _capacity) * _width);
        byte* data = (byte*)NativeMemory.AlignedAlloc((nuint)capacity * (nuint)_width, 64);
        if (keep > 0)
            Unsafe.CopyBlock(data, _ownData, (uint)(keep * _width));
        NativeMemory.AlignedFree(_ownData);
        _ownData = data;
        _data = data;
        _capacity = capacity;
        if (_validity != null)
        {
            EnsureValidityWords();
            _validity = _ownValidity;
        }
    }

    private void EnsureValidityWords()
    {
        int words = (Math.Max(_capacity, 1) + 63) >>> 6;
        if (words <= _validityWords)
            return;
        _account?.Charge((words - _validityWords) * 8L);
        ulong* validity = (ulong*)NativeMemory.AlignedAlloc((nuint)words * 8, 64);
        new Span<ulong>(validity, words).Fill(ulong.MaxValue);
        new ReadOnlySpan<ulong>(_ownValidity, _validityWords).CopyTo(new Span<ulong>(validity, words));
        NativeMemory.AlignedFree(_ownValidity);
        _ownValidity = validity;
        _validityWords = words;
    }

    /// <summary>The own bitmap, made (all valid) if there is none yet. Only for vectors with own storage.</summary>
    public ulong* MutableValidity()
    {
        Invariant.Check(Kind != VectorKind.Dictionary && _data == _ownData);
        if (_validity == null)
        {
            EnsureValidityWords();
            new Span<ulong>(_ownValidity, _validityWords).Fill(ulong.MaxValue);
            _validity = _ownValidity;
        }

        return _validity;
    }

    /// <summary>Makes every row the one value that the caller then stores at row 0.</summary>
    public void ResetConstant()
    {
        Reset(1);
        Kind = VectorKind.Constant;
    }

    /// <summary>Makes every row null.</summary>
    public void ResetNull()
    {
        ResetConstant();
        SetNull(0);
    }

    /// <summary>
    /// Makes row i show row <c>indices[i]</c> of <paramref name="source"/> without copying values; a dictionary's dictionary is looked
    /// through. The source must stay unchanged meanwhile; the indices are copied.
    /// </summary>
    public void ResetDictionary(Vector source, int* indices, int count)
    {
        Invariant.Check(source.Physical == Physical && !ReferenceEquals(source, this));
        if (source.Kind == VectorKind.Constant)
        {
            ResetReference(source);
            return;
        }

        ReserveIndices(count);
        if (source.Kind == VectorKind.Dictionary)
        {
            for (int i = 0; i < count; i++)
                _indices[i] = source._indices[indices[i]];
        }
        else
        {
            new ReadOnlySpan<int>(indices, count).CopyTo(new Span<int>(_indices, count));
        }

        ShowStorageOf(source);
        Dictionary = source.Dictionary ?? source;
        Kind = VectorKind.Dictionary;
    }

    /// <summary>Shows the same rows as <paramref name="source"/> without copying values; the source must stay unchanged meanwhile.</summary>
    public void ResetReference(Vector source)
    {
        Invariant.Check(source.Physical == Physical && !ReferenceEquals(source, this));
        if (source.Kind == VectorKind.Dictionary)
        {
            ReserveIndices(source._indicesCapacity);
            new ReadOnlySpan<int>(source._indices, source._indicesCapacity).CopyTo(new Span<int>(_indices, source._indicesCapacity));
        }

        ShowStorageOf(source);
        Dictionary = source.Dictionary;
        Kind = source.Kind;
    }

    private void ShowStorageOf(Vector source)
    {
        _strings?.Reset();
        _data = source._data;
        _validity = source._validity;
    }

    private void ReserveIndices(int count)
    {
        if (count <= _indicesCapacity)
            return;
        int capacity = Math.Max(RowsAtFirst, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
        _account?.Charge((capacity - _indicesCapacity) * 4L);
        NativeMemory.AlignedFree(_indices);
        _indices = (int*)NativeMemory.AlignedAlloc((nuint)capacity * 4, 64);
        _indicesCapacity = capacity;
    }

    /// <summary>The stored position of a row's value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Position(int row) => Kind switch
    {
        VectorKind.Flat => row,
        VectorKind.Constant => 0,
        _ => _indices[row],
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int row)
    {
        if (_validity == null)
            return false;
        int position = Position(row);
        return (_validity[position >>> 6] & (1UL << (position & 63))) == 0;
    }

    /// <summary>A value by row. <typeparamref name="T"/> must be of the physical type's width; the value of a null row is undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int row)
        where T : unmanaged => ((T*)_data)[Position(row)];

    /// <summary>A reference to a stored value by row: for views, whose inline bytes must not be copied before they are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Ref<T>(int row)
        where T : unmanaged => ref ((T*)_data)[Position(row)];

    /// <summary>The bytes of a value of physical type Bytes; empty for null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> GetBytes(int row) => ((ByteView*)_data)[Position(row)].Span;

    /// <summary>A row's value as it is stored: the width's bytes, or the content of a view. Undefined for null rows of fixed width.</summary>
    public ReadOnlySpan<byte> GetStored(int row) =>
        Physical == PhysicalType.Bytes ? GetBytes(row) : new ReadOnlySpan<byte>(_data + ((nint)Position(row) * _width), _width);

    /// <summary>Stores a value given in its stored form; bytes are copied.</summary>
    public void SetStored(int row, ReadOnlySpan<byte> stored)
    {
        if (Physical == PhysicalType.Bytes)
        {
            SetBytes(row, stored);
            return;
        }

        Invariant.Check(stored.Length == _width);
        stored.CopyTo(new Span<byte>(_ownData + ((nint)row * _width), _width));
    }

    /// <summary>Stores a value in a flat or (row 0) constant vector. It does not touch the row's validity bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set<T>(int row, T value)
        where T : unmanaged => ((T*)_ownData)[row] = value;

    /// <summary>Stores a copy of the bytes, kept in <see cref="Strings"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetBytes(int row, ReadOnlySpan<byte> bytes) =>
        ((ByteView*)_ownData)[row] = bytes.Length <= ByteView.InlineMaxBytes ? ByteView.Inline(bytes) : Strings.Copy(bytes);

    /// <summary>Makes a row null; its value becomes zero bytes, so that nothing ever follows a wild pointer.</summary>
    public void SetNull(int row)
    {
        MutableValidity()[row >>> 6] &= ~(1UL << (row & 63));
        new Span<byte>(_ownData + ((nint)row * _width), _width).Clear();
    }

    /// <summary>Makes a row of a flat vector not null again.</summary>
    public void SetValid(int row)
    {
        if (_validity != null)
            MutableValidity()[row >>> 6] |= 1UL << (row & 63);
    }

    /// <summary>Changes the SQL type to one with the same physical type.</summary>
    public void Relabel(SqlType newType)
    {
        Invariant.Check(newType.Physical == Physical);
        Type = newType;
    }

    /// <summary>Copies one row of another vector into a flat vector's row, bytes too (into <see cref="Strings"/>).</summary>
    public void CopyRow(Vector source, int sourceRow, int row)
    {
        if (source.IsNull(sourceRow))
        {
            SetNull(row);
            return;
        }

        SetValid(row);
        byte* from = source._data + ((nint)source.Position(sourceRow) * _width);
        if (Physical == PhysicalType.Bytes)
        {
            ref ByteView view = ref *(ByteView*)from;
            ((ByteView*)_ownData)[row] = view.IsInline ? view : Strings.Copy(view.Span);
        }
        else
        {
            Unsafe.CopyBlockUnaligned(_ownData + ((nint)row * _width), from, (uint)_width);
        }
    }

    /// <summary>
    /// Makes this flat vector show the listed rows of <paramref name="source"/>: values are copied, bytes behind views are not, so the source must stay
    /// unchanged meanwhile.
    /// </summary>
    public void Gather(Vector source, ReadOnlySpan<int> rows)
    {
        Invariant.Check(source.Physical == Physical && !ReferenceEquals(source, this));
        Reset(rows.Length);
        switch (_width)
        {
            case 4:
                GatherValues<uint>(source, rows);
                break;
            case 8:
                GatherValues<ulong>(source, rows);
                break;
            case 16:
                GatherValues<UInt128>(source, rows);
                break;
            case 2:
                GatherValues<ushort>(source, rows);
                break;
            default:
                GatherValues<byte>(source, rows);
                break;
        }

        if (!source.HasNulls)
            return;
        for (int i = 0; i < rows.Length; i++)
        {
            if (source.IsNull(rows[i]))
                SetNull(i);
        }
    }

    private void GatherValues<T>(Vector source, ReadOnlySpan<int> rows)
        where T : unmanaged
    {
        var from = (T*)source._data;
        var to = (T*)_ownData;
        switch (source.Kind)
        {
            case VectorKind.Flat:
                for (int i = 0; i < rows.Length; i++)
                    to[i] = from[rows[i]];
                break;
            case VectorKind.Constant:
                for (int i = 0; i < rows.Length; i++)
                    to[i] = *from;
                break;
            default:
                for (int i = 0; i < rows.Length; i++)
                    to[i] = from[source._indices[rows[i]]];
                break;
        }
    }

    /// <summary>Copies selected rows of another vector, bytes too, to this flat vector's rows from <paramref name="row"/> on; there is room.</summary>
    public void CopyRows(Vector source, Selection selection, int first, int count, int row)
    {
        if (source.HasNulls || _validity != null)
        {
            for (int i = 0; i < count; i++)
                CopyRow(source, selection[first + i], row + i);
            return;
        }

        switch (_width)
        {
            case 4:
                CopyValues<uint>(source, selection, first, count, row);
                break;
            case 8:
                CopyValues<ulong>(source, selection, first, count, row);
                break;
            case 16 when Physical == PhysicalType.Bytes:
                var views = (ByteView*)_ownData + row;
                for (int i = 0; i < count; i++)
                {
                    ByteView* from = (ByteView*)source._data + source.Position(selection[first + i]);
                    views[i] = from->IsInline ? *from : Strings.Copy(from->Span);
                }

                break;
            case 16:
                CopyValues<UInt128>(source, selection, first, count, row);
                break;
            case 2:
                CopyValues<ushort>(source, selection, first, count, row);
                break;
            default:
                CopyValues<byte>(source, selection, first, count, row);
                break;
        }
    }

    private void CopyValues<T>(Vector source, Selection selection, int first, int count, int row)
        where T : unmanaged
    {
        var from = (T*)source._data;
        var to = (T*)_ownData + row;
        if (source.Kind == VectorKind.Flat && selection.IsRange)
        {
            new ReadOnlySpan<T>(from + first, count).CopyTo(new Span<T>(to, count));
            return;
        }

        for (int i = 0; i < count; i++)
            to[i] = from[source.Position(selection[first + i])];
    }

    public void Dispose()
    {
        _account?.Release(((long)_capacity * _width) + (_validityWords * 8L) + (_indicesCapacity * 4L));
        FreeStorage();
        _data = _ownData = null;
        _validity = _ownValidity = null;
        _indices = null;
        _capacity = _validityWords = _indicesCapacity = 0;
        Dictionary = null;
        Kind = VectorKind.Flat;
        _strings?.Dispose();
        _strings = null;
        GC.SuppressFinalize(this);
    }

    private void FreeStorage()
    {
        NativeMemory.AlignedFree(_ownData);
        NativeMemory.AlignedFree(_ownValidity);
        NativeMemory.AlignedFree(_indices);
    }

    ~Vector() => FreeStorage();
}
