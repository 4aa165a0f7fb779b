using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Vectors;

namespace Strata.Engine.Extensions;

/// <summary>Rows of two texts, or of one of the two. Not thread-safe.</summary>
internal sealed class PairRows(IReadOnlyList<(string First, string? Second)> pairs, bool hasFirst = true, bool hasSecond = true) : RowSource
{
    private int _next;

    public override int Read(ReadOnlySpan<Vector> columns, int start, int rowsMax)
    {
        int count = Math.Min(rowsMax, pairs.Count - _next);
        for (int i = 0; i < count; i++, _next++)
        {
            if (hasFirst)
                Write(columns[0], start + i, pairs[_next].First);
            if (hasSecond)
                Write(columns[hasFirst ? 1 : 0], start + i, pairs[_next].Second);
        }

        return count;
    }

    private static void Write(Vector column, int row, string? text)
    {
        if (text is null)
            column.SetNull(row);
        else
            column.SetBytes(row, Encoding.UTF8.GetBytes(text));
    }
}
