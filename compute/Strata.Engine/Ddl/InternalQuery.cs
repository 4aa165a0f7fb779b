using Strata.Engine.Binding;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Planning;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Sessions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql;
using Strata.Sql.Syntax;

namespace Strata.Engine.Ddl;

/// <summary>SQL that a command runs for its own purposes, within the statement's transaction and with a snapshot of now: validation of constraints, rewrites, statistics. Names in it are qualified; nobody's privileges are asked.</summary>
internal sealed class InternalQuery(DdlContext context)
{
    /// <summary>Runs a query and hands each row on as texts (null for null). Returns rows affected or returned.</summary>
    public long Run(string sql, Action<string?[]>? row = null) => Run(SqlParser.ParseStatement(sql), sql, row);

    /// <summary>Runs a tree.</summary>
    public long Run(Statement statement, string sql, Action<string?[]>? row = null)
    {
        SessionContext session = context.Session;
        BoundStatement bound = Binder.Bind(statement, new BindingContext
        {
            Catalog = context.View,
            SearchPath = SearchPath ?? session.SearchPath,
            Functions = session,
            Text = sql,
            AllowParameters = false,
            ParameterValues = ParameterValues,
        });
        var plan = Planner.Plan(bound, StatementRunner.PlanningContextOf(session));
        ExecutionInstance execution = Measured is null ? plan.Rent() : plan.CreateMeasured();
        execution.Begin(context.Transaction, context.Transaction.TakeFreshSnapshot(), session, session.SystemScan, context.Cancellation);
        try
        {
            long rows = 0;
            while (execution.Next(Batch.RowsMax) is { } batch)
            {
                for (int i = 0; Observe is not null && i < execution.ResultSlots.Length; i++)
                    Observe(i, batch[execution.ResultSlots[i]], batch.Selection);
                if (row is not null)
                    Deliver(batch, rows, execution, row);
                rows += batch.Count;
            }

            Measured?.Invoke(plan, execution);
            return plan.Kind == BoundStatementKind.Select ? rows : execution.RowsAffected;
        }
        finally
        {
            execution.Close();
            if (Measured is not null)
                execution.Dispose();
            context.Transaction.AdvanceCommand();
        }
    }

    /// <summary>Shown the execution when it has run; then it is one that measures its operators.</summary>
    public Action<PhysicalPlan, ExecutionInstance>? Measured { get; init; }

    /// <summary>Shown every batch's columns, by number in the result.</summary>
    public Action<int, Vector, Selection>? Observe { get; init; }

    /// <summary>Where unqualified names are looked up; null for the session's path.</summary>
    public SearchPath? SearchPath { get; init; }

    /// <summary>What stands for $1, $2, …; null where there are none.</summary>
    public IReadOnlyList<Expression>? ParameterValues { get; init; }

    /// <summary>Hand on only every n-th row.</summary>
    public long Step { get; init; } = 1;

    private readonly ByteBuffer _buffer = new();

    private void Deliver(Batch batch, long before, ExecutionInstance execution, Action<string?[]> row)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if ((before + i) % Step != 0)
                continue;
            var values = new string?[execution.ResultSlots.Length];
            for (int column = 0; column < values.Length; column++)
                values[column] = Text(batch[execution.ResultSlots[column]], batch.Selection[i]);
            row(values);
        }
    }

    private string? Text(Vector vector, int row)
    {
        if (vector.IsNull(row))
            return null;
        _buffer.Clear();
        TypeOutput.Write(vector, row, _buffer, context.Session.TypeSettings, context.Session.Catalog);
        return _buffer.ToString();
    }

    /// <summary>The first row of a query, or null.</summary>
    public string?[]? First(string sql)
    {
        string?[]? first = null;
        Run(sql + " LIMIT 1", row => first = row);
        return first;
    }
}
