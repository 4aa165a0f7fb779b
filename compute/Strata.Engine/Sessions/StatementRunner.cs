using System.Globalization;
using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Estimation;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Sessions.Results;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>Plans queries, or finds their plans, and runs them: locks, privileges, snapshot, rows. For one session.</summary>
internal sealed class StatementRunner(SessionContext context)
{
    private readonly RowWriter _rows = new(context);

    /// <summary>Kept results, as this session may use them.</summary>
    public SessionResults Results { get; } = new(context);

    /// <summary>Writer of this session's rows.</summary>
    public RowWriter Rows => _rows;

    /// <summary>The plan of a statement under the session's present names and settings.</summary>
    public CachedPlan Plan(Statement statement, string text, string bindingText, SqlType?[] parameterTypes, bool allowParameters, out PlanKey key, bool isCursor = false)
    {
        CatalogView view = context.View;
        key = KeyOf(text, parameterTypes);
        if (context.Engine.Plans.Find(key, view) is { } known)
            return known;
        BoundStatement bound = Binder.Bind(statement, BindingContextFor(bindingText, parameterTypes, allowParameters, isCursor));
        var plan = new CachedPlan(Planner.Plan(bound, PlanningContextOf(context)), context.View);
        context.Engine.Plans.Add(key, plan);
        return plan;
    }

    /// <summary>A plan with expressions in place of the parameters, which is nobody else's.</summary>
    public CachedPlan PlanWith(Statement statement, string text, IReadOnlyList<Sql.Syntax.Expression> values, bool isCursor = false)
    {
        BoundStatement bound = Binder.Bind(statement, BindingContextFor(text, [], allowParameters: false, isCursor) with { ParameterValues = values });
        return new CachedPlan(Planner.Plan(bound, PlanningContextOf(context)), context.View);
    }

    // A text that is seen for the first time is most likely one with literals of its own: its plan is used once and thrown away. Only what comes again is kept.
    private CachedPlan PlanOnce(Statement statement, string text, string bindingText, out bool isShared)
    {
        PlanKey key = KeyOf(text, []);
        isShared = true;
        if (context.Engine.Plans.Find(key, context.View) is { } known)
            return known;
        BoundStatement bound = Binder.Bind(statement, BindingContextFor(bindingText, [], allowParameters: false));
        var plan = new CachedPlan(Planner.Plan(bound, PlanningContextOf(context)), context.View);
        isShared = context.Engine.Plans.WasSeen(key);
        if (isShared)
            context.Engine.Plans.Add(key, plan);
        return plan;
    }

    /// <summary>What statements of a session are planned with.</summary>
    public static PlanningContext PlanningContextOf(SessionContext context, ParameterPeek? peek = null) => new()
    {
        Catalog = context.View,
        Functions = context,
        Services = context.Engine.Execution,
        Settings = context.PlannerSettings,
        Peek = peek,
    };

    /// <summary>What expressions and statements of this session are bound with.</summary>
    public BindingContext BindingContextFor(string text, SqlType?[] parameterTypes, bool allowParameters, bool isCursor = false) => new()
    {
        KeepRowAddresses = isCursor,
        Catalog = context.View,
        SearchPath = context.SearchPath,
        Functions = context,
        Text = text,
        Security = context.RowSecurity,
        ParameterTypes = parameterTypes,
        AllowParameters = allowParameters,
    };

    private PlanKey KeyOf(string text, SqlType?[] parameterTypes)
    {
        string parameters = parameterTypes.Length == 0
            ? ""
            : string.Join(',', parameterTypes.Select(static t => t is null ? "0" : t.Oid.ToString(CultureInfo.InvariantCulture)));
        // The same text says something else then.
        if (context.Settings["standard_conforming_strings"] == "off")
            parameters = "\\" + parameters;
        return new PlanKey(context.DatabaseOid, text, parameters, context.SearchPath, context.TypeSettings, context.PlannerSettings, context.PlanUser);
    }

