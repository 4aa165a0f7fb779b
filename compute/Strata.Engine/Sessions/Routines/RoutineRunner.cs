using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Functions;
using Strata.Engine.Planning;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql;
using Strata.Sql.Syntax;
using FunctionCall = Strata.Engine.Functions.FunctionCall;

namespace Strata.Engine.Sessions.Routines;

/// <summary>
/// Runs functions and procedures written in SQL: their statements one after the other within the calling statement's transaction. Volatile ones see what the transaction did up to now, the others
/// what the calling statement sees. For one session.
/// </summary>
internal sealed class RoutineRunner(SessionContext context) : IRoutineCaller
{
    private const int PlansMax = 256;
    private readonly Dictionary<string, RoutinePlan> _plans = [];

    /// <summary>Runs commands that are not queries; set by the session.</summary>
    public UtilityCommands? Utility { get; set; }

    /// <inheritdoc/>
    public void Call(ref FunctionCall call)
    {
        using RowStore? rows = Run(call.Site.Function, call.Site.ArgumentTypes, call.Site.ResultType, Arguments(ref call), call.Row, single: true, out RoutineResult? result);
        if (rows is null || rows.Count == 0 || result is null or { IsVoid: true })
        {
            call.ReturnNull();
            return;
        }

        Batch batch = rows.ChunkOf(0);
        if (IsValue(result, rows.Types))
            call.ReturnRow(batch[0], 0);
        else
            call.Return(RecordText.Pack(batch, 0, rows.Types.Length).Written);
    }

    /// <inheritdoc/>
    public RowSource? Open(ref FunctionCall call)
    {
        RowStore? rows = Run(call.Site.Function, call.Site.ArgumentTypes, call.Site.ResultType, Arguments(ref call), call.Row, single: false, out RoutineResult? result);
        return rows is null || result is null ? null : new StoredRows(rows, IsValue(result, rows.Types), call.Site.ResultType);
    }

    /// <summary>Runs a procedure; its result row, or null when it has none.</summary>
    public RowStore? CallProcedure(FunctionInfo function, Vector[] arguments) =>
        Run(function, [.. arguments.Select(static a => a.Type)], BuiltinTypes.Find(function.ReturnType) ?? SqlType.Void, arguments, 0, single: true, out _);

    /// <summary>Binds all statements of a body, for the checks of CREATE FUNCTION. Returns the relations and routines that they name. Throws what is wrong with them.</summary>
    public IReadOnlyList<uint> Check(RoutineInfo routine)
    {
        SqlType[] types = [.. routine.Parameters.Where(static p => p.IsInput).Select(p => context.Catalog.FindType(p.TypeOid)!)];
        if (Array.Exists(types, static t => t.IsPolymorphic || t.IsPseudo && t.Oid != TypeOid.Record))
        {
            // The body of a polymorphic function means nothing yet: only its syntax can be wrong.
            Parse(routine);
            return [];
        }

        var used = new HashSet<uint>();
        RoutinePlan plan = Prepare(routine.Function, types, context.Catalog.FindType(routine.ReturnType)!);
        for (int i = 0; i < plan.Statements.Count; i++)
        {
            if (Binder.Accepts(plan.Statements[i]))
                used.UnionWith(BindForCheck(plan, i).Dependencies.Select(static d => d.RelationOid));
            else
                RejectInBody(plan.Statements[i]);
        }

        return [.. used.Order()];
    }

    private BoundStatement BindForCheck(RoutinePlan plan, int index)
    {
        try
        {
            return BindStatement(plan, index, isUnplanned: true);
        }
        catch (SqlException error)
        {
            string where = $"SQL function \"{plan.Routine.Name}\"";
            error.Where = error.Where is null ? where : error.Where + "\n" + where;
            throw;
        }
    }

    private static Vector[] Arguments(ref FunctionCall call)
    {
        var arguments = new Vector[call.ArgumentCount];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = call.ArgumentVector(i);
        return arguments;
    }

