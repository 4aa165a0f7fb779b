using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning;

/// <summary>Estimates what share of rows satisfies conditions: by statistics where there are some, else PostgreSQL's defaults.</summary>
internal sealed class Selectivity(PlannerState state)
{
    private const double EqualDefault = 0.005;
    private const double InequalityDefault = 0.3333333333333333;
    private const double MatchDefault = 0.005;
    private const double UnknownDefault = 0.5;
    private const double DistinctDefault = 200;

    /// <summary>The share of rows for which all conditions hold, taken as independent.</summary>
    public double Of(IEnumerable<Expression> conditions)
    {
        double share = 1;
        foreach (Expression condition in conditions)
            share *= Of(condition);
        return Math.Clamp(share, 1e-9, 1);
    }

    /// <summary>The share of rows for which a condition holds.</summary>
    public double Of(Expression condition)
    {
        switch (condition)
        {
            case ConstantExpression constant:
                return !constant.IsNull && constant.Value.AsBoolean ? 1 : 0;
            case BooleanExpression { Operator: BooleanOperator.And } and:
                return Of((IEnumerable<Expression>)and.Operands);
            case BooleanExpression { Operator: BooleanOperator.Or } or:
                double none = 1;
                foreach (Expression operand in or.Operands)
                    none *= 1 - Of(operand);
                return 1 - none;
            case BooleanExpression { Operator: BooleanOperator.Not } not:
                return 1 - Of(not.Operands[0]);
            case NullTestExpression test:
                double nulls = test.Operand is ColumnExpression column && StatisticsOf(column.Column) is { } known ? known.NullFraction : EqualDefault;
                return test.IsNotNull ? 1 - nulls : nulls;
            case FunctionExpression { Operator: { } op } call:
                return OfOperator(op.Name, call);
            case ArrayComparisonExpression { IsAll: false } any:
                double each = any.Scalar is ColumnExpression scalar ? 1 / DistinctOf(scalar.Column) : EqualDefault;
                return Math.Min(1, each * (any.Array is ArrayExpression list ? list.Elements.Count : 10));
            default:
                return UnknownDefault;
        }
    }

    /// <summary>How many different values a column has.</summary>
    public double DistinctOf(int column)
    {
        QueryColumn found = state.Metadata[column];
        if (found.TableOid == 0 || state.Context.Catalog.FindRelation(found.TableOid) is not { } relation)
            return DistinctDefault;
        double rows = CostModel.SizeOf(relation).Rows;
        foreach (IndexInfo index in relation.Indexes)
        {
            if (index.IsUnique && index.KeyCount == 1 && index.Keys[0].Column == found.AttributeNumber && index.Predicate is null)
                return rows;
        }

        return StatisticsOf(column) is { } statistics
            ? statistics.Distinct > 0 ? statistics.Distinct : statistics.Distinct < 0 ? -statistics.Distinct * rows : Math.Min(DistinctDefault, rows)
            : Math.Min(DistinctDefault, rows);
    }

    private double OfOperator(string name, FunctionExpression call)
    {
        switch (name)
        {
            case "=":
                double left = Distinct(call.Arguments[0]);
                double right = call.Arguments.Count > 1 ? Distinct(call.Arguments[1]) : 0;
                double most = Math.Max(left, right);
                return most > 0 ? 1 / Math.Max(1, most) : EqualDefault;
            case "<>":
                return 1 - EqualDefault;
            case "<" or "<=" or ">" or ">=":
                return InequalityDefault;
            case "~~" or "~~*" or "~" or "~*":
                return MatchDefault;
            default:
                return UnknownDefault;
        }
    }

    private double Distinct(Expression operand) => operand switch
    {
        ColumnExpression column => DistinctOf(column.Column),
        RelabelExpression relabel => Distinct(relabel.Operand),
        _ => 0,
    };

    private ColumnStatistics? StatisticsOf(int column)
    {
        QueryColumn found = state.Metadata[column];
        if (found.TableOid == 0 || state.Context.Catalog.FindRelation(found.TableOid) is not { } relation)
            return null;
        foreach (ColumnStatistics statistics in relation.Statistics)
        {
            if (statistics.Column == found.AttributeNumber)
                return statistics;
        }

        return null;
    }
}
