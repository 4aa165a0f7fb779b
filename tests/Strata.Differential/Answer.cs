namespace Strata.Differential;

/// <summary>What a server answered: an error, or columns with their types and rows as text.</summary>
/// <param name="SqlState">The error's code; null for none.</param>
/// <param name="Message">The error's message.</param>
/// <param name="Columns">name:type of each column.</param>
/// <param name="Rows">Rows, one string each.</param>
internal sealed record Answer(string? SqlState, string? Message, string Columns, IReadOnlyList<string> Rows)
{
    /// <summary>Null when two answers are the same, otherwise in what they differ.</summary>
    public string? Difference(Answer other, bool isOrdered)
    {
        if (SqlState != other.SqlState)
            return $"state {SqlState ?? "ok"}/{other.SqlState ?? "ok"}";
        if (Message != other.Message)
            return "message";
        if (Columns != other.Columns)
            return "columns";
        if (Rows.Count != other.Rows.Count)
            return "rows";
        IEnumerable<string> mine = Rows, theirs = other.Rows;
        if (!isOrdered)
            (mine, theirs) = (mine.Order(StringComparer.Ordinal), theirs.Order(StringComparer.Ordinal));
        return mine.SequenceEqual(theirs) ? null : "values";
    }

    public override string ToString() => SqlState is not null ? $"ERROR {SqlState}: {Message}"
        : $"({Columns}) {Rows.Count} rows\n    " + string.Join("\n    ", Rows.Take(12));
}
