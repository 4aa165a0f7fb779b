using System.Buffers.Binary;

namespace Strata.Engine.Types;

/// <summary>Compares records by the bytes of their fields, as the operators *=, *&lt; … do: equal values of different form (1.0 and 1.00) differ. Stateless; thread-safe.</summary>
internal static class RecordImage
{
    private const int CountBytes = 4;

    /// <summary>The order of two records. Nulls come last. Throws 42804 when their columns have different types or numbers.</summary>
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int left = RecordText.FieldCount(a), right = RecordText.FieldCount(b), x = CountBytes, y = CountBytes;
        for (int i = 0; i < Math.Min(left, right); i++)
        {
            bool hasLeft = RecordText.ReadField(a, ref x, out uint leftType, out ReadOnlySpan<byte> leftValue);
            bool hasRight = RecordText.ReadField(b, ref y, out uint rightType, out ReadOnlySpan<byte> rightValue);
            if (leftType != rightType)
                throw new SqlException(SqlState.DatatypeMismatch, $"cannot compare dissimilar column types {TypeNames.Format(BuiltinTypes.Get(leftType))} and {TypeNames.Format(BuiltinTypes.Get(rightType))} at record column {i + 1}");
            if (!hasLeft || !hasRight)
            {
                if (hasLeft != hasRight)
                    return hasLeft ? -1 : 1;
                continue;
            }

            int order = IsNumber(leftType, leftValue.Length) ? Number(leftValue).CompareTo(Number(rightValue)) : leftValue.SequenceCompareTo(rightValue);
            if (order != 0)
                return order;
        }

        return left == right ? 0 : throw new SqlException(SqlState.DatatypeMismatch, "cannot compare record types with different numbers of columns");
    }

    // Values that PostgreSQL passes in a machine word compare as unsigned words.
    private static bool IsNumber(uint type, int length) => length is 1 or 2 or 4 or 8 && BuiltinTypes.Find(type) is { Physical: not PhysicalType.Bytes };

    private static ulong Number(ReadOnlySpan<byte> value) => value.Length switch
    {
        1 => value[0],
        2 => unchecked((ulong)BinaryPrimitives.ReadInt16LittleEndian(value)),
        4 => unchecked((ulong)BinaryPrimitives.ReadInt32LittleEndian(value)),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(value),
    };
}
