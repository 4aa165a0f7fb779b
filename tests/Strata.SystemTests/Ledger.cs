using System.Collections.Concurrent;
using Npgsql;

namespace Strata.SystemTests;

/// <summary>
/// Clients that move money and count what was acknowledged: each transfer changes two accounts and inserts one row with a unique number, in one transaction. A client whose connection breaks
/// connects again; a transfer whose outcome it did not hear counts as unknown.
/// </summary>
public sealed class Ledger(StrataInstance instance)
{
    public const int Accounts = 100;
    private const int InitialBalance = 1000;

    private readonly ConcurrentBag<long> _acknowledged = [];
    private readonly ConcurrentBag<long> _unknown = [];
    private readonly List<Thread> _clients = [];
    private long _next;
    private long _lastAcknowledged;
    private volatile bool _stopping;

    /// <summary>Transfers that were acknowledged so far.</summary>
    public int AcknowledgedCount => _acknowledged.Count;

    /// <summary>Transfers whose outcome is unknown so far.</summary>
    public int UnknownCount => _unknown.Count;

    public void CreateTables() => instance.Execute($"""
        CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL);
        CREATE TABLE transfer (number bigint PRIMARY KEY, source int NOT NULL, target int NOT NULL, amount int NOT NULL);
        INSERT INTO account SELECT i, {InitialBalance} FROM generate_series(1, {Accounts}) AS i;
        """);

    public void Start(int clients)
    {
        for (int client = 0; client < clients; client++)
        {
            Random random = new(client + 1);
            Thread thread = new(() => Run(random)) { IsBackground = true };
            _clients.Add(thread);
            thread.Start();
        }
    }

    public void Stop()
    {
        _stopping = true;
        _clients.ForEach(static client => client.Join());
    }

    /// <summary>Blocks until a transfer that begins after this call is acknowledged; returns how long that took.</summary>
    public TimeSpan WaitForProgress(TimeSpan timeout)
    {
        long begun = Interlocked.Read(ref _next);
        long start = TimeProvider.System.GetTimestamp();
        while (Interlocked.Read(ref _lastAcknowledged) <= begun)
        {
            if (TimeProvider.System.GetElapsedTime(start) > timeout)
                throw new TimeoutException($"no transfer was acknowledged within {timeout}\n{instance.Errors}");
            StrataInstance.Pause();
        }
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>Every acknowledged transfer is there, every other one that is there was of unknown outcome, and no money came or went.</summary>
    public void Verify()
    {
        HashSet<long> found = [];
        using NpgsqlConnection connection = instance.Connect();
        using (NpgsqlCommand command = new("SELECT number FROM transfer", connection))
        using (NpgsqlDataReader reader = command.ExecuteReader())
        {
            while (reader.Read())
                found.Add(reader.GetInt64(0));
        }
        long[] lost = [.. _acknowledged.Where(number => !found.Contains(number))];
        Assert.True(lost.Length == 0, $"{lost.Length} acknowledged transfers are lost, such as {string.Join(", ", lost.Take(5))}");
        found.ExceptWith(_acknowledged);
        found.ExceptWith(_unknown);
        Assert.True(found.Count == 0, $"{found.Count} transfers are there that failed, such as {string.Join(", ", found.Take(5))}");
        using NpgsqlCommand balance = new(
            """
            SELECT (SELECT sum(balance) FROM account), count(*) FROM account AS a
            WHERE balance <> 1000 + coalesce((SELECT sum(amount) FROM transfer WHERE target = a.id), 0) - coalesce((SELECT sum(amount) FROM transfer WHERE source = a.id), 0)
            """, connection);
        using NpgsqlDataReader sums = balance.ExecuteReader();
        Assert.True(sums.Read());
        Assert.Equal((decimal)Accounts * InitialBalance, sums.GetDecimal(0));
        Assert.Equal(0, sums.GetInt64(1));
    }

    private void Run(Random random)
    {
        NpgsqlConnection? connection = null;
        while (!_stopping)
        {
            long number = Interlocked.Increment(ref _next);
            bool sent = false;
            try
            {
                connection ??= instance.Connect();
                int source = random.Next(1, Accounts + 1), target = random.Next(1, Accounts + 1), amount = random.Next(1, 10);
                using NpgsqlTransaction transaction = connection.BeginTransaction();
                // Accounts in one order, so that transfers don't deadlock.
                foreach ((int account, int change) in ((int, int)[])[(source, -amount), (target, amount)])
                    Execute(connection, $"UPDATE account SET balance = balance + {change} WHERE id = {account}");
                Execute(connection, $"INSERT INTO transfer VALUES ({number}, {source}, {target}, {amount})");
                sent = true;
                transaction.Commit();
                _acknowledged.Add(number);
                Max(ref _lastAcknowledged, number);
            }
            catch (Exception error) when (error is NpgsqlException or InvalidOperationException or TimeoutException or IOException)
            {
                // A deadlock or a serialization failure was surely rolled back; after a broken connection the commit may have happened.
                if (sent && error is not PostgresException { SqlState: "40P01" or "40001" })
                    _unknown.Add(number);
                connection?.Dispose();
                connection = null;
                StrataInstance.Pause();
            }
        }
        connection?.Dispose();
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    private static void Max(ref long target, long value)
    {
        long seen;
        while ((seen = Interlocked.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
