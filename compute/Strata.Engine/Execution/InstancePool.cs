using Strata.Engine.Planning.Physical;
using Strata.Engine.Vectors;

namespace Strata.Engine.Execution;

/// <summary>Idle execution instances of one plan, a bounded number. Thread-safe.</summary>
internal sealed class InstancePool(PhysicalPlan plan, ExecutionServices services)
{
    private const int InstancesMax = 64;

    // What an idle instance may keep: buffers of a large statement are not worth their memory.
    private const long IdleBytesMax = 4 << 20;
    private const int FreeShareMax = 64;

    private readonly Stack<ExecutionInstance> _idle = new();
    private readonly Lock _gate = new();

    /// <summary>An idle instance, or a new one.</summary>
    public ExecutionInstance Rent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out ExecutionInstance? instance))
                return instance;
        }

        return Create(withStatistics: false);
    }

    /// <summary>A new instance.</summary>
    public ExecutionInstance Create(bool withStatistics) => new(plan, services, withStatistics ? null : this, withStatistics);

    /// <summary>Takes an instance back; false when there are enough, or when it holds too much memory.</summary>
    public bool Return(ExecutionInstance instance)
    {
        MemoryAccount memory = instance.State.Memory;
        if (memory.UsedBytes > Math.Min(IdleBytesMax, memory.FreeBytes / FreeShareMax))
            return false;
        lock (_gate)
        {
            if (_idle.Count >= InstancesMax)
                return false;
            _idle.Push(instance);
            return true;
        }
    }
}
