using Strata.Engine.Binding;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Partitioning;

/// <summary>What a query's condition says about a partition key.</summary>
internal abstract record PartitionCondition;

/// <summary>A comparison of one key column: <paramref name="Operator"/> is =, &lt;&gt;, &lt;, &lt;=, &gt;, &gt;=, IS NULL or IS NOT NULL; = holds for any of the values.</summary>
internal sealed record PartitionTerm(int Key, string Operator, IReadOnlyList<Expression> Values) : PartitionCondition;

/// <summary>One of several lists of conditions holds (OR).</summary>
internal sealed record PartitionChoice(IReadOnlyList<IReadOnlyList<PartitionCondition>> Alternatives) : PartitionCondition;

/// <summary>Takes from a query's conditions what they say about the key of a partitioned table; <paramref name="operands"/> are the key's columns as the query has them. Not thread-safe.</summary>
internal sealed class PartitionConditions(PartitionMap map, IReadOnlyList<Expression?> operands)
{
    /// <summary>The conditions on the key; those that say nothing about it are left out.</summary>
    public List<PartitionCondition> Of(IReadOnlyList<Expression> conjuncts)
    {
        var found = new List<PartitionCondition>();
        foreach (Expression conjunct in conjuncts)
            if (Read(conjunct) is { } condition)
                found.Add(condition);
        return found;
    }

    private PartitionCondition? Read(Expression condition)
    {
        DepthGuard.Check();
        switch (condition)
        {
            case FunctionExpression { Operator.Name: "=" or "<>" or "<" or "<=" or ">" or ">=" } call when call.Arguments.Count == 2:
                return Comparison(call.Operator!.Name, call.Arguments[0], call.Arguments[1]) ?? Comparison(Swapped(call.Operator.Name), call.Arguments[1], call.Arguments[0]);
            case NullTestExpression test when KeyOf(test.Operand) is var key and >= 0:
                return new PartitionTerm(key, test.IsNotNull ? "IS NOT NULL" : "IS NULL", []);
            case ArrayComparisonExpression { IsAll: false, Operator.Name: "=", Array: ArrayExpression { IsNested: false } array } any when KeyOf(any.Scalar) is var key and >= 0:
                return array.Elements.All(element => IsFree(element) && Fits(key, element.Type)) ? new PartitionTerm(key, "=", array.Elements) : null;
            case BooleanExpression { Operator: BooleanOperator.Or } or:
                var alternatives = new List<IReadOnlyList<PartitionCondition>>();
                foreach (Expression operand in or.Operands)
                    alternatives.Add(Of(Conjunction.Split(operand)));
                return alternatives.Exists(static a => a.Count == 0) ? null : new PartitionChoice(alternatives);
            case BooleanExpression { Operator: BooleanOperator.Not } not when KeyOf(not.Operands[0]) is var key and >= 0:
                return new PartitionTerm(key, "=", [new ConstantExpression(SqlType.Boolean, Datum.Of(false))]);
            default:
                return condition.Type.Oid == TypeOid.Boolean && KeyOf(condition) is var column and >= 0
                    ? new PartitionTerm(column, "=", [new ConstantExpression(SqlType.Boolean, Datum.Of(true))])
                    : null;
        }
    }

    private PartitionTerm? Comparison(string name, Expression left, Expression right) =>
        KeyOf(left) is var key and >= 0 && IsFree(right) && Fits(key, right.Type) ? new PartitionTerm(key, name, [right]) : null;

    private static string Swapped(string name) => name switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => name };

    private int KeyOf(Expression expression)
    {
        while (expression is RelabelExpression relabel)
            expression = relabel.Operand;
        for (int i = 0; i < operands.Count; i++)
            if (operands[i] is { } operand && operand.Equals(expression))
                return i;
        return -1;
    }

    private static bool IsFree(Expression value) => !value.IsVolatile && !value.Any(static part => part is ColumnExpression or Planning.Algebra.SubqueryExpression);

    private bool Fits(int key, SqlType value)
    {
        uint own = map.KeyTypes[key].Oid;
        return own == value.Oid || (IsInteger(own) && IsInteger(value.Oid)) || (IsText(own) && IsText(value.Oid));
    }

    private static bool IsInteger(uint oid) => oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8;

    private static bool IsText(uint oid) => oid is TypeOid.Text or TypeOid.VarChar or TypeOid.Name;

    /// <summary>A value in a key column's type; null when that type has no such value.</summary>
    public static Datum? Convert(in Datum value, SqlType from, SqlType to)
    {
        if (value.IsNull || from.Oid == to.Oid || !IsInteger(from.Oid))
            return value;
        long number = from.Oid switch { TypeOid.Int2 => value.Get<short>(), TypeOid.Int4 => value.Get<int>(), _ => value.Get<long>() };
        return to.Oid switch
        {
            TypeOid.Int2 => number is >= short.MinValue and <= short.MaxValue ? Datum.Of((short)number) : null,
            TypeOid.Int4 => number is >= int.MinValue and <= int.MaxValue ? Datum.Of((int)number) : null,
            _ => Datum.Of(number),
        };
    }
}
