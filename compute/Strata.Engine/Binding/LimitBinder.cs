using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Binds LIMIT, OFFSET and FETCH FIRST.</summary>
internal static class LimitBinder
{
    /// <summary>The node with the statement's limits applied.</summary>
    public static RelationalNode Apply(
        BindingState state, SelectStatement statement, RelationalNode node, Scope scope, IReadOnlyList<SortKey> keys)
    {
        Expression? limit = Bind(state, statement.Limit, scope, ExpressionKind.Limit);
        Expression? offset = Bind(state, statement.Offset, scope, ExpressionKind.Offset);
        if (state.Recorder?.Current is { } record)
            (record.Limit, record.Offset) = (limit, offset);
        if (statement.LimitWithTies && keys.Count == 0)
            throw BindingErrors.At(statement.Limit?.Position ?? -1, SqlState.SyntaxError, "WITH TIES cannot be specified without ORDER BY clause");
        return limit is null && offset is null ? node : new LimitNode(node, limit, offset, statement.LimitWithTies ? keys : null);
    }

    private static Expression? Bind(BindingState state, Strata.Sql.Syntax.Expression? syntax, Scope scope, ExpressionKind kind)
    {
        if (syntax is null or NullLiteral)
            return null;
        Expression bound = state.Expressions.Bind(syntax, scope, kind);
        bound = state.Expressions.CoerceArgument(bound, SqlType.Int8, kind.Name(), syntax.Position);
        bool hasColumns = false;
        TreeWalker.Visit(bound, part => hasColumns |= part is ColumnExpression column && scope.Owns(column.Column));
        if (hasColumns)
            throw BindingErrors.At(syntax.Position, SqlState.InvalidColumnReference, $"argument of {kind.Name()} must not contain variables");
        return bound;
    }
}
