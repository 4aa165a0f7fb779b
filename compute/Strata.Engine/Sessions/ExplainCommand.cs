using System.Globalization;
using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Planning;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>EXPLAIN.</summary>
internal sealed class ExplainCommand(SessionContext context, StatementRunner runner)
{
    public static ResultColumn[] Describe(ExplainStatement statement) => ExplainOptions.Of(statement).Format switch
    {
        ExplainFormat.Json => [new ResultColumn("QUERY PLAN", 0, 0, TypeOid.Json, -1, -1)],
        ExplainFormat.Xml => [new ResultColumn("QUERY PLAN", 0, 0, TypeOid.Xml, -1, -1)],
        _ => [UtilityResult.TextColumn("QUERY PLAN")],
    };

    public UtilityResult Execute(ExplainStatement statement, string text, string own)
    {
        ExplainOptions options = ExplainOptions.Of(statement);
        if (!Binder.Accepts(statement.Query))
            throw new SqlException(SqlState.FeatureNotSupported, "EXPLAIN of this statement is not supported yet");
        long began = context.Clock.GetTimestamp();
        CachedPlan plan;
        do
            plan = runner.Plan(statement.Query, "explain:" + own, text, [], allowParameters: false, out _);
        while (!runner.TryLock(plan));
        double planning = context.Clock.GetElapsedTime(began).TotalMilliseconds;
        var result = new UtilityResult("EXPLAIN", Describe(statement));
        if (!options.Analyze)
        {
            Write(result, plan.Plan, null, options, planning, null);
            return result;
        }

        ExecutionInstance execution = plan.Plan.CreateMeasured();
        try
        {
            Transactions.Transaction transaction = context.Transactions.Current;
            long misses = context.Engine.Storage.Pool.Misses;
            long started = context.Clock.GetTimestamp();
            execution.Begin(transaction, transaction.TakeSnapshot(), context, context.SystemScan, context.Cancellation);
            while (execution.Next(Batch.RowsMax) is not null)
            {
                // Rows are counted by the operators; nobody wants to see them.
            }

            double elapsed = context.Clock.GetElapsedTime(started).TotalMilliseconds;
            Write(result, plan.Plan, execution, options, planning, (elapsed, context.Engine.Storage.Pool.Misses - misses));
        }
        finally
        {
            execution.Close();
            execution.Dispose();
        }

        return result;
    }

    private static void Write(
        UtilityResult result, PhysicalPlan plan, ExecutionInstance? execution, ExplainOptions options, double planning, (double Milliseconds, long PagesRead)? run)
    {
        if (options.Format == ExplainFormat.Text)
        {
            foreach (string line in PlanPrinter.Print(plan, execution, options.Verbose, options.Costs, options.Timing))
                result.Rows.Add([line]);
            if (options.Buffers && run is { PagesRead: > 0 } read)
                result.Rows.Add([string.Create(CultureInfo.InvariantCulture, $"Buffers: shared read={read.PagesRead}")]);
            if (!options.Summary)
                return;
            result.Rows.Add([string.Create(CultureInfo.InvariantCulture, $"Planning Time: {planning:F3} ms")]);
            if (run is not null)
                result.Rows.Add([string.Create(CultureInfo.InvariantCulture, $"Execution Time: {run.Value.Milliseconds:F3} ms")]);
            return;
        }

        ExplainNode root = ExplainNode.Of(plan, execution, options.Verbose, options.Costs, options.Timing);
        var summary = new List<(string, object)>();
        if (options.Buffers && run is not null)
            summary.Add(("Shared Read Blocks", new ExplainNumber(run.Value.PagesRead.ToString(CultureInfo.InvariantCulture))));
        if (options.Summary)
            summary.Add(("Planning Time", new ExplainNumber(planning.ToString("F3", CultureInfo.InvariantCulture))));
        if (options.Analyze)
            summary.Add(("Triggers", Array.Empty<string>()));
        if (options.Summary && run is not null)
            summary.Add(("Execution Time", new ExplainNumber(run.Value.Milliseconds.ToString("F3", CultureInfo.InvariantCulture))));
        string text = options.Format switch
        {
            ExplainFormat.Json => ExplainFormats.Json(root, summary),
            ExplainFormat.Yaml => ExplainFormats.Yaml(root, summary),
            _ => ExplainFormats.Xml(root, summary),
        };
        result.Rows.Add([text]);
    }
}
