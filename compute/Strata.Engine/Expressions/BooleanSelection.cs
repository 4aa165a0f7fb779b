using Strata.Engine.Functions.Kernels;
using Strata.Engine.Vectors;

namespace Strata.Engine.Expressions;

/// <summary>Turns boolean vectors into selections.</summary>
internal static unsafe class BooleanSelection
{
    /// <summary>The selected rows whose value is true (not null).</summary>
    public static Selection SelectTrue(Vector vector, Selection selection, SelectionBuffer buffer)
    {
        if (vector.Kind == VectorKind.Constant)
            return !selection.IsEmpty && !vector.IsNull(0) && vector.Get<byte>(0) != 0 ? selection : new Selection(0);
        int* rows = buffer.Reserve(selection.Count + SelectionKernels.Slack);
        int count = 0;
        byte* data = vector.Data;
        if (vector.Kind == VectorKind.Flat && !vector.HasNulls)
        {
            // Branch-free: every row is written, the count moves on only for true ones.
            if (selection.IsRange)
            {
                count = SelectionKernels.SelectTrue(data, selection.Count, rows);
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
            rows[count] = row;
            count += !vector.IsNull(row) && vector.Get<byte>(row) != 0 ? 1 : 0;
        }

        return new Selection(rows, count);
    }
}