    // One column that is the value itself, rather than the fields of a row.
    private static bool IsValue(RoutineResult result, SqlType[] types) =>
        types.Length == 1 && (result.IsWholeType(types[0]) || (result.Type.Kind != TypeKind.Composite && result.Type.Oid != TypeOid.Record));

    private RowStore? Run(FunctionInfo function, SqlType[] types, SqlType resultType, Vector[] arguments, int row, bool single, out RoutineResult? result)
    {
        DepthGuard.Check();
        RoutineInfo routine = function.Routine!;
        uint user = context.CurrentUserOid;
        bool ownSettings = routine.Settings is { Length: > 0 };
        if (routine.IsSecurityDefiner)
            context.CurrentUserOid = routine.OwnerOid;
        if (ownSettings)
            context.Settings.Push();
        try
        {
            foreach (string setting in routine.Settings ?? [])
            {
                int equals = setting.IndexOf('=', StringComparison.Ordinal);
                context.Settings.Set(setting[..equals], setting[(equals + 1)..], isLocal: true, context.IsSuperuser);
            }

            RoutinePlan plan = Find(function, types, resultType);
            result = plan.Result;
            RowStore? rows = null;
            for (int i = 0; i < plan.Statements.Count; i++)
            {
                try
                {
                    if (RunStatement(plan, i, arguments, row, single) is { } found)
                        rows = found;
                }
                catch (SqlException error)
                {
                    AddContext(error, $"SQL function \"{routine.Name}\" statement {i + 1}");
                    throw;
                }
            }

            return rows;
        }
        finally
        {
            if (ownSettings)
                context.Settings.Rollback();
            context.CurrentUserOid = user;
        }
    }

    private static void AddContext(SqlException error, string line)
    {
        error.Position = 0;
        error.Where = error.Where is null ? line : error.Where + "\n" + line;
    }

    private RoutinePlan Find(FunctionInfo function, SqlType[] types, SqlType resultType)
    {
        RoutineInfo routine = function.Routine!;
        string key = string.Join(' ', types.Select(static t => t.Oid).Prepend(resultType.Oid).Prepend(routine.Oid));
        if (_plans.TryGetValue(key, out RoutinePlan? known) && known.Routine.Version == routine.Version && known.SearchPath.Equals(context.SearchPath) && known.User == context.PlanUser
            && ReferenceEquals(known.Settings, context.TypeSettings))
            return known;
        if (_plans.Count >= PlansMax)
            _plans.Clear();
        return _plans[key] = Prepare(function, types, resultType);
    }

    private RoutinePlan Prepare(FunctionInfo function, SqlType[] types, SqlType resultType)
    {
        RoutineInfo routine = function.Routine!;
        Parse(routine);
        RoutineResult? result = routine.Kind == FunctionKind.Procedure && resultType.Oid == TypeOid.Void ? null : RoutineResult.Of(function, types, resultType, context.Catalog);
        if (result is { IsVoid: false } && (routine.Statements.Count == 0 || !Binder.Accepts(routine.Statements[^1])))
            throw new SqlException(SqlState.InvalidFunctionDefinition, $"return type mismatch in function declared to return {resultType}")
            {
                Detail = "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.",
            };
        return new RoutinePlan(routine, types, result, routine.Statements) { SearchPath = context.SearchPath, Settings = context.TypeSettings, User = context.PlanUser };
    }

    private static void Parse(RoutineInfo routine)
    {
        try
        {
            _ = routine.Statements;
        }
        catch (SqlSyntaxException error)
        {
            throw new SqlException(new SqlState(error.SqlState), error.Message)
            {
                InternalPosition = SourcePosition.ToCharacter(routine.Source, error.Position),
                InternalQuery = routine.Source,
                Where = $"SQL function \"{routine.Name}\"",
            };
        }
    }

