namespace Strata.Sql;

/// <summary>Positions in SQL text.</summary>
public static class SourcePosition
{
    /// <summary>
    /// Turns a node's offset (UTF-16 code units from 0) into PostgreSQL's position (characters from 1).
    /// A surrogate pair is one character. An offset below 0 gives 0, which means no position.
    /// </summary>
    public static int ToCharacter(string sql, int offset) => ToCharacter(sql.AsSpan(), offset);

    /// <inheritdoc cref="ToCharacter(string, int)"/>
    public static int ToCharacter(ReadOnlySpan<char> sql, int offset)
    {
        if (offset < 0)
        {
            return 0;
        }

        ReadOnlySpan<char> before = sql[..Math.Min(offset, sql.Length)];
        int characters = before.Length;
        for (int i = 0; i + 1 < before.Length; i++)
        {
            if (char.IsHighSurrogate(before[i]) && char.IsLowSurrogate(before[i + 1]))
            {
                characters--;
                i++;
            }
        }

        return characters + 1;
    }
}
