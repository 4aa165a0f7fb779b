using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using BooleanExpression = Strata.Engine.Expressions.BooleanExpression;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds subqueries in expressions.</summary>
internal sealed class SubqueryBinder(BindingState state, ExpressionFactory factory)
{
    /// <summary>Binds one; <paramref name="bindOperand"/> binds the operands beside it.</summary>
    public Expression Bind(Syntax.Expression syntax, Scope scope, Func<Syntax.Expression, Expression> bindOperand)
    {
        if (scope.Kind.SubqueryError() is { } error)
            throw BindingErrors.At(syntax.Position, SqlState.FeatureNotSupported, error);
        switch (syntax)
        {
            case ScalarSubquery scalar:
                return Scalar(scalar, scope);
            case ExistsExpression exists:
                BoundQuery found = Query(exists.Query, scope);
                return new SubqueryExpression(SubqueryKind.Exists, found.Node, [], SqlType.Boolean, [], null) { Position = exists.Position, Written = exists };
            case ArraySubquery array:
                BoundQuery elements = Query(array.Query, scope);
                RequireOneColumn(elements, array.Position);
                SqlType element = elements.Output[0].Type;
                SqlType type = element.IsArray ? element : state.Types.ArrayOf(element, array.Position).WithTypmod(element.Typmod);
                return new SubqueryExpression(SubqueryKind.Array, elements.Node, [elements.Output[0].Column], type, [], null) { Position = array.Position, Written = array };
            case InSubqueryExpression inside:
                Expression any = Quantified("=", false, () => Operands(inside.Operand, bindOperand), inside.Query, scope, inside with { IsNegated = false });
                return inside.IsNegated ? new BooleanExpression(BooleanOperator.Not, [any]) { Position = inside.Position } : any;
            case QuantifiedSubqueryExpression quantified:
                return Quantified(
                    quantified.Operator.Name, quantified.IsAll, () => Operands(quantified.Left, bindOperand), quantified.Query, scope, quantified);
            default:
                throw BindingErrors.NotSupported(syntax.Position, "this subquery");
        }
    }

    /// <summary>(a, b) op (SELECT x, y …).</summary>
    public Expression BindRowComparison(string name, Func<Expression[]> bindLeft, ScalarSubquery subquery, Scope scope, int position)
    {
        BoundQuery query = Query(subquery.Query, scope);
        Expression[] left = bindLeft();
        if (query.Output.Count != left.Length)
        {
            throw BindingErrors.At(
                position, SqlState.SyntaxError,
                query.Output.Count < left.Length ? "subquery has too few columns" : "subquery has too many columns");
        }

        // Each field is a scalar subquery of its own over the same rows; no rows give nulls, as PostgreSQL has it.
        var right = new Expression[left.Length];
        for (int i = 0; i < right.Length; i++)
        {
            right[i] = new SubqueryExpression(
                SubqueryKind.Scalar, query.Node, [query.Output[i].Column], query.Output[i].Type, [], null)
            { Position = subquery.Position };
        }

        return RowComparisons.Make(factory, name, left, right, position);
    }

    private SubqueryExpression Scalar(ScalarSubquery syntax, Scope scope)
    {
        BoundQuery query = Query(syntax.Query, scope);
        RequireOneColumn(query, syntax.Position);
        return new SubqueryExpression(
            SubqueryKind.Scalar, query.Node, [query.Output[0].Column], query.Output[0].Type, [], null)
        { Position = syntax.Position, Written = syntax };
    }

    private static void RequireOneColumn(BoundQuery query, int position)
    {
        if (query.Output.Count != 1)
            throw BindingErrors.At(position, SqlState.SyntaxError, "subquery must return only one column");
    }

    private static Expression[] Operands(Syntax.Expression operand, Func<Syntax.Expression, Expression> bindOperand)
    {
        if (operand is not Syntax.RowExpression row)
            return [bindOperand(operand)];
        var fields = new Expression[row.Fields.Count];
        for (int i = 0; i < fields.Length; i++)
            fields[i] = bindOperand(row.Fields[i]);
        return fields;
    }

    /// <summary>The subquery is bound before the operands, as in PostgreSQL: its errors come first.</summary>
    private SubqueryExpression Quantified(string name, bool isAll, Func<Expression[]> bindLeft, SelectStatement syntax, Scope scope, Syntax.Expression written)
    {
        int position = written.Position;
        BoundQuery query = Query(syntax, scope);
        Expression[] left = bindLeft();
        if (query.Output.Count != left.Length)
        {
            throw BindingErrors.At(
                position, SqlState.SyntaxError,
                query.Output.Count < left.Length ? "subquery has too few columns" : "subquery has too many columns");
        }

        // The comparison is resolved with the operands themselves, so that their literals get types, and then abstracted from them.
        var right = query.Output.Select(column => (Expression)new ColumnExpression(column.Column, column.Type)).ToArray();
        Expression comparison = RowComparisons.Make(factory, name, left, right, position);
        if (comparison.Type.Oid != TypeOid.Boolean)
            throw BindingErrors.At(position, SqlState.DatatypeMismatch, $"operator {name} must return type boolean, not type {comparison.Type}");
        var inner = query.Output.Select(column => column.Column).ToHashSet();
        var tests = new List<Expression>();
        Expression Abstract(Expression part)
        {
            bool usesInner = part.Any(child => child is ColumnExpression column && inner.Contains(column.Column));
            if (usesInner)
                return part.MapChildren(Abstract);
            if (part is ConstantExpression)
                return part;
            tests.Add(part);
            return new TestExpression(tests.Count - 1, part.Type);
        }

        Expression abstracted = Abstract(comparison);
        return new SubqueryExpression(
            isAll ? SubqueryKind.All : SubqueryKind.Any, query.Node, query.Output.Select(column => column.Column).ToArray(), SqlType.Boolean,
            tests, abstracted)
        { Position = position, Written = written };
    }

    private BoundQuery Query(SelectStatement syntax, Scope scope)
    {
        bool lateral = scope.IsLateralActive;
        ExpressionKind kind = scope.Kind;
        BoundQuery query = state.Queries.BindSelect(syntax, scope, resolveUnknown: true);
        scope.IsLateralActive = lateral;
        scope.Kind = kind;
        return query;
    }
}
