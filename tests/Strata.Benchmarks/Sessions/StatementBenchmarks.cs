using BenchmarkDotNet.Attributes;
using Strata.Engine.Sessions;
using Strata.Platform;
using Strata.Tests.Engine.Sessions;

namespace Strata.Benchmarks.Sessions;

/// <summary>Prepared statements of the extended protocol, as pgbench sends them, on a table of 100,000 rows in the pool, with a log that is durable at once: what the engine costs without network and quorum.</summary>
[MemoryDiagnoser]
public class StatementBenchmarks
{
    private const int Rows = 100_000;

    private EngineInstance _engine = null!;
    private SilentClient _client = null!;
    private uint _state = 1;

    [GlobalSetup]
    public void Setup()
    {
        DiscardedLog log = new();
        _engine = EngineInstance.Open(new EngineOptions
        {
            Pages = log,
            Wal = log,
            Scheduler = new ThreadScheduler(static (_, error) => Environment.FailFast("a thread failed", error)),
            Random = new SeededRandom(1),
            BufferPoolBytes = 256 << 20,
            Autovacuum = false,
        });
        _client = new SilentClient(_engine);
        _client.Query("CREATE TABLE accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84)); CREATE TABLE history (tid int, delta int)");
        _client.Query($"INSERT INTO accounts SELECT i, 1, 0, '' FROM generate_series(1, {Rows}) i");
        _client.Prepare("s", "SELECT abalance FROM accounts WHERE aid = $1");
        _client.Prepare("u", "UPDATE accounts SET abalance = abalance + $1 WHERE aid = $2");
        _client.Prepare("b", "BEGIN");
        _client.Prepare("i", "INSERT INTO history (tid, delta) VALUES ($1, $2)");
        _client.Prepare("e", "END");
    }

    [Benchmark]
    public void Select() => _client.Execute("s"u8, NextRow());

    [Benchmark]
    public void Update() => _client.Execute("u"u8, 1, NextRow());

    [Benchmark]
    public void Transaction()
    {
        _client.Execute("b"u8);
        _client.Execute("u"u8, 1, NextRow());
        _client.Execute("s"u8, NextRow());
        _client.Execute("i"u8, 1, 2);
        _client.Execute("e"u8);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _client.Dispose();
        _engine.Dispose();
    }

    private int NextRow()
    {
        _state = (_state * 1664525) + 1013904223;
        return (int)(_state % Rows) + 1;
    }
}
