using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>A bound query with what its printing needs.</summary>
internal sealed record RecordedQuery(QueryRecord Query, BindingRecorder Recorder, BoundStatement Statement);

/// <summary>A bound expression over the columns of one relation (or VALUE of a domain) with what its printing needs.</summary>
/// <param name="Columns">Attribute number of each column of the relation by its number in the query; 0 for VALUE.</param>
internal sealed record RecordedExpression(Expression Value, BindingRecorder Recorder, QueryMetadata Metadata, IReadOnlyDictionary<int, short> Columns, RelationInfo? Relation, IReadOnlyList<PlanDependency> Dependencies);

/// <summary>Binds definitions so that they can be printed again. Stateless; thread-safe. Errors are those of <see cref="Binder"/>.</summary>
internal static class RecordedBinding
{
    /// <summary>Binds a query.</summary>
    public static RecordedQuery Bind(SelectStatement select, BindingContext context) => Binder.Guard(context, () =>
    {
        var state = new BindingState(context);
        BoundQuery query = state.Queries.BindSelect(select, null, resolveUnknown: true);
        return new RecordedQuery(state.Recorder!.Of(select)!, state.Recorder, Binder.Finish(state, BoundStatementKind.Select, query));
    });

    /// <summary>Binds INSERT, UPDATE, DELETE or MERGE.</summary>
    public static RecordedQuery BindModification(Statement statement, BindingContext context) => Binder.Guard(context, () =>
    {
        var state = new BindingState(context);
        BoundQuery query = new ModificationBinder(state).Bind(statement, null);
        return new RecordedQuery(state.Recorder!.Of(statement)!.Level, state.Recorder, Binder.Finish(state, Binder.KindOf(statement), query));
    });

    /// <summary>Binds an expression. <paramref name="relation"/> gives its columns; <paramref name="value"/> is the type of a domain's VALUE; <paramref name="target"/> what it is assigned to.</summary>
    public static RecordedExpression BindExpression(
        Syntax.Expression syntax, RelationInfo? relation, SqlType? value, SqlType? target, ExpressionKind kind, BindingContext context) => Binder.Guard(context, () =>
    {
        var state = new BindingState(context);
        var numbers = new Dictionary<int, short>();
        var scope = new Scope(null);
        if (relation is not null)
        {
            int[] columns = new TargetRowBinder(state).NewRow(relation, relation.Name);
            for (int i = 0; i < columns.Length; i++)
                if (columns[i] >= 0)
                    numbers[columns[i]] = (short)(i + 1);
            scope = TargetRowBinder.RowScope(relation, columns, state.Metadata, out int tableOid);
            numbers[tableOid] = SystemAttribute.TableOid;
        }
        else if (value is not null)
        {
            int column = state.Metadata.AddColumn("value", value);
            scope.Items.Add(new NamespaceItem("", [new NamespaceColumn("value", column, value)]) { IsRelationVisible = false });
            scope.Own(column);
            numbers[column] = 0;
        }

        Expression bound = kind is ExpressionKind.CheckConstraint or ExpressionKind.IndexPredicate or ExpressionKind.Policy
            ? state.Expressions.BindCondition(syntax, scope, kind)
            : state.Expressions.Bind(syntax, scope, kind);
        if (target is not null)
            bound = state.Expressions.CoerceForAssignment(bound, target);
        else if (kind is not (ExpressionKind.CheckConstraint or ExpressionKind.IndexPredicate or ExpressionKind.Policy))
            bound = state.Expressions.ResolveUnknown(bound);
        return new RecordedExpression(bound, state.Recorder!, state.Metadata, numbers, relation, state.Dependencies);
    });
}