    private static void RejectInBody(Statement statement)
    {
        if (statement is TransactionStatement or CopyStatement)
            throw new SqlException(SqlState.FeatureNotSupported, $"{Ddl.DdlCommands.TagOf(statement)} is not allowed in an SQL function");
    }

    private BoundStatement BindStatement(RoutinePlan plan, int index, bool isUnplanned = false)
    {
        RoutineInfo routine = plan.Routine;
        try
        {
            return Binder.BindRoutineStatement(
                plan.Statements[index],
                RoutineContexts.Of(routine, plan.ArgumentTypes, context.View, context.SearchPath, context, routine.SqlBody is null ? routine.Source : "") with { Security = context.RowSecurity, IsUnplanned = isUnplanned },
                plan.IsResult(index) ? plan.Result : null);
        }
        catch (SqlException error)
        {
            if (error.Position > 0 && error.InternalQuery is null)
            {
                error.InternalPosition = error.Position;
                error.InternalQuery = routine.Source;
            }

            throw;
        }
    }

    private RowStore? RunStatement(RoutinePlan plan, int index, Vector[] arguments, int row, bool single)
    {
        Statement statement = plan.Statements[index];
        if (!Binder.Accepts(statement))
        {
            RejectInBody(statement);
            if (plan.Routine.Volatility != Volatility.Volatile)
                throw new SqlException(SqlState.FeatureNotSupported, $"{Ddl.DdlCommands.TagOf(statement)} is not allowed in a non-volatile function");
            string text = SqlDeparser.Deparse(statement);
            Utility!.Execute(statement, text, text, []);
            context.Transactions.Current.AdvanceCommand();
            return null;
        }

        CachedPlan cached;
        do
        {
            cached = plan.Plans[index] is { } known && known.IsValid(context.View)
                ? known
                : plan.Plans[index] = new CachedPlan(Planner.Plan(BindStatement(plan, index), StatementRunner.PlanningContextOf(context)), context.View);
        }
        while (!context.StatementRunner.TryLock(cached));

        bool isVolatile = plan.Routine.Volatility == Volatility.Volatile;
        if (!isVolatile && cached.Plan.IsWriting)
            throw new SqlException(SqlState.FeatureNotSupported, $"{cached.Plan.CommandTag.Split(' ')[0]} is not allowed in a non-volatile function");
        Transaction transaction = context.Transactions.Current;
        if (isVolatile)
            transaction.AdvanceCommand();
        ExecutionInstance execution = cached.Plan.Rent();
        execution.Begin(transaction, transaction.TakeFreshSnapshot(), context, context.SystemScan, context.Cancellation);
        RowStore? rows = null;
        try
        {
            for (int i = 0; i < arguments.Length && i < cached.Plan.ParameterTypes.Count; i++)
                execution.State.Evaluation.SetParameter(i, arguments[i], arguments[i].Kind == VectorKind.Constant ? 0 : row);
            if (plan.IsResult(index))
                rows = Gather(execution, single && cached.Plan.Kind == BoundStatementKind.Select);
            else
                while (execution.Next(Batch.RowsMax) is not null)
                {
                }
        }
        catch
        {
            rows?.Dispose();
            throw;
        }
        finally
        {
            execution.Close();
        }

        if (isVolatile)
            transaction.AdvanceCommand();
        return rows;
    }

    private static RowStore Gather(ExecutionInstance execution, bool single)
    {
        var rows = new RowStore([.. execution.Plan.ResultColumns.Select(static c => c.Type)], null);
        var view = new Vector[rows.Types.Length];
        while (execution.Next(single ? 1 : Batch.RowsMax) is { } batch)
        {
            for (int i = 0; i < view.Length; i++)
                view[i] = batch[execution.ResultSlots[i]];
            var shaped = new Batch(view);
            shaped.SetCount(batch.StoredCount);
            shaped.Select(batch.Selection);
            rows.Append(shaped);
            if (single)
                break;
        }

        return rows;
    }
}
