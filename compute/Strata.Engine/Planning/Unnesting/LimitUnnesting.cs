using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>LIMIT and OFFSET with constants: rows are numbered within each outer value, in the order of the sort below, and those with wanted numbers stay.</summary>
internal static class LimitUnnesting
{
    private const uint LessOrEqual = 414;
    private const uint Greater = 413;

    public static UnnestedTree? Push(DependentJoin push, LimitNode limit)
    {
        if (limit.TieKeys is not null || !IsCount(limit.Limit, out long? count) || !IsCount(limit.Offset, out long? offset) || count == 0 || count > int.MaxValue || offset > int.MaxValue)
            return null;
        RelationalNode source = limit.Input;
        // The targets of the rows that stay may as well be computed for all: none of them is volatile.
        if (source is ProjectNode { Input: SortNode below } project)
            source = new SortNode(new ProjectNode(below.Input, [.. project.Items, .. Hidden(push, project, below)]), below.Keys);
        var sort = source as SortNode;
        if (push.PushInput(sort?.Input ?? source) is not { Links.Count: > 0 } input)
            return null;
        if (input.EmptyRow is not null)
            return offset is null or 0 ? input : null;
        if ((offset is null or 0) && (count is null || input.IsSingle))
            return input;
        int[] links = [.. CorrelationLink.ColumnsOf(input.Links).Distinct()];
        int number = push.Metadata.AddColumn("row_number", SqlType.Int8);
        SortKey[] order = [.. sort?.Keys.Where(key => !links.Contains(key.Column)) ?? []];
        RelationalNode numbered = new WindowNode(input.Node, links, order, [new WindowCall(number, "row_number", null, [], BoundFrame.Default)]);
        var conditions = new List<Expression>();
        if (count is not null)
            conditions.Add(Compare(LessOrEqual, number, count.Value + (offset ?? 0)));
        if (offset is not null)
            conditions.Add(Compare(Greater, number, offset.Value));
        var kept = new ProjectNode(new FilterNode(numbered, conditions), [.. input.Node.Columns.Distinct().Select(push.PassOn)]);
        return new UnnestedTree(kept, input.Links) { IsSingle = count == 1 };
    }

    /// <summary>Columns that only the order reads.</summary>
    private static IEnumerable<ProjectedColumn> Hidden(DependentJoin push, ProjectNode project, SortNode sort) =>
        sort.Keys.Select(static key => key.Column).Distinct().Where(column => !project.Columns.Contains(column)).Select(push.PassOn);

    private static bool IsCount(Expression? expression, out long? count)
    {
        count = null;
        switch (expression)
        {
            case null or ConstantExpression { IsNull: true }:
                return true;
            case ConstantExpression { Type.Oid: TypeOid.Int8 } constant:
                count = constant.Value.Get<long>();
                return count >= 0;
            default:
                return false;
        }
    }

    private static FunctionExpression Compare(uint oid, int column, long value)
    {
        OperatorInfo op = BuiltinRegistry.Operator(oid)!;
        return new FunctionExpression(op.Function!, SqlType.Boolean, [new ColumnExpression(column, SqlType.Int8), ConstantExpression.Int8(value)]) { Operator = op, Form = CallForm.Operator };
    }
}
