using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Strata.Platform;

/// <summary>
/// The embedded default: objects as files below one directory, crash-safe (write, fdatasync, rename or link, sync of the directory). Several
/// processes may use one directory: conditional puts hold an exclusive lock file. Completes synchronously.
/// </summary>
/// <remarks>
/// <code>
/// ROOT/objects/a/b/NAME~    one object: 8 bytes magic, 16 random bytes (its ETag), then the content
/// ROOT/tmp/RANDOM           an object being written; left-overs are removed at start when older than a day
/// ROOT/lock                 held during a conditional put
/// </code>
/// The '~' keeps an object "a" apart from the directory of an object "a/b".
/// </remarks>
public sealed class LocalObjectStore : IObjectStore
{
    private const int HeaderBytes = 24;
    private const char Suffix = '~';
    private static readonly TimeSpan s_temporaryLifetime = TimeSpan.FromDays(1);

    private readonly string _objects;
    private readonly string _temporary;
    private readonly string _lockPath;
    private readonly Lock _lock = new();

    public LocalObjectStore(string root)
    {
        root = Path.GetFullPath(root);
        _objects = Path.Combine(root, "objects");
        _temporary = Path.Combine(root, "tmp");
        _lockPath = Path.Combine(root, "lock");
        Directory.CreateDirectory(_objects);
        Directory.CreateDirectory(_temporary);
        foreach (FileInfo left in new DirectoryInfo(_temporary).EnumerateFiles())
        {
            if (DateTime.UtcNow - left.LastWriteTimeUtc > s_temporaryLifetime)
                left.Delete();
        }
    }

