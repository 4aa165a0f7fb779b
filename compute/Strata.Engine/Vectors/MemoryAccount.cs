using Strata.Engine.Types;

namespace Strata.Engine.Vectors;

/// <summary>
/// A budget of bytes, nested endpoint → statement → operator. Charging a child charges its parents. Thread-safe.
/// </summary>
public sealed class MemoryAccount(string name, long limitBytes, MemoryAccount? parent = null)
{
    private long _usedBytes;

    public string Name { get; } = name;

    /// <summary>The budget in bytes; <see cref="long.MaxValue"/> for none.</summary>
    public long LimitBytes { get; set; } = limitBytes;

    public MemoryAccount? Parent { get; } = parent;

    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <summary>Takes bytes from this account and its parents, or from none of them and returns false: the caller spills or fails.</summary>
    public bool TryCharge(long bytes)
    {
        if (Interlocked.Add(ref _usedBytes, bytes) > LimitBytes || (Parent != null && !Parent.TryCharge(bytes)))
        {
            Interlocked.Add(ref _usedBytes, -bytes);
            return false;
        }

        return true;
    }

    /// <summary>Takes bytes or throws 53200.</summary>
    public void Charge(long bytes)
    {
        if (!TryCharge(bytes))
            throw new SqlException(SqlState.OutOfMemory, "out of memory")
            {
                Detail = $"Failed on request of size {bytes} in memory account \"{Name}\".",
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
