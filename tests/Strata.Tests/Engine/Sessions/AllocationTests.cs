using Strata.Engine.Sessions;
using Strata.Platform;
using Xunit;

namespace Strata.Tests.Engine.Sessions;

/// <summary>The allocation budget of prepared statements: what the garbage collector never sees can't pause anybody.</summary>
public sealed class AllocationTests
{
    private const int Batches = 20;
    private const int PerBatch = 50;

    [Fact]
    public void A_prepared_select_allocates_nothing()
    {
        using EngineInstance engine = Open();
        using SilentClient client = Client(engine);
        client.Prepare("s", "SELECT abalance FROM accounts WHERE aid = $1");
        Assert.Equal(0, LeastBytes(client, static (client, i) => client.Execute("s"u8, (i * 7 % 500) + 1)));
        Assert.Null(client.Failure);
        Assert.NotEqual(0, client.RowBytes);
    }

    [Fact]
    public void A_prepared_update_allocates_at_most_two_hundred_bytes()
    {
        using EngineInstance engine = Open();
        using SilentClient client = Client(engine);
        client.Prepare("u", "UPDATE accounts SET abalance = abalance + $1 WHERE aid = $2");
        Assert.InRange(LeastBytes(client, static (client, i) => client.Execute("u"u8, i, (i * 7 % 500) + 1)), 0, 200);
        Assert.Null(client.Failure);
    }

    [Fact]
    public void A_prepared_transaction_of_select_and_update_stays_within_its_budget()
    {
        using EngineInstance engine = Open();
        using SilentClient client = Client(engine);
        client.Prepare("b", "BEGIN");
        client.Prepare("u", "UPDATE accounts SET abalance = abalance + $1 WHERE aid = $2");
        client.Prepare("s", "SELECT abalance FROM accounts WHERE aid = $1");
        client.Prepare("i", "INSERT INTO history (tid, delta) VALUES ($1, $2)");
        client.Prepare("e", "END");
        long bytes = LeastBytes(client, static (client, i) =>
        {
            client.Execute("b"u8);
            client.Execute("u"u8, i, (i * 7 % 500) + 1);
            client.Execute("s"u8, (i * 7 % 500) + 1);
            client.Execute("i"u8, i, i);
            client.Execute("e"u8);
        });
        Assert.InRange(bytes, 0, 400);
        Assert.Null(client.Failure);
    }

    private static EngineInstance Open()
    {
        DiscardedLog log = new();
        return EngineInstance.Open(new EngineOptions
        {
            Pages = log,
            Wal = log,
            Scheduler = new ThreadScheduler((_, error) => throw error),
            Random = new SeededRandom(1),
            BufferPoolBytes = 64 << 20,
            Autovacuum = false,
        });
    }

    private static SilentClient Client(EngineInstance engine)
    {
        SilentClient client = new(engine);
        client.Query("CREATE TABLE accounts (aid int PRIMARY KEY, abalance int, filler char(84)); CREATE TABLE history (tid int, delta int)");
        client.Query("INSERT INTO accounts SELECT i, 0, '' FROM generate_series(1, 500) i");
        return client;
    }

    /// <summary>Bytes per call in the batch that allocated least: buffers that grow now and then are not the steady state.</summary>
    private static long LeastBytes(SilentClient client, Action<SilentClient, int> call)
    {
        long least = long.MaxValue;
        for (int batch = 0; batch < Batches; batch++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < PerBatch; i++)
                call(client, (batch * PerBatch) + i);
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / PerBatch);
        }
        return least;
    }
}
