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
        {
            if (indirection.Elements[next] is not Subscript single)
                throw BindingErrors.At(indirection.Elements[next].Position, SqlState.DatatypeMismatch, "jsonb subscript does not support slices");
            Expression index = binder.ResolveUnknown(binder.BindOperand(single.Index, scope));
            Expression? text = index.Type.Oid is TypeOid.Int4 or TypeOid.Text or TypeOid.Int2 or TypeOid.VarChar or TypeOid.Name or TypeOid.BpChar
                ? binder.Factory.Casts.Cast(index, SqlType.Text, Functions.CastContext.Explicit) : null;
            path.Add(text ?? throw BindingErrors.At(
                single.Index.Position, SqlState.DatatypeMismatch, $"subscript type {index.Type.WithTypmod(-1)} is not supported",
                "jsonb subscript must be coercible to either integer or text."));
        }

        ResolvedCall call = binder.Factory.ResolveCall(
            "jsonb_extract_path", BuiltinRegistry.FunctionsByName("jsonb_extract_path"), [.. path], null, false, indirection.Position);
        return ExpressionFactory.ToExpression(call, indirection.Position);
    }
}
