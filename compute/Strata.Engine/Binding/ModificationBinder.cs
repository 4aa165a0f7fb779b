using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds INSERT, UPDATE and DELETE: what they have in common.</summary>
internal sealed class ModificationBinder(BindingState state)
{
    /// <summary>Binds the statement; <paramref name="outer"/> is the level around a data-modifying WITH item, or null.</summary>
    public BoundQuery Bind(Statement statement, Scope? outer)
    {
        state.IsWriting = true;
        ModificationRecord? record = state.Recorder?.Begin(statement, (statement as InsertStatement)?.With ?? (statement as UpdateStatement)?.With ?? (statement as DeleteStatement)?.With);
        BoundQuery query = statement switch
        {
            InsertStatement insert => new InsertBinder(state, this).Bind(insert, outer),
            UpdateStatement update => new UpdateBinder(state, this).Bind(update, outer),
            DeleteStatement delete => new DeleteBinder(state, this).Bind(delete, outer),
            MergeStatement merge => new MergeBinder(state, this).Bind(merge, outer),
            _ => throw BindingErrors.NotSupported(statement.Position, "this statement"),
        };
        if (record is not null)
            state.Recorder!.End(record.Level, null);
        return query;
    }

    /// <summary>The view that a statement changes rows through; null when its target is no view.</summary>
    public ViewTarget? ViewOf(RelationName name, string verb, char privilege)
    {
        RelationInfo relation = state.ResolveRelation(name);
        if (relation.Kind != RelationKind.View)
            return null;
        state.Require(relation, privilege);
        return ViewTarget.Resolve(state, relation, verb, privilege);
    }

    /// <summary>The rows of a target that the statement may change.</summary>
    public RelationalNode TargetRows(RelationInfo relation, NamespaceItem item, ScanNode scan, char command, bool isRead, ViewTarget? view) => AsRole(view, () => isRead
        ? state.Security.Rows(relation, item, scan, command, RowSecurity.Select)
        : state.Security.Rows(relation, item, scan, command));

    /// <summary>Does something as the role that reaches the table below a view.</summary>
    public T AsRole<T>(ViewTarget? view, Func<T> bind) => view is null ? bind() : view.AsOwner(bind);

    /// <summary>Puts a view in the place of its table in the scope; the node gets the view's conditions.</summary>
    public NamespaceItem ShowView(ViewTarget view, NamespaceItem table, string? alias, Scope scope, ref RelationalNode node)
    {
        NamespaceItem shown = view.Expose(table, alias ?? view.View.Name, filter: true, ref node);
        foreach (NamespaceColumn column in shown.Columns)
            scope.Own(column.Column);
        scope.Items.Remove(table);
        scope.Items.Insert(0, shown);
        return shown;
    }

    /// <summary>The checks of a view over a new row, as the row's own.</summary>
    public TargetRow WithChecks(TargetRow row, ViewTarget? view)
    {
        if (view is null)
            return row;
        var names = new List<NamespaceColumn>();
        foreach (ColumnInfo column in view.Table.Columns)
            if (!column.IsDropped && row.Columns[column.Number - 1] is >= 0 and var id)
                names.Add(new NamespaceColumn(column.Name, id, state.Metadata[id].Type));
        IReadOnlyList<(string View, Expression Condition)> checks = view.Checks(new NamespaceItem(view.Table.Name, names));
        return checks.Count == 0
            ? row
            : row with
            {
                Checks =
                [
                    .. row.Checks,
                    .. checks.Select(check => (new ConstraintInfo { Oid = 0, Name = check.View, SchemaOid = 0, Kind = Catalog.ConstraintKind.ViewCheck, TableOid = view.Table.Oid }, check.Condition)),
                ],
            };
    }

