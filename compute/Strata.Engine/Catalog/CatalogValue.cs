using System.Runtime.InteropServices;

namespace Strata.Engine.Catalog;

/// <summary>
/// One value of a catalog row. Integers, OIDs, booleans and "char" stand in <see cref="Number"/>; float4 as the bits of a double; names, text, node trees and
/// types printed through text as <see cref="Text"/>; arrays and vectors of them as <see cref="Array"/>.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct CatalogValue : IEquatable<CatalogValue>
{
    private readonly object? _object;
    private readonly long _number;
    private readonly bool _present;

    private CatalogValue(long number, object? value)
    {
        _number = number;
        _object = value;
        _present = true;
    }

    /// <summary>SQL null: the default value.</summary>
    public bool IsNull => !_present;

    /// <summary>Value of int2, int4, int8, oid, xid, bool (0 or 1), "char" (its byte), timestamps (microseconds since 2000-01-01).</summary>
    public long Number => _number;

    /// <summary>Value of float4 and float8.</summary>
    public double Double => BitConverter.Int64BitsToDouble(_number);

    /// <summary>Value of name, text and everything that is kept in its text form.</summary>
    public string Text => (string)_object!;

    /// <summary>Elements of int2vector, oidvector, int2[], oid[] (<c>long[]</c>), text[] and aclitem[] (<c>string[]</c>).</summary>
    public Array Array => (Array)_object!;

    /// <summary>True when <see cref="Text"/> may be read.</summary>
    public bool IsText => _object is string;

    /// <summary>True when <see cref="Array"/> may be read.</summary>
    public bool IsArray => _object is Array;

    public static CatalogValue Null => default;

    public static implicit operator CatalogValue(long value) => new(value, null);
    public static implicit operator CatalogValue(bool value) => new(value ? 1 : 0, null);
    public static implicit operator CatalogValue(char value) => new(value, null);
    public static implicit operator CatalogValue(string? value) => value is null ? default : new(0, value);
    public static implicit operator CatalogValue(long[]? value) => value is null ? default : new(0, value);
    public static implicit operator CatalogValue(string[]? value) => value is null ? default : new(0, value);
    public static implicit operator CatalogValue(float[]? value) => value is null ? default : new(0, value);

    /// <summary>An array of rows of another catalog, for scans only: nothing of the kind is stored.</summary>
    public static CatalogValue Rows(CatalogValue[][] rows) => new(0, rows);

    /// <summary>A float4 or float8 value.</summary>
    public static CatalogValue Float(double value) => new(BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>Equal presence, numbers, texts and elements.</summary>
    public bool Equals(CatalogValue other) => _present == other._present && _number == other._number && (_object, other._object) switch
    {
        (null, null) => true,
        (string a, string b) => a == b,
        (long[] a, long[] b) => a.AsSpan().SequenceEqual(b),
        (float[] a, float[] b) => a.AsSpan().SequenceEqual(b),
        (string[] a, string[] b) => a.AsSpan().SequenceEqual(b),
        _ => false,
    };

    public override bool Equals(object? obj) => obj is CatalogValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_present, _number);
}
