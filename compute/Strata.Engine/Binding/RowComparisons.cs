using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>Comparisons of rows field by field.</summary>
internal static class RowComparisons
{
    /// <summary>(a, b) op (x, y) as one boolean expression. Throws 0A000 for operators that are no comparisons.</summary>
    public static Expression Make(ExpressionFactory factory, string name, IReadOnlyList<Expression> left, IReadOnlyList<Expression> right, int position)
    {
        // What the fields have no operator for is said first.
        if (name is not ("=" or "<>" or "<" or "<=" or ">" or ">="))
            for (int i = 0; i < left.Count; i++)
                if (factory.Operator(name, left[i], right[i], position) is { } made && made.Type.Oid != TypeOid.Boolean)
                    throw BindingErrors.At(position, SqlState.DatatypeMismatch, $"row comparison operator must yield type boolean, not type {made.Type}");
        RowComparison comparison = name switch
        {
            "=" => RowComparison.Equal,
            "<>" => RowComparison.NotEqual,
            "<" => RowComparison.Less,
            "<=" => RowComparison.LessOrEqual,
            ">" => RowComparison.Greater,
            ">=" => RowComparison.GreaterOrEqual,
            _ => throw BindingErrors.At(
                position, SqlState.FeatureNotSupported, $"could not determine interpretation of row comparison operator {name}",
                "Row comparison operators must be associated with btree operator families."),
        };
        var fields = new FunctionExpression[left.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            Expression field = factory.Operator(name, left[i], right[i], position);
            if (field is not FunctionExpression { Operator: not null } call || field.Type.Oid != TypeOid.Boolean)
            {
                throw BindingErrors.At(
                    position, SqlState.DatatypeMismatch, $"row comparison operator must yield type boolean, not type {field.Type}");
            }

            fields[i] = call;
        }

        if (fields.Length == 1)
            return fields[0];
        // Equality is a plain conjunction, which indexes and joins can use.
        if (comparison == RowComparison.Equal)
            return new BooleanExpression(BooleanOperator.And, fields) { Position = position };
        if (comparison == RowComparison.NotEqual)
            return new BooleanExpression(BooleanOperator.Or, fields) { Position = position };
        OperatorInfo[]? equalities = Array.Exists(fields, static field => field.Operator!.UserFunction is not null)
            ? [.. fields.Select(field => ((FunctionExpression)factory.Operator("=", field.Arguments[0], field.Arguments[1], position)).Operator!)] : null;
        return new RowComparisonExpression(
            comparison, fields.Select(field => field.Operator!).ToArray(), fields.Select(field => field.Arguments[0]).ToArray(),
            fields.Select(field => field.Arguments[1]).ToArray())
        { Position = position, Equalities = equalities };
    }
}
