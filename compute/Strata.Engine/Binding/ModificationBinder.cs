using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Binds INSERT, UPDATE and DELETE: what they have in common.</summary>
internal sealed class ModificationBinder(BindingState state)
{
    /// <summary>Binds the statement; <paramref name="outer"/> is the level around a data-modifying WITH item, or null.</summary>
    public BoundQuery Bind(Statement statement, Scope? outer)
    {
        state.IsWriting = true;
        return statement switch
        {
            InsertStatement insert => new InsertBinder(state, this).Bind(insert, outer),
            UpdateStatement update => new UpdateBinder(state, this).Bind(update, outer),
            DeleteStatement delete => new DeleteBinder(state, this).Bind(delete, outer),
            MergeStatement merge => new MergeBinder(state, this).Bind(merge, outer),
            _ => throw BindingErrors.NotSupported(statement.Position, "this statement"),
        };
    }

    /// <summary>The target relation. Throws 42809 and 0A000 for what is no table.</summary>
    public RelationInfo Target(RelationName name, string verb, char privilege)
    {
        RelationInfo relation = state.ResolveRelation(name);
        state.Require(relation, privilege);
        switch (relation.Kind)
        {
            case RelationKind.Table when relation.SystemTable is null:
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

    /// <summary>A column that a statement assigns to. Throws 42703, 42701, 0A000.</summary>
    public static ColumnInfo TargetColumn(RelationInfo relation, AssignmentTarget target, HashSet<short> seen, bool isUpdate)
    {
        ColumnInfo column = relation.FindColumn(target.Column)
            ?? throw BindingErrors.At(
                target.Position, SqlState.UndefinedColumn, $"column \"{target.Column}\" of relation \"{relation.Name}\" does not exist");
        if (target.Indirection.Count > 0)
            throw BindingErrors.NotSupported(target.Position, "assignment to a part of a column");
        if (!seen.Add(column.Number))
        {
            throw isUpdate
                ? BindingErrors.At(-1, SqlState.SyntaxError, $"multiple assignments to same column \"{column.Name}\"")
                : BindingErrors.At(target.Position, SqlState.DuplicateColumn, $"column \"{column.Name}\" specified more than once");
        }

        return column;
    }

    /// <summary>
    /// Binds RETURNING over the node. In sight are the stored row under the target's alias, and <paramref name="others"/>.
    /// </summary>
    public BoundQuery Returning(
        SyntaxList<TargetItem> items, Scope? parent, ModifyNode node, IReadOnlyList<NamespaceItem> others)
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

        int tableOid = state.Metadata.AddColumn("tableoid", SqlType.OidType, node.Alias);
        RelationalNode input = new ProjectNode(
            node,
            [
                .. Projection.PassThrough(state.Metadata, node.Columns),
                new ProjectedColumn(tableOid, new Expressions.ConstantExpression(SqlType.OidType, Datum.Of(node.Relation.Oid))),
            ]);
        scope.Own(node.CtidColumn);
        scope.Own(tableOid);
        scope.Items.Add(new NamespaceItem(node.Alias, names)
        {
            Table = node.Relation,
            Relation = node.Alias == node.Relation.Name ? node.Relation : null,
            SystemColumns =
            [
                new NamespaceColumn("ctid", node.CtidColumn, SqlType.Tid),
                new NamespaceColumn("tableoid", tableOid, SqlType.OidType),
            ],
        });
        foreach (NamespaceItem item in others)
        {
            scope.Items.Add(item);
            foreach (NamespaceColumn column in item.Columns)
                scope.Own(column.Column);
        }

        state.Require(node.Relation, 'r');
        List<Target> targets = new TargetListBinder(state).Bind(items, scope, ExpressionKind.Returning);
        var projected = new List<ProjectedColumn>();
        var output = new List<OutputColumn>();
        foreach (Target target in targets)
        {
            Expression value = state.Expressions.ResolveUnknown(target.Value);
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

    /// <summary>Wraps the node into the statement's WITH items.</summary>
    public static BoundQuery With(IReadOnlyList<CteDefinition> ctes, BoundQuery query) =>
        ctes.Count == 0 ? query : query with { Node = new WithNode(ctes, query.Node) };
}
