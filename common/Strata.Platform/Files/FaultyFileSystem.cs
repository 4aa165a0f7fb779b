namespace Strata.Platform;

/// <summary>Which call of a file system is about to be made.</summary>
public enum FileOperation
{
    Open,
    Read,
    Write,
    SetLength,
    SyncData,
    Rename,
    Delete,
    SyncDirectory,
}

/// <summary>
/// An <see cref="IFileSystem"/> whose calls fail when a plan says so: the plan is asked before each call and throws, usually an <see cref="IOException"/>, or returns.
/// </summary>
public sealed class FaultyFileSystem(IFileSystem inner, Action<FileOperation, string> plan) : IFileSystem
{
    public long FreeBytes => inner.FreeBytes;

    public IFile Open(string path, FileOpenMode mode)
    {
        plan(FileOperation.Open, path);
        return new FaultyFile(inner.Open(path, mode), path, plan);
    }

    public bool Exists(string path) => inner.Exists(path);

    public void Delete(string path)
    {
        plan(FileOperation.Delete, path);
        inner.Delete(path);
    }

    public void Rename(string from, string to)
    {
        plan(FileOperation.Rename, to);
        inner.Rename(from, to);
    }

    public IReadOnlyList<string> List(string directory) => inner.List(directory);

    public void CreateDirectory(string directory) => inner.CreateDirectory(directory);

    public void DeleteDirectory(string directory)
    {
        plan(FileOperation.Delete, directory);
        inner.DeleteDirectory(directory);
    }

    public void SyncDirectory(string directory)
    {
        plan(FileOperation.SyncDirectory, directory);
        inner.SyncDirectory(directory);
    }

    public IFileSystem Under(string directory) => new FaultyFileSystem(inner.Under(directory), plan);

    private sealed class FaultyFile(IFile inner, string path, Action<FileOperation, string> plan) : IFile
    {
        public long Length => inner.Length;

        public int Read(long offset, Span<byte> destination)
        {
            plan(FileOperation.Read, path);
            return inner.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            plan(FileOperation.Write, path);
            inner.Write(offset, source);
        }

        public void SetLength(long length)
        {
            plan(FileOperation.SetLength, path);
            inner.SetLength(length);
        }

        public void SyncData()
        {
            plan(FileOperation.SyncData, path);
            inner.SyncData();
        }

        public void Dispose() => inner.Dispose();
    }
}
