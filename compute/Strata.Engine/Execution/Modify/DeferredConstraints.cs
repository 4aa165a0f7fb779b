using System.Collections.Immutable;
using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Storage.BTree;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Execution.Modify;

/// <summary>
/// Checks of deferrable constraints that wait for the end of the statement or of the transaction. A check looks at what is there when it runs, so one that was noted by something rolled back
/// meanwhile finds nothing wrong. Belongs to a transaction; for the session's thread.
/// </summary>
public sealed class DeferredConstraints
{
    private ImmutableDictionary<uint, bool> _modes = ImmutableDictionary<uint, bool>.Empty;
    private readonly List<KeyCheck> _keys = [];
    private readonly HashSet<KeyCheck> _seenKeys = [];
    private readonly List<UniqueCheck> _uniques = [];
    private readonly List<PendingExclusion> _exclusions = [];
    private readonly List<(ConstraintInfo Constraint, uint Table, long Number)> _touched = [];
    private bool? _all;
    private long _next;

    /// <summary>A foreign key's key of which one side was touched.</summary>
    private sealed record KeyCheck(uint Table, uint Constraint, uint Touched, ForeignKeyWork Work, string Values, Datum[] Key, long Number)
    {
        public bool Equals(KeyCheck? other) => other is not null && Constraint == other.Constraint && Touched == other.Touched && Work == other.Work && Key.AsSpan().SequenceEqual(other.Key);

        public override int GetHashCode() => HashCode.Combine(Constraint, Work, Key.Length == 0 ? 0 : Key[0].GetHashCode());
    }

    /// <summary>A key of a unique constraint that was stored though another row may have it.</summary>
    private sealed record UniqueCheck(ConstraintInfo Constraint, RelationInfo Table, IndexInfo Index, byte[] Key, SqlException Violation, long Number);

    /// <summary>A row that was stored under an exclusion constraint.</summary>
    private sealed record PendingExclusion(ExclusionPlan Plan, Datum[] Keys, Tid Tid, IFunctionContext Functions, long Number);

    /// <summary>True when something waits.</summary>
    public bool HasPending => _keys.Count > 0 || _uniques.Count > 0 || _exclusions.Count > 0 || _touched.Count > 0;

    /// <summary>True when something waits that a change of the table left behind.</summary>
    public bool HasPendingOn(uint tableOid) => _keys.Exists(check => check.Touched == tableOid) || _touched.Exists(touched => touched.Table == tableOid) || _uniques.Exists(check => check.Table.Oid == tableOid);

    /// <summary>True when a constraint is checked at the end of the transaction as things stand.</summary>
    public bool IsDeferred(ConstraintInfo constraint) => constraint.IsDeferrable
        && (_modes.TryGetValue(constraint.Oid, out bool own) ? own : constraint.ParentOid != 0 && _modes.TryGetValue(constraint.ParentOid, out bool parent) ? parent : _all ?? constraint.IsDeferred);

    /// <summary>The state at a savepoint: what is noted afterwards has <see cref="Next"/> or a greater number; what SET CONSTRAINTS said. The default: nothing was noted or said.</summary>
    public readonly record struct Mark(long Next, bool? All, ImmutableDictionary<uint, bool>? Modes);

    /// <summary>The state now.</summary>
    public Mark Now => new(_next, _all, _modes);

    /// <summary>Forgets what was noted, and takes back what was set, since a mark: a savepoint was rolled back to.</summary>
    public void GoBackTo(in Mark to)
    {
        _all = to.All;
        _modes = to.Modes ?? ImmutableDictionary<uint, bool>.Empty;
        long mark = to.Next;
        _keys.RemoveAll(check => check.Number >= mark && _seenKeys.Remove(check));
        _uniques.RemoveAll(check => check.Number >= mark);
        _exclusions.RemoveAll(pending => pending.Number >= mark);
        _touched.RemoveAll(touched => touched.Number >= mark);
    }

