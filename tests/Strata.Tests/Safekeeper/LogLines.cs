using System.Collections.Concurrent;
using System.Text;

namespace Strata.Tests.Safekeeper;

/// <summary>Where the logs of several services of one test go; it can be read while they write. Thread-safe, which a <see cref="StringWriter"/> is not.</summary>
internal sealed class LogLines : TextWriter
{
    private readonly ConcurrentQueue<string> _lines = [];

    public override Encoding Encoding => Encoding.UTF8;

    public string Text => string.Join('\n', _lines);

    public override void Write(char value) => _lines.Enqueue(value.ToString());

    public override void WriteLine(string? value) => _lines.Enqueue(value ?? "");
}
