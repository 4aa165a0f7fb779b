namespace Strata.Platform;

/// <summary>How <see cref="IFileSystem.Open"/> opens a file.</summary>
public enum FileOpenMode
{
    /// <summary>Must exist; read only.</summary>
    Read,

    /// <summary>Must exist; read and write.</summary>
    ReadWrite,

    /// <summary>Created empty if absent; read and write.</summary>
    OpenOrCreate,

    /// <summary>Must not exist; read and write.</summary>
    CreateNew,
}

/// <summary>
/// Local files under one root directory. Paths are relative, with '/' between parts, and may not leave the root. After a crash only
/// what was synced is sure: file data by <see cref="IFile.SyncData"/>, names by <see cref="SyncDirectory"/>. Thread-safe.
/// Errors are <see cref="IOException"/> and its descendants.
/// </summary>
public interface IFileSystem
{
    IFile Open(string path, FileOpenMode mode);
    bool Exists(string path);

    /// <summary>Removes a file; no error when it is absent.</summary>
    void Delete(string path);

    /// <summary>Atomically renames a file over any existing target. Durable after <see cref="SyncDirectory"/> of the target's directory.</summary>
    void Rename(string from, string to);

    /// <summary>Names (not paths) of files and directories directly in a directory, sorted ordinally; empty when it is absent.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory and its parents.</summary>
    void CreateDirectory(string directory);

    /// <summary>Removes a directory with all that is in it; no error when it is absent.</summary>
    void DeleteDirectory(string directory);

    /// <summary>Makes the names in a directory durable.</summary>
    void SyncDirectory(string directory);

    /// <summary>A file system whose root is a directory below this one.</summary>
    IFileSystem Under(string directory);

    /// <summary>Free bytes on the volume.</summary>
    long FreeBytes { get; }
}

/// <summary>An open file. Positional reads and writes may run concurrently.</summary>
public interface IFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads up to the span's length at an offset; returns the bytes read, fewer only at the end of the file.</summary>
    int Read(long offset, Span<byte> destination);

    void Write(long offset, ReadOnlySpan<byte> source);

    /// <summary>Grows (zero-filled) or shrinks the file.</summary>
    void SetLength(long length);

    /// <summary>fdatasync: when it returns, every write that returned before it survives a crash. Blocking.</summary>
    void SyncData();
}
