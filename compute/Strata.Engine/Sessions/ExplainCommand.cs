using System.Globalization;
using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Execution.Modify;
using Strata.Engine.Planning.Explain;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Sessions.Settings;
using Strata.Engine.Storage;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>EXPLAIN.</summary>
internal sealed class ExplainCommand(SessionContext context, StatementRunner runner, PreparedCommands prepared)
{
    public static ResultColumn[] Describe(ExplainStatement statement) => ExplainOptions.Of(statement).Format switch
    {
        ExplainFormat.Json => [new ResultColumn("QUERY PLAN", 0, 0, TypeOid.Json, -1, -1)],
        ExplainFormat.Xml => [new ResultColumn("QUERY PLAN", 0, 0, TypeOid.Xml, -1, -1)],
        _ => [UtilityResult.TextColumn("QUERY PLAN")],
    };

    public UtilityResult Execute(ExplainStatement statement, string text, string own, IReadOnlyList<Expression>? values)
    {
        ExplainOptions options = ExplainOptions.Of(statement);
        Statement query = statement.Query switch
        {
            CreateTableAsStatement create when !options.Analyze => create.Query,
            SelectStatement { Body: SelectBody { Into: not null } body } into when !options.Analyze => into with { Body = body with { Into = null } },
            DeclareCursorStatement declare => declare.Query,
            _ => statement.Query,
        };
        if (query is CreateTableAsStatement or SelectStatement { Body: SelectBody { Into: not null } })
            return ExplainFilling(query, text, own, values, options, new UtilityResult("EXPLAIN", Describe(statement)));
        if (query is not ExecuteStatement && !Binder.Accepts(query))
            return NoPlan(statement, options);
        ResourceUsage.Begin();
        try
        {
            return Explain(query, text, own, values, options, new UtilityResult("EXPLAIN", Describe(statement)));
        }
        finally
        {
            ResourceUsage.End();
        }
    }

