namespace Strata.Differential;

/// <summary>What a server answered: an error, or columns with their types and rows as text.</summary>
/// <param name="SqlState">The error's code; null for none.</param>
/// <param name="Message">The error's message.</param>
/// <param name="Columns">name:type of each column, and the number of rows changed.</param>
/// <param name="Rows">Rows, one string each.</param>
internal sealed record Answer(string? SqlState, string? Message, string Columns, IReadOnlyList<string> Rows)
{
    /// <summary>The error's place in the statement, from 1; 0 for none.</summary>
    public int Position { get; init; }

    /// <summary>The error's detail and hint.</summary>
    public string More { get; init; } = "";

    /// <summary>Notices and warnings, one a line.</summary>
    public string Notices { get; init; } = "";

    /// <summary>Null when two answers are the same, otherwise in what they differ.</summary>
    public string? Difference(Answer other, bool isOrdered)
    {
        if (SqlState != other.SqlState)
            return $"state {SqlState ?? "ok"}/{other.SqlState ?? "ok"}";
        if (Message != other.Message)
            return "message";
        if (Position != other.Position)
            return "position";
        if (More != other.More)
            return "detail";
        if (Notices != other.Notices)
            return "notice";
        if (Columns != other.Columns)
            return "columns";
        if (Rows.Count != other.Rows.Count)
            return "rows";
        if (Rows.SequenceEqual(other.Rows))
            return null;
        return !Rows.Order(StringComparer.Ordinal).SequenceEqual(other.Rows.Order(StringComparer.Ordinal)) ? "values" : isOrdered ? "order" : null;
    }

    public override string ToString() => SqlState is not null ? $"ERROR {SqlState}: {Message}{(Position > 0 ? $" at {Position}" : "")}{(More.Length > 0 ? $" [{More}]" : "")}"
        : $"{Notices}({Columns}) {Rows.Count} rows\n    " + string.Join("\n    ", Rows.Take(12));
}