    /// <summary>A prepared statement's plan, made anew when it is no longer valid. Throws 0A000 when its result columns would change.</summary>
    public CachedPlan PlanOf(PreparedStatement statement)
    {
        CachedPlan? before = statement.Plan;
        if (before is not null && before.IsValid(context.View) && IsSameKey(statement.PlanKey))
            return before;
        CachedPlan plan = Plan(statement.Statement!, statement.Text, statement.Text, statement.ParameterTypes, allowParameters: true, out PlanKey key);
        if (before is not null && !before.HasSameColumns(plan))
            throw new SqlException(SqlState.FeatureNotSupported, "cached plan must not change result type") { Routine = "RevalidateCachedQuery" };
        statement.Plan = plan;
        statement.PlanKey = key;
        return plan;
    }

    /// <summary>
    /// A plan of a prepared statement for the values of one execution: one that was made for values like them, or else a new one with constants in place of its parameters, which is used once
    /// (<paramref name="isOwn"/>). Its relations are those of the generic plan, which are locked.
    /// </summary>
    public CachedPlan PlanFor(PreparedStatement statement, CachedPlan generic, Datum[] values, out bool isOwn, bool mayShare = true)
    {
        isOwn = false;
        if (mayShare && context.PlanCacheMode != PlanCacheMode.ForceCustom && generic.Variants.Find(values, context) is { } variant)
        {
            statement.Choice.NoteVariant();
            return variant;
        }

        isOwn = true;
        BindingContext binding = BindingContextFor(statement.Text, statement.ParameterTypes, allowParameters: true);
        CachedPlan plan = PlanForValues(statement.Statement!, binding, values);
        statement.Choice.NoteCustom(plan.Plan);
        if (statement.Choice.IsTried && generic.Variants.WantsMore)
            OfferVariant(generic.Variants, statement.Statement!, binding, values, plan.Plan);
        return plan;
    }

    private CachedPlan PlanForValues(Statement statement, BindingContext binding, Datum[] values)
    {
        BoundStatement bound = Binder.Bind(statement, binding);
        RelationalNode root = TreeWalker.Map(bound.Root, part => part is ParameterExpression parameter && parameter.Index < values.Length
            ? new ConstantExpression(parameter.Type, values[parameter.Index]) { Position = parameter.Position } : part);
        Format.Invariant.Check(bound.ParameterTypes.Count == values.Length);
        return new CachedPlan(Planner.Plan(bound with { Root = root }, PlanningContextOf(context)), context.View);
    }

    private void OfferVariant(PlanVariants variants, Statement statement, BindingContext binding, Datum[] values, PhysicalPlan custom)
    {
        BoundStatement bound = Binder.Bind(statement, binding);
        var peek = new ParameterPeek(values, [.. bound.ParameterTypes]);
        PhysicalPlan plan = Planner.Plan(bound, PlanningContextOf(context, peek));
        variants.Offer(new CachedPlan(plan, context.View), peek, custom, values, context);
    }

    private bool IsSameKey(in PlanKey key) =>
        key.SearchPath.Equals(context.SearchPath) && ReferenceEquals(key.Settings, context.TypeSettings) && ReferenceEquals(key.Planner, context.PlannerSettings) && key.User == context.PlanUser;

    /// <summary>
    /// Locks what a plan touches and checks privileges. False when the plan went stale while a lock was waited for: plan again.
    /// </summary>
    public bool TryLock(CachedPlan plan)
    {
        if (!TryLockRelations(plan))
            return false;
        CheckTemporary(plan);
        if (plan.Plan.IsWriting && context.Transactions.Current.ReadOnly && Array.Exists(plan.Relations, static r => (r.IsWritten || r.IsRowLocked) && r.Relation.Persistence != 't'))
            throw new SqlException(SqlState.ReadOnlySqlTransaction, $"cannot execute {plan.Plan.CommandTag.Split(' ')[0]} in a read-only transaction");
        CheckPrivileges(plan);
        return true;
    }

