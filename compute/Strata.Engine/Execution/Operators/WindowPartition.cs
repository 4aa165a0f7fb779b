namespace Strata.Engine.Execution.Operators;

/// <summary>The rows of one partition and their peer groups (rows that are equal in the window's order). Used again for each partition; for one thread.</summary>
internal sealed class WindowPartition
{
    private readonly List<int> _groupStarts = [];
    private int[] _groupOfRow = [];

    /// <summary>First row.</summary>
    public int Start { get; private set; }

    /// <summary>Behind the last row.</summary>
    public int End { get; private set; }

    /// <summary>Rows.</summary>
    public int Count => End - Start;

    /// <summary>Takes over a partition; <paramref name="firstPeers"/> names each row's peer group by its first row.</summary>
    public void Begin(int start, int end, List<int> firstPeers)
    {
        Start = start;
        End = end;
        _groupStarts.Clear();
        if (_groupOfRow.Length < end - start)
            _groupOfRow = new int[Math.Max(end - start, _groupOfRow.Length * 2)];
        for (int row = start; row < end; row++)
        {
            if (row == start || firstPeers[row] == row)
                _groupStarts.Add(row);
            _groupOfRow[row - start] = _groupStarts.Count - 1;
        }
    }

    /// <summary>Number of a row's peer group within the partition, from 0.</summary>
    public int GroupOf(int row) => _groupOfRow[row - Start];

    /// <summary>A row and its peers.</summary>
    public RowRange PeersOf(int row) => GroupAt(GroupOf(row));

    /// <summary>The rows of a group; empty, at the partition's edge, for numbers beyond.</summary>
    public RowRange GroupAt(long group)
    {
        if (group < 0)
            return new RowRange(Start, Start);
        if (group >= _groupStarts.Count)
            return new RowRange(End, End);
        int number = (int)group;
        return new RowRange(_groupStarts[number], number + 1 < _groupStarts.Count ? _groupStarts[number + 1] : End);
    }
}
