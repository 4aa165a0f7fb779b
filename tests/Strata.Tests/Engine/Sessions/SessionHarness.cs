using Xunit;
using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Platform;

namespace Strata.Tests.Engine.Sessions;

/// <summary>An engine over an in-memory timeline, and sessions that are asked in SQL and answer in text.</summary>
public sealed class SessionHarness : IDisposable
{
    public SessionHarness(InMemoryTimeline? timeline = null, string? verifier = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        Timeline = timeline ?? new InMemoryTimeline();
        Engine = EngineInstance.Open(new EngineOptions
        {
            Pages = Timeline,
            Wal = Timeline,
            Scheduler = new ThreadScheduler((_, error) => throw error),
            Random = new SeededRandom(1),
            BufferPoolBytes = 8 << 20,
            BootstrapVerifier = verifier,
            Autovacuum = false,
            Settings = settings ?? new Dictionary<string, string>(),
        });
    }

    public InMemoryTimeline Timeline { get; }

    public EngineInstance Engine { get; }

    public TestSession Connect(string user = "postgres", string database = "postgres") => new(Engine, user, database);

    /// <summary>Ends this life and opens the same timeline again.</summary>
    public SessionHarness Restart()
    {
        InMemoryTimeline next = Timeline.Crash();
        Dispose();
        return new SessionHarness(next);
    }

    public void Dispose() => Engine.Dispose();
}

/// <summary>A session with its answers as lines: column names, rows with '|', tags, ERROR and NOTICE lines.</summary>
public sealed class TestSession : ISessionOutput, IDisposable
{
    private readonly ArrayBufferWriter<byte> _messages = new();
    private readonly List<string> _lines = [];

    public TestSession(EngineInstance engine, string user, string database)
    {
        Session = engine.OpenSession(new SessionStartup { User = user, Database = database }, this);
        _lines.Clear();
    }

    public SqlSession Session { get; }

    /// <summary>The error of the last statement, or null.</summary>
    public Diagnostic? LastError { get; private set; }

    public Dictionary<string, string> Parameters { get; } = [];

    /// <summary>Runs a simple query; returns everything that was said, one line each.</summary>
    public string Run(string sql)
    {
        LastError = null;
        Session.SimpleQuery(Encoding.UTF8.GetBytes(sql));
        return Take();
    }

    /// <summary>Runs a simple query that must not fail; returns its rows only.</summary>
    public string Rows(string sql)
    {
        LastError = null;
        RowsOnly = true;
        Session.SimpleQuery(Encoding.UTF8.GetBytes(sql));
        RowsOnly = false;
        string text = Take();
        Assert.True(LastError is null, $"{sql}\n{LastError?.Message}\n{LastError?.Where}");
        return text;
    }

    private bool RowsOnly { get; set; }

    /// <summary>Runs a query that must fail; returns its SQLSTATE and message.</summary>
    public string Error(string sql)
    {
        Run(sql);
        Assert.NotNull(LastError);
        return $"{LastError.SqlState} {LastError.Message}";
    }

    /// <summary>Sends the data of a COPY FROM STDIN.</summary>
    public string Copy(string sql, string data)
    {
        LastError = null;
        SessionStep step = Session.SimpleQuery(Encoding.UTF8.GetBytes(sql));
        // In small pieces, so that lines and characters are cut.
        byte[] bytes = Encoding.UTF8.GetBytes(data);
        for (int i = 0; step == SessionStep.NeedsCopyData && i < bytes.Length; i += 7)
            step = Session.CopyData(bytes.AsSpan(i, Math.Min(7, bytes.Length - i)));
        if (step == SessionStep.NeedsCopyData)
            Session.CopyDone();
        return Take();
    }

    public string Take()
    {
        ReadMessages();
        string text = string.Join('\n', _lines);
        _lines.Clear();
        return text;
    }

    IBufferWriter<byte> ISessionOutput.Messages => _messages;

    public void BatchWritten() => ReadMessages();

    private void ReadMessages()
    {
        ReadOnlySpan<byte> rest = _messages.WrittenSpan;
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest[1..]);
            ReadOnlySpan<byte> body = rest.Slice(5, length - 4);
            _lines.Add(rest[0] switch { (byte)'d' => Encoding.UTF8.GetString(body).TrimEnd('\n'), (byte)'V' => Value(body), _ => Row(body) });
            rest = rest[(length + 1)..];
        }

        _messages.Clear();
    }

    // The result of a function call message.
    private static string Value(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadInt32BigEndian(body) < 0 ? "result NULL" : "result " + Encoding.UTF8.GetString(body[4..]);

    private static string Row(ReadOnlySpan<byte> body)
    {
        int count = BinaryPrimitives.ReadInt16BigEndian(body);
        body = body[2..];
        var values = new string[count];
        for (int i = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[4..];
            values[i] = length < 0 ? "" : Encoding.UTF8.GetString(body[..length]);
            body = body[Math.Max(length, 0)..];
        }

        return string.Join('|', values);
    }

    private void Say(string line)
    {
        ReadMessages();
        if (!RowsOnly)
            _lines.Add(line);
    }

    public void RowDescription(ReadOnlySpan<ResultColumn> columns, ReadOnlySpan<short> formats)
    {
        var names = new string[columns.Length];
        for (int i = 0; i < names.Length; i++)
            names[i] = columns[i].Name;
        Say(string.Join('|', names));
    }

    public void ParameterDescription(ReadOnlySpan<uint> typeOids) => Say("parameters " + string.Join(',', typeOids.ToArray()));

    public void ParseComplete()
    {
    }

    public void BindComplete()
    {
    }

    public void CloseComplete()
    {
    }

    public void NoData() => Say("no data");

    public void CommandComplete(ReadOnlySpan<byte> tag) => Say(Encoding.ASCII.GetString(tag));

    public void EmptyQueryResponse() => Say("(empty)");

    public void PortalSuspended() => Say("(suspended)");

    public void Error(Diagnostic error)
    {
        LastError = error;
        Say($"ERROR {error.SqlState}: {error.Message}" + (error.Detail is null ? "" : $" DETAIL: {error.Detail}") + (error.Hint is null ? "" : $" HINT: {error.Hint}"));
    }

    public void Notice(Diagnostic notice) => Say($"{notice.Severity}: {notice.Message}");

    public void ParameterStatus(string name, string value) => Parameters[name] = value;

    public void NotificationResponse(int processId, string channel, string payload) => Say($"notification {channel} {payload}");

    public void CopyInResponse(bool binary, int columns) => Say($"copy in {columns}");

    public void CopyOutResponse(bool binary, int columns) => Say($"copy out {columns}");

    public void CopyDone()
    {
    }

    public void Dispose() => Session.Dispose();
}