    /// <summary>Locks what a plan touches. False when the plan went stale while a lock was waited for: plan again.</summary>
    public bool TryLockRelations(CachedPlan plan)
    {
        TransactionManager transactions = context.Engine.Transactions;
        LockOwner owner = context.Transactions.Current.Owner;
        foreach (RelationAccess access in plan.Relations)
        {
            RelationLockMode mode = access.IsWritten ? RelationLockMode.RowExclusive : access.IsRowLocked ? RelationLockMode.RowShare : RelationLockMode.AccessShare;
            transactions.Locks.LockRelation(owner, context.DatabaseOid, access.Relation.Oid, mode, WaitPolicy.Block, context.Cancellation);
        }

        return plan.IsValid(context.View);
    }

    private void CheckTemporary(CachedPlan plan)
    {
        foreach (RelationAccess access in plan.Relations)
            if (access.Relation.Persistence == 't' && access.Relation.SchemaOid != context.Temporary.SchemaOid(context.View))
                throw new SqlException(SqlState.FeatureNotSupported, "cannot access temporary tables of other sessions");
    }

    private void CheckPrivileges(CachedPlan plan)
    {
        CatalogView view = context.View;
        if (view.FindRole(context.CurrentUserOid) is { IsSuperuser: true })
            return;
        foreach (RequiredPrivilege required in plan.Privileges)
        {
            if (required.Privilege == 'X')
            {
                CheckExecute(view, required);
                continue;
            }

            if (view.FindRelation(required.RelationOid) is not { } relation)
                continue;
            Privileges needed = required.Privilege switch
            {
                'r' => Privileges.Select,
                'a' => Privileges.Insert,
                'w' => Privileges.Update,
                _ => Privileges.Delete,
            };
            if (needed == Privileges.Delete)
                context.Catalog.Permissions.Check(relation, needed, required.RoleOid);
            else
                context.Catalog.Permissions.CheckColumns(relation, needed, required.RoleOid, required.Columns);
        }
    }

    private void CheckExecute(CatalogView view, in RequiredPrivilege required)
    {
        if (view.FindRoutine(required.RelationOid) is { } routine)
            context.Catalog.Permissions.CheckExecute(routine, required.RoleOid);
        else if (BuiltinRegistry.Function(required.RelationOid) is { } builtin)
            context.Catalog.Permissions.CheckExecute(builtin, required.RoleOid);
    }

    /// <summary>Begins an execution of a locked plan under a snapshot of now.</summary>
    public ExecutionInstance Begin(CachedPlan plan, out Snapshot snapshot)
    {
        Transaction transaction = context.Transactions.Current;
        if (transaction.IsDeferrable)
            transaction.SnapshotWaitCancellation = context.Cancellation;
        snapshot = transaction.TakeSnapshot();
        ExecutionInstance execution = plan.Plan.Rent();
        execution.Begin(transaction, snapshot, context, context.SystemScan, context.Cancellation);
        return execution;
    }

    /// <summary>
    /// Runs a text of a simple query whose literals <see cref="Literals"/> has scanned, with a plan that is shared by all texts that differ in them only. False when there is none; then nothing
    /// has happened, and the text must be parsed.
    /// </summary>
    public bool TryRunScanned()
    {
        string normalized = Literals.Normalized;
        var key = new PlanKey(context.DatabaseOid, normalized, Literals.Kinds, context.SearchPath, context.TypeSettings, context.PlannerSettings, context.PlanUser);
        PlanCache plans = context.Engine.Plans;
        if (plans.Find(key, context.View) is not { } plan)
        {
            // As with whole texts: only what comes again is worth a plan of its own.
            if (plans.IsUnsuitable(key) || !plans.WasSeen(key))
                return false;
            if (PlanScanned(normalized) is not { } made)
            {
                plans.MarkUnsuitable(key);
                return false;
            }

            plan = made;
            plans.Add(key, plan);
        }

        bool isGood = plan.Plan.Root.TotalCost <= PlanChoice.CheapCost;
        if ((!isGood && plan.Variants is { Any: false, WantsMore: false }) || !TryLock(plan))
            return false;
        ExecutionInstance? execution = Begin(plan, out Snapshot snapshot);
        bool isReady = false;
        try
        {
            isReady = TrySetLiterals(execution, plan) && (isGood || TryUseVariant(ref plan, ref execution, ref snapshot));
        }
        finally
        {
            if (!isReady)
                execution?.Close();
        }

        if (!isReady)
            return false;
        RunToEnd(plan, execution!, snapshot, isShared: true);
        return true;
    }

