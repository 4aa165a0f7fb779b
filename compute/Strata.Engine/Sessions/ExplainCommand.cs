using Strata.Engine.Binding;
using Strata.Engine.Execution;
using Strata.Engine.Planning;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;

namespace Strata.Engine.Sessions;

/// <summary>EXPLAIN.</summary>
internal sealed class ExplainCommand(SessionContext context, StatementRunner runner)
{
    public static ResultColumn[] Describe(ExplainStatement statement) => [UtilityResult.TextColumn("QUERY PLAN")];

    public UtilityResult Execute(ExplainStatement statement, string text, string own)
    {
        if (!Binder.Accepts(statement.Query))
            throw new SqlException(SqlState.FeatureNotSupported, "EXPLAIN of this statement is not supported yet");
        bool analyze = Flag(statement, "analyze");
        CachedPlan plan;
        do
            plan = runner.Plan(statement.Query, "explain:" + own, text, [], allowParameters: false, out _);
        while (!runner.TryLock(plan));
        var result = new UtilityResult("EXPLAIN", Describe(statement));
        if (!analyze)
        {
            foreach (string line in PlanPrinter.Print(plan.Plan, null, Flag(statement, "verbose"), Costs(statement)))
                result.Rows.Add([line]);
            return result;
        }

        ExecutionInstance execution = plan.Plan.CreateMeasured();
        try
        {
            Transactions.Transaction transaction = context.Transactions.Current;
            execution.Begin(transaction, transaction.TakeSnapshot(), context, context.SystemScan, context.Cancellation);
            while (execution.Next(Batch.RowsMax) is not null)
            {
                // Rows are counted by the operators; nobody wants to see them.
            }

            foreach (string line in PlanPrinter.Print(plan.Plan, execution, Flag(statement, "verbose"), Costs(statement)))
                result.Rows.Add([line]);
        }
        finally
        {
            execution.Close();
            execution.Dispose();
        }

        return result;
    }

    private static bool Costs(ExplainStatement statement) => Find(statement, "costs") is not { } option || option.Value is not BooleanLiteral { Value: false } && option.Value is not StringLiteral { Value: "off" or "false" };

    private static bool Flag(ExplainStatement statement, string name) =>
        Find(statement, name) is { } option && option.Value is not BooleanLiteral { Value: false } && option.Value is not StringLiteral { Value: "off" or "false" };

    private static DefinitionElement? Find(ExplainStatement statement, string name)
    {
        foreach (DefinitionElement option in statement.Options)
        {
            if (option.Name == "format" && option.Value is StringLiteral format && !format.Value.Equals("text", StringComparison.OrdinalIgnoreCase))
                throw new SqlException(SqlState.FeatureNotSupported, $"EXPLAIN format \"{format.Value}\" is not supported yet");
            if (option.Name == name)
                return option;
        }

        return null;
    }
}
