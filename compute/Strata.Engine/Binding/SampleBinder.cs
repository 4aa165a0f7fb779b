using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Binds TABLESAMPLE.</summary>
internal static class SampleBinder
{
    /// <summary>The sample of a bound table.</summary>
    public static RelationalNode Bind(BindingState state, TableItem table, RelationInfo relation, RelationalNode scan, NamespaceItem item, Scope scope)
    {
        TableSampleClause sample = table.Sample!;
        if (relation.Kind is not (RelationKind.Table or RelationKind.MaterializedView or RelationKind.PartitionedTable))
            throw OnlyTables(table);
        string method = sample.Method.ToString();
        bool isSystem = sample.Method.Name == "system";
        if (!isSystem && sample.Method.Name != "bernoulli")
            throw BindingErrors.At(sample.Method.Position, SqlState.UndefinedObject, $"tablesample method {method} does not exist");
        if (sample.Arguments.Count != 1)
        {
            throw BindingErrors.At(
                sample.Method.Position, SqlState.InvalidTablesampleArgument, $"tablesample method {method} requires 1 argument, not {sample.Arguments.Count}");
        }

        Expression percentage = BindArgument(state, sample.Arguments[0], SqlType.Float4, "TABLESAMPLE", scope);
        Expression? seed = sample.Seed is null ? null : BindArgument(state, sample.Seed, SqlType.Float8, "REPEATABLE", scope);
        return new SampleNode(scan, item.SystemColumns.First(column => column.Name == "ctid").Column, isSystem, percentage, seed);
    }

    /// <summary>The error for what is no table.</summary>
    public static SqlException OnlyTables(TableItem table) =>
        BindingErrors.At(table.Relation.Position, SqlState.WrongObjectType, "TABLESAMPLE clause can only be applied to tables and materialized views");

    private static Expression BindArgument(BindingState state, Sql.Syntax.Expression argument, SqlType type, string construct, Scope scope)
    {
        bool outer = scope.IsLateralActive;
        scope.IsLateralActive = true;
        scope.NestedSet = null;
        Expression value = state.Expressions.Bind(argument, scope, ExpressionKind.FromFunction);
        scope.IsLateralActive = outer;
        FunctionBinder.RefuseNestedSet(scope);
        return state.Expressions.CoerceArgument(value, type, construct, argument.Position);
    }
}
