using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Binds target lists and RETURNING: names, and the expansion of stars.</summary>
internal sealed class TargetListBinder(BindingState state)
{
    /// <summary>PostgreSQL's MaxTupleAttributeNumber.</summary>
    private const int TargetsMax = 1664;

    /// <summary>Binds the items of a target list.</summary>
    public List<Target> Bind(SyntaxList<TargetItem> items, Scope scope, ExpressionKind kind)
    {
        var targets = new List<Target>(items.Count);
        foreach (TargetItem item in items)
        {
            if (item.Value is ColumnReference { IsStar: true } star)
                ExpandStar(star, scope, targets);
            else if (item.Value is IndirectionExpression indirection && indirection.Elements[indirection.Elements.Count - 1] is StarSelection)
                ExpandRow(indirection, scope, kind, targets);
            else
                targets.Add(new Target(state.Expressions.Bind(item.Value, scope, kind), item.Alias ?? TargetNaming.NameOf(item.Value), item.Value.Position));
        }

        if (targets.Count > TargetsMax)
            throw BindingErrors.At(-1, SqlState.TooManyColumns, $"target lists can have at most {TargetsMax} entries");
        return targets;
    }

    // (value).* stands for all fields of the value.
    private void ExpandRow(IndirectionExpression indirection, Scope scope, ExpressionKind kind, List<Target> targets)
    {
        SyntaxList<IndirectionElement> path = [.. indirection.Elements.AsSpan()[..^1]];
        Sql.Syntax.Expression operand = path.IsEmpty ? indirection.Operand : indirection with { Elements = path };
        Expressions.Expression row = state.Expressions.Bind(operand, scope, kind);
        foreach ((string name, Expressions.Expression value) in state.Expressions.Parts.FieldsOf(row, scope, indirection.Position))
            targets.Add(new Target(value, name, indirection.Position));
    }

    private void ExpandStar(ColumnReference star, Scope scope, List<Target> targets)
    {
        int before = targets.Count;
        if (star.Names.Count == 0)
        {
            bool any = false;
            foreach (NamespaceItem item in scope.Items)
            {
                if (!item.AreColumnsVisible || item.IsLateralOnly)
                    continue;
                any = true;
                Add(item, star.Position, targets);
            }

            if (!any)
                throw BindingErrors.At(star.Position, SqlState.SyntaxError, "SELECT * with no tables specified is not valid");
            return;
        }

        string name = star.Names[star.Names.Count - 1];
        string? schema = star.Names.Count > 1 ? star.Names[star.Names.Count - 2] : null;
        (NamespaceItem Item, Scope Scope)? found = ColumnResolver.FindItem(scope, schema, name, star.Position, state.Catalog);
        if (found is null)
            throw ColumnResolver.MissingItem(scope, name, star.Position);
        Add(found.Value.Item, star.Position, targets);
        Format.Invariant.Check(targets.Count >= before);
    }

    private void Add(NamespaceItem item, int position, List<Target> targets)
    {
        foreach (NamespaceColumn column in item.Columns)
        {
            if (column.Name.Length == 0)
                continue;
            state.Read(column.Column);
            targets.Add(new Target(new ColumnExpression(column.Column, column.Type) { Position = position }, column.Name, position));
        }
    }
}
