namespace Strata.Engine.Types.TextSearch;

/// <summary>
/// One lexeme of a tsvector with its positions: each the weight (3 A, 2 B, 1 C, 0 D) in the two high bits and the position, 1 to 16383, in the low 14.
/// No positions: the vector was stripped.
/// </summary>
internal sealed class TsLexeme(byte[] word, ushort[] positions)
{
    /// <summary>Highest position; words behind it get it too.</summary>
    public const int PositionMax = 16383;

    /// <summary>Most positions of one lexeme.</summary>
    public const int PositionsMax = 255;

    /// <summary>Longest word.</summary>
    public const int WordBytesMax = 2046;

    public byte[] Word { get; } = word;

    public ushort[] Positions { get; } = positions;

    public static int Position(ushort value) => value & 0x3FFF;

    public static int Weight(ushort value) => value >> 14;

    public static ushort Pack(int position, int weight) => (ushort)((weight << 14) | Math.Min(position, PositionMax));

    /// <summary>Sorts positions; of equal ones the highest weight stays.</summary>
    public static ushort[] Normalize(List<ushort> positions)
    {
        positions.Sort((a, b) => Position(a) != Position(b) ? Position(a).CompareTo(Position(b)) : b.CompareTo(a));
        var unique = new List<ushort>(positions.Count);
        foreach (ushort position in positions)
        {
            if (unique.Count > 0 && Position(unique[^1]) == Position(position))
                continue;
            if (unique.Count == PositionsMax || (unique.Count > 0 && Position(unique[^1]) == PositionMax))
                break;
            unique.Add(position);
        }

        return [.. unique];
    }
}
