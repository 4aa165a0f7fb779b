using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>DISTINCT and DISTINCT ON: the outer values are further keys, and the sort below DISTINCT ON begins with them.</summary>
internal static class DistinctUnnesting
{
    public static UnnestedTree? Push(DependentJoin push, DistinctNode distinct)
    {
        RelationalNode source = distinct.Input;
        var sort = source as SortNode;
        if (distinct.IsOn && sort is null)
            return null;
        if (push.PushInput(sort?.Input ?? source) is not { Links.Count: > 0 } input)
            return null;
        int[] links = [.. CorrelationLink.ColumnsOf(input.Links).Distinct()];
        int[] keys = [.. links, .. distinct.Keys.Where(key => !links.Contains(key))];
        if (!distinct.IsOn)
        {
            // What is neither key nor link is none of the distinct rows'.
            RelationalNode only = input.Node.Columns.All(keys.Contains) ? input.Node : new ProjectNode(input.Node, [.. keys.Select(push.PassOn)]);
            return input with { Node = new DistinctNode(only, keys, isOn: false) };
        }

        if (push.Complete(input) is not { } complete)
            return null;
        links = [.. CorrelationLink.ColumnsOf(complete.Links).Distinct()];
        keys = [.. links, .. distinct.Keys.Where(key => !links.Contains(key))];
        SortKey[] order = [.. links.Select(static column => new SortKey(column, false, false)), .. sort!.Keys.Where(key => !links.Contains(key.Column))];
        return new UnnestedTree(new DistinctNode(new SortNode(complete.Node, order), keys, isOn: true), complete.Links);
    }
}
