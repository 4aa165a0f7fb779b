using Strata.Engine.Types;
using Strata.Platform;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions.Copying;

/// <summary>The files of the machine that COPY reads and writes, for roles that may. Stateless.</summary>
internal static class CopyFiles
{
    private const uint ReadServerFilesRole = 4569;
    private const uint WriteServerFilesRole = 4570;
    private const uint ExecuteServerProgramRole = 4571;
    private const string AnyoneHint = "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.";

    /// <summary>Opens the file of a COPY FROM. Throws 42501, 58P01, 42809, 0A000.</summary>
    public static IFile OpenForRead(SessionContext context, CopyStatement statement)
    {
        IFileSystem files = Check(context, statement);
        string path = statement.FileName!;
        try
        {
            if (Within(path) is { } inside && files.Exists(inside))
                return files.Open(inside, FileOpenMode.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotOpen(path, "reading", error, "COPY FROM instructs the PostgreSQL server process to read a file.");
        }

        throw new SqlException(SqlState.UndefinedFile, $"could not open file \"{path}\" for reading: No such file or directory")
        {
            Hint = "COPY FROM instructs the PostgreSQL server process to read a file. You may want a client-side facility such as psql's \\copy.",
        };
    }

    /// <summary>Creates or empties the file of a COPY TO. Throws 42501, 42602, 58P01, 0A000.</summary>
    public static IFile OpenForWrite(SessionContext context, CopyStatement statement)
    {
        IFileSystem files = Check(context, statement);
        string path = statement.FileName!;
        if (!path.StartsWith('/'))
            throw new SqlException(SqlState.InvalidName, "relative path not allowed for COPY to file");
        try
        {
            if (Within(path) is { } inside)
            {
                IFile file = files.Open(inside, FileOpenMode.OpenOrCreate);
                file.SetLength(0);
                return file;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotOpen(path, "writing", error, "COPY TO instructs the PostgreSQL server process to write a file.");
        }

        throw new SqlException(SqlState.UndefinedFile, $"could not open file \"{path}\" for writing: No such file or directory");
    }

    private static IFileSystem Check(SessionContext context, CopyStatement statement)
    {
        string to = statement.IsFrom ? "from" : "to";
        if (statement.IsProgram)
        {
            Require(context, ExecuteServerProgramRole, "must be superuser or a member of the pg_execute_server_program role to COPY to or from an external program");
            throw new SqlException(SqlState.FeatureNotSupported, $"COPY {to} an external program is not supported") { Hint = AnyoneHint };
        }

        uint role = statement.IsFrom ? ReadServerFilesRole : WriteServerFilesRole;
        Require(context, role, $"must be superuser or a member of the {(statement.IsFrom ? "pg_read_server_files" : "pg_write_server_files")} role to COPY {to} a file");
        return context.Engine.Options.ServerFiles ?? throw new SqlException(SqlState.FeatureNotSupported, $"COPY {to} a file of the server is not supported here") { Hint = AnyoneHint };
    }

    private static void Require(SessionContext context, uint role, string message)
    {
        if (!context.IsSuperuser && !context.Catalog.Permissions.HasRole(context.CurrentUserOid, role))
            throw new SqlException(SqlState.InsufficientPrivilege, message) { Hint = AnyoneHint };
    }

    // Absolute paths only, "." and ".." worked out; null for others, which name nothing.
    private static string? Within(string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0'))
            return null;
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".")
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static SqlException CannotOpen(string path, string purpose, Exception error, string hint)
    {
        (SqlState state, string reason) = error switch
        {
            FileNotFoundException or DirectoryNotFoundException => (SqlState.UndefinedFile, "No such file or directory"),
            UnauthorizedAccessException => (SqlState.InsufficientPrivilege, "Permission denied"),
            _ => (SqlState.IoError, error.Message),
        };
        return new SqlException(state, $"could not open file \"{path}\" for {purpose}: {reason}") { Hint = $"{hint} You may want a client-side facility such as psql's \\copy." };
    }
}
