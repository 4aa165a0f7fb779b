using System.Globalization;

namespace Strata.Host.Processes;

/// <summary>
/// The file that a role's standard error goes to. A full disk costs lines, not the role or its supervisor: what could not be written is counted, and said as soon as something can be. Thread-safe.
/// </summary>
internal sealed class RoleLog(string path) : IDisposable
{
    private readonly Lock _lock = new();
    private StreamWriter? _writer;
    private long _lost;
    private bool _disposed;

    /// <summary>Appends a line; never throws for what the disk does.</summary>
    public void WriteLine(string line)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            try
            {
                _writer ??= new StreamWriter(path, append: true) { AutoFlush = true };
                if (_lost > 0)
                {
                    _writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"({_lost} lines could not be written)"));
                    _lost = 0;
                }
                _writer.WriteLine(line);
            }
            catch (IOException)
            {
                _lost++;
                Close();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Close();
        }
    }

    private void Close()
    {
        StreamWriter? writer = _writer;
        _writer = null;
        try
        {
            writer?.Dispose();
        }
        catch (IOException)
        {
            // What its buffer held is lost with the line that did not fit.
            _lost++;
        }
    }
}
