using System.Runtime.InteropServices;
using Strata.Engine.Vectors;

namespace Strata.Engine.Types;

/// <summary>
/// The default order and equality of a type over stored values: what its B-tree and hash operator classes say. Immutable, thread-safe.
/// </summary>
public abstract class ValueComparison
{
    /// <summary>The comparison of a type; throws 42883 when it has no default order.</summary>
    public static ValueComparison For(SqlType type) => Find(type)
        ?? throw new SqlException(SqlState.UndefinedFunction, $"could not identify a comparison function for type {TypeNames.Format(type)}");

    /// <summary>The comparison of a type, or null when it has no default order.</summary>
    public static ValueComparison? Find(SqlType type)
    {
        type = type.Plain;
        if (type.Native is { } native)
            return native.Comparison;
        if (type.IsArray || type.Oid is TypeOid.Int2Vector or TypeOid.OidVector)
            return type.ElementType is { } element && Find(element) is { } inner ? new ArrayComparison(inner) : null;
        switch (type.Oid)
        {
            case TypeOid.Record: return RecordComparison.Instance;
            case TypeOid.Json or TypeOid.Xml or TypeOid.Point or TypeOid.Lseg or TypeOid.Line or TypeOid.Box or TypeOid.Path or TypeOid.Polygon or TypeOid.Circle
                or TypeOid.PgSnapshot or TypeOid.TxidSnapshot or TypeOid.JsonPath:
                return null;
            case TypeOid.Numeric: return NumericComparison.Instance;
            case TypeOid.BpChar: return BpCharComparison.Instance;
            case TypeOid.Jsonb: return JsonbComparison.Instance;
            case TypeOid.Interval: return IntervalComparison.Instance;
            case TypeOid.TimeTz: return TimeTzComparison.Instance;
            case TypeOid.TsVector: return TextSearch.TsCodec.VectorComparison.Instance;
            case TypeOid.TsQuery: return TextSearch.TsCodec.QueryComparison.Instance;
            case TypeOid.Bit or TypeOid.VarBit: return BitString.Comparison.Instance;
            case TypeOid.Uuid: return BytesComparison.Instance;
        }

        if (type.Range is { } range)
            return type.Kind == TypeKind.Range ? new Ranges.RangeComparison(range) : new Ranges.MultirangeComparison(range);
        return type.Physical switch
        {
            PhysicalType.Boolean or PhysicalType.Int8 => FixedComparison<byte>.Instance,
            PhysicalType.Int16 => FixedComparison<short>.Instance,
            PhysicalType.Int32 => type.Oid is TypeOid.Int4 or TypeOid.Date ? FixedComparison<int>.Instance : FixedComparison<uint>.Instance,
            PhysicalType.Int64 => type.Oid is TypeOid.PgLsn or TypeOid.Xid8 ? FixedComparison<ulong>.Instance : FixedComparison<long>.Instance,
            PhysicalType.Float32 => Float32Comparison.Instance,
            PhysicalType.Float64 => Float64Comparison.Instance,
            PhysicalType.Bytes when type.Kind == TypeKind.Composite => RecordComparison.Instance,
            PhysicalType.Bytes => BytesComparison.Instance,
            _ => null,
        };
    }

