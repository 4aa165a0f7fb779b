using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using FunctionCall = Strata.Sql.Syntax.FunctionCall;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>
/// A view that INSERT, UPDATE and DELETE may change: which table its rows are rows of, through which views, and which of the table's columns its columns are. PostgreSQL's automatically updatable views.
/// </summary>
internal sealed class ViewTarget
{
    private readonly BindingState _state;
    private readonly List<Level> _levels;

    /// <summary>One view of the chain.</summary>
    private sealed record Level(RelationInfo View, SelectBody Body, string FromName, SyntaxList<string> FromColumns);

    private ViewTarget(BindingState state, RelationInfo view, RelationInfo table, List<Level> levels)
    {
        _state = state;
        View = view;
        Table = table;
        _levels = levels;
    }

    /// <summary>The view that the statement names.</summary>
    public RelationInfo View { get; }

    /// <summary>The table below all views.</summary>
    public RelationInfo Table { get; }

    /// <summary>Follows a view down to its table. Throws 55000 when it can't be changed through.</summary>
    public static ViewTarget Resolve(BindingState state, RelationInfo view, string verb, char privilege)
    {
        var levels = new List<Level>();
        RelationInfo current = view;
        while (current.Kind == RelationKind.View)
        {
            Vectors.DepthGuard.Check();
            if (current.View is not { } definition || current.SystemTable is not null)
                throw NotUpdatable(view, verb, "Views are not automatically updatable.");
            (SelectBody body, TableItem from) = Simple(definition, current, verb);
            RelationInfo below = state.AsView(current, () => state.ResolveRelation(from.Relation));
            levels.Add(new Level(current, body, from.Alias?.Name ?? below.Name, from.Alias?.Columns ?? default));
            state.AsView(current, () =>
            {
                state.Require(below, privilege);
                return true;
            });
            current = below;
        }

        if (current.Kind is not (RelationKind.Table or RelationKind.PartitionedTable) || current.SystemTable is not null)
            throw NotUpdatable(view, verb, "Views that do not select from a single table or view are not automatically updatable.");
        var target = new ViewTarget(state, view, current, levels);
        if (verb != "delete from" && target.View.Columns.All(column => target.BaseColumn(column.Name) is null))
            throw NotUpdatable(view, verb, "Views that have no updatable columns are not automatically updatable.");
        return target;
    }

    private static (SelectBody Body, TableItem From) Simple(ViewInfo definition, RelationInfo view, string verb)
    {
        if (definition.Query is not SelectStatement select)
            throw NotUpdatable(view, verb, "Views are not automatically updatable.");
        // A list of column names stands as a query around the view's own.
        if (select is { With: null, Body: SelectBody { Targets: [{ Value: ColumnReference { IsStar: true, Names.Count: 0 } }], From: [SubqueryItem { Alias.Columns.Count: > 0 } inner], Where: null } })
            select = inner.Query;
        if (select.Body is SetOperationBody)
            throw NotUpdatable(view, verb, "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.");
        if (select.Body is not SelectBody body)
            throw NotUpdatable(view, verb, "Views that do not select from a single table or view are not automatically updatable.");
        string? problem = body.IsDistinct ? "Views containing DISTINCT are not automatically updatable."
            : body.GroupBy.Count > 0 ? "Views containing GROUP BY are not automatically updatable."
            : body.Having is not null ? "Views containing HAVING are not automatically updatable."
            : select.With is not null ? "Views containing WITH are not automatically updatable."
            : select.Limit is not null || select.Offset is not null ? "Views containing LIMIT or OFFSET are not automatically updatable."
            : body.Targets.Any(item => KindOf(item.Value) == FunctionKind.Aggregate) ? "Views that return aggregate functions are not automatically updatable."
            : body.Targets.Any(item => item.Value is FunctionCall { Over: not null }) ? "Views that return window functions are not automatically updatable."
            : body.Targets.Any(item => KindOf(item.Value) is null) ? "Views that return set-returning functions are not automatically updatable."
            : body.From is not [TableItem] ? "Views that do not select from a single table or view are not automatically updatable."
            : ((TableItem)body.From[0]).Sample is not null ? "Views containing TABLESAMPLE are not automatically updatable."
            : null;
        if (problem is not null)
            throw NotUpdatable(view, verb, problem);
        return (body, (TableItem)body.From[0]);
    }

    // What kind of function a target calls: null for a set-returning one, Function for anything that computes one value per row.
    private static FunctionKind? KindOf(Syntax.Expression value)
    {
        if (value is not FunctionCall { Over: null } call)
            return FunctionKind.Function;
        foreach (FunctionInfo function in BuiltinRegistry.FunctionsByName(call.Name.Name))
        {
            if (function.Kind == FunctionKind.Aggregate)
                return FunctionKind.Aggregate;
            if (function.ReturnsSet)
                return null;
        }

        return FunctionKind.Function;
    }