    /// <summary>The target relation. Throws 42809 and 0A000 for what is no table.</summary>
    public RelationInfo Target(RelationName name, string verb, char privilege)
    {
        RelationInfo relation = state.ResolveRelation(name);
        state.Require(relation, privilege);
        switch (relation.Kind)
        {
            case RelationKind.Table or RelationKind.PartitionedTable when relation.SystemTable is null:
                return relation;
            case RelationKind.Table:
                throw BindingErrors.At(
                    name.Position, SqlState.InsufficientPrivilege, $"permission denied: \"{relation.Name}\" is a system catalog");
            case RelationKind.View:
                throw BindingErrors.At(
                    -1, SqlState.ObjectNotInPrerequisiteState, $"cannot {verb} view \"{relation.Name}\"",
                    verb switch
                    {
                        "insert into" => "To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.",
                        "update" => "To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule.",
                        _ => "To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.",
                    },
                    "Views are not automatically updatable.");
            case RelationKind.Sequence:
                throw BindingErrors.At(-1, SqlState.WrongObjectType, $"cannot change sequence \"{relation.Name}\"");
            case RelationKind.MaterializedView:
                throw BindingErrors.At(-1, SqlState.WrongObjectType, $"cannot change materialized view \"{relation.Name}\"");
            default:
                throw BindingErrors.At(
                    name.Position, SqlState.WrongObjectType, $"cannot open relation \"{relation.Name}\"",
                    detail: "This operation is not supported for indexes.");
        }
    }

    /// <summary>The rows of a target joined with what stands in FROM or USING; <paramref name="others"/> is what that adds to the scope.</summary>
    public RelationalNode Join(RelationalNode target, SyntaxList<FromItem> items, NamespaceItem shown, HeldRowsBinder held, Scope scope, out List<NamespaceItem> others)
    {
        others = [];
        if (items.Count == 0)
            return target;
        RelationalNode from = held.Hold(state.From.BindList(items, scope));
        others = scope.Items.Where(other => !ReferenceEquals(other, shown)).ToList();
        return new JoinNode(JoinType.Inner, target, from, []);
    }

    /// <summary>The rows that WHERE leaves, be it CURRENT OF.</summary>
    public RelationalNode Filter(RelationalNode rows, Syntax.Expression? where, RelationInfo relation, NamespaceItem item, ViewTarget? view, Scope scope)
    {
        if (where is null)
            return rows;
        if (where is Syntax.CurrentOfExpression current)
        {
            state.Require(relation, 'r');
            return new FilterNode(rows, CurrentOf(current, relation, item));
        }

        state.Require(view?.View ?? relation, 'r');
        Expression condition = state.Expressions.BindCondition(where, scope, ExpressionKind.Where);
        if (state.Recorder?.Modification is { } record)
            record.Level.Where = condition;
        return new FilterNode(rows, Conjunction.Split(condition));
    }

    /// <summary>WHERE CURRENT OF: the conditions that only the cursor's row meets.</summary>
    public IReadOnlyList<Expression> CurrentOf(Syntax.CurrentOfExpression current, RelationInfo relation, NamespaceItem item)
    {
        Expression Is(string name, SqlType type, bool isTable) => state.Expressions.BindOperator(
            "=", new Expressions.ColumnExpression(item.SystemColumns.First(column => column.Name == name).Column, type),
            new Expressions.CurrentOfExpression(current.CursorName, relation.Oid, isTable), -1);
        return [Is("ctid", SqlType.Tid, isTable: false), Is("tableoid", SqlType.OidType, isTable: true)];
    }

    /// <summary>A column that a statement assigns to. Throws 42703, 42701, 0A000.</summary>
    public static ColumnInfo TargetColumn(RelationInfo relation, AssignmentTarget target, HashSet<short> seen, bool isUpdate, ViewTarget? view = null)
    {
        ColumnInfo column = view is not null ? view.TargetColumn(target.Column, target.Position, isUpdate) : relation.FindColumn(target.Column)
            ?? throw BindingErrors.At(
                target.Position, SqlState.UndefinedColumn, $"column \"{target.Column}\" of relation \"{relation.Name}\" does not exist");
        // Several parts of one column may be assigned to, but not the column and a part of it.
        short key = target.Indirection.Count > 0 ? (short)-column.Number : column.Number;
        if (key < 0 ? seen.Contains(column.Number) : !seen.Add(key) | seen.Contains((short)-column.Number))
        {
            throw isUpdate
                ? BindingErrors.At(-1, SqlState.SyntaxError, $"multiple assignments to same column \"{column.Name}\"")
                : BindingErrors.At(target.Position, SqlState.DuplicateColumn, $"column \"{column.Name}\" specified more than once");
        }

        seen.Add(key);
        return column;
    }

