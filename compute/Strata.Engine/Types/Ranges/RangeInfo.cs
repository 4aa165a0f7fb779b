using System.Buffers.Binary;

namespace Strata.Engine.Types.Ranges;

/// <summary>What a range type and its multirange type are made of: the row of pg_range. Immutable, thread-safe.</summary>
public sealed class RangeInfo
{
    private ValueComparison? _order;

    public required uint RangeOid { get; init; }

    public required uint MultirangeOid { get; init; }

    /// <summary>Type of the bounds.</summary>
    public required SqlType Subtype { get; init; }

    /// <summary>pg_range.rngcanonical; 0 when ranges are kept as they are given.</summary>
    public uint CanonicalOid { get; init; }

    /// <summary>pg_range.rngsubdiff; 0 for none.</summary>
    public uint DifferenceOid { get; init; }

    /// <summary>Order of the bounds.</summary>
    public ValueComparison Order => _order ??= ValueComparison.For(Subtype);

    /// <summary>True when [1,2] and [1,3) are the same set.</summary>
    public bool IsDiscrete => CanonicalOid != 0;

    /// <summary>The value behind a bound of a discrete type; throws when the type has none.</summary>
    internal byte[] Successor(ReadOnlySpan<byte> value)
    {
        if (Subtype.Physical == PhysicalType.Int64)
        {
            long number = BinaryPrimitives.ReadInt64LittleEndian(value);
            return number == long.MaxValue ? throw TypeErrors.OutOfRange("bigint") : BitConverter.GetBytes(number + 1);
        }

        int small = BinaryPrimitives.ReadInt32LittleEndian(value);
        if (Subtype.Oid == TypeOid.Date)
        {
            return DateTimeMath.IsValidDate(small + 1L)
                ? BitConverter.GetBytes(small + 1) : throw new SqlException(SqlState.DatetimeFieldOverflow, "date out of range");
        }

        return small == int.MaxValue ? throw TypeErrors.OutOfRange("integer") : BitConverter.GetBytes(small + 1);
    }

    /// <summary>Infinite dates are bounds like others, which canonical forms leave alone.</summary>
    internal bool HasSuccessor(ReadOnlySpan<byte> value) =>
        Subtype.Oid != TypeOid.Date || DateTimeMath.IsFinite(BinaryPrimitives.ReadInt32LittleEndian(value));
}
