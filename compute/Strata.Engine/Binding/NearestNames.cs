namespace Strata.Engine.Binding;

/// <summary>
/// Collects the column names nearest to a misspelt one, by edit distance, as PostgreSQL's hint does: at most half of the letters wrong, at most three
/// edits with those of the qualifier, and no more than two candidates.
/// </summary>
internal sealed class NearestNames(string? qualifier, string name)
{
    private const int DistanceMax = 3;
    private readonly List<(string Item, string Column)> _best = [];
    private int _bestDistance = DistanceMax + 1;
    private string? _unreachable;

    /// <summary>The hint, or null.</summary>
    public string? Hint => _unreachable is not null ? $"There is a column named \"{name}\" in table \"{_unreachable}\", but it cannot be referenced from this part of the query." : _best.Count switch
    {
        1 => $"Perhaps you meant to reference the column \"{_best[0].Item}.{_best[0].Column}\".",
        2 => $"Perhaps you meant to reference the column \"{_best[0].Item}.{_best[0].Column}\" or the column \"{_best[1].Item}.{_best[1].Column}\".",
        _ => null,
    };

    /// <summary>Considers the columns of an item of the range table. True when it has the very column, so that the search is over: it is only out of reach.</summary>
    public bool Add(string item, IEnumerable<string> columns)
    {
        int penalty = qualifier is null ? 0 : EditDistance(qualifier, item);
        bool hasColumn = false;
        foreach (string column in columns)
        {
            hasColumn |= column == name;
            if (column.Length > 0)
                Add(item, column, penalty);
        }

        if (hasColumn && penalty == 0)
            _unreachable = item;
        return _unreachable is not null;
    }

    private void Add(string item, string column, int penalty)
    {
        if (penalty > _bestDistance)
            return;
        int distance = EditDistance(name, column);
        if (distance > System.Text.Encoding.UTF8.GetByteCount(name) / 2)
            return;
        distance += penalty;
        if (distance < _bestDistance)
        {
            _bestDistance = distance;
            _best.Clear();
            _best.Add((item, column));
        }
        else if (distance == _bestDistance && _best.Count == 2)
        {
            // Three are too many: only nearer ones count from now on.
            _best.Clear();
            _bestDistance--;
        }
        else if (distance == _bestDistance && distance <= DistanceMax)
        {
            _best.Add((item, column));
        }
    }

    private static int EditDistance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > DistanceMax)
            return DistanceMax + 1;
        Span<int> row = stackalloc int[Math.Min(b.Length, 128) + 1];
        if (b.Length >= row.Length)
            return a == b ? 0 : DistanceMax + 1;
        for (int j = 0; j <= b.Length; j++)
            row[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
