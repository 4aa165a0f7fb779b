using System.Runtime.InteropServices;
using System.Text;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Types;

/// <summary>One value outside any vector: constants, parameters, defaults. Immutable; owns its bytes.</summary>
public readonly struct Datum : IEquatable<Datum>
{
    private readonly UInt128 _fixed;
    private readonly byte[]? _bytes;
    private readonly bool _isPresent;

    private Datum(UInt128 fixedValue, byte[]? bytes)
    {
        _fixed = fixedValue;
        _bytes = bytes;
        _isPresent = true;
    }

    /// <summary>SQL NULL; also the default value.</summary>
    public static Datum Null => default;

    public bool IsNull => !_isPresent;

    /// <summary>A value of a fixed-width physical type; <typeparamref name="T"/> has that width.</summary>
    public static Datum Of<T>(T value)
        where T : unmanaged
    {
        UInt128 bits = 0;
        MemoryMarshal.Write(MemoryMarshal.AsBytes(new Span<UInt128>(ref bits)), in value);
        return new Datum(bits, null);
    }

    public static Datum Of(bool value) => Of(value ? (byte)1 : (byte)0);

    /// <summary>A value of physical type Bytes. The array is taken, not copied.</summary>
    public static Datum OfBytes(byte[] bytes) => new(0, bytes);

    public static Datum OfText(string text) => new(0, Encoding.UTF8.GetBytes(text));

    public static Datum Of(in NumericValue value)
    {
        var bytes = new byte[value.EncodedLength];
        value.Encode(bytes);
        return new Datum(0, bytes);
    }

    /// <summary>The fixed-width value.</summary>
    public T Get<T>()
        where T : unmanaged
    {
        UInt128 bits = _fixed;
        return MemoryMarshal.Read<T>(MemoryMarshal.AsBytes(new Span<UInt128>(ref bits)));
    }

    public bool AsBoolean => Get<byte>() != 0;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public string AsText => Encoding.UTF8.GetString(_bytes ?? []);

    /// <summary>Takes a row of a vector.</summary>
    public static Datum FromVector(Vector vector, int row)
    {
        if (vector.IsNull(row))
            return Null;
        return vector.Physical switch
        {
            PhysicalType.Boolean or PhysicalType.Int8 => Of(vector.Get<byte>(row)),
            PhysicalType.Int16 => Of(vector.Get<short>(row)),
            PhysicalType.Int32 or PhysicalType.Float32 => Of(vector.Get<int>(row)),
            PhysicalType.Int64 or PhysicalType.Float64 => Of(vector.Get<long>(row)),
            PhysicalType.Fixed16 => Of(vector.Get<UInt128>(row)),
            _ => OfBytes(vector.GetBytes(row).ToArray()),
        };
    }

    /// <summary>Stores the value in a row of a flat or constant vector.</summary>
    public void Store(Vector vector, int row)
    {
        if (IsNull)
        {
            vector.SetNull(row);
            return;
        }

        vector.SetValid(row);
        switch (vector.Physical)
        {
            case PhysicalType.Boolean or PhysicalType.Int8: vector.Set(row, (byte)_fixed); break;
            case PhysicalType.Int16: vector.Set(row, (short)_fixed); break;
            case PhysicalType.Int32 or PhysicalType.Float32: vector.Set(row, (int)_fixed); break;
            case PhysicalType.Int64 or PhysicalType.Float64: vector.Set(row, (long)_fixed); break;
            case PhysicalType.Fixed16: vector.Set(row, _fixed); break;
            default:
                Invariant.Check(_bytes != null);
                vector.SetBytes(row, _bytes);
                break;
        }
    }

    /// <summary>Bitwise equality (numeric 1.0 is not 1.00).</summary>
    public bool Equals(Datum other) =>
        _isPresent == other._isPresent && _fixed == other._fixed && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => obj is Datum other && Equals(other);

    public override int GetHashCode() => (int)(_bytes is null ? VectorHash.Int64((ulong)_fixed) : VectorHash.Bytes(_bytes));
}
