using Strata.Engine.Execution.Spill;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>
/// What one operator holds in memory, and how much it may. Its stores charge <see cref="Account"/> block by block; the operator asks after each batch whether it must spill.
/// </summary>
internal sealed class OperatorMemory(SpillScope scope, MemoryAccount? parent, string name, bool isHash = false)
{
    private const int ChunkBytesMin = 8 << 10;
    private const int ChunkBytesMax = 256 << 10;

    // Below this an operator gives too little back to be worth a file, even when the endpoint is short of memory.
    private const long SpillBytesMin = 256 << 10;

    // Rows between two spills when tests force them.
    private const int ForcedRows = 24;

    /// <summary>The memory of an operator of a statement.</summary>
    public OperatorMemory(ExecutionState state, string name, bool isHash = false)
        : this(state.Spill, state.Memory, name, isHash)
    {
    }

    /// <summary>Charged by what the operator holds.</summary>
    public MemoryAccount Account { get; } = new(name, long.MaxValue, parent);

    /// <summary>Bytes that the operator may hold before it spills.</summary>
    public long BudgetBytes => isHash ? scope.Settings.HashMemoryBytes : scope.Settings.WorkMemoryBytes;

    /// <summary>Bytes of a chunk of rows in a file: small enough that a few dozen fit into the budget.</summary>
    public int ChunkBytes => (int)Math.Clamp(BudgetBytes / 64, ChunkBytesMin, ChunkBytesMax);

    /// <summary>True when the operator, which has taken <paramref name="rows"/> rows since it last spilled, must spill before it takes more.</summary>
    public bool MustSpill(long rows)
    {
        if (rows == 0 || !scope.IsAvailable)
            return false;
        long used = Account.UsedBytes;
        // A table that doubles takes twice its size while it moves: there must be room for that.
        return used > BudgetBytes || (used > SpillBytesMin && Account.FreeBytes / 3 < used) || (scope.Settings.ForcesSpill && rows >= ForcedRows);
    }
}
