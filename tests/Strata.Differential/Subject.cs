namespace Strata.Differential;

/// <summary>A statement, or a script of several, and how it is run and compared.</summary>
/// <param name="Root">Its text; the statements of a script are the items of a list.</param>
/// <param name="Group">What made it.</param>
/// <param name="Setup">Statements that make the tables it needs.</param>
/// <param name="IsScript">It runs in a transaction that is rolled back.</param>
/// <param name="IsGuarded">Each statement of the script has a savepoint before it, so that the script goes on after one that fails.</param>
/// <param name="IsMistake">Made by <see cref="Mutation"/>: compared only when PostgreSQL says what is wrong with it.</param>
internal sealed record Subject(Node Root, string Group, string Setup, bool IsScript, bool IsMistake, bool IsGuarded = false)
{
    /// <summary>Statements with a ! before them have a total order.</summary>
    private const char Ordered = '!';

    /// <summary>The statements, and whether the order of their rows counts.</summary>
    public IReadOnlyList<(string Sql, bool IsOrdered)> Statements
    {
        get
        {
            string text = Root.ToString();
            IEnumerable<string> statements = IsScript ? text.Split(";;").Where(static s => s.Length > 0) : [text];
            return [.. statements.Select(static s => s.StartsWith(Ordered) ? (s[1..], true) : (s, false))];
        }
    }

    public IReadOnlyList<Answer> Ask(Server server)
    {
        IReadOnlyList<(string Sql, bool)> statements = Statements;
        var answers = new List<Answer>(statements.Count);
        if (IsScript)
            server.Run("BEGIN");
        foreach ((string sql, _) in statements)
        {
            if (IsGuarded)
                server.Run("SAVEPOINT guard");
            Answer answer = server.Run(sql);
            answers.Add(answer);
            if (IsGuarded && answer.SqlState is not null)
                server.Run("ROLLBACK TO guard");
        }

        if (IsScript)
            server.Run("ROLLBACK");
        // Prepared statements outlive the transaction.
        if (IsScript && Root.ToString().Contains("PREPARE ", StringComparison.Ordinal))
            server.Run("DEALLOCATE ALL");
        return answers;
    }

    /// <summary>The first statement that is answered differently, and in what.</summary>
    public (int At, string Kind)? Difference(IReadOnlyList<Answer> expected, IReadOnlyList<Answer> actual)
    {
        IReadOnlyList<(string Sql, bool IsOrdered)> statements = Statements;
        for (int i = 0; i < statements.Count; i++)
        {
            if (expected[i].Difference(actual[i], statements[i].IsOrdered) is { } kind && !(IsMistake && !Mutation.IsComparable(expected[i])))
                return (i, kind);
        }

        return null;
    }
}
