using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Expressions;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>PREPARE, EXECUTE and DEALLOCATE.</summary>
internal sealed class PreparedCommands(SqlSession session, StatementRunner runner)
{
    private SessionContext Context => session.Context;

    public UtilityResult Prepare(PrepareStatement statement, string own)
    {
        if (!Binder.Accepts(statement.Query))
            throw new SqlException(SqlState.InvalidPreparedStatementDefinition, "utility statements cannot be prepared");
        var types = new SqlType?[statement.ParameterTypes.Count];
        for (int i = 0; i < types.Length; i++)
            types[i] = new Ddl.DdlContext(Context, own).ResolveType(statement.ParameterTypes[i]);
        var prepared = new PreparedStatement(statement.Name, own, statement.Query, types, fromSql: true, Context.Now());
        runner.PlanOf(prepared);
        session.Portals.Add(prepared);
        return new UtilityResult("PREPARE");
    }

    /// <summary>The locked plan of an EXECUTE and its values; a custom one is used once, or shared with other values like them if it may be. Throws 26000, 42601 for a wrong number of values, and what planning throws.</summary>
    public CachedPlan Choose(ExecuteStatement statement, string text, out Datum[] values, out bool isCustom, bool mayShare = true)
    {
        PreparedStatement prepared = session.Portals.FindStatement(statement.Name);
        if (prepared.Plan is null)
            throw new SqlException(SqlState.FeatureNotSupported, "EXECUTE of a utility statement is not supported yet");
        CachedPlan plan;
        do
            plan = runner.PlanOf(prepared);
        while (!runner.TryLock(plan));
        if (statement.Arguments.Count != plan.ParameterOids.Length)
            throw new SqlException(SqlState.SyntaxError, $"wrong number of parameters for prepared statement \"{statement.Name}\"")
            {
                Detail = $"Expected {plan.ParameterOids.Length} parameters but got {statement.Arguments.Count}.",
            };
        values = Arguments(statement, plan, text);
        isCustom = prepared.Choice.IsCustom(plan, Context.PlanCacheMode);
        return isCustom ? runner.PlanFor(prepared, plan, values, out isCustom, mayShare) : plan;
    }

    public UtilityResult Execute(ExecuteStatement statement, string text, short[] formats)
    {
        CachedPlan plan = Choose(statement, text, out Datum[] values, out bool isCustom);
        ExecutionInstance execution = runner.Begin(plan, out _);
        long rows = 0;
        try
        {
            for (int i = 0; i < values.Length; i++)
                execution.SetParameter(i, values[i]);
            if (plan.Plan.HasRows && formats.Length == 0)
                Context.Output.RowDescription(plan.Columns, []);
            while (execution.Next(Batch.RowsMax) is { } batch)
            {
                rows += batch.Count;
                runner.Rows.Write(batch, execution.ResultSlots, formats);
            }

            if (plan.Plan.Kind != BoundStatementKind.Select)
                rows = execution.RowsAffected;
        }
        finally
        {
            execution.Close();
            if (isCustom)
                execution.Dispose();
        }

        return new UtilityResult(plan.Plan.CommandTag) { CountsRows = true, RowCount = rows };
    }

    private Datum[] Arguments(ExecuteStatement statement, CachedPlan plan, string text)
    {
        var values = new Datum[statement.Arguments.Count];
        for (int i = 0; i < values.Length; i++)
        {
            Expressions.Expression bound = Binder.BindValue(
                statement.Arguments[i], plan.Plan.ParameterTypes[i], runner.BindingContextFor(text, [], allowParameters: false), isArgument: true);
            values[i] = Ddl.ConstantValue.Of(bound, Context);
        }

        return values;
    }

    public UtilityResult Deallocate(DeallocateStatement statement)
    {
        if (statement.Name is null)
        {
            session.Portals.RemoveAllStatements();
            return new UtilityResult("DEALLOCATE ALL");
        }

        session.Portals.RemoveStatement(statement.Name);
        return new UtilityResult("DEALLOCATE");
    }
}
