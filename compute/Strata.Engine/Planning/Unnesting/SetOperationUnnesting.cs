using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>UNION, INTERSECT and EXCEPT: both sides get the outer values as further columns, so that rows of different outer values are never equal.</summary>
internal static class SetOperationUnnesting
{
    public static UnnestedTree? Push(DependentJoin push, SetOperationNode operation)
    {
        if (push.PushInput(operation.Left) is not { } pushedLeft || push.Complete(pushedLeft) is not { Links.Count: > 0 } left
            || push.PushInput(operation.Right) is not { } pushedRight || push.Complete(pushedRight) is not { } right || left.Links.Count != right.Links.Count)
            return null;
        var partners = new List<CorrelationLink>();
        foreach (CorrelationLink link in left.Links)
        {
            if (link.PartnerIn(right.Links) is not { } partner || !push.Metadata[partner.Column].Type.Equals(push.Metadata[link.Column].Type) || partners.Contains(partner))
                return null;
            partners.Add(partner);
        }

        var columns = new List<int>(operation.Columns);
        var links = new List<CorrelationLink>();
        for (int i = 0; i < partners.Count; i++)
        {
            int column = push.Metadata.AddColumn(push.Metadata[left.Links[i].Column].Name, push.Metadata[left.Links[i].Column].Type);
            columns.Add(column);
            // The same outer values may be null on one side and never on the other.
            CorrelationLink link = left.Links[i].IsNullSafe ? left.Links[i] : partners[i].IsNullSafe ? partners[i] : left.Links[i];
            links.Add(link.Renamed(column) with { IsSame = left.Links[i].IsSame && partners[i].IsSame });
        }

        return new UnnestedTree(
            new SetOperationNode(operation.Kind, operation.IsAll, Side(push, left, operation.Left, left.Links), Side(push, right, operation.Right, partners), columns), links);
    }

    private static ProjectNode Side(DependentJoin push, UnnestedTree tree, RelationalNode side, IReadOnlyList<CorrelationLink> links)
    {
        // The same column may come out twice: as one of the rows' and as a link.
        var items = new List<ProjectedColumn>(side.Columns.Select(push.PassOn));
        foreach (CorrelationLink link in links)
        {
            int column = push.Metadata.AddColumn(push.Metadata[link.Column].Name, push.Metadata[link.Column].Type);
            items.Add(new ProjectedColumn(column, push.PassOn(link.Column).Value));
        }

        return new ProjectNode(tree.Node, items);
    }
}
