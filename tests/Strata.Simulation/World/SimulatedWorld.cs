using Strata.Platform;

namespace Strata.Simulation.World;

/// <summary>
/// One deterministic history: a virtual clock, a seeded random source and a queue of events, run by one thread in the order of their times (then of their scheduling).
/// Every event goes into <see cref="TraceHash"/>, so two runs of a seed can be compared. Nothing here may depend on real time, threads, addresses or hash codes.
/// </summary>
public sealed class SimulatedWorld
{
    private readonly PriorityQueue<Event, (long Ticks, long Number)> _events = new();
    private readonly SimulatedTime _time;
    private readonly Queue<string> _recent = new();
    private long _number;
    private ulong _hash = 0xcbf29ce484222325;

    public SimulatedWorld(ulong seed)
    {
        Seed = seed;
        Random = new SeededRandom(seed);
        _time = new SimulatedTime(this);
    }

    public ulong Seed { get; }

    /// <summary>The only source of randomness.</summary>
    public SeededRandom Random { get; }

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>The virtual clock for code under test.</summary>
    public TimeProvider Time => _time;

    /// <summary>Events run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Digest of all events and traces so far: equal for equal histories.</summary>
    public ulong TraceHash => _hash;

    /// <summary>Checked after every event: throws <see cref="SimulationViolationException"/> when the history is wrong.</summary>
    public List<Action> Invariants { get; } = [];

    /// <summary>True with a probability of one in <paramref name="n"/>.</summary>
    public bool OneIn(int n) => Random.Next(n) == 0;

    /// <summary>A uniform duration.</summary>
    public TimeSpan Between(TimeSpan min, TimeSpan max) =>
        min + TimeSpan.FromTicks((long)Math.BigMul(Random.NextUInt64(), (ulong)(max - min).Ticks + 1, out _));

    /// <summary>Runs an action later. The name goes to the trace.</summary>
    public void After(TimeSpan delay, string what, Action action) =>
        _events.Enqueue(new Event(what, action), ((Now + delay).Ticks, ++_number));

    /// <summary>Adds a fact to the trace.</summary>
    public void Trace(string fact)
    {
        foreach (char c in fact)
            _hash = (_hash ^ c) * 0x100000001b3;
        _recent.Enqueue($"{Now.TotalMilliseconds:F3} {fact}");
        if (_recent.Count > 200)
            _recent.Dequeue();
    }

    /// <summary>The last facts, for the report of a violation.</summary>
    public string RecentTrace => string.Join(Environment.NewLine, _recent);

    /// <summary>Runs events until the virtual time, or until none are left. Throws <see cref="SimulationViolationException"/> with the seed.</summary>
    public void RunUntil(TimeSpan until)
    {
        while (_events.TryPeek(out _, out (long Ticks, long Number) at) && at.Ticks <= until.Ticks)
        {
            Event next = _events.Dequeue();
            Now = TimeSpan.FromTicks(at.Ticks);
            Steps++;
            Trace(next.What);
            next.Action();
            foreach (Action invariant in Invariants)
                invariant();
        }
        Now = until;
    }

    /// <summary>Fails the history.</summary>
    public void Violated(string what) =>
        throw new SimulationViolationException($"seed {Seed}, step {Steps}, {Now.TotalMilliseconds:F3} ms: {what}");

    /// <summary>Fails the history unless the condition holds.</summary>
    public void Require(bool condition, string what)
    {
        if (!condition)
            Violated(what);
    }

    private readonly record struct Event(string What, Action Action);

    private sealed class SimulatedTime(SimulatedWorld world) : TimeProvider
    {
        private static readonly DateTimeOffset s_beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => s_beginning + world.Now;

        public override long GetTimestamp() => world.Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
