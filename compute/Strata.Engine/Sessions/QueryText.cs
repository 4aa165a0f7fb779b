using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Planning;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql;

namespace Strata.Engine.Sessions;

/// <summary>Runs queries that functions are given as text (<c>ts_stat</c>, <c>ts_rewrite</c>), within the calling statement's transaction.</summary>
internal static class QueryText
{
    /// <summary>Runs a query; tells the names and types of its columns, then each row. Throws 42601 and what the query raises.</summary>
    public static void Run(SessionContext session, string sql, Action<string[], SqlType[]> begin, Action<Datum[]> row)
    {
        DepthGuard.Check();
        BoundStatement bound = Bind(session, sql);
        if (bound.Kind != BoundStatementKind.Select)
            throw new SqlException(SqlState.FeatureNotSupported, "only queries can be run by this function");
        PhysicalPlan plan = Planner.Plan(bound, StatementRunner.PlanningContextOf(session));
        begin([.. plan.ResultColumns.Select(static column => column.Name)], [.. plan.ResultColumns.Select(static column => column.Type)]);
        ExecutionInstance execution = plan.Rent();
        Transaction transaction = session.Transactions.Current;
        execution.Begin(transaction, transaction.TakeFreshSnapshot(), session, session.SystemScan, session.Cancellation);
        try
        {
            while (execution.Next(Batch.RowsMax) is { } batch)
            {
                for (int i = 0; i < batch.Count; i++)
                {
                    var values = new Datum[execution.ResultSlots.Length];
                    for (int column = 0; column < values.Length; column++)
                        values[column] = Datum.FromVector(batch[execution.ResultSlots[column]], batch.Selection[i]);
                    row(values);
                }
            }
        }
        finally
        {
            execution.Close();
        }
    }

    // A place in the text is none in the statement that gave it to the function.
    private static BoundStatement Bind(SessionContext session, string sql)
    {
        try
        {
            return Binder.Bind(SqlParser.ParseStatement(sql), session.StatementRunner.BindingContextFor(sql, [], allowParameters: false));
        }
        catch (SqlSyntaxException error)
        {
            throw new SqlException(new SqlState(error.SqlState), error.Message) { InternalPosition = SourcePosition.ToCharacter(sql, Math.Max(error.Position - 1, 0)), InternalQuery = sql };
        }
        catch (SqlException error) when (error.Position > 0 && error.InternalQuery is null)
        {
            error.InternalPosition = error.Position;
            error.InternalQuery = sql;
            error.Position = 0;
            throw;
        }
    }
}
