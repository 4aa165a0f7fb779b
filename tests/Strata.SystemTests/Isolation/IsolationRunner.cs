using System.Text;
using Npgsql;

namespace Strata.SystemTests.Isolation;

/// <summary>
/// Runs an <see cref="IsolationFile"/> on a server and writes down what each step answered, and which had to wait for others. The same on PostgreSQL and on Strata: who waits is asked of
/// <c>pg_blocking_pids</c>.
/// </summary>
public sealed class IsolationRunner(string connectionString) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly NpgsqlConnection _monitor = Open(connectionString);

    /// <summary>The record of all runs.</summary>
    public string Run(IsolationFile file)
    {
        StringBuilder record = new();
        foreach (IsolationStep[] run in file.Runs)
        {
            record.Append("run: ").AppendJoin(' ', run.Select(static step => step.FullName)).Append('\n');
            foreach (string sql in file.Setup)
                Execute(sql);
            Run(file, run, record);
            foreach (string sql in file.Teardown)
                Execute(sql);
            record.Append('\n');
        }
        return record.ToString();
    }

    public void Dispose() => _monitor.Dispose();

    private static NpgsqlConnection Open(string connectionString)
    {
        NpgsqlConnection connection = new(connectionString);
        connection.Open();
        return connection;
    }

    private void Run(IsolationFile file, IsolationStep[] run, StringBuilder record)
    {
        Dictionary<string, IsolationSession> sessions = file.Sessions.ToDictionary(static name => name, name => new IsolationSession(name, connectionString));
        try
        {
            foreach (IsolationStep step in run)
            {
                IsolationSession session = sessions[step.Session];
                if (session.Current is not null)
                {
                    // Its turn has come again while it still waits: the others must first let it go, and never will. The record says so.
                    record.Append($"{step.FullName}: <not run, {session.Current.Name} waits>\n");
                    continue;
                }
                session.Start(step);
                Settle(sessions.Values, file.Patience);
                if (!session.IsDone)
                    record.Append($"{step.FullName}: <waits>\n");
                else
                    Write(record, session);
                foreach (IsolationSession other in sessions.Values)
                {
                    if (other.Current is not null && other.IsDone)
                        Write(record, other);
                }
            }
            foreach (IsolationSession session in sessions.Values)
            {
                if (session.Current is not null)
                    record.Append($"{session.Current.FullName}: <waits for ever>\n");
            }
        }
        finally
        {
            foreach (IsolationSession session in sessions.Values)
                Cancel(session);
        }
    }

    private void Cancel(IsolationSession session)
    {
        if (session.Current is not null && !session.IsDone)
        {
            Execute($"SELECT pg_terminate_backend({session.ProcessId})");
            session.Take();
        }
        session.Dispose();
    }

    private static void Write(StringBuilder record, IsolationSession session)
    {
        string name = session.Current!.FullName;
        record.Append(name).Append(": ").Append(session.Take().TrimEnd('\n').Replace("\n", "\n  ", StringComparison.Ordinal)).Append('\n');
    }

    /// <summary>Waits until every session is done with its step or waits for another one.</summary>
    private void Settle(IEnumerable<IsolationSession> sessions, TimeSpan patience)
    {
        long start = TimeProvider.System.GetTimestamp();
        int still = 0;
        long blockedSince = start;
        while (TimeProvider.System.GetElapsedTime(start) < s_patience)
        {
            IsolationSession[] busy = [.. sessions.Where(static session => session.Current is not null && !session.IsDone)];
            if (busy.Length == 0)
                return;
            // Twice, with a pause: who was let go a moment ago may be about to wait for somebody else, or to answer.
            still = busy.All(IsBlocked) ? still + 1 : 0;
            if (still == 0)
                blockedSince = TimeProvider.System.GetTimestamp();
            if (still >= 3 && TimeProvider.System.GetElapsedTime(blockedSince) >= patience)
                return;
            StrataInstance.Pause();
        }
        throw new TimeoutException("a step neither ended nor waited for another session");
    }

    private bool IsBlocked(IsolationSession session)
    {
        using NpgsqlCommand command = new(
            $"SELECT cardinality(pg_blocking_pids({session.ProcessId})) > 0 OR cardinality(pg_safe_snapshot_blocking_pids({session.ProcessId})) > 0", _monitor);
        return (bool)command.ExecuteScalar()!;
    }

    private void Execute(string sql)
    {
        using NpgsqlCommand command = new(sql, _monitor);
        command.ExecuteNonQuery();
    }
}
