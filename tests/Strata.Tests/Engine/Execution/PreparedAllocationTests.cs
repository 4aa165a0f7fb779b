using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Planning;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Sessions;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Sql;
using Xunit;

namespace Strata.Tests.Engine.Execution;

/// <summary>The steady state of prepared point statements allocates (nearly) nothing: the gate is bytes, not time.</summary>
public sealed class PreparedAllocationTests
{
    private const int Warmup = 200;
    private const int Rounds = 500;

    [Fact]
    public void Point_select_allocates_nothing()
    {
        using SqlRunner runner = NewTable(out _);
        Assert.InRange(BytesPerExecution(runner, "SELECT b FROM t WHERE a = $1"), 0, 0);
    }

    [Fact]
    public void Point_update_allocates_nothing()
    {
        using SqlRunner runner = NewTable(out SwitchableWal log);
        // The in-memory timeline keeps every record: that is not the statement's memory.
        log.Discard();
        Assert.InRange(BytesPerExecution(runner, "UPDATE t SET b = b + $2 WHERE a = $1"), 0, 16);
    }

    private static SqlRunner NewTable(out SwitchableWal log)
    {
        SwitchableWal? made = null;
        var runner = new SqlRunner(timeline => made = new SwitchableWal(timeline));
        log = made!;
        runner.Run("CREATE TABLE t (a int PRIMARY KEY, b int, c char(84)); INSERT INTO t SELECT g, 0, '' FROM generate_series(1, 1000) g");
        Assert.Null(runner.LastError);
        return runner;
    }

    private static long BytesPerExecution(SqlRunner runner, string sql)
    {
        SessionContext context = runner.Session.Context;
        BoundStatement bound = Binder.Bind(SqlParser.ParseStatement(sql), new BindingContext
        {
            Catalog = context.View,
            SearchPath = context.SearchPath,
            Functions = context,
            Text = sql,
        });
        PhysicalPlan plan = Planner.Plan(bound, StatementRunner.PlanningContextOf(context));
        Transaction transaction = runner.Engine.Transactions.Begin();
        for (int i = 0; i < Warmup; i++)
            Execute(plan, transaction, context, i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
            Execute(plan, transaction, context, i);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        runner.Engine.Transactions.Abort(transaction);
        return bytes / Rounds;
    }

    private static void Execute(PhysicalPlan plan, Transaction transaction, SessionContext context, int key)
    {
        Snapshot snapshot = transaction.TakeSnapshot();
        ExecutionInstance instance = plan.Rent();
        instance.Begin(transaction, snapshot, context, null, CancellationToken.None);
        instance.SetParameter(0, Datum.Of((key * 7 % 1000) + 1));
        if (plan.ParameterTypes.Count > 1)
            instance.SetParameter(1, Datum.Of(1));
        long rows = 0;
        while (instance.Next(1) is { } batch)
            rows += batch.Count;
        rows += instance.RowsAffected;
        instance.Close();
        transaction.AdvanceCommand();
        Assert.True(rows == 1);
    }
}
