using Strata.Engine.Execution.Operators;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Execution;

/// <summary>
/// What the copies of one pipeline share: the ranges of the scan that feeds it, and the hash tables that the first copy has built. The tables are complete
/// before a second copy starts and only read from then on.
/// </summary>
internal sealed class ParallelGroup
{
    private readonly PhysicalNode _drivingScan;
    private readonly Dictionary<PhysicalNode, JoinHashTable> _tables;

    public ParallelGroup(PhysicalNode drivingScan)
        : this(drivingScan, [])
    {
    }

    private ParallelGroup(PhysicalNode drivingScan, Dictionary<PhysicalNode, JoinHashTable> tables)
    {
        _drivingScan = drivingScan;
        _tables = tables;
    }

    /// <summary>The blocks of the driving scan.</summary>
    public BlockRange Blocks { get; } = new();

    /// <summary>True when a hash table did not fit into memory: only the copy that built it can join with it.</summary>
    public bool IsSerial { get; private set; }

    /// <summary>A new execution begins.</summary>
    public void Reset()
    {
        IsSerial = false;
        Blocks.Reset();
    }

    /// <summary>A hash table did not fit into memory.</summary>
    public void MakeSerial() => IsSerial = true;

    /// <summary>True for the scan whose blocks are shared.</summary>
    public bool IsDriving(PhysicalNode node) => ReferenceEquals(node, _drivingScan);

    /// <summary>A group with the same tables for a copy that is told its blocks itself.</summary>
    public ParallelGroup ForCopy() => new(_drivingScan, _tables);

    /// <summary>Makes a table known to the copies to come.</summary>
    public void Publish(PhysicalNode join, JoinHashTable table) => _tables.Add(join, table);

    /// <summary>The table of a join, or null for the copy that builds it.</summary>
    public JoinHashTable? TableOf(PhysicalNode join) => _tables.GetValueOrDefault(join);
}
