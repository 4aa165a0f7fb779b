namespace Strata.Engine.Binding;

/// <summary>
/// Collects the column names nearest to a misspelt one, by edit distance, as PostgreSQL's hint does: at most half of the letters wrong, at most three
/// edits, and no more than two candidates.
/// </summary>
internal sealed class NearestNames(string? qualifier, string name)
{
    private const int DistanceMax = 3;
    private readonly List<(string Item, string Column)> _best = [];
    private int _bestDistance = DistanceMax + 1;

    /// <summary>The hint, or null.</summary>
    public string? Hint => _best.Count switch
    {
        1 => $"Perhaps you meant to reference the column \"{_best[0].Item}.{_best[0].Column}\".",
        2 => $"Perhaps you meant to reference the column \"{_best[0].Item}.{_best[0].Column}\" or the column \"{_best[1].Item}.{_best[1].Column}\".",
        _ => null,
    };

    /// <summary>Considers a column.</summary>
    public void Add(string item, string column)
    {
        int distance = EditDistance(name, column);
        if (qualifier is not null)
            distance += EditDistance(qualifier, item);
        if (distance > DistanceMax || distance > name.Length / 2 || distance > _bestDistance)
            return;
        if (distance < _bestDistance)
        {
            _bestDistance = distance;
            _best.Clear();
        }

        _best.Add((item, column));
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