    private static ReadOnlySpan<byte> Magic => "STRATAO1"u8;

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> bytes, PutCondition condition = default, CancellationToken cancellation = default)
    {
        string target = FileOf(key);
        return new(Guard(key, () =>
        {
            string temporary = WriteTemporary(file => RandomAccess.Write(file, bytes.Span, HeaderBytes), out string etag);
            Publish(key, temporary, target, condition);
            return etag;
        }));
    }

    public ValueTask<string> PutLargeAsync(string key, Stream source, CancellationToken cancellation = default)
    {
        string target = FileOf(key);
        return new(Guard(key, () =>
        {
            string temporary = WriteTemporary(file => CopyTo(source, file), out string etag);
            Publish(key, temporary, target, default);
            return etag;
        }));
    }

    public ValueTask<ObjectData?> GetAsync(string key, CancellationToken cancellation = default)
    {
        string path = FileOf(key);
        return new(Guard(key, () =>
        {
            using SafeFileHandle? file = OpenExisting(path);
            if (file is null)
                return null;
            byte[] content = new byte[RandomAccess.GetLength(file) - HeaderBytes];
            LocalFileSystem.ReadFully(file, HeaderBytes, content);
            return new ObjectData(content, ReadETag(key, file));
        }));
    }

    public ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellation = default)
    {
        string path = FileOf(key);
        return new(Guard(key, () =>
        {
            using SafeFileHandle file = OpenExisting(path) ??
                throw new ObjectStoreException(ObjectStoreErrorKind.NotFound, $"no object \"{key}\"");
            return LocalFileSystem.ReadFully(file, HeaderBytes + offset, destination.Span);
        }));
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (ObjectInfo info in Guard(prefix, () => ListSorted(prefix)))
            yield return await ValueTask.FromResult(info);
    }

    public ValueTask DeleteAsync(string key, CancellationToken cancellation = default)
    {
        string path = FileOf(key);
        Guard(key, () =>
        {
            if (!File.Exists(path))
                return false;
            File.Delete(path);
            PosixSync.SyncDirectory(Path.GetDirectoryName(path)!);
            return true;
        });
        return default;
    }

    private List<ObjectInfo> ListSorted(string prefix)
    {
        // Only the deepest directory that the prefix names is walked.
        string start = Path.Combine(_objects, prefix[..(prefix.LastIndexOf('/') + 1)]);
        List<ObjectInfo> found = [];
        if (!Directory.Exists(start))
            return found;
        foreach (FileInfo file in new DirectoryInfo(start).EnumerateFiles("*" + Suffix, SearchOption.AllDirectories))
        {
            string key = Path.GetRelativePath(_objects, file.FullName)[..^1];
            if (key.StartsWith(prefix, StringComparison.Ordinal))
                found.Add(new ObjectInfo(key, file.Length - HeaderBytes));
        }
        found.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        return found;
    }

    private string FileOf(string key)
    {
        ObjectKeys.Validate(key);
        return Path.Combine(_objects, key + Suffix);
    }

    private string WriteTemporary(Action<SafeFileHandle> writeContent, out string etag)
    {
        byte[] version = RandomNumberGenerator.GetBytes(16);
        etag = Convert.ToHexStringLower(version);
        string path = Path.Combine(_temporary, etag);
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(file, Magic, 0);
            RandomAccess.Write(file, version, Magic.Length);
            writeContent(file);
            PosixSync.SyncData(file, path);
            return path;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private void Publish(string key, string temporary, string target, PutCondition condition)
    {
        try
        {
            string directory = Path.GetDirectoryName(target)!;
            CreateDurably(directory);
            if (condition.IfAbsent)
            {
                if (!PosixSync.TryLink(temporary, target))
                    throw new ObjectStoreException(ObjectStoreErrorKind.ConditionFailed, $"\"{key}\" exists");
                File.Delete(temporary);
            }
            else if (condition.IfMatch is { } expected)
            {
                lock (_lock)
                {
                    using SafeFileHandle held = AcquireLockFile();
                    using SafeFileHandle? existing = OpenExisting(target);
                    if (existing is null || ReadETag(key, existing) != expected)
                        throw new ObjectStoreException(ObjectStoreErrorKind.ConditionFailed, $"\"{key}\" is not at version {expected}");
                    File.Move(temporary, target, overwrite: true);
                }
            }
            else
            {
                File.Move(temporary, target, overwrite: true);
            }
            PosixSync.SyncDirectory(directory);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Creates a directory and makes each new name on the way durable.</summary>
    private static void CreateDurably(string directory)
    {
        if (Directory.Exists(directory))
            return;
        string parent = Path.GetDirectoryName(directory)!;
        CreateDurably(parent);
        Directory.CreateDirectory(directory);
        PosixSync.SyncDirectory(parent);
    }

    /// <summary>Another process holds the lock for the length of one rename, so waiting in short steps is enough.</summary>
    private SafeFileHandle AcquireLockFile()
    {
        const int Attempts = 2000;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return File.OpenHandle(_lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < Attempts)
            {
                Thread.Sleep(1);
            }
        }
    }

    private static SafeFileHandle? OpenExisting(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string ReadETag(string key, SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (LocalFileSystem.ReadFully(file, 0, header) < HeaderBytes || !header.StartsWith(Magic))
            throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"the file of object \"{key}\" is damaged");
        return Convert.ToHexStringLower(header[Magic.Length..]);
    }

    private static void CopyTo(Stream source, SafeFileHandle file)
    {
        byte[] buffer = new byte[1 << 20];
        long offset = HeaderBytes;
        for (int read; (read = source.Read(buffer)) > 0; offset += read)
            RandomAccess.Write(file, buffer.AsSpan(0, read), offset);
    }

    /// <summary>Turns the machine's errors into the one exception of object stores.</summary>
    private static T Guard<T>(string key, Func<T> body)
    {
        try
        {
            return body();
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ObjectStoreException(ObjectStoreErrorKind.Refused, $"\"{key}\": {error.Message}", error);
        }
        catch (IOException error)
        {
            throw new ObjectStoreException(ObjectStoreErrorKind.Unavailable, $"\"{key}\": {error.Message}", error);
        }
    }
}
