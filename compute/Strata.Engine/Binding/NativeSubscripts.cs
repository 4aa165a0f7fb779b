using Strata.Engine.Expressions;
using Strata.Engine.Extensions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Subscripts of base types that extensions define: a text stands for a part, which is a text.</summary>
internal static class NativeSubscripts
{
    /// <summary>The type behind a value, when it can be subscripted; null otherwise.</summary>
    public static NativeType? Of(SqlType type) => type.Native is { SubscriptFetch: not null } native ? native : null;

    /// <summary>Binds the run of subscripts that begins at <paramref name="next"/> and moves behind it.</summary>
    public static Expression Bind(ExpressionBinder binder, IndirectionExpression indirection, ref int next, Expression container, Scope scope)
    {
        int end = next;
        while (end < indirection.Elements.Count && indirection.Elements[end] is Subscript or SliceSubscript)
            end++;
        Expression key = Key(binder, indirection.Elements, next, end, container.Type, scope);
        next = end;
        return Call(container.Type.Native!.SubscriptFetch!, SqlType.Text, indirection.Position, container, key);
    }

    /// <summary>The container with the part that a subscript names replaced.</summary>
    public static Expression Store(ExpressionBinder binder, SyntaxList<IndirectionElement> path, int from, int end, Expression container, Expression part, Scope scope) =>
        Call(container.Type.Native!.SubscriptStore!, container.Type, path[from].Position, container, Key(binder, path, from, end, container.Type, scope), part);

    private static FunctionExpression Call(FunctionInfo function, SqlType type, int position, params Expression[] arguments) =>
        new(function, type, arguments) { Position = position, SqlSyntax = CallSyntax.JsonSubscript };

    private static Expression Key(ExpressionBinder binder, SyntaxList<IndirectionElement> path, int from, int end, SqlType type, Scope scope)
    {
        if (end != from + 1 || path[from] is not Subscript single)
            throw new SqlException(SqlState.FeatureNotSupported, $"{type.Name} allows only one subscript");
        Expression key = binder.ResolveUnknown(binder.BindOperand(single.Index, scope));
        return binder.CoerceForAssignmentOrNull(key, SqlType.Text) ?? throw BindingErrors.At(
            single.Index.Position, SqlState.DatatypeMismatch, $"subscript type {key.Type.WithTypmod(-1)} is not supported", $"{type.Name} subscript must be coercible to text.");
    }
}
