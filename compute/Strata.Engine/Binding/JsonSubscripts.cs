using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Subscripts of jsonb: j['a'][1] is the value at a path of keys and positions.</summary>
internal static class JsonSubscripts
{
    /// <summary>Binds the run of subscripts that begins at <paramref name="next"/> and moves behind it.</summary>
    public static Expression Bind(ExpressionBinder binder, IndirectionExpression indirection, ref int next, Expression container, Scope scope)
    {
        var path = new List<Expression> { container };
        for (; next < indirection.Elements.Count && indirection.Elements[next] is Subscript or SliceSubscript; next++)
            path.Add(Step(binder, indirection.Elements[next], scope, out _));
        ResolvedCall call = binder.Factory.ResolveCall(
            "jsonb_extract_path", BuiltinRegistry.FunctionsByName("jsonb_extract_path"), [.. path], null, false, indirection.Position);
        return ExpressionFactory.ToExpression(call, indirection.Position, CallSyntax.JsonSubscript);
    }

    /// <summary>The container with the part that a run of subscripts names replaced.</summary>
    public static Expression Store(ExpressionBinder binder, SyntaxList<IndirectionElement> path, int from, Expression container, Expression part, Scope scope)
    {
        var steps = new List<Expression>();
        bool isArray = false;
        for (int i = from; i < path.Count; i++)
        {
            steps.Add(Step(binder, path[i], scope, out bool isNumber));
            isArray |= i == from && isNumber;
        }

        var array = new Expressions.ArrayExpression(BuiltinTypes.Get(TypeOid.TextArray), steps, isNested: false);
        return new FunctionExpression(JsonSubscriptAssignment.Function, BuiltinTypes.Get(TypeOid.Jsonb), [container, array, part, ConstantExpression.Boolean(isArray)]) { Position = path[from].Position };
    }

    // One step of a path, as text.
    private static Expression Step(ExpressionBinder binder, IndirectionElement element, Scope scope, out bool isNumber)
    {
        if (element is not Subscript single)
            throw BindingErrors.At(element.Position, SqlState.DatatypeMismatch, "jsonb subscript does not support slices");
        Expression index = binder.ResolveUnknown(binder.BindOperand(single.Index, scope));
        isNumber = index.Type.Oid is TypeOid.Int4 or TypeOid.Int2;
        Expression? text = isNumber || index.Type.Oid is TypeOid.Text or TypeOid.VarChar or TypeOid.Name or TypeOid.BpChar
            ? binder.Factory.Casts.Cast(index, SqlType.Text, isNumber ? Functions.CastContext.Explicit : Functions.CastContext.Implicit) : null;
        return text ?? throw BindingErrors.At(
            single.Index.Position, SqlState.DatatypeMismatch, $"subscript type {index.Type.WithTypmod(-1)} is not supported",
            "jsonb subscript must be coercible to either integer or text.");
    }
}
