using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>Moves vector values into stored arrays.</summary>
internal static unsafe class ArrayElements
{
    /// <summary>Adds a row's value to an array.</summary>
    public static void Add(ArrayBuilder builder, Vector values, int row)
    {
        if (values.IsNull(row))
        {
            builder.AddNull();
            return;
        }

        if (values.Physical == PhysicalType.Bytes)
        {
            builder.Add(values.GetBytes(row));
            return;
        }

        int width = values.Physical.WidthBytes();
        builder.Add(new ReadOnlySpan<byte>(values.Data + ((nint)values.Position(row) * width), width));
    }
}
