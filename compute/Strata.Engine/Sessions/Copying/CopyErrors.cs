using Strata.Engine.Types;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Copying;

/// <summary>Errors that both directions of COPY raise.</summary>
internal static class CopyErrors
{
    /// <summary>The compute has no files of the client's: only STDIN and STDOUT, which psql's \copy uses too.</summary>
    public static SqlException NoFiles(CopyStatement statement) => new(
        SqlState.FeatureNotSupported, $"COPY {(statement.IsFrom ? "FROM" : "TO")} a {(statement.IsProgram ? "program" : "file")} on the server is not supported")
    {
        Hint = "Use COPY FROM STDIN or COPY TO STDOUT; psql's \\copy command does.",
    };
}
