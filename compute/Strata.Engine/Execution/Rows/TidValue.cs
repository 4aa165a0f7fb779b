using Strata.Format;

namespace Strata.Engine.Execution.Rows;

/// <summary>A row address as a value of type tid: block in the upper 48 bits, slot in the lower 16.</summary>
public static class TidValue
{
    /// <summary>The value of an address.</summary>
    public static long Pack(Tid tid) => ((long)tid.Block << 16) | tid.Slot;

    /// <summary>The address of a value.</summary>
    public static Tid Unpack(long value) => new((uint)(value >> 16), (ushort)value);
}
