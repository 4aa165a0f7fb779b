using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds DELETE.</summary>
internal sealed class DeleteBinder(BindingState state, ModificationBinder common)
{
    public BoundQuery Bind(DeleteStatement delete, Scope? outer)
    {
        var scope = new Scope(outer);
        IReadOnlyList<CteDefinition> ctes = delete.With is null ? [] : state.Ctes.Bind(delete.With, scope);
        ViewTarget? view = common.ViewOf(delete.Relation, "delete from", 'd');
        RelationInfo relation = view?.Table ?? common.Target(delete.Relation, "delete from", 'd');
        (ScanNode scan, NamespaceItem item) = state.From.BindTarget(relation, delete.Alias, scope, delete.Relation.IncludeDescendants);
        bool isRead = delete.Where is not null || delete.Using.Count > 0 || delete.Returning.Count > 0;
        RelationalNode node = common.TargetRows(relation, item, scan, RowSecurity.Delete, isRead, view);
        NamespaceItem shown = item;
        if (view is not null)
            shown = common.ShowView(view, item, delete.Alias, scope, ref node);
        else
            state.Recorder?.Modification?.SetTarget(delete.Relation, delete.Alias, item, relation);
        var held = new HeldRowsBinder(state);
        node = common.Join(node, delete.Using, shown, held, scope, out List<NamespaceItem> others);
        node = common.Filter(node, delete.Where, relation, item, view, scope);
        bool returning = delete.Returning.Count > 0;
        // The old row is needed to show it, and to look for rows that refer to it.
        bool needsRow = returning || scan.Members is not null || relation.IsPartition || relation.ReferencedBy.Length > 0;
        var old = new int[relation.Columns.Length];
        Array.Fill(old, -1);
        for (int i = 0; i < scan.Attributes.Count; i++)
        {
            if (scan.Attributes[i] > 0 && needsRow)
                old[scan.Attributes[i] - 1] = scan.Columns[i];
        }

        int ctid = item.SystemColumns.First(column => column.Name == "ctid").Column;
        var row = new TargetRow(new TargetRowBinder(state).NewRow(relation, item.Name), [], [], []);
        var result = new DeleteNode(node, relation, row, scan.Scan, ctid, old)
        {
            Alias = item.Name,
            IsReturning = returning,
            PassedColumns = returning ? others.SelectMany(other => other.Columns).Select(column => column.Column).Distinct().ToArray() : [],
            CtidColumn = state.Metadata.AddColumn("ctid", SqlType.Tid, item.Name),
            TableOidColumn = state.Metadata.AddColumn("tableoid", SqlType.OidType, item.Name),
            Members = scan.Members,
            MemberColumn = scan.Members is null ? -1 : item.SystemColumns.First(column => column.Name == "tableoid").Column,
            Held = held.Rows,
        };
        Scope? parent = outer is null && ctes.Count == 0 ? null : scope;
        return ModificationBinder.With(ctes, common.Returning(delete.Returning, parent, result, others, view, delete.Alias));
    }
}
