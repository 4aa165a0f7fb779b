using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;

namespace Strata.Engine.Planning.Unnesting;

/// <summary>Projections, of rows and of sets: D ⋈ π(T) = π(D ⋈ T), with the outer values passed on.</summary>
internal static class ProjectUnnesting
{
    public static UnnestedTree? Push(DependentJoin push, ProjectNode project)
    {
        if (push.PushInput(project.Input) is not { } input || input.Links.Count == 0)
            return null;
        var items = new List<ProjectedColumn>();
        foreach (ProjectedColumn item in project.Items)
        {
            if (push.Substitute(item.Value, input.Links) is not { } value)
                return null;
            items.Add(item with { Value = value });
        }

        foreach (CorrelationLink link in input.Links)
        {
            if (!items.Exists(item => item.Column == link.Column))
                items.Add(push.PassOn(link.Column));
        }

        return input with { Node = new ProjectNode(input.Node, items), EmptyRow = input.EmptyRow is { } empty ? EmptyRow(project, empty) : null };
    }

    public static UnnestedTree? Push(DependentJoin push, ProjectSetNode sets)
    {
        if (push.PushInput(sets.Input) is not { } pushed || push.Complete(pushed) is not { Links.Count: > 0 } input)
            return null;
        var items = new List<ProjectedColumn>();
        foreach (ProjectedColumn item in sets.Sets)
        {
            if (push.Substitute(item.Value, input.Links) is not { } value)
                return null;
            items.Add(item with { Value = value });
        }

        int[] passed = [.. sets.Passed.Concat(CorrelationLink.ColumnsOf(input.Links)).Distinct()];
        return new UnnestedTree(new ProjectSetNode(input.Node, passed, items), input.Links);
    }

    private static Dictionary<int, Expression> EmptyRow(ProjectNode project, IReadOnlyDictionary<int, Expression> empty)
    {
        var row = new Dictionary<int, Expression>();
        foreach (ProjectedColumn item in project.Items)
            row[item.Column] = TreeWalker.Map(item.Value, part => part is ColumnExpression column && empty.TryGetValue(column.Column, out Expression? value) ? value : part);
        return row;
    }
}
