using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions;

/// <summary>Rows of two texts. Not thread-safe.</summary>
internal sealed class PairRows(IReadOnlyList<(string First, string? Second)> pairs) : RowSource
{
    private int _next;

    public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
    {
        int count = Math.Min(rowsMax, pairs.Count - _next);
        for (int i = 0; i < count; i++, _next++)
        {
            columns[0].SetBytes(start + i, Encoding.UTF8.GetBytes(pairs[_next].First));
            if (pairs[_next].Second is { } second)
                columns[1].SetBytes(start + i, Encoding.UTF8.GetBytes(second));
            else
                columns[1].SetNull(start + i);
        }

        return count;
    }
}