    private static SqlException NotUpdatable(RelationInfo view, string verb, string detail) => BindingErrors.At(
        -1, SqlState.ObjectNotInPrerequisiteState, $"cannot {verb} view \"{view.Name}\"",
        verb switch
        {
            "insert into" => "To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.",
            "update" => "To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule.",
            _ => "To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.",
        },
        detail);

    /// <summary>Does something as the role whose privileges count for the table: the owner of the view right above it.</summary>
    public T AsOwner<T>(Func<T> bind) => AsOwner(0, bind);

    private T AsOwner<T>(int level, Func<T> bind) => level == _levels.Count ? bind() : _state.AsView(_levels[level].View, () => AsOwner(level + 1, bind));

    /// <summary>The table's column that a column of the view is; null when it is computed, a system column or not there.</summary>
    public ColumnInfo? BaseColumn(string name)
    {
        string? current = name;
        foreach (Level level in _levels)
        {
            current = NameBelow(level, current!);
            if (current is null)
                return null;
        }

        return Table.FindColumn(current!);
    }

    // The name, among the columns of what a view selects from, of one of its columns; null when that is computed.
    private string? NameBelow(Level level, string name)
    {
        int index = Array.FindIndex(level.View.Columns, c => c.Name == name);
        List<Syntax.Expression?> targets = Targets(level, out List<string> starNames);
        if (index < 0 || index >= targets.Count)
            return null;
        if (targets[index] is null)
            return starNames[index];
        if (targets[index] is not ColumnReference { IsStar: false } reference)
            return null;
        string written = reference.Names[reference.Names.Count - 1];
        // Aliases of the FROM item's columns go back to its own names.
        List<string> below = BelowNames(level);
        for (int i = 0; i < level.FromColumns.Count && i < below.Count; i++)
            if (level.FromColumns[i] == written)
                return below[i];
        return below.Contains(written) ? written : null;
    }

    private List<string> BelowNames(Level level)
    {
        int at = _levels.IndexOf(level);
        RelationInfo below = at + 1 < _levels.Count ? _levels[at + 1].View : Table;
        return [.. below.Columns.Where(static c => !c.IsDropped).Select(static c => c.Name)];
    }

    // The view's targets with stars spread: null stands for a column that a star brought, whose name is in the second list.
    private List<Syntax.Expression?> Targets(Level level, out List<string> starNames)
    {
        var targets = new List<Syntax.Expression?>();
        starNames = [];
        foreach (TargetItem item in level.Body.Targets)
        {
            if (item.Value is ColumnReference { IsStar: true })
            {
                // A star means the columns that there were when the view was made.
                foreach (string name in BelowNames(level))
                {
                    if (targets.Count == level.View.Columns.Length)
                        break;
                    targets.Add(null);
                    starNames.Add(name);
                }

                continue;
            }

            targets.Add(item.Value);
            starNames.Add("");
        }

        return targets;
    }

    /// <summary>The table's column that a statement assigns to through the view. Throws 42703, 0A000.</summary>
    public ColumnInfo TargetColumn(string name, int position, bool isUpdate)
    {
        if (View.FindColumn(name) is null)
            throw BindingErrors.At(position, SqlState.UndefinedColumn, $"column \"{name}\" of relation \"{View.Name}\" does not exist");
        return BaseColumn(name) ?? throw BindingErrors.At(
            -1, SqlState.FeatureNotSupported, $"cannot {(isUpdate ? "update" : "insert into")} column \"{name}\" of view \"{View.Name}\"",
            detail: "View columns that are not columns of their base relation are not updatable.");
    }

    /// <summary>
    /// The view's columns over those of the table: adds what computed columns need, and with <paramref name="filter"/> the views' conditions, to the node.
    /// </summary>
    public NamespaceItem Expose(NamespaceItem table, string alias, bool filter, ref RelationalNode node)
    {
        var computed = new Dictionary<int, Expression>();
        NamespaceItem item = table;
        for (int i = _levels.Count - 1; i >= 0; i--)
        {
            Level level = _levels[i];
            (Scope scope, Expression? where) = Open(level, item, bindWhere: filter);
            if (where is not null)
                node = new FilterNode(node, Conjunction.Split(where));
            var added = new List<ProjectedColumn>();
            item = Close(level, item, scope, computed, added);
            if (added.Count > 0)
                node = new ProjectNode(node, [.. Projection.PassThrough(_state.Metadata, node.Columns), .. added]);
        }

        return new NamespaceItem(alias, item.Columns) { Relation = alias == View.Name ? View : null, RowTypeOid = View.RowTypeOid, SystemColumns = table.SystemColumns };
    }

