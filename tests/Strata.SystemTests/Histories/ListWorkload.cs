using System.Collections.Concurrent;
using System.Data;
using System.Globalization;
using Npgsql;

namespace Strata.SystemTests.Histories;

/// <summary>
/// Sessions that read and append to lists in transactions of one isolation level, and write down what they saw. Lists are kept as text in a row, or as rows of their own that are found by an index.
/// </summary>
public sealed class ListWorkload(StrataInstance instance, IsolationLevel level, int seed)
{
    private const int Keys = 8;
    private const int OperationsMax = 4;

    private readonly ConcurrentQueue<(int Session, List<HistoryOperation> Operations, HistoryOutcome Outcome)> _history = new();
    private readonly List<Thread> _sessions = [];
    private long _nextValue;
    private int _committed;
    private volatile bool _stopping;

    /// <summary>How a session connects; null for the instance's port.</summary>
    public Func<int, NpgsqlConnection>? Connection { get; set; }

    /// <summary>How many transactions ended in each way.</summary>
    public IReadOnlyDictionary<HistoryOutcome, int> Outcomes => _history.GroupBy(static entry => entry.Outcome).ToDictionary(static group => group.Key, static group => group.Count());

    /// <summary>Transactions that committed so far.</summary>
    public int Committed => Volatile.Read(ref _committed);

    public void CreateTables() => instance.Execute("""
        DROP TABLE IF EXISTS list, element;
        CREATE TABLE list (k int PRIMARY KEY, items text NOT NULL);
        CREATE TABLE element (k int, position int, item bigint NOT NULL, PRIMARY KEY (k, position));
        """);

    public void Start(int sessions)
    {
        for (int session = 0; session < sessions; session++)
        {
            int number = session;
            Thread thread = new(() => Run(number, new Random((seed * 1000) + number))) { IsBackground = true };
            _sessions.Add(thread);
            thread.Start();
        }
    }

    public void Stop()
    {
        _stopping = true;
        _sessions.ForEach(static session => session.Join());
    }

    /// <summary>Anomalies of the history that the level forbids.</summary>
    public IReadOnlyList<string> Check()
    {
        HistoryTransaction[] history = [.. _history.Select(static (entry, number) => new HistoryTransaction(number, entry.Session, entry.Operations, entry.Outcome))];
        Dictionary<int, long[]> final = [];
        using NpgsqlConnection connection = instance.Connect();
        for (int key = 0; key < Keys; key++)
            final[key] = Read(connection, key);
        return HistoryChecker.Check(history, final, level);
    }

    private void Run(int session, Random random)
    {
        NpgsqlConnection? connection = null;
        while (!_stopping)
        {
            List<HistoryOperation> operations = [];
            bool committing = false;
            try
            {
                connection ??= Connection?.Invoke(session) ?? instance.Connect();
                using NpgsqlTransaction transaction = connection.BeginTransaction(level);
                for (int i = random.Next(1, OperationsMax + 1); i > 0; i--)
                {
                    int key = random.Next(Keys);
                    if (random.Next(2) == 0)
                    {
                        operations.Add(new HistoryOperation(key, 0, Read(connection, key)));
                        continue;
                    }
                    long value = Interlocked.Increment(ref _nextValue);
                    operations.Add(new HistoryOperation(key, value, null));
                    Append(connection, key, value);
                }
                committing = true;
                transaction.Commit();
                _history.Enqueue((session, operations, HistoryOutcome.Committed));
                Interlocked.Increment(ref _committed);
            }
            catch (Exception error) when (error is NpgsqlException or InvalidOperationException or TimeoutException or IOException)
            {
                bool surelyAborted = error is PostgresException { SqlState: "40P01" or "40001" or "23505" or "55P03" } || !committing;
                if (operations.Count > 0)
                    _history.Enqueue((session, operations, surelyAborted ? HistoryOutcome.Aborted : HistoryOutcome.Unknown));
                if (error is PostgresException { SqlState: "40P01" or "40001" or "23505" or "55P03" })
                    continue;
                connection?.Dispose();
                connection = null;
                StrataInstance.Pause();
            }
        }
        connection?.Dispose();
    }

    // Even keys are texts that grow, odd ones rows.
    private static void Append(NpgsqlConnection connection, int key, long value)
    {
        string sql = key % 2 == 0
            ? $"INSERT INTO list VALUES ({key}, '{value}') ON CONFLICT (k) DO UPDATE SET items = list.items || ',{value}'"
            : $"INSERT INTO element SELECT {key}, coalesce(max(position), 0) + 1, {value} FROM element WHERE k = {key}";
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    private static long[] Read(NpgsqlConnection connection, int key)
    {
        string sql = key % 2 == 0 ? $"SELECT items FROM list WHERE k = {key}" : $"SELECT string_agg(item::text, ',' ORDER BY position) FROM element WHERE k = {key}";
        using NpgsqlCommand command = new(sql, connection);
        return command.ExecuteScalar() is string text ? [.. text.Split(',').Select(static item => long.Parse(item, CultureInfo.InvariantCulture))] : [];
    }
}
