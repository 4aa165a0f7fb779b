using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Strata.Host;

/// <summary>
/// The directory that <c>strata up</c> keeps everything in. Held by one process at a time.
/// <code>
/// DIR/strata.version    version of this layout
/// DIR/strata.lock       held while running
/// DIR/password          password of role postgres, readable by the owner only
/// DIR/objects           the object store, unless another is given
/// DIR/safekeeper-N      WAL
/// DIR/pageserver        cache of layers
/// DIR/compute           temporary files
/// DIR/tls               certificate of --tls, unless one is given; its key is readable by the owner only
/// DIR/run/ROLE.pid      process ids, with --processes
/// DIR/log/ROLE.log      logs, with --processes
/// </code>
/// </summary>
public sealed class DataDirectory : IDisposable
{
    private const int LayoutVersion = 1;
    private const int PasswordBytes = 18;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Opens or creates it. Throws <see cref="HostException"/> when it is in use, of a newer version, or not ours.</summary>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(path);
            string versionPath = System.IO.Path.Combine(path, "strata.version");
            if (!File.Exists(versionPath) && Directory.EnumerateFileSystemEntries(path).Any())
                throw new HostException($"{path} is not empty and is not a Strata data directory");
            FileStream held = Lock(System.IO.Path.Combine(path, "strata.lock"), path);
            if (!File.Exists(versionPath))
                File.WriteAllText(versionPath, LayoutVersion.ToString(CultureInfo.InvariantCulture) + "\n");
            string text = File.ReadAllText(versionPath).Trim();
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version == LayoutVersion)
                return new DataDirectory(path, held);
            held.Dispose();
            throw new HostException(version > LayoutVersion
                ? $"{path} was written by a newer version of Strata (layout {version}, this one knows {LayoutVersion})"
                : $"{path}/strata.version is damaged: \"{text}\"");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"data directory {path}: {error.Message}", error);
        }
    }

    /// <summary>A directory below, created.</summary>
    public string Under(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>The password of role postgres: read, or made at the first start.</summary>
    public string Password()
    {
        string path = System.IO.Path.Combine(Path, "password");
        if (File.Exists(path))
            return File.ReadAllText(path).Trim();
        string password = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(PasswordBytes));
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using StreamWriter writer = new(path, options);
        writer.WriteLine(password);
        return password;
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string lockPath, string path)
    {
        try
        {
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new HostException($"{path} is in use by another strata", error);
        }
    }
}
