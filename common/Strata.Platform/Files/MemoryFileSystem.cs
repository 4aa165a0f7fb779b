namespace Strata.Platform;

/// <summary>
/// An <see cref="IFileSystem"/> in memory that knows what a crash may lose. Every file keeps its synced content beside its
/// current one, and every directory its synced names; <see cref="CrashClone"/> gives what a machine could find after a power cut.
/// </summary>
/// <remarks>
/// A crash keeps all synced bytes. Of the bytes written since, each sector of <see cref="SectorBytes"/> is kept or lost by the given random source,
/// so torn and reordered writes both occur. A name whose directory was not synced is likewise kept or lost. Thread-safe.
/// </remarks>
public sealed class MemoryFileSystem : IFileSystem
{
    /// <summary>The unit that a disk writes atomically.</summary>
    public const int SectorBytes = 512;

    private readonly State _state;
    private readonly string _directory;

    /// <summary>An empty file system with a capacity in bytes; writes past it fail as on a full disk.</summary>
    public MemoryFileSystem(long capacityBytes = long.MaxValue)
        : this(new State { CapacityBytes = capacityBytes }, "")
    {
    }

    private MemoryFileSystem(State state, string directory)
    {
        _state = state;
        _directory = directory;
    }

    public long FreeBytes
    {
        get
        {
            lock (_state)
                return _state.CapacityBytes - _state.UsedBytes;
        }
    }

    /// <summary>What is found after a crash at this moment. The clone is independent of this file system, whose open files go on for their old owner.</summary>
    public MemoryFileSystem CrashClone(IRandom random)
    {
        lock (_state)
        {
            State after = new() { CapacityBytes = _state.CapacityBytes };
            SortedSet<string> names = new(_state.Names.Keys, StringComparer.Ordinal);
            names.UnionWith(_state.SyncedNames.Keys);
            foreach (string name in names)
            {
                _state.Names.TryGetValue(name, out Node? current);
                _state.SyncedNames.TryGetValue(name, out Node? synced);
                Node? survivor = current == synced || random.Next(2) == 0 ? synced : current;
                if (survivor is null)
                    continue;
                Node copy = survivor.Crash(random);
                after.Names[name] = copy;
                after.SyncedNames[name] = copy;
                after.UsedBytes += copy.Content.Length;
            }
            return new MemoryFileSystem(after, _directory);
        }
    }

    public IFile Open(string path, FileOpenMode mode)
    {
        string full = Full(path);
        lock (_state)
        {
            bool exists = _state.Names.TryGetValue(full, out Node? node);
            if (!exists && mode is FileOpenMode.Read or FileOpenMode.ReadWrite)
                throw new FileNotFoundException($"no file \"{full}\"", full);
            if (exists && mode == FileOpenMode.CreateNew)
                throw new IOException($"file \"{full}\" exists");
            if (node is null)
                _state.Names[full] = node = new Node();
            return new MemoryFile(_state, node, mode != FileOpenMode.Read);
        }
    }

    public bool Exists(string path)
    {
        lock (_state)
            return _state.Names.ContainsKey(Full(path));
    }

    public void Delete(string path)
    {
        lock (_state)
            Remove(Full(path));
    }

    public void Rename(string from, string to)
    {
        lock (_state)
        {
            string source = Full(from), target = Full(to);
            if (!_state.Names.TryGetValue(source, out Node? node))
                throw new FileNotFoundException($"no file \"{source}\"", source);
            if (source == target)
                return;
            Remove(target);
            _state.Names.Remove(source);
            _state.Names[target] = node;
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        string prefix = Full(directory);
        prefix = prefix.Length == 0 ? "" : prefix + "/";
        SortedSet<string> names = new(StringComparer.Ordinal);
        lock (_state)
        {
            foreach (string path in _state.Names.Keys.Concat(_state.Directories))
            {
                if (path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal))
                    names.Add(path[prefix.Length..].Split('/')[0]);
            }
        }
        return [.. names];
    }