    // The plan for all values is not good enough: one for values like these, if there is one. If not, one may be made for the next text like this; this one is planned as it is written.
    private bool TryUseVariant(ref CachedPlan plan, ref ExecutionInstance? execution, ref Snapshot snapshot)
    {
        Datum[] values = execution!.CopyParameters(Literals.Count);
        if (plan.Variants.Find(values, context) is not { } variant)
        {
            if (plan.Variants.WantsMore)
                OfferScanned(plan, values);
            return false;
        }

        execution.Close();
        execution = null;
        execution = Begin(variant, out snapshot);
        plan = variant;
        execution.SetParameters(values);
        return true;
    }

    private void OfferScanned(CachedPlan generic, Datum[] values)
    {
        try
        {
            Statement statement = Strata.Sql.SqlParser.ParseStatement(Literals.Normalized);
            BindingContext binding = BindingContextFor(Literals.Normalized, Literals.ParameterTypes(), allowParameters: true);
            OfferVariant(generic.Variants, statement, binding, values, PlanForValues(statement, binding, values).Plan);
        }
        catch (SqlException)
        {
            // Of these values; the text as it was written will say it at the right place.
            generic.Variants.Refuse();
        }
    }

    /// <summary>The scanner of this session's texts.</summary>
    public LiteralScanner Literals { get; } = new();

    /// <summary>
    /// A plan for any values of the literals, or null: where parameters are not allowed or mean something else.
    /// </summary>
    private CachedPlan? PlanScanned(string normalized)
    {
        try
        {
            Statement statement = Strata.Sql.SqlParser.ParseStatement(normalized);
            if (!Binder.Accepts(statement))
                return null;
            BoundStatement bound = Binder.Bind(statement, BindingContextFor(normalized, Literals.ParameterTypes(), allowParameters: true));
            PhysicalPlan plan = Planner.Plan(bound, PlanningContextOf(context));
            return plan.ParameterTypes.Count == Literals.Count && plan.Subplans.Count == 0 ? new CachedPlan(plan, context.View) : null;
        }
        catch (Exception error) when (error is SqlException or Strata.Sql.SqlSyntaxException)
        {
            // Said of the text as it was written, if it is wrong at all.
            return null;
        }
    }

    private bool TrySetLiterals(ExecutionInstance execution, CachedPlan plan)
    {
        for (int i = 0; i < Literals.Count; i++)
        {
            Vector vector = execution.ParameterVector(i);
            vector.ResetConstant();
            if (Literals.Text(i) is { } text)
            {
                try
                {
                    TypeInput.Parse(plan.Plan.ParameterTypes[i], System.Text.Encoding.UTF8.GetBytes(text), context, vector, 0);
                }
                catch (SqlException)
                {
                    // The error belongs to a place in the text, which binding the text itself will name.
                    return false;
                }
            }
            else if (vector.Physical == PhysicalType.Int32)
            {
                vector.Set(0, (int)Literals.Number(i));
            }
            else
            {
                vector.Set(0, Literals.Number(i));
            }
        }

        return true;
    }

