using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution.Modify;

/// <summary>Compares values bit by bit: whether a column changed, not whether SQL calls the values equal.</summary>
internal static class ValueEquality
{
    /// <summary>True when both rows hold the same bytes, or both nulls.</summary>
    public static bool AreSame(Vector left, int leftRow, Vector right, int rightRow)
    {
        bool leftNull = left.IsNull(leftRow);
        if (leftNull || right.IsNull(rightRow))
            return leftNull && right.IsNull(rightRow);
        return left.Physical switch
        {
            PhysicalType.Boolean or PhysicalType.Int8 => left.Get<byte>(leftRow) == right.Get<byte>(rightRow),
            PhysicalType.Int16 => left.Get<short>(leftRow) == right.Get<short>(rightRow),
            PhysicalType.Int32 or PhysicalType.Float32 => left.Get<int>(leftRow) == right.Get<int>(rightRow),
            PhysicalType.Int64 or PhysicalType.Float64 => left.Get<long>(leftRow) == right.Get<long>(rightRow),
            PhysicalType.Fixed16 => left.Get<UInt128>(leftRow) == right.Get<UInt128>(rightRow),
            _ => left.GetBytes(leftRow).SequenceEqual(right.GetBytes(rightRow)),
        };
    }
}
