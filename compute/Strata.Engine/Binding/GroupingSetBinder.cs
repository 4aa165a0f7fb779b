using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>
/// Works out the grouping sets that a GROUP BY clause means. <paramref name="addGroup"/> binds a grouped expression and tells its number among the query's groups.
/// </summary>
internal sealed class GroupingSetBinder(Func<Syntax.Expression, int> addGroup)
{
    private const int CubeElementsMax = 12;
    private const int SetsMax = 4096;

    /// <summary>
    /// The sets, each as numbers of groups without repetition. A clause without GROUPING SETS, ROLLUP and CUBE has one.
    /// </summary>
    public List<int[]> Bind(SyntaxList<GroupingItem> items, bool isDistinct)
    {
        List<int[]> all = [[]];
        foreach (GroupingItem item in items)
        {
            List<int[]> sets = Expand(item);
            if ((long)all.Count * sets.Count > SetsMax)
                throw BindingErrors.At(item.Position, SqlState.StatementTooComplex, $"too many grouping sets present (maximum {SetsMax})");
            var combined = new List<int[]>(all.Count * sets.Count);
            foreach (int[] left in all)
            {
                foreach (int[] right in sets)
                    combined.Add(left.Union(right).ToArray());
            }

            all = combined;
        }

        if (isDistinct)
        {
            var seen = new HashSet<string>();
            all = all.FindAll(set => seen.Add(string.Join(',', set.Order())));
        }

        return all;
    }

    private List<int[]> Expand(GroupingItem item)
    {
        switch (item)
        {
            case EmptyGroupingSet:
                return [[]];
            case GroupingValue value:
                return [Element(value)];
            case GroupingSet { Kind: GroupingSetKind.Rollup } rollup:
                int[][] levels = rollup.Items.Select(Element).ToArray();
                var shorter = new List<int[]>();
                for (int count = levels.Length; count >= 0; count--)
                    shorter.Add(levels.Take(count).SelectMany(level => level).Distinct().ToArray());
                return shorter;
            case GroupingSet { Kind: GroupingSetKind.Cube } cube:
                return Subsets(cube);
            case GroupingSet sets:
                var listed = new List<int[]>();
                foreach (GroupingItem inner in sets.Items)
                {
                    listed.AddRange(Expand(inner));
                    if (listed.Count > SetsMax)
                        throw BindingErrors.At(inner.Position, SqlState.StatementTooComplex, $"too many grouping sets present (maximum {SetsMax})");
                }

                return listed;
            default:
                throw BindingErrors.NotSupported(item.Position, "this grouping item");
        }
    }

    private List<int[]> Subsets(GroupingSet cube)
    {
        if (cube.Items.Count > CubeElementsMax)
            throw BindingErrors.At(cube.Position, SqlState.TooManyColumns, $"CUBE is limited to {CubeElementsMax} elements");
        int[][] elements = cube.Items.Select(Element).ToArray();
        var subsets = new List<int[]>();
        for (int left = (1 << elements.Length) - 1; left >= 0; left--)
        {
            var set = new List<int>();
            for (int i = 0; i < elements.Length; i++)
            {
                if ((left & (1 << (elements.Length - 1 - i))) != 0)
                    set.AddRange(elements[i]);
            }

            subsets.Add(set.Distinct().ToArray());
        }

        return subsets;
    }

    // (a, b) stands for both columns; ROW(a, b) is one value.
    private int[] Element(GroupingItem item) => item switch
    {
        GroupingValue { Value: RowExpression { IsExplicit: false } row } => row.Fields.Select(addGroup).Distinct().ToArray(),
        GroupingValue value => [addGroup(value.Value)],
        _ => throw BindingErrors.NotSupported(item.Position, "this grouping item"),
    };
}
