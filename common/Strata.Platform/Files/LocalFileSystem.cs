using Microsoft.Win32.SafeHandles;

namespace Strata.Platform;

/// <summary>The real <see cref="IFileSystem"/>, below one directory of the machine.</summary>
public sealed class LocalFileSystem : IFileSystem
{
    private readonly string _root;

    /// <param name="root">The root directory; created when absent.</param>
    public LocalFileSystem(string root)
    {
        _root = Path.GetFullPath(root);
        Directory.CreateDirectory(_root);
    }

    /// <summary>The machine's path of the root.</summary>
    public string Root => _root;

    /// <summary>Number of the device that the root is on; null where it can't be told.</summary>
    public ulong? Device => PosixSync.DeviceOf(_root);

    public long FreeBytes => new DriveInfo(_root).AvailableFreeSpace;

    public IFile Open(string path, FileOpenMode mode)
    {
        string full = Full(path);
        (FileMode fileMode, FileAccess access) = mode switch
        {
            FileOpenMode.Read => (FileMode.Open, FileAccess.Read),
            FileOpenMode.ReadWrite => (FileMode.Open, FileAccess.ReadWrite),
            FileOpenMode.OpenOrCreate => (FileMode.OpenOrCreate, FileAccess.ReadWrite),
            FileOpenMode.CreateNew => (FileMode.CreateNew, FileAccess.ReadWrite),
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
        return new LocalFile(File.OpenHandle(full, fileMode, access, FileShare.ReadWrite | FileShare.Delete), full);
    }

    public bool Exists(string path) => File.Exists(Full(path));

    public void Delete(string path)
    {
        string full = Full(path);
        if (File.Exists(full))
            File.Delete(full);
    }

    public void Rename(string from, string to) => File.Move(Full(from), Full(to), overwrite: true);

    public IReadOnlyList<string> List(string directory)
    {
        string full = Full(directory);
        if (!Directory.Exists(full))
            return [];
        string[] names = [.. Directory.EnumerateFileSystemEntries(full).Select(entry => Path.GetFileName(entry))];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    public void CreateDirectory(string directory) => Directory.CreateDirectory(Full(directory));

    public void DeleteDirectory(string directory)
    {
        string full = Full(directory);
        if (Directory.Exists(full))
            Directory.Delete(full, recursive: true);
    }

    public void SyncDirectory(string directory) => PosixSync.SyncDirectory(Full(directory));

    public IFileSystem Under(string directory) => new LocalFileSystem(Full(directory));

    /// <summary>Reads until the span is full or the file ends, and returns the bytes read: one read of the system may give fewer.</summary>
    internal static int ReadFully(SafeFileHandle file, long offset, Span<byte> destination)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(file, destination[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }

    private string Full(string path) => Path.Combine(_root, FilePaths.Validate(path));

    private sealed class LocalFile(SafeFileHandle handle, string path) : IFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> destination) => ReadFully(handle, offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> source) => RandomAccess.Write(handle, source, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void SyncData() => PosixSync.SyncData(handle, path);

        public void Dispose() => handle.Dispose();
    }
}