    /// <summary>
    /// Binds RETURNING over the node. In sight are the stored row under the target's alias, and <paramref name="others"/>.
    /// </summary>
    public BoundQuery Returning(
        SyntaxList<TargetItem> items, Scope? parent, ModifyNode node, IReadOnlyList<NamespaceItem> others, ViewTarget? view = null, string? viewAlias = null)
    {
        if (items.Count == 0)
            return new BoundQuery(node, []);
        var scope = new Scope(parent);
        var names = new List<NamespaceColumn>();
        foreach (ColumnInfo column in node.Relation.Columns)
        {
            if (column.IsDropped)
                continue;
            int id = node.Row.Columns[column.Number - 1];
            names.Add(new NamespaceColumn(column.Name, id, state.Metadata[id].Type));
            scope.Own(id);
        }

        int tableOid = node.TableOidColumn;
        RelationalNode input = node;
        scope.Own(node.CtidColumn);
        scope.Own(tableOid);
        var own = new NamespaceItem(node.Alias, names)
        {
            Table = node.Relation,
            RowTypeOid = node.Relation.RowTypeOid,
            Relation = node.Alias == node.Relation.Name ? node.Relation : null,
            SystemColumns =
            [
                new NamespaceColumn("ctid", node.CtidColumn, SqlType.Tid),
                new NamespaceColumn("tableoid", tableOid, SqlType.OidType),
                .. WriterColumn(items, node, scope, ref input),
            ],
        };
        if (view is not null)
        {
            own = view.Expose(own, viewAlias ?? view.View.Name, filter: false, ref input);
            foreach (NamespaceColumn column in own.Columns)
                scope.Own(column.Column);
        }

        scope.Items.Add(own);
        foreach (NamespaceItem item in others)
        {
            scope.Items.Add(item);
            foreach (NamespaceColumn column in item.Columns)
                scope.Own(column.Column);
        }

        state.Require(view?.View ?? node.Relation, 'r');
        List<Target> targets = new TargetListBinder(state).Bind(items, scope, ExpressionKind.Returning);
        var projected = new List<ProjectedColumn>();
        var output = new List<OutputColumn>();
        state.Recorder?.Modification?.Target?.Twins.Add(own);
        foreach (Target target in targets)
        {
            Expression value = state.Expressions.ResolveUnknown(target.Value);
            state.Recorder?.Modification?.Level.Targets.Add(new TargetRecord(value, target.Name, IsHidden: false));
            QueryColumn? source = value is Expressions.ColumnExpression column ? state.Metadata[column.Column] : null;
            int id = state.Metadata.AddColumn(target.Name, value.Type);
            projected.Add(new ProjectedColumn(id, value));
            output.Add(new OutputColumn(target.Name, id, value.Type)
            {
                TableOid = source?.TableOid ?? 0,
                AttributeNumber = source?.AttributeNumber ?? 0,
            });
        }

        return new BoundQuery(new ProjectNode(input, projected), output);
    }

    // xmin of a row that was just written is the transaction's own id: clients read it as the row's version.
    private NamespaceColumn[] WriterColumn(SyntaxList<TargetItem> items, ModifyNode node, Scope scope, ref RelationalNode input)
    {
        bool isRead = false;
        foreach (TargetItem item in items)
            Ddl.SyntaxWalker.VisitColumns(item.Value, reference => isRead |= !reference.IsStar && reference.Names.Count > 0 && reference.Names[reference.Names.Count - 1] == "xmin");
        if (!isRead || node is DeleteNode)
            return [];
        Expressions.ResolvedCall call = state.Expressions.Factory.ResolveCall("pg_current_xact_id", Functions.BuiltinRegistry.FunctionsByName("pg_current_xact_id"), [], null, false, -1);
        Expressions.Expression id = state.Expressions.Factory.Casts.Cast(Expressions.ExpressionFactory.ToExpression(call, -1), SqlType.Xid, Functions.CastContext.Explicit)!;
        int column = state.Metadata.AddColumn("xmin", SqlType.Xid, node.Alias);
        input = new ProjectNode(input, [.. Projection.PassThrough(state.Metadata, input.Columns), new ProjectedColumn(column, id)]);
        scope.Own(column);
        return [new NamespaceColumn("xmin", column, SqlType.Xid)];
    }

    /// <summary>Wraps the node into the statement's WITH items.</summary>
    public static BoundQuery With(IReadOnlyList<CteDefinition> ctes, BoundQuery query) =>
        ctes.Count == 0 ? query : query with { Node = new WithNode(ctes, query.Node) };
}