    /// <summary>Plans and runs a statement of a simple query to its end, and says so.</summary>
    public void RunSimple(Statement statement, string text, string bindingText)
    {
        CachedPlan plan;
        bool isShared;
        do
            plan = PlanOnce(statement, text, bindingText, out isShared);
        while (!TryLock(plan));
        ExecutionInstance execution = Begin(plan, out Snapshot snapshot);
        RunToEnd(plan, execution, snapshot, isShared);
    }

    private void RunToEnd(CachedPlan plan, ExecutionInstance execution, in Snapshot snapshot, bool isShared)
    {
        long rows = 0;
        try
        {
            // A plan that nobody can find again has no results that anybody could.
            ResultUse? use = isShared ? Results.Look(plan, execution, snapshot, []) : null;
            if (plan.Columns.Length > 0 || plan.Plan.HasRows)
                context.Output.RowDescription(plan.Columns, []);
            if (use?.Kept is { } kept)
            {
                Results.Send(kept);
                PendingTag = (plan.Plan.CommandTag, kept.RowCount);
                return;
            }

            _rows.Copy = use;
            while (execution.Next(Batch.RowsMax) is { } batch)
            {
                rows += batch.Count;
                if (plan.Plan.HasRows)
                    _rows.Write(batch, execution.ResultSlots, []);
            }

            if (plan.Plan.Kind != BoundStatementKind.Select)
                rows = execution.RowsAffected;
            if (use is not null)
                Results.Keep(use, rows);
        }
        finally
        {
            _rows.Copy = null;
            execution.Close();
            if (!isShared)
                execution.Dispose();
        }

        PendingTag = (plan.Plan.CommandTag, rows);
    }

    /// <summary>The tag of the statement that ended last: it is sent when its transaction is committed.</summary>
    public (string Verb, long Rows) PendingTag { get; private set; }

    /// <summary>
    /// Runs a portal for at most <paramref name="rowsMax"/> rows (0: all). True when it is finished, false when it rests with rows left. <paramref name="rows"/> counts what was sent now.
    /// </summary>
    public bool Run(Portal portal, long rowsMax, out long rows)
    {
        long limit = rowsMax <= 0 ? long.MaxValue : rowsMax;
        ResultUse? use = limit == long.MaxValue ? portal.Result : null;
        portal.Result = null;
        if (use?.Kept is { } kept)
        {
            Results.Send(kept);
            rows = kept.RowCount;
            portal.Close(context.Transactions.Current);
            return true;
        }

        _rows.Copy = use;
        try
        {
            return RunRows(portal, limit, use, out rows);
        }
        finally
        {
            _rows.Copy = null;
        }
    }

    private bool RunRows(Portal portal, long limit, ResultUse? use, out long rows)
    {
        rows = 0;
        ExecutionInstance execution = portal.Execution!;
        PhysicalPlan plan = portal.Plan!.Plan;
        while (rows < limit)
        {
            Batch? batch = execution.Next((int)Math.Min(limit - rows, Batch.RowsMax));
            if (batch is null)
            {
                if (plan.Kind != BoundStatementKind.Select)
                    rows = execution.RowsAffected;
                if (use is not null)
                    Results.Keep(use, rows);
                portal.Position++;
                portal.Addresses = null;
                portal.Close(context.Transactions.Current);
                return true;
            }

            rows += batch.Count;
            portal.Position += batch.Count;
            if (portal.Declaration is not null)
                portal.Addresses = CursorAddress.Of(plan, batch, batch.Selection[batch.Count - 1]);
            _rows.Write(batch, execution.ResultSlots, portal.Formats);
        }

        Rest(portal);
        return false;
    }

    /// <summary>Keeps a portal's snapshot alive until it goes on.</summary>
    public void Rest(Portal portal)
    {
        if (portal.IsSnapshotRegistered)
            return;
        context.Transactions.Current.Register(portal.Snapshot);
        portal.IsSnapshotRegistered = true;
    }
}
