using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>Turns boolean vectors into selections.</summary>
internal static unsafe class BooleanSelection
{
    /// <summary>The selected rows whose value is true (not null).</summary>
    public static Selection SelectTrue(Vector vector, Selection selection, SelectionBuffer buffer)
    {
        int* rows = buffer.Reserve(selection.Count);
        int count = 0;
        byte* data = vector.Data;
        if (vector.Kind == VectorKind.Flat && !vector.HasNulls)
        {
            // Branch-free: every row is written, the count moves on only for true ones.
            if (selection.IsRange)
            {
                for (int i = 0; i < selection.Count; i++)
                {
                    rows[count] = i;
                    count += data[i];
                }
            }
            else
            {
                int* source = selection.Rows;
                for (int i = 0; i < selection.Count; i++)
                {
                    int row = source[i];
                    rows[count] = row;
                    count += data[row];
                }
            }

            return new Selection(rows, count);
        }

        for (int i = 0; i < selection.Count; i++)
        {
            int row = selection[i];
            if (!vector.IsNull(row) && vector.Get<byte>(row) != 0)
                rows[count++] = row;
        }

        return new Selection(rows, count);
    }
}