    /// <summary>SET CONSTRAINTS ALL.</summary>
    public void SetAll(bool deferred)
    {
        _modes = ImmutableDictionary<uint, bool>.Empty;
        _all = deferred;
    }

    /// <summary>SET CONSTRAINTS name.</summary>
    public void Set(ConstraintInfo constraint, bool deferred) => _modes = _modes.SetItem(constraint.Oid, deferred);

    /// <summary>Notes a foreign key's key; <paramref name="values"/> is how messages show it, <paramref name="touched"/> the table whose row it is.</summary>
    internal void AddKey(ConstraintInfo constraint, uint touched, ForeignKeyWork work, string values, Datum[] key)
    {
        var check = new KeyCheck(constraint.TableOid, constraint.Oid, touched, work, values, key, _next++);
        if (_seenKeys.Add(check))
            _keys.Add(check);
    }

    /// <summary>Notes that a table has a row whose foreign key is null: nothing will be wrong with it, but it counts as pending.</summary>
    internal void AddTouched(ConstraintInfo constraint, uint table)
    {
        if (!_touched.Exists(touched => touched.Table == table && touched.Constraint.Oid == constraint.Oid))
            _touched.Add((constraint, table, _next++));
    }

    /// <summary>Notes a stored key of a deferrable unique constraint, with the error that two live rows of it raise.</summary>
    internal void AddUnique(ConstraintInfo constraint, RelationInfo table, IndexInfo index, ReadOnlySpan<byte> key, SqlException violation) =>
        _uniques.Add(new UniqueCheck(constraint, table, index, key.ToArray(), violation, _next++));

    /// <summary>Notes a row that was stored under a deferrable exclusion constraint.</summary>
    internal void AddExclusion(ExclusionPlan plan, Datum[] keys, Tid tid, IFunctionContext functions) => _exclusions.Add(new PendingExclusion(plan, keys, tid, functions, _next++));

    /// <summary>Checks the keys whose constraints are immediate now: at the end of a statement. Raises 23505, 23P01.</summary>
    internal void RunImmediate(ExecutionServices services, Transaction transaction, CancellationToken cancellation)
    {
        if (_uniques.Count > 0)
            RunUniques(services, transaction, check => !IsDeferred(check.Constraint), cancellation);
        if (_exclusions.Count > 0)
            RunExclusions(services, transaction, check => !IsDeferred(check.Plan.Constraint), cancellation);
    }

    /// <summary>Does all checks, or those of constraints that are immediate now. Raises 23503, 23505, 23P01.</summary>
    internal void Run(PlanningContext context, Transaction transaction, SystemScanContext systemScan, bool onlyImmediate, CancellationToken cancellation)
    {
        RunUniques(context.Services, transaction, check => !onlyImmediate || !IsDeferred(check.Constraint), cancellation);
        RunExclusions(context.Services, transaction, check => !onlyImmediate || !IsDeferred(check.Plan.Constraint), cancellation);
        _touched.RemoveAll(touched => !onlyImmediate || !IsDeferred(touched.Constraint));
        var planner = new ForeignKeyPlanner(context);
        KeyCheck[] pending = [.. _keys];
        transaction.AdvanceCommand();
        foreach (KeyCheck check in pending)
        {
            RelationInfo? table = context.Catalog.FindRelation(check.Table);
            ConstraintInfo? constraint = table is null ? null : Array.Find(table.Constraints, c => c.Oid == check.Constraint);
            if (constraint is not null && onlyImmediate && IsDeferred(constraint))
                continue;
            _keys.Remove(check);
            _seenKeys.Remove(check);
            if (constraint is not null && context.Catalog.FindRelation(check.Touched) is { } touched)
                Run(planner, context.Functions, check, table!, constraint, touched, transaction, systemScan, cancellation);
        }
    }

