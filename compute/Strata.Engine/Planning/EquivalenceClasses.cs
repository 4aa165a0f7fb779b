using System.Numerics;
using Strata.Engine.Expressions;

namespace Strata.Engine.Planning;

/// <summary>
/// Columns that a join's equalities make equal to each other. From a = b and b = c follows a = c, so relations of one class may be joined in any order, and of all its conditions one suffices between
/// two parts of a join (PostgreSQL's equivalence classes). Stateless.
/// </summary>
internal static class EquivalenceClasses
{
    /// <summary>The conditions with those that follow from them, equalities of a class marked with its number. <paramref name="wrap"/> makes a condition of an expression.</summary>
    public static List<JoinCondition> Close(IReadOnlyList<JoinCondition> conditions, Func<int, ulong> relationOf, Func<Expression, JoinCondition> wrap)
    {
        var classes = new List<(List<ColumnExpression> Columns, List<JoinCondition> Conditions)>();
        foreach (JoinCondition condition in conditions)
        {
            if (PlainEquality(condition) is var (left, right))
                Join(classes, left, right, condition);
        }

        // Two columns of one relation in a class would need a condition of their own: such classes stay as they are.
        classes.RemoveAll(c => c.Columns.GroupBy(column => relationOf(column.Column)).Any(static group => group.Count() > 1));
        var result = new List<JoinCondition>(conditions.Count);
        var numbers = new Dictionary<JoinCondition, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < classes.Count; i++)
            foreach (JoinCondition condition in classes[i].Conditions)
                numbers[condition] = i;
        foreach (JoinCondition condition in conditions)
            result.Add(numbers.TryGetValue(condition, out int number) ? condition with { Class = number } : condition);
        for (int i = 0; i < classes.Count; i++)
            AddImplied(classes[i].Columns, classes[i].Conditions, i, result, wrap);
        return result;
    }

    private static void AddImplied(List<ColumnExpression> columns, List<JoinCondition> known, int number, List<JoinCondition> result, Func<Expression, JoinCondition> wrap)
    {
        var pairs = known.Select(static condition => condition.Mask).ToHashSet();
        var pattern = (FunctionExpression)known[0].Expression;
        for (int a = 0; a < columns.Count; a++)
            for (int b = a + 1; b < columns.Count; b++)
            {
                JoinCondition implied = wrap(pattern.WithChildren([columns[a], columns[b]])) with { Class = number };
                if (pairs.Add(implied.Mask))
                    result.Add(implied);
            }
    }

    private static (ColumnExpression Left, ColumnExpression Right)? PlainEquality(JoinCondition condition) =>
        condition is { CanHash: true, Expression: FunctionExpression { Arguments: [ColumnExpression left, ColumnExpression right] } }
        && left.Type.Oid == right.Type.Oid && BitOperations.PopCount(condition.Mask) == 2
            ? (left, right) : null;

    private static void Join(List<(List<ColumnExpression> Columns, List<JoinCondition> Conditions)> classes, ColumnExpression left, ColumnExpression right, JoinCondition condition)
    {
        int first = classes.FindIndex(c => c.Columns.Exists(column => column.Column == left.Column)), second = classes.FindIndex(c => c.Columns.Exists(column => column.Column == right.Column));
        if (first < 0 && second < 0)
        {
            classes.Add(([left, right], [condition]));
            return;
        }

        if (first < 0 || second < 0)
        {
            int at = Math.Max(first, second);
            classes[at].Columns.Add(first < 0 ? left : right);
            classes[at].Conditions.Add(condition);
            return;
        }

        classes[first].Conditions.Add(condition);
        if (first == second)
            return;
        classes[first].Columns.AddRange(classes[second].Columns);
        classes[first].Conditions.AddRange(classes[second].Conditions);
        classes.RemoveAt(second);
    }
}
