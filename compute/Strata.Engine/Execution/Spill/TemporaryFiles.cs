using Strata.Engine.Types;
using Strata.Platform;

namespace Strata.Engine.Execution.Spill;

/// <summary>Makes the temporary files of an endpoint in a directory of its own, which the endpoint's host empties at start. Thread-safe.</summary>
public sealed class TemporaryFiles(IFileSystem files)
{
    private long _last;

    /// <summary>A new empty file. Throws <see cref="SqlException"/> 53100 or 58030.</summary>
    internal IFile Create(out string name)
    {
        name = $"spill{Interlocked.Increment(ref _last)}";
        try
        {
            return files.Open(name, FileOpenMode.CreateNew);
        }
        catch (IOException error)
        {
            throw Failure("create", name, error);
        }
    }

    /// <summary>Closes and removes a file. What can't be removed now is removed at the next start.</summary>
    internal void Delete(IFile file, string name)
    {
        try
        {
            file.Dispose();
            files.Delete(name);
        }
        catch (IOException)
        {
            // The statement has what it wanted; the file only takes room until the endpoint's next start.
        }
    }

    /// <summary>The statement's error for a failure of the disk.</summary>
    internal static SqlException Failure(string action, string name, IOException error)
    {
        const int NoSpaceLeft = 28;
        bool isFull = (error.HResult & 0xFFFF) == NoSpaceLeft || error.Message.Contains("space", StringComparison.OrdinalIgnoreCase);
        return new SqlException(isFull ? SqlState.DiskFull : SqlState.IoError, $"could not {action} temporary file \"{name}\": {(isFull ? "No space left on device" : error.Message)}");
    }
}