    private static void Run(
        ForeignKeyPlanner planner, IFunctionContext functions, KeyCheck check, RelationInfo table, ConstraintInfo constraint, RelationInfo touched, Transaction transaction,
        SystemScanContext systemScan, CancellationToken cancellation)
    {
        (ForeignKeyPlan referenced, ForeignKeyPlan referencing) = planner.Both(constraint, table, touched, check.Work);
        if (Exists(referenced.Plan, functions, check.Key, transaction, systemScan, cancellation) || !Exists(referencing.Plan, functions, check.Key, transaction, systemScan, cancellation))
            return;
        throw check.Work == ForeignKeyWork.RequireReferenced ? referenced.Missing(check.Values) : referencing.StillReferenced(check.Values);
    }

    private static bool Exists(PhysicalPlan plan, IFunctionContext functions, Datum[] key, Transaction transaction, SystemScanContext systemScan, CancellationToken cancellation)
    {
        ExecutionInstance instance = plan.Rent();
        try
        {
            instance.Begin(transaction, transaction.TakeFreshSnapshot(), functions, systemScan, cancellation);
            for (int i = 0; i < key.Length; i++)
            {
                Vector parameter = instance.ParameterVector(i);
                parameter.ResetConstant();
                key[i].Store(parameter, 0);
            }

            return instance.Next(1) is not null;
        }
        finally
        {
            instance.Close();
        }
    }

    private void RunUniques(ExecutionServices services, Transaction transaction, Predicate<UniqueCheck> isDue, CancellationToken cancellation)
    {
        List<UniqueCheck> due = _uniques.FindAll(isDue);
        _uniques.RemoveAll(isDue);
        foreach (UniqueCheck check in due)
            if (IsDuplicated(services, transaction, check, cancellation))
                throw check.Violation;
    }

    private void RunExclusions(ExecutionServices services, Transaction transaction, Predicate<PendingExclusion> isDue, CancellationToken cancellation)
    {
        List<PendingExclusion> due = _exclusions.FindAll(isDue);
        _exclusions.RemoveAll(isDue);
        foreach (PendingExclusion pending in due)
            Check(services, transaction, pending, cancellation);
    }

    // Rows of running transactions are waited for.
    private static void Check(ExecutionServices services, Transaction transaction, PendingExclusion pending, CancellationToken cancellation)
    {
        using var check = new ExclusionCheck(pending.Plan, services);
        using var evaluation = new EvaluationContext { Functions = pending.Functions };
        check.TakeKeys(pending.Keys);
        while (check.IsLive(transaction, pending.Tid, cancellation))
        {
            if (check.FindConflict(evaluation, transaction, pending.Tid, out ulong waitXid, cancellation).IsNone)
                return;
            if (waitXid == 0)
                throw check.Violation(evaluation);
            services.Storage.Transactions.Locks.WaitForXid(transaction.Owner, waitXid, cancellation);
        }
    }

    // Two live rows of the key; rows of running transactions are waited for.
    private static bool IsDuplicated(ExecutionServices services, Transaction transaction, UniqueCheck check, CancellationToken cancellation)
    {
        HeapRelation heap = services.Handles.Heap(check.Table.Database, check.Table.Storage);
        BTreeIndex index = services.Handles.Index(check.Table.Database, check.Index.Storage);
        Span<Tid> tids = stackalloc Tid[16];
        while (true)
        {
            int live = 0;
            bool waited = false;
            for (int count = index.Lookup(check.Key, tids, default, cancellation); count > 0 && !waited; count = count < tids.Length ? 0 : index.LookupAfter(check.Key, tids[^1], tids, default, cancellation))
            {
                for (int i = 0; i < count && !waited; i++)
                {
                    var judge = new HeapUniqueCheck(heap, transaction, cancellation);
                    switch (judge.Judge(tids[i], out ulong waitXid))
                    {
                        case UniqueVerdict.Live:
                            live++;
                            break;
                        case UniqueVerdict.InProgress:
                            services.Storage.Transactions.Locks.WaitForXid(transaction.Owner, waitXid, cancellation);
                            waited = true;
                            break;
                    }
                }
            }

            if (!waited)
                return live > 1;
        }
    }
}