    /// <summary>Makes the table as without EXPLAIN, and shows the plan of the query that filled it.</summary>
    private UtilityResult ExplainFilling(Statement statement, string text, string own, IReadOnlyList<Expression>? values, ExplainOptions options, UtilityResult result)
    {
        if (context.Transactions.Current.ReadOnly)
            throw new SqlException(SqlState.ReadOnlySqlTransaction, $"cannot execute {Ddl.DdlCommands.TagOf(statement)} in a read-only transaction");
        long began = context.Clock.GetTimestamp();
        var ddl = new Ddl.DdlContext(context, text)
        {
            ParameterValues = values,
            Measured = (plan, execution) => Write(result, plan, execution, options, default, context.Clock.GetElapsedTime(began).TotalMilliseconds, inputOnly: true),
        };
        Ddl.DdlCommands.Execute(ddl, runner, statement, own);
        // It was there already, or stays empty.
        if (result.Rows.Count == 0)
            result.Rows.Add([statement is CreateTableAsStatement { IsMaterializedView: true } ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS"]);
        return result;
    }

    private UtilityResult Explain(Statement query, string text, string own, IReadOnlyList<Expression>? arguments, ExplainOptions options, UtilityResult result)
    {
        long began = context.Clock.GetTimestamp();
        ResourceUsage before = ResourceUsage.OfThread;
        Datum[] values = [];
        CachedPlan plan;
        if (query is ExecuteStatement execute)
        {
            plan = prepared.Choose(execute, text, out values, out _, mayShare: false);
        }
        else
        {
            do
                plan = arguments is null ? runner.Plan(query, "explain:" + own, text, [], allowParameters: false, out _) : runner.PlanWith(query, text, arguments);
            while (!runner.TryLock(plan));
        }

        var planning = new ExplainPlanning(context.Clock.GetElapsedTime(began).TotalMilliseconds, ResourceUsage.OfThread.Since(before));
        if (!options.Analyze)
        {
            Write(result, plan.Plan, null, options, planning, null);
            return result;
        }

        ExecutionInstance execution = plan.Plan.CreateMeasured();
        execution.State.ConstraintTimes = [];
        try
        {
            Transactions.Transaction transaction = context.Transactions.Current;
            long started = context.Clock.GetTimestamp();
            execution.Begin(transaction, transaction.TakeSnapshot(), context, context.SystemScan, context.Cancellation);
            for (int i = 0; i < values.Length && i < plan.ParameterOids.Length; i++)
                execution.SetParameter(i, values[i]);
            while (execution.Next(Batch.RowsMax) is not null)
            {
                // Rows are counted by the operators; nobody wants to see them.
            }

            double elapsed = context.Clock.GetElapsedTime(started).TotalMilliseconds;
            Write(result, plan.Plan, execution, options, planning, elapsed);
        }
        finally
        {
            execution.Close();
            execution.Dispose();
        }

        return result;
    }

    private void Write(
        UtilityResult result, PhysicalPlan plan, ExecutionInstance? execution, ExplainOptions options, in ExplainPlanning planning, double? run, bool inputOnly = false)
    {
        ExplainNode root = ExplainBuilder.Build(plan, new ExplainRun(context.View, context.SearchPath, context, execution)
        {
            Verbose = options.Verbose,
            Costs = options.Costs,
            Timing = options.Timing,
            Buffers = options.Buffers,
            Wal = options.Wal,
        }, inputOnly);
        List<(string Name, string Value)> settings = options.Settings ? ChangedSettings() : [];
        if (options.Format == ExplainFormat.Text)
        {
            foreach (string line in ExplainText.Lines(root))
                result.Rows.Add([line]);
            if (settings.Count > 0)
                result.Rows.Add(["Settings: " + string.Join(", ", settings.Select(static setting => $"{setting.Name} = '{setting.Value}'"))]);
            if (options.Buffers && ExplainUsage.BuffersLine(planning.Used) is { Length: > 0 } buffers)
                result.Rows.AddRange([["Planning:"], ["  " + buffers]]);
            if (options.Summary)
                result.Rows.Add([string.Create(CultureInfo.InvariantCulture, $"Planning Time: {planning.Milliseconds:F3} ms")]);
            foreach (ConstraintTime trigger in TriggersOf(execution))
                result.Rows.Add([TextOf(trigger, options)]);
            if (options.Summary && run is not null)
                result.Rows.Add([string.Create(CultureInfo.InvariantCulture, $"Execution Time: {run.Value:F3} ms")]);
            return;
        }

        var summary = new List<(string, object)>();
        if (settings.Count > 0)
            summary.Add(("Settings", settings.Select(static setting => new ExplainProperty(setting.Name, setting.Value)).ToArray()));
        if (options.Buffers)
            summary.Add(("Planning", ExplainUsage.Buffers(planning.Used).ToArray()));
        if (options.Summary)
            summary.Add(("Planning Time", ExplainNumber.Of(planning.Milliseconds, "F3")));
        if (options.Analyze)
            summary.Add(("Triggers", TriggersOf(execution).Select(trigger => GroupOf(trigger, options)).ToArray()));
        if (options.Summary && run is not null)
            summary.Add(("Execution Time", ExplainNumber.Of(run.Value, "F3")));
        string text = options.Format switch
        {
            ExplainFormat.Json => ExplainFormats.Json(root, summary),
            ExplainFormat.Yaml => ExplainFormats.Yaml(root, summary),
            _ => ExplainFormats.Xml(root, summary),
        };
        result.Rows.Add([text]);
    }

    private static List<ConstraintTime> TriggersOf(ExecutionInstance? execution) => execution?.State.ConstraintTimes ?? [];

    private static string TextOf(in ConstraintTime trigger, ExplainOptions options)
    {
        string on = options.Verbose ? $" on {TypeNames.QuoteIdentifier(trigger.Relation)}" : "";
        string time = options.Timing ? string.Create(CultureInfo.InvariantCulture, $"time={trigger.Milliseconds:F3} ") : "";
        return string.Create(CultureInfo.InvariantCulture, $"Trigger for constraint {trigger.Constraint}{on}: {time}calls={trigger.Calls}");
    }

    private static ExplainProperty[] GroupOf(in ConstraintTime trigger, ExplainOptions options)
    {
        var group = new List<ExplainProperty>
        {
            new("Trigger Name", trigger.IsCheck ? "RI_ConstraintTrigger_c" : "RI_ConstraintTrigger_a"),
            new("Constraint Name", trigger.Constraint),
            new("Relation", trigger.Relation),
        };
        if (options.Timing)
            group.Add(new("Time", ExplainNumber.Of(trigger.Milliseconds, "F3")));
        group.Add(new("Calls", ExplainNumber.Of(trigger.Calls, "F0")));
        return [.. group];
    }

    /// <summary>What planning took.</summary>
    private readonly record struct ExplainPlanning(double Milliseconds, ResourceUsage Used);

    /// <summary>The settings that plans depend on and that are not at their defaults.</summary>
    private List<(string Name, string Value)> ChangedSettings()
    {
        var changed = new List<(string, string)>();
        foreach (SettingDefinition setting in SettingRegistry.All)
        {
            bool concernsPlans = setting.Category.StartsWith("Query Tuning", StringComparison.Ordinal)
                || setting.Name is "work_mem" or "hash_mem_multiplier" or "temp_buffers" or "search_path" or "max_parallel_workers" or "max_parallel_workers_per_gather" or "effective_io_concurrency";
            if (concernsPlans && context.Settings.IsChanged(setting.Name) && context.Settings[setting.Name] != setting.Default)
                changed.Add((setting.Name, context.Settings.Show(setting.Name)));
        }

        return changed;
    }

    private static UtilityResult NoPlan(ExplainStatement statement, ExplainOptions options)
    {
        var result = new UtilityResult("EXPLAIN", Describe(statement));
        result.Rows.Add([options.Format switch
        {
            ExplainFormat.Json => "[\n  \"Utility Statement\"\n]",
            ExplainFormat.Yaml => "- \"Utility Statement\"",
            ExplainFormat.Xml => "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Utility-Statement />\n</explain>",
            _ => "Utility statements have no plan structure",
        }]);
        return result;
    }
}