    /// <summary>Negative, zero, positive. Neither value is null.</summary>
    public abstract int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b);

    /// <summary>Equal values have equal hashes.</summary>
    public abstract ulong Hash(ReadOnlySpan<byte> value);

    public virtual bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => Compare(a, b) == 0;

    /// <summary>PostgreSQL's order of floats: NaN is equal to itself and above everything.</summary>
    public static int CompareFloats(double a, double b)
    {
        if (a < b)
            return -1;
        if (a > b)
            return 1;
        if (a == b)
            return 0;
        return double.IsNaN(a) ? (double.IsNaN(b) ? 0 : 1) : -1;
    }

    private sealed class FixedComparison<T> : ValueComparison
        where T : unmanaged, IComparable<T>
    {
        public static readonly FixedComparison<T> Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => MemoryMarshal.Read<T>(a).CompareTo(MemoryMarshal.Read<T>(b));

        public override bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.SequenceEqual(b);

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(value);
    }

    private sealed class Float32Comparison : ValueComparison
    {
        public static readonly Float32Comparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => CompareFloats(MemoryMarshal.Read<float>(a), MemoryMarshal.Read<float>(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => HashFloat(MemoryMarshal.Read<float>(value));
    }

    private sealed class Float64Comparison : ValueComparison
    {
        public static readonly Float64Comparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => CompareFloats(MemoryMarshal.Read<double>(a), MemoryMarshal.Read<double>(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => HashFloat(MemoryMarshal.Read<double>(value));
    }

    /// <summary>All NaNs are equal, and so are the two zeros.</summary>
    private static ulong HashFloat(double value)
    {
        return VectorHash.Int64(double.IsNaN(value) ? ulong.MaxValue : BitConverter.DoubleToUInt64Bits(value == 0 ? 0.0 : value));
    }

    private sealed class BytesComparison : ValueComparison
    {
        public static readonly BytesComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.SequenceCompareTo(b);

        public override bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.SequenceEqual(b);

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(value);
    }

    /// <summary>jsonb's order: see <see cref="JsonValue.CompareTo"/>. Equal bytes decide quickly.</summary>
    private sealed class JsonbComparison : ValueComparison
    {
        public static readonly JsonbComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
            a.SequenceEqual(b) ? 0 : JsonValue.Parse(a).CompareTo(JsonValue.Parse(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => JsonValue.Parse(value).Hash();
    }

    private sealed class BpCharComparison : ValueComparison
    {
        public static readonly BpCharComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
            CharacterTypes.TrimBpChar(a).SequenceCompareTo(CharacterTypes.TrimBpChar(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(CharacterTypes.TrimBpChar(value));
    }

    private sealed class NumericComparison : ValueComparison
    {
        public static readonly NumericComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => NumericValue.Decode(a).CompareTo(NumericValue.Decode(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => NumericValue.Decode(value).Hash();
    }

    private sealed class IntervalComparison : ValueComparison
    {
        public static readonly IntervalComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
            MemoryMarshal.Read<IntervalValue>(a).CompareTo(MemoryMarshal.Read<IntervalValue>(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Int64((ulong)MemoryMarshal.Read<IntervalValue>(value).Span);
    }

    private sealed class TimeTzComparison : ValueComparison
    {
        public static readonly TimeTzComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
            MemoryMarshal.Read<TimeTzValue>(a).CompareTo(MemoryMarshal.Read<TimeTzValue>(b));

        public override ulong Hash(ReadOnlySpan<byte> value) => VectorHash.Bytes(value[..12]);
    }

    /// <summary>Elements in order, then number of elements, then dimensions.</summary>
    private sealed class ArrayComparison(ValueComparison element) : ValueComparison
    {
        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
        {
            var left = new ArrayValue(a);
            var right = new ArrayValue(b);
            ArrayValue.Enumerator x = left.GetEnumerator(), y = right.GetEnumerator();
            for (int i = Math.Min(left.Count, right.Count); i > 0; i--)
            {
                x.MoveNext();
                y.MoveNext();
                int order = CompareElements(x.Current, y.Current);
                if (order != 0)
                    return order;
            }

            int byCount = left.Count.CompareTo(right.Count);
            if (byCount != 0)
                return byCount;
            int byDimensions = left.Dimensions.CompareTo(right.Dimensions);
            for (int i = 0; byDimensions == 0 && i < left.Dimensions; i++)
            {
                byDimensions = left.Length(i).CompareTo(right.Length(i));
                if (byDimensions == 0)
                    byDimensions = left.LowerBound(i).CompareTo(right.LowerBound(i));
            }

            return byDimensions;
        }

        /// <summary>Nulls equal each other and come last.</summary>
        private int CompareElements(ArrayValue.Element a, ArrayValue.Element b)
        {
            if (a.IsNull || b.IsNull)
                return a.IsNull ? (b.IsNull ? 0 : 1) : -1;
            return element.Compare(a.Stored, b.Stored);
        }

        public override ulong Hash(ReadOnlySpan<byte> value)
        {
            ulong hash = 1;
            foreach (ArrayValue.Element item in new ArrayValue(value))
                hash = VectorHash.Combine(hash, item.IsNull ? VectorHash.Null : element.Hash(item.Stored));
            return hash;
        }
    }

    private sealed class RecordComparison : ValueComparison
    {
        public static readonly RecordComparison Instance = new();

        public override int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => Compare(a, b, "a comparison function");

        public override bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => Compare(a, b, "an equality operator") == 0;

        private static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, string needed)
        {
            DepthGuard.Check();
            int left = RecordText.FieldCount(a), right = RecordText.FieldCount(b), x = 4, y = 4;
            for (int i = 0; i < Math.Min(left, right); i++)
            {
                bool hasLeft = RecordText.ReadField(a, ref x, out uint leftType, out ReadOnlySpan<byte> leftValue);
                bool hasRight = RecordText.ReadField(b, ref y, out uint rightType, out ReadOnlySpan<byte> rightValue);
                if (leftType != rightType)
                    throw new SqlException(SqlState.DatatypeMismatch, $"cannot compare dissimilar column types {TypeNames.Format(BuiltinTypes.Get(leftType))} and {TypeNames.Format(BuiltinTypes.Get(rightType))} at record column {i + 1}");
                if (leftType == TypeOid.Unknown)
                    throw new SqlException(SqlState.UndefinedFunction, $"could not identify {needed} for type unknown");
                if (!hasLeft || !hasRight)
                {
                    if (hasLeft != hasRight)
                        return hasLeft ? -1 : 1;
                    continue;
                }

                int order = For(BuiltinTypes.Find(leftType) ?? SqlType.Text).Compare(leftValue, rightValue);
                if (order != 0)
                    return order;
            }

            return left == right ? 0
                : throw new SqlException(SqlState.DatatypeMismatch, "cannot compare record types with different numbers of columns");
        }

        public override ulong Hash(ReadOnlySpan<byte> value)
        {
            ulong hash = 1;
            int offset = 4;
            for (int count = RecordText.FieldCount(value); count > 0; count--)
            {
                bool present = RecordText.ReadField(value, ref offset, out uint type, out ReadOnlySpan<byte> field);
                hash = VectorHash.Combine(hash, present ? For(BuiltinTypes.Find(type) ?? SqlType.Text).Hash(field) : VectorHash.Null);
            }

            return hash;
        }
    }
}
