namespace Strata.Engine.Sessions;

/// <summary>What a utility command answers: a tag, and for some a few rows of text.</summary>
internal sealed class UtilityResult(string tag, ResultColumn[]? columns = null)
{
    /// <summary>The command tag; a count of rows is appended when <see cref="CountsRows"/>.</summary>
    public string Tag { get; init; } = tag;

    /// <summary>The row description; null for commands without rows.</summary>
    public ResultColumn[]? Columns { get; } = columns;

    public List<string?[]> Rows { get; } = [];

    public bool CountsRows { get; init; }

    /// <summary>The count for the tag when it is not that of <see cref="Rows"/>.</summary>
    public long? RowCount { get; init; }

    /// <summary>The command has sent its own completion.</summary>
    public bool IsSilent { get; init; }

    /// <summary>The command must be committed at once when no block is open (VACUUM, CREATE DATABASE).</summary>
    public bool EndsTransaction { get; init; }

    /// <summary>A text column of a result.</summary>
    public static ResultColumn TextColumn(string name) => new(name, 0, 0, Types.TypeOid.Text, -1, -1);
}