    public void CreateDirectory(string directory)
    {
        lock (_state)
            _state.Directories.Add(Full(directory));
    }

    public void DeleteDirectory(string directory)
    {
        string full = Full(directory);
        lock (_state)
        {
            foreach (string path in _state.Names.Keys.Where(path => path.StartsWith(full + "/", StringComparison.Ordinal)).ToArray())
                Remove(path);
            _state.Directories.RemoveWhere(path => path == full || path.StartsWith(full + "/", StringComparison.Ordinal));
        }
    }

    public void SyncDirectory(string directory)
    {
        string full = Full(directory);
        lock (_state)
        {
            foreach (string name in _state.SyncedNames.Keys.Where(name => FilePaths.Parent(name) == full).ToArray())
            {
                if (!_state.Names.ContainsKey(name))
                    _state.SyncedNames.Remove(name);
            }
            foreach ((string name, Node node) in _state.Names)
            {
                if (FilePaths.Parent(name) == full)
                    _state.SyncedNames[name] = node;
            }
        }
    }

    public IFileSystem Under(string directory) => new MemoryFileSystem(_state, Full(directory));

    private string Full(string path) => FilePaths.Combine(_directory, FilePaths.Validate(path));

    private void Remove(string full)
    {
        if (_state.Names.Remove(full, out Node? node))
            _state.UsedBytes -= node.Content.Length;
    }

    private sealed class State
    {
        public readonly SortedDictionary<string, Node> Names = new(StringComparer.Ordinal);
        public readonly SortedDictionary<string, Node> SyncedNames = new(StringComparer.Ordinal);
        public readonly HashSet<string> Directories = [];
        public long CapacityBytes;
        public long UsedBytes;
    }

    private sealed class Node
    {
        public byte[] Content = [];
        public byte[] Synced = [];

        /// <summary>The content after a crash; the length goes with the last sector.</summary>
        public Node Crash(IRandom random)
        {
            if (Content.AsSpan().SequenceEqual(Synced))
                return new Node { Content = [.. Synced], Synced = [.. Synced] };
            int length = random.Next(2) == 0 ? Synced.Length : Content.Length;
            byte[] after = new byte[length];
            for (int start = 0; start < length; start += SectorBytes)
            {
                byte[] from = random.Next(2) == 0 ? Synced : Content;
                int count = Math.Min(SectorBytes, Math.Min(length, from.Length) - start);
                if (count > 0)
                    from.AsSpan(start, count).CopyTo(after.AsSpan(start));
            }
            return new Node { Content = after, Synced = [.. after] };
        }
    }

    private sealed class MemoryFile(State state, Node node, bool writable) : IFile
    {
        private int _length = node.Content.Length;

        public long Length
        {
            get
            {
                lock (state)
                    return node.Content.Length;
            }
        }

        public int Read(long offset, Span<byte> destination)
        {
            lock (state)
            {
                if (offset >= node.Content.Length)
                    return 0;
                int count = (int)Math.Min(destination.Length, node.Content.Length - offset);
                node.Content.AsSpan((int)offset, count).CopyTo(destination);
                return count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            lock (state)
            {
                if (offset + source.Length > node.Content.Length)
                    Resize(offset + source.Length);
                source.CopyTo(node.Content.AsSpan((int)offset));
            }
        }

        public void SetLength(long length)
        {
            lock (state)
                Resize(length);
        }

        public void SyncData()
        {
            lock (state)
                node.Synced = [.. node.Content];
        }

        public void Dispose() => _length = -1;

        private void Resize(long length)
        {
            ObjectDisposedException.ThrowIf(_length < 0, this);
            if (!writable)
                throw new UnauthorizedAccessException("the file was opened read-only");
            long growth = length - node.Content.Length;
            if (growth > state.CapacityBytes - state.UsedBytes)
                throw new IOException("No space left on device");
            Array.Resize(ref node.Content, checked((int)length));
            state.UsedBytes += growth;
        }
    }
}
