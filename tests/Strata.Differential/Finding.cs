namespace Strata.Differential;

/// <summary>A statement that the two servers answer differently, as small as it could be made.</summary>
/// <param name="Kind">In what the answers differ.</param>
/// <param name="Subject">The statement with what it needs.</param>
/// <param name="At">Which of its statements differs.</param>
/// <param name="Expected">PostgreSQL's answer.</param>
/// <param name="Actual">Strata's answer.</param>
/// <param name="Tags">Functions and operators that are left in it.</param>
internal sealed record Finding(string Kind, Subject Subject, int At, Answer Expected, Answer Actual, IReadOnlyList<string> Tags)
{
    /// <summary>The server does not know the function at all, and says so.</summary>
    public bool IsUnsupported => Actual.SqlState == "0A000" && Expected.SqlState != "0A000";

    public override string ToString() =>
        $"-- {Subject.Group} {Kind}  [{string.Join(" ", Tags)}]\n{string.Join(";\n", Subject.Statements.Take(At + 1).Select(static s => s.Sql))};\n  PostgreSQL {Expected}\n  Strata     {Actual}\n";
}
