using Strata.Engine.Types;

namespace Strata.Engine.Vectors;

/// <summary>
/// A budget of bytes, nested endpoint → statement → operator. Charging a child charges its parents. Thread-safe.
/// </summary>
public sealed class MemoryAccount(string name, long limitBytes, MemoryAccount? parent = null)
{
    [ThreadStatic]
    private static MemoryAccount? t_ofNewVectors;

    private long _usedBytes;
    private long _peakBytes;

    /// <summary>
    /// Account of the vectors that this thread makes without naming one: that of the execution whose operators and expressions are being made. Expressions make their vectors deep inside
    /// constructors that know nothing of statements.
    /// </summary>
    public static MemoryAccount? OfNewVectors
    {
        get => t_ofNewVectors;
        set => t_ofNewVectors = value;
    }

    public string Name { get; } = name;

    /// <summary>The budget in bytes; <see cref="long.MaxValue"/> for none.</summary>
    public long LimitBytes { get; set; } = limitBytes;

    public MemoryAccount? Parent { get; } = parent;

    /// <summary>Told of every charge; set on the endpoint's account where memory is limited, before it is used.</summary>
    public GarbageWatch? Watch { get; set; }

    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>The most that was used at a time since <see cref="ResetPeak"/>; when several threads charge it may miss a moment.</summary>
    public long PeakBytes => Math.Max(Interlocked.Read(ref _peakBytes), UsedBytes);

    /// <summary>Bytes that can still be charged, here and above.</summary>
    public long FreeBytes => Math.Min(LimitBytes == long.MaxValue ? long.MaxValue : LimitBytes - UsedBytes, Parent?.FreeBytes ?? long.MaxValue);

    /// <summary>Begins a new measurement of the peak.</summary>
    public void ResetPeak() => Interlocked.Exchange(ref _peakBytes, 0);

    /// <summary>Takes bytes from this account and its parents, or from none of them and returns false: the caller spills or fails.</summary>
    public bool TryCharge(long bytes)
    {
        long used = Interlocked.Add(ref _usedBytes, bytes);
        if (used > LimitBytes || (Parent != null && !Parent.TryCharge(bytes)))
        {
            Interlocked.Add(ref _usedBytes, -bytes);
            return false;
        }

        if (used > Volatile.Read(ref _peakBytes))
            Volatile.Write(ref _peakBytes, used);
        Watch?.Charged(bytes);
        return true;
    }

    /// <summary>Takes bytes or throws 53200.</summary>
    public void Charge(long bytes)
    {
        if (!TryCharge(bytes))
            throw new SqlException(SqlState.OutOfMemory, "out of memory")
            {
                Detail = $"Failed on request of size {bytes} in memory context \"{Name}\".",
            };
    }

    /// <summary>Gives bytes back.</summary>
    public void Release(long bytes)
    {
        long left = Interlocked.Add(ref _usedBytes, -bytes);
        Format.Invariant.Check(left >= 0);
        Parent?.Release(bytes);
    }
}
