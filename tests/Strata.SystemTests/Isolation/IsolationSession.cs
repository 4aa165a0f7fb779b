using System.Text;
using Npgsql;

namespace Strata.SystemTests.Isolation;

/// <summary>One session of a run: a connection, and a thread that takes a step at a time.</summary>
internal sealed class IsolationSession : IDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly StringBuilder _notices = new();
    private Thread? _thread;
    private volatile string? _result;

    public IsolationSession(string name, string connectionString)
    {
        Name = name;
        _connection = new NpgsqlConnection(connectionString);
        _connection.Notice += (_, notice) =>
        {
            lock (_notices)
                _notices.Append(notice.Notice.Severity).Append(": ").AppendLine(notice.Notice.MessageText);
        };
        _connection.Notification += (_, notification) =>
        {
            lock (_notices)
                _notices.AppendLine($"NOTIFY {notification.Channel} '{notification.Payload}'{(notification.PID == ProcessId ? " of its own" : "")}");
        };
        _connection.Open();
        ProcessId = _connection.ProcessID;
    }

    public string Name { get; }

    /// <summary>What the server calls it.</summary>
    public int ProcessId { get; }

    /// <summary>The step that it is at; null when it has none.</summary>
    public IsolationStep? Current { get; private set; }

    /// <summary>The step's answer has come.</summary>
    public bool IsDone => _result is not null;

    public void Start(IsolationStep step)
    {
        Current = step;
        _result = null;
        _thread = new Thread(() => _result = Run(step.Sql)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The answer of the step that is done.</summary>
    public string Take()
    {
        _thread!.Join();
        Current = null;
        return _result!;
    }

    public void Dispose()
    {
        if (Current is not null && !IsDone)
            NpgsqlConnection.ClearPool(_connection);
        _connection.Dispose();
    }

    private string Run(string sql)
    {
        StringBuilder text = new();
        try
        {
            using NpgsqlCommand command = new(sql, _connection) { AllResultTypesAreUnknown = true };
            using NpgsqlDataReader reader = command.ExecuteReader();
            do
            {
                while (reader.Read())
                    text.AppendJoin('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? "" : reader.GetString(column))).Append('\n');
            }
            while (reader.NextResult());
            if (reader.RecordsAffected >= 0)
                text.Append('(').Append(reader.RecordsAffected).Append(")\n");
        }
        catch (PostgresException error)
        {
            text.Append("ERROR ").Append(error.SqlState).Append(": ").Append(error.MessageText).Append('\n');
        }
        catch (NpgsqlException error)
        {
            text.Append("BROKEN: ").Append(error.Message).Append('\n');
        }
        lock (_notices)
        {
            text.Insert(0, _notices);
            _notices.Clear();
        }
        return text.Length == 0 ? "ok\n" : text.ToString();
    }
}
