using Strata.Engine.Catalog;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Storage.Heap;

namespace Strata.Engine.Execution.Modify;

/// <summary>Which foreign key work goes with a modification.</summary>
internal enum ModificationKind
{
    Insert,
    Update,
    Delete,
}

/// <summary>A table of a tree, ready to be modified.</summary>
internal sealed class MemberTarget(MemberPlan plan, ModifyTarget target, ForeignKeyQueue[] queues, int[] newSlots, int[] oldSlots, TargetRow oldRow)
{
    public MemberPlan Plan => plan;

    public ModifyTarget Target => target;

    public RelationInfo Relation => target.Relation;

    public HeapRelation Heap => target.Heap;

    public ForeignKeyQueue[] Queues => queues;

    /// <summary>Slots of the new row by this table's attribute number - 1.</summary>
    public int[] NewSlots => newSlots;

    /// <summary>Slots of the old row.</summary>
    public int[] OldSlots => oldSlots;

    /// <summary>The old row.</summary>
    public TargetRow OldRow => oldRow;

    /// <summary>By attribute number - 1: the value differs from the old one.</summary>
    public bool[] Changed { get; } = new bool[newSlots.Length];

    /// <summary>ON CONFLICT on this table; null without.</summary>
    public ConflictHandler? Conflicts { get; set; }

    /// <summary>Keeps the values of columns that the root does not have; null when there are none.</summary>
    public OwnColumns? OwnColumns { get; set; }
}

/// <summary>The tables of a tree that a statement has met so far. Not thread-safe.</summary>
internal sealed class TreeTargets(ExecutionState state, TreeTargetPlan plan, ModificationKind kind, int[] newSlots, int[] oldSlots) : IDisposable
{
    private readonly Dictionary<uint, MemberTarget> _members = [];
    private MemberTarget? _last;

    public TreeTargetPlan Plan => plan;

    /// <summary>Called when a table is met for the first time.</summary>
    public Action<MemberTarget>? Made { get; set; }

    /// <summary>A table by OID.</summary>
    public MemberTarget Of(uint oid)
    {
        if (_last is not null && _last.Relation.Oid == oid)
            return _last;
        if (!_members.TryGetValue(oid, out MemberTarget? member))
        {
            MemberPlan made = plan.Member(oid);
            List<ForeignKeyWorkPlan> work = kind switch
            {
                ModificationKind.Insert => plan.ForeignKeys.Outgoing(made.Target.Relation),
                ModificationKind.Update => plan.ForeignKeys.ForUpdate(made.Target.Relation),
                _ => plan.ForeignKeys.Incoming(made.Target.Relation, isDelete: true),
            };
            member = new MemberTarget(
                made, made.Target.Create(state), [.. work.Select(item => item.Create(state))], made.Slots(newSlots), made.Slots(oldSlots), made.Target.CreateRow());
            if (made.HasOwnColumns && kind == ModificationKind.Update)
                member.OwnColumns = new OwnColumns(state, made);
            _members.Add(oid, member);
            Made?.Invoke(member);
        }

        return _last = member;
    }

    /// <summary>Does the foreign key work of all tables.</summary>
    public void RunForeignKeys()
    {
        foreach (MemberTarget member in _members.Values)
            foreach (ForeignKeyQueue queue in member.Queues)
                queue.Run();
    }

    /// <summary>Forgets queued work.</summary>
    public void Clear()
    {
        foreach (MemberTarget member in _members.Values)
            foreach (ForeignKeyQueue queue in member.Queues)
                queue.Clear();
    }

    public void Dispose()
    {
        foreach (MemberTarget member in _members.Values)
        {
            member.Target.Dispose();
            member.OldRow.Dispose();
            member.Conflicts?.Dispose();
            member.OwnColumns?.Dispose();
            foreach (ForeignKeyQueue queue in member.Queues)
                queue.Dispose();
        }
    }
}
