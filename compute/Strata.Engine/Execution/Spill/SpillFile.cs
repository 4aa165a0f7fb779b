using Strata.Engine.Storage;
using Strata.Engine.Types;
using Strata.Format;
using Strata.Platform;

namespace Strata.Engine.Execution.Spill;

/// <summary>A temporary file that only grows until it is disposed of, which removes it. One thread writes at a time; several may read.</summary>
internal sealed class SpillFile : IDisposable
{
    private readonly SpillScope _scope;
    private readonly TemporaryFiles _files;
    private readonly TemporarySpace? _space;
    private readonly IFile _file;
    private readonly string _name;
    private int _disposed;

    public SpillFile(SpillScope scope, TemporaryFiles files, TemporarySpace? space)
    {
        _scope = scope;
        _files = files;
        _space = space;
        _file = files.Create(out _name);
    }

    /// <summary>Bytes written.</summary>
    public long LengthBytes { get; private set; }

    /// <summary>Writes behind what is there. Throws 53400 beyond <c>temp_file_limit</c>, 53100 when the disk is full, 58030.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _space?.Take(bytes.Length, _scope.Settings.TemporaryFileLimitBytes);
        // What was taken is given back with the file, whether or not the write succeeds.
        long offset = LengthBytes;
        LengthBytes += bytes.Length;
        try
        {
            _file.Write(offset, bytes);
            ResourceUsage.CountTemporary(0, bytes.Length);
        }
        catch (IOException error)
        {
            throw TemporaryFiles.Failure("write to", _name, error);
        }
    }

    /// <summary>Reads what was written. Throws 58030.</summary>
    public void Read(long offset, Span<byte> target)
    {
        try
        {
            Invariant.Check(_file.Read(offset, target) == target.Length);
            ResourceUsage.CountTemporary(target.Length, 0);
        }
        catch (IOException error)
        {
            throw TemporaryFiles.Failure("read from", _name, error);
        }
    }

    /// <summary>Removes the file. Harmless when done already.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _files.Delete(_file, _name);
        _space?.Give(_name, LengthBytes);
        _scope.Forget(this);
    }
}
