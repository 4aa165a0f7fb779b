using System.Globalization;

namespace Strata.Platform;

/// <summary>How much a log line matters. A system test fails on an unexpected <see cref="Warning"/> or <see cref="Error"/>.</summary>
public enum LogLevel
{
    Debug,
    Info,
    Warning,
    Error,
}

/// <summary>
/// Writes one line per event: UTC time, level, component, message. A failure is logged once, where it is handled. Thread-safe.
/// </summary>
public sealed class Log
{
    private readonly TextWriter _writer;
    private readonly TimeProvider _time;
    private readonly LogLevel _minimum;
    private readonly string _component;

    /// <param name="writer">Used by this log and those made by <see cref="For"/> one at a time; a second log over the same writer needs one that is thread-safe itself.</param>
    public Log(TextWriter writer, TimeProvider time, string component, LogLevel minimum = LogLevel.Info)
    {
        _writer = TextWriter.Synchronized(writer);
        _time = time;
        _component = component;
        _minimum = minimum;
    }

    /// <summary>A log that keeps nothing.</summary>
    public static Log None { get; } = new(TextWriter.Null, TimeProvider.System, "", LogLevel.Error);

    /// <summary>The same log under another component name, such as <c>safekeeper-1/timeline</c>.</summary>
    public Log For(string component) => new(_writer, _time, component, _minimum);

    public bool IsEnabled(LogLevel level) => level >= _minimum;

    public void Debug(string message) => Write(LogLevel.Debug, message);
    public void Info(string message) => Write(LogLevel.Info, message);
    public void Warn(string message) => Write(LogLevel.Warning, message);
    public void Error(string message, Exception? error = null) =>
        Write(LogLevel.Error, error is null ? message : $"{message}: {error}");

    private void Write(LogLevel level, string message)
    {
        if (level < _minimum)
            return;
        string label = level switch
        {
            LogLevel.Debug => "DEBUG",
            LogLevel.Info => "INFO",
            LogLevel.Warning => "WARN",
            _ => "ERROR",
        };
        string time = _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        try
        {
            _writer.WriteLine($"{time} {label,-5} {_component} {message}");
            _writer.Flush();
        }
        catch (IOException)
        {
            // A full disk or a closed pipe behind the log must not stop what the log is about.
        }
    }
}
