using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Strata.Engine.Sessions;
using Strata.Engine.Storage;
using Strata.Platform;
using Strata.Sql;

namespace Strata.Tests.Engine.Execution;

/// <summary>
/// Runs SQL on an engine over an in-memory timeline and writes what <c>psql -XAtq -v VERBOSITY=terse</c> would: rows with columns between bars, errors with
/// their position.
/// </summary>
public sealed class SqlRunner : ISessionOutput, IDisposable
{
    private readonly EngineInstance _engine;
    private readonly SqlSession _session;
    private readonly ArrayBufferWriter<byte> _messages = new();
    private readonly StringBuilder _text = new();
    private readonly bool _ownsEngine;

    public SqlRunner()
        : this(static timeline => timeline)
    {
    }

    /// <summary>A runner whose engine writes to a log of the caller's making.</summary>
    public SqlRunner(Func<InMemoryTimeline, IWalSink> log)
        : this(EngineInstance.Open(NewOptions(log)), ownsEngine: true)
    {
    }

    /// <summary>A runner whose engine has other options than the tests' usual ones.</summary>
    public static SqlRunner With(Func<EngineOptions, EngineOptions> change) =>
        new(EngineInstance.Open(change(NewOptions(static timeline => timeline))), ownsEngine: true);

    private SqlRunner(EngineInstance engine, bool ownsEngine)
    {
        _engine = engine;
        _ownsEngine = ownsEngine;
        _session = engine.OpenSession(new SessionStartup { User = "postgres", Database = "postgres" }, this);
    }

    /// <summary>The last error.</summary>
    public Diagnostic? LastError { get; private set; }

    /// <summary>Tags of the commands completed since the last call of <see cref="Run"/>.</summary>
    public List<string> Tags { get; } = [];

    public EngineInstance Engine => _engine;

    /// <summary>What was printed so far.</summary>
    public string Partial => _text.ToString();

    public SqlSession Session => _session;

    public IBufferWriter<byte> Messages => _messages;

    /// <summary>Another session of the same engine.</summary>
    public SqlRunner NewSession() => new(_engine, ownsEngine: false);

    /// <summary>Runs the statements one after the other; returns what they print.</summary>
    public string Run(string sql)
    {
        _text.Clear();
        Tags.Clear();
        LastError = null;
        foreach (Range range in StatementSplitter.Split(sql))
        {
            string statement = sql[range].Trim();
            if (statement.Length == 0)
                continue;
            _session.SimpleQuery(Encoding.UTF8.GetBytes(statement));
            Flush();
        }

        return _text.ToString();
    }

    public void Dispose()
    {
        _session.Dispose();
        if (_ownsEngine)
            _engine.Dispose();
    }

    public void BatchWritten() => Flush();

    public void RowDescription(ReadOnlySpan<ResultColumn> columns, ReadOnlySpan<short> formats)
    {
    }

    public void ParameterDescription(ReadOnlySpan<uint> typeOids)
    {
    }

    public void ParseComplete()
    {
    }

    public void BindComplete()
    {
    }

    public void CloseComplete()
    {
    }

    public void NoData()
    {
    }

    public void CommandComplete(ReadOnlySpan<byte> tag)
    {
        Flush();
        Tags.Add(Encoding.ASCII.GetString(tag));
    }

    public void EmptyQueryResponse()
    {
    }

    public void PortalSuspended()
    {
    }

    public void Error(Diagnostic error)
    {
        Flush();
        LastError = error;
        // As psql: of the statement, or else of the query within that it ran.
        int at = error.Position > 0 ? error.Position : error.InternalPosition;
        string position = at > 0 ? $" at character {at.ToString(CultureInfo.InvariantCulture)}" : "";
        _text.Append(error.Severity).Append(":  ").Append(error.Message).Append(position).Append('\n');
    }

    public void Notice(Diagnostic notice)
    {
        Flush();
        _text.Append(notice.Severity).Append(":  ").Append(notice.Message).Append('\n');
    }

    public void ParameterStatus(string name, string value)
    {
    }

    public void NotificationResponse(int processId, string channel, string payload)
    {
    }

    public void CopyInResponse(bool binary, int columns)
    {
    }

    public void CopyOutResponse(bool binary, int columns)
    {
    }

    public void CopyDone() => Flush();

    private static EngineOptions NewOptions(Func<InMemoryTimeline, IWalSink> log)
    {
        var timeline = new InMemoryTimeline();
        return new EngineOptions
        {
            Pages = timeline,
            Wal = log(timeline),
            Scheduler = new ThreadScheduler(static (_, _) => { }),
            Random = new SeededRandom(1),
            BufferPoolBytes = 32L << 20,
        };
    }

    private void Flush()
    {
        ReadOnlySpan<byte> bytes = _messages.WrittenSpan;
        while (bytes.Length >= 5)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes[1..]) + 1;
            if (bytes[0] == 'D')
                AddRow(bytes[5..length]);
            else if (bytes[0] == 'd')
                _text.Append(Encoding.UTF8.GetString(bytes[5..length]));
            bytes = bytes[length..];
        }

        _messages.Clear();
    }

    private void AddRow(ReadOnlySpan<byte> body)
    {
        int columns = BinaryPrimitives.ReadInt16BigEndian(body);
        body = body[2..];
        for (int i = 0; i < columns; i++)
        {
            if (i > 0)
                _text.Append('|');
            int length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[4..];
            if (length < 0)
                continue;
            _text.Append(Encoding.UTF8.GetString(body[..length]));
            body = body[length..];
        }

        _text.Append('\n');
    }
}
