namespace Strata.Engine.Types;

/// <summary>
/// How a value stands in a <see cref="Vectors.Vector"/>. Everything that executes switches on these nine, never on OIDs.
/// date = Int32 days since 2000-01-01; time, timestamp, timestamptz = Int64 microseconds (since midnight, 2000-01-01);
/// oid, reg*, xid, cid = Int32 holding an unsigned value; xid8 = Int64; Fixed16 = uuid, interval, timetz;
/// Bytes = everything of variable length, numeric included (see NumericValue for its encoding).
/// </summary>
public enum PhysicalType : byte
{
    /// <summary>1 byte, 0 or 1.</summary>
    Boolean,

    /// <summary>1 byte: "char".</summary>
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,

    /// <summary>16 bytes by value.</summary>
    Fixed16,

    /// <summary>A 16-byte <see cref="Vectors.ByteView"/>.</summary>
    Bytes,
}

/// <summary>Facts of physical types.</summary>
public static class PhysicalTypes
{
    /// <summary>Bytes that one value takes in a vector.</summary>
    public static int WidthBytes(this PhysicalType type) => type switch
    {
        PhysicalType.Boolean or PhysicalType.Int8 => 1,
        PhysicalType.Int16 => 2,
        PhysicalType.Int32 or PhysicalType.Float32 => 4,
        PhysicalType.Int64 or PhysicalType.Float64 => 8,
        _ => 16,
    };
}