    /// <summary>The view's columns over a row of the table; <paramref name="computed"/> gets the values of those that are computed, for <see cref="Substitute"/>.</summary>
    public NamespaceItem OverRow(NamespaceItem row, string alias, Dictionary<int, Expression> computed)
    {
        NamespaceItem item = new(row.Name, row.Columns)
        {
            SystemColumns = [.. BindingState.SystemColumns.Select(system => new NamespaceColumn(system.Name, _state.Metadata.AddColumn(system.Name, system.Type), system.Type))],
        };
        for (int i = _levels.Count - 1; i >= 0; i--)
            item = Close(_levels[i], item, Open(_levels[i], item, bindWhere: false).Scope, computed, []);
        return new NamespaceItem(alias, item.Columns) { Relation = alias == View.Name ? View : null, RowTypeOid = View.RowTypeOid };
    }

    /// <summary>The conditions of WITH CHECK OPTION that a new row must meet, innermost view first: name of the view and condition over the row.</summary>
    public IReadOnlyList<(string View, Expression Condition)> Checks(NamespaceItem row)
    {
        var isChecked = new bool[_levels.Count];
        bool cascaded = false;
        for (int i = 0; i < _levels.Count; i++)
        {
            string? option = CheckOption(_levels[i].View);
            isChecked[i] = cascaded || option is not null;
            cascaded |= option == "cascaded";
        }

        var checks = new List<(string, Expression)>();
        var computed = new Dictionary<int, Expression>();
        // System columns may be among a view's columns; no condition of a new row reads them.
        NamespaceItem item = row.SystemColumns.Count > 0 ? row : new NamespaceItem(row.Name, row.Columns)
        {
            SystemColumns = [.. BindingState.SystemColumns.Select(system => new NamespaceColumn(system.Name, _state.Metadata.AddColumn(system.Name, system.Type), system.Type))],
        };
        for (int i = _levels.Count - 1; i >= 0; i--)
        {
            (Scope scope, Expression? where) = Open(_levels[i], item, bindWhere: isChecked[i]);
            if (where is not null)
                checks.Add((_levels[i].View.Name, new Expressions.CoalesceExpression(SqlType.Boolean, [Substitute(where, computed), ConstantExpression.Boolean(false)])));
            item = Close(_levels[i], item, scope, computed, []);
        }

        return checks;
    }

    /// <summary>An expression with computed columns' values in their place.</summary>
    public static Expression Substitute(Expression value, Dictionary<int, Expression> computed) =>
        computed.Count == 0 ? value : value.Transform(part => part is ColumnExpression column && computed.TryGetValue(column.Column, out Expression? own) ? own : part);

    private static string? CheckOption(RelationInfo view)
    {
        foreach (string option in view.Options ?? [])
            if (option.StartsWith("check_option=", StringComparison.Ordinal))
                return option["check_option=".Length..];
        return null;
    }

    private (Scope Scope, Expression? Where) Open(Level level, NamespaceItem below, bool bindWhere)
    {
        var scope = new Scope(null);
        var names = new List<NamespaceColumn>();
        for (int i = 0; i < below.Columns.Count; i++)
        {
            names.Add(i < level.FromColumns.Count ? below.Columns[i] with { Name = level.FromColumns[i] } : below.Columns[i]);
            scope.Own(below.Columns[i].Column);
        }

        foreach (NamespaceColumn system in below.SystemColumns)
            scope.Own(system.Column);
        scope.Items.Add(new NamespaceItem(level.FromName, names) { SystemColumns = below.SystemColumns, Table = below.Table });
        if (!bindWhere || level.Body.Where is null)
            return (scope, null);
        return (scope, _state.AsView(level.View, () => _state.Expressions.BindCondition(level.Body.Where, scope, ExpressionKind.Where)));
    }

    private NamespaceItem Close(Level level, NamespaceItem below, Scope scope, Dictionary<int, Expression> computed, List<ProjectedColumn> added)
    {
        var columns = new List<NamespaceColumn>();
        List<Syntax.Expression?> targets = Targets(level, out List<string> starNames);
        for (int i = 0; i < level.View.Columns.Length && i < targets.Count; i++)
        {
            string name = level.View.Columns[i].Name;
            if (targets[i] is null)
            {
                NamespaceColumn same = below.Columns.First(c => c.Name == starNames[i]);
                columns.Add(same with { Name = name });
                continue;
            }

            Expression value = _state.AsView(level.View, () => _state.Expressions.ResolveUnknown(_state.Expressions.Bind(targets[i]!, scope, ExpressionKind.SelectTarget)));
            if (value is ColumnExpression plain)
            {
                columns.Add(new NamespaceColumn(name, plain.Column, plain.Type));
                continue;
            }

            int id = _state.Metadata.AddColumn(name, value.Type);
            added.Add(new ProjectedColumn(id, value));
            computed[id] = Substitute(value, computed);
            columns.Add(new NamespaceColumn(name, id, value.Type));
        }

        return new NamespaceItem(level.View.Name, columns) { SystemColumns = below.SystemColumns };
    }
}
