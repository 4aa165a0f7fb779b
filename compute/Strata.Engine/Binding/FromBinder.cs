using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds FROM clauses: tables, views, subqueries, functions and joins, and puts what names mean into the scope.</summary>
internal sealed class FromBinder(BindingState state)
{
    /// <summary>What an item computes and the names it offers.</summary>
    private readonly record struct Bound(RelationalNode Node, List<NamespaceItem> Items)
    {
        /// <summary>The item as it is recorded; null when nothing is.</summary>
        public RangeRecord? Record { get; init; }
    }

    /// <summary>Binds a FROM list; the items come into the sight of <paramref name="scope"/>.</summary>
    public RelationalNode BindList(SyntaxList<FromItem> items, Scope scope)
    {
        RelationalNode? node = null;
        var inSight = new List<NamespaceItem>(scope.Items);
        foreach (FromItem item in items)
        {
            // What stands to the left is seen by LATERAL items only, until the list is complete.
            var earlier = new List<NamespaceItem>(scope.Items);
            foreach (NamespaceItem left in earlier)
            {
                left.IsLateralOnly = true;
                left.IsLateralAllowed = true;
            }

            Bound bound = BindItem(item, scope);
            Scope.CheckNames(inSight, bound.Items);
            if (bound.Record is not null)
                state.Recorder!.Current!.From.Add(bound.Record);
            inSight.AddRange(bound.Items);
            scope.Items = inSight.ToList();
            node = node is null ? bound.Node : new JoinNode(JoinType.Inner, node, bound.Node, []);
        }

        foreach (NamespaceItem item in scope.Items)
        {
            item.IsLateralOnly = false;
            item.IsLateralAllowed = true;
        }

        return node ?? ValuesNode.OneRow;
    }

    /// <summary>Binds the target of UPDATE or DELETE as the first item of the scope.</summary>
    public (ScanNode Scan, NamespaceItem Item) BindTarget(RelationInfo relation, string? alias, Scope scope, bool includeDescendants)
    {
        (ScanNode scan, NamespaceItem item) = Scan(relation, alias, default, null, isTarget: true, includeDescendants);
        Own(item, scope);
        scope.Items.Add(item);
        return (scan, item);
    }

    private Bound BindItem(FromItem item, Scope scope)
    {
        DepthGuard.Check();
        return item switch
        {
            TableItem table => BindTable(table, scope),
            SubqueryItem subquery => BindSubquery(subquery, scope),
            FunctionItem function => BindFunction(function, scope),
            JoinItem join => BindJoin(join, scope),
            XmlTableItem table => BindXmlTable(table, scope),
            _ => throw BindingErrors.NotSupported(item.Position, "this FROM item"),
        };
    }

    private Bound BindTable(TableItem table, Scope scope)
    {
        RelationName name = table.Relation;
        if (name.Schema is null && scope.FindCte(name.Name) is { } cte)
            return table.Sample is null ? BindCte(table, cte, scope) : throw SampleBinder.OnlyTables(table);

        RelationInfo relation = state.ResolveRelation(name);
        Expression? asOf = table.AsOf is null ? null : state.Expressions.BindAsOf(table.AsOf, scope);
        switch (relation.Kind)
        {
            case RelationKind.View when table.Sample is not null:
                throw SampleBinder.OnlyTables(table);
            case RelationKind.View when relation.SystemTable is null:
                if (asOf is not null)
                    throw BindingErrors.NotSupported(table.Position, "AS OF for a view");
                return BindView(table, relation, scope);
            case RelationKind.Table or RelationKind.View or RelationKind.MaterializedView or RelationKind.Sequence or RelationKind.Toast:
                break;
            case RelationKind.PartitionedTable:
                break;
            case RelationKind.ForeignTable:
                throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"foreign-data wrapper \"{WrapperOf(relation)}\" has no handler");
            default:
                throw BindingErrors.At(
                    name.Position, SqlState.WrongObjectType, $"cannot open relation \"{relation.Name}\"",
                    detail: relation.Kind == RelationKind.CompositeType
                        ? "This operation is not supported for composite types."
                        : "This operation is not supported for indexes.");
        }

        if (!relation.IsPopulated && !state.Context.IsRecorded)
        {
            throw BindingErrors.At(
                -1, SqlState.ObjectNotInPrerequisiteState, $"materialized view \"{relation.Name}\" has not been populated", "Use the REFRESH MATERIALIZED VIEW command.");
        }

        state.Require(relation, 'r');
        (ScanNode scan, NamespaceItem item) = Scan(relation, table.Alias?.Name, table.Alias?.Columns ?? default, asOf, isTarget: false, name.IncludeDescendants);
        Own(item, scope);
        RelationalNode sampled = table.Sample is null ? scan : SampleBinder.Bind(state, table, relation, scan, item, scope);
        RelationalNode node = IsLocked(scope, item.Name)
            ? state.Security.Rows(relation, item, sampled, RowSecurity.Select, RowSecurity.Update)
            : state.Security.Rows(relation, item, sampled, RowSecurity.Select);
        return new Bound(node, [item])
        {
            Record = state.Recorder is null ? null : new RangeRecord(table, item) { RelationOid = relation.Oid },
        };
    }

    // FOR UPDATE and the like show only rows that may be updated.
    private static bool IsLocked(Scope scope, string name)
    {
        foreach (LockingClause clause in scope.Locking)
            if (clause.Relations.IsEmpty || clause.Relations.Any(relation => relation.Name == name))
                return true;
        return false;
    }

    private (ScanNode Scan, NamespaceItem Item) Scan(
        RelationInfo relation, string? alias, SyntaxList<string> columnAliases, Expression? asOf, bool isTarget, bool includeDescendants)
    {
        string shown = alias ?? relation.Name;
        var columns = new List<int>();
        var attributes = new List<short>();
        var names = new List<NamespaceColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped)
                continue;
            SqlType type = state.TypeOf(column);
            int id = state.Metadata.AddColumn(column.Name, type, shown, relation.Oid, column.Number);
            columns.Add(id);
            attributes.Add(column.Number);
            names.Add(new NamespaceColumn(names.Count < columnAliases.Count ? columnAliases[names.Count] : column.Name, id, type));
        }

        CheckAliasCount(shown, names.Count, columnAliases.Count);
        var system = new List<NamespaceColumn>();
        foreach ((string name, short attribute, SqlType type) in BindingState.SystemColumns)
        {
            int id = state.Metadata.AddColumn(name, type, shown, relation.Oid, attribute);
            columns.Add(id);
            attributes.Add(attribute);
            system.Add(new NamespaceColumn(name, id, type));
        }

        int number = state.Metadata.NextScan();
        var scan = new ScanNode(number, relation, shown, columns, attributes)
        {
            AsOf = asOf,
            IsTarget = isTarget,
            Members = TreeMembers.Of(relation, includeDescendants, state.Context),
        };
        var item = new NamespaceItem(shown, names)
        {
            SystemColumns = system,
            Relation = alias is null ? relation : null,
            Scan = number,
            Table = relation,
            Members = scan.Members,
            RowTypeOid = relation.RowTypeOid,
        };
        return (scan, item);
    }

    private Bound BindView(TableItem table, RelationInfo relation, Scope scope)
    {
        state.Require(relation, 'r');
        BoundQuery query = state.BindView(relation);
        if (Array.Exists(relation.Options ?? [], static option => option is "security_barrier=true" or "security_barrier=on" or "security_barrier=1"))
            query = query with { Node = new SecurityBarrierNode(query.Node) };
        Bound bound = Derived(query, table.Alias?.Name ?? relation.Name, table.Alias, scope, relation, relation.Columns);
        return state.Recorder is null ? bound : bound with { Record = new RangeRecord(table, bound.Items[0]) { RelationOid = relation.Oid } };
    }

    private Bound BindCte(TableItem table, CteEntry cte, Scope scope)
    {
        if (cte.HasNoResult)
        {
            throw BindingErrors.At(
                table.Position, SqlState.FeatureNotSupported, $"WITH query \"{cte.Name}\" does not have a RETURNING clause");
        }

        IReadOnlyList<NamespaceColumn> source = cte.Columns
            ?? throw BindingErrors.At(
                table.Position, SqlState.InvalidRecursion, $"recursive reference to query \"{cte.Name}\" must not appear within its non-recursive term");
        cte.References++;
        if (cte.IsRecursing)
            cte.IsSelfReferenced = scope.ReadsRecursion = true;
        string shown = table.Alias?.Name ?? cte.Name;
        var columns = new List<int>();
        var names = new List<NamespaceColumn>();
        SyntaxList<string> aliases = table.Alias?.Columns ?? default;
        foreach (NamespaceColumn column in source)
        {
            int id = state.Metadata.AddColumn(column.Name, column.Type, shown);
            state.KeepRecordSource(id, column.Column);
            columns.Add(id);
            names.Add(new NamespaceColumn(names.Count < aliases.Count ? aliases[names.Count] : column.Name, id, column.Type));
        }

        CheckAliasCount(shown, names.Count, aliases.Count);
        var item = new NamespaceItem(shown, names);
        Own(item, scope);
        var node = new CteScanNode(
            cte.Cte, cte.Name, shown, source.Select(c => c.Column).ToArray(), columns, source.Select(c => c.Type).ToArray())
        {
            IsWorkTable = cte.IsRecursing,
        };
        return new Bound(node, [item]) { Record = state.Recorder is null ? null : new RangeRecord(table, item) { Cte = cte.Name } };
    }

    private Bound BindSubquery(SubqueryItem subquery, Scope scope)
    {
        bool outer = scope.IsLateralActive;
        scope.IsLateralActive = subquery.IsLateral;
        ExpressionKind kind = scope.Kind;
        scope.Kind = ExpressionKind.FromSubselect;
        BoundQuery query = state.Queries.BindSelect(subquery.Query, scope, resolveUnknown: true);
        scope.Kind = kind;
        scope.IsLateralActive = outer;
        Bound bound = Derived(query, subquery.Alias?.Name ?? "", subquery.Alias, scope, null, null);
        return state.Recorder is null ? bound : bound with { Record = new RangeRecord(subquery, bound.Items[0]) { Query = state.Recorder.Of(subquery.Query) } };
    }

    /// <summary>A query in FROM: each output column gets a number of its own, so that one computed twice stays two.</summary>
    private Bound Derived(BoundQuery query, string name, Alias? alias, Scope scope, RelationInfo? view, ColumnInfo[]? viewColumns)
    {
        if (viewColumns is not null && query.Output.Count != viewColumns.Length)
            query = OnlyKnown(query, viewColumns, view!);
        var names = new List<NamespaceColumn>();
        SyntaxList<string> aliases = alias?.Columns ?? default;
        var items = new List<ProjectedColumn>();
        for (int i = 0; i < query.Output.Count; i++)
        {
            OutputColumn output = query.Output[i];
            string own = viewColumns is null ? output.Name : viewColumns[i].Name;
            // Queries of the information schema's views have the base types of the domains that the views have.
            SqlType type = view?.SchemaOid == CatalogOids.InformationSchema ? TypeResolver.Find(viewColumns![i].TypeOid, state.Context.Catalog)! : output.Type;
            // A view's columns are plain columns of the view for RowDescription.
            int id = state.Metadata.AddColumn(
                own, type, name, view?.Oid ?? output.TableOid, view is null ? output.AttributeNumber : viewColumns![i].Number);
            var column = new ColumnExpression(output.Column, output.Type);
            items.Add(new ProjectedColumn(id, type.Oid == output.Type.Oid ? column : new RelabelExpression(column, type, false)));
            state.KeepRecordSource(id, output.Column);
            names.Add(new NamespaceColumn(i < aliases.Count ? aliases[i] : own, id, type));
        }

        CheckAliasCount(name, names.Count, aliases.Count);
        var item = new NamespaceItem(name, names)
        {
            IsRelationVisible = name.Length > 0,
            Relation = alias is null ? view : null,
            RowTypeOid = view?.RowTypeOid ?? 0,
        };
        Own(item, scope);
        return new Bound(new ProjectNode(query.Node, items), [item]);
    }

    // A star in a view means the columns that there were when the view was made: later ones are left out.
    private static BoundQuery OnlyKnown(BoundQuery query, ColumnInfo[] columns, RelationInfo view)
    {
        var kept = new List<OutputColumn>();
        int next = 0;
        foreach (ColumnInfo column in columns)
        {
            while (next < query.Output.Count && query.Output[next].Name != column.Name && query.Output.Count - next > columns.Length - kept.Count)
                next++;
            if (next == query.Output.Count)
                throw new SqlException(SqlState.FeatureNotSupported, $"column \"{column.Name}\" of view \"{view.Name}\" is no longer there");
            kept.Add(query.Output[next++]);
        }

        return query with { Output = kept };
    }

    private Bound BindFunction(FunctionItem function, Scope scope)
    {
        bool outer = scope.IsLateralActive;
        // Functions in FROM are always lateral.
        scope.IsLateralActive = true;
        ExpressionKind kind = scope.Kind;
        scope.Kind = ExpressionKind.FromFunction;
        var calls = new List<TableFunction>();
        var names = new List<NamespaceColumn>();
        string? firstName = null;
        RowsFromItem[] parts = [.. function.Functions.SelectMany(OneArrayEach)];
        CheckDefinitions(function, parts.Length);
        foreach (RowsFromItem part in parts)
        {
            SyntaxList<ColumnDefinition> definitions = part.Columns.Count > 0 ? part.Columns : function.Columns;
            (Expression call, string callName, IReadOnlyList<(string Name, SqlType Type)> results) =
                state.Functions.BindTableFunction(part.Function, definitions, scope);
            firstName ??= callName;
            var columns = new List<int>();
            foreach ((string name, SqlType type) in results)
            {
                // The only column of a scalar function takes the alias as its name.
                string shown = results.Count == 1 && part.Columns.Count == 0 && function.Columns.Count == 0 && !IsNamedResult(name, callName)
                    ? function.Alias is not null && function.Functions.Count == 1 ? function.Alias.Name : callName
                    : name;
                int id = state.Metadata.AddColumn(shown, type, function.Alias?.Name ?? callName);
                columns.Add(id);
                names.Add(new NamespaceColumn(shown, id, type));
            }

            calls.Add(new TableFunction(call, columns));
        }

        scope.Kind = kind;
        scope.IsLateralActive = outer;
        int ordinality = -1;
        string alias = function.Alias?.Name ?? firstName ?? "";
        if (function.WithOrdinality)
        {
            ordinality = state.Metadata.AddColumn("ordinality", SqlType.Int8, alias);
            names.Add(new NamespaceColumn("ordinality", ordinality, SqlType.Int8));
        }

        SyntaxList<string> aliases = function.Alias?.Columns ?? default;
        CheckAliasCount(alias, names.Count, aliases.Count);
        for (int i = 0; i < aliases.Count; i++)
            names[i] = names[i] with { Name = aliases[i] };
        var item = new NamespaceItem(alias, names)
        {
            IsFunction = true,
            IsScalarFunction = calls.Count == 1 && ordinality < 0 && calls[0].Call.Type is { Kind: not TypeKind.Composite, Oid: not TypeOid.Record },
            RowTypeOid = calls.Count == 1 && ordinality < 0 && calls[0].Call.Type.Kind == TypeKind.Composite ? calls[0].Call.Type.Oid : 0,
        };
        Own(item, scope);
        return new Bound(new FunctionScanNode(calls, ordinality, alias), [item])
        {
            Record = state.Recorder is null ? null : new RangeRecord(function, item) { Calls = [.. calls.Select(static call => call.Call)] },
        };
    }

    /// <summary>Columns defined behind the whole belong to a single function.</summary>
    private static void CheckDefinitions(FunctionItem function, int count)
    {
        if (function.Columns.Count == 0)
            return;
        int position = function.Columns[0].Position;
        if (count > 1)
        {
            throw function.IsRowsFrom
                ? BindingErrors.At(position, SqlState.SyntaxError, "ROWS FROM() with multiple functions cannot have a column definition list", "Put a separate column definition list for each function inside ROWS FROM().")
                : BindingErrors.At(
                    position, SqlState.SyntaxError, "UNNEST() with multiple arguments cannot have a column definition list",
                    "Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one.");
        }

        if (function.WithOrdinality)
            throw BindingErrors.At(position, SqlState.SyntaxError, "WITH ORDINALITY cannot be used with a column definition list", "Put the column definition list inside ROWS FROM().");
    }

    private Bound BindXmlTable(XmlTableItem table, Scope scope)
    {
        // As functions in FROM, it is always lateral.
        bool outer = scope.IsLateralActive;
        ExpressionKind kind = scope.Kind;
        scope.IsLateralActive = true;
        scope.Kind = ExpressionKind.FromFunction;
        string alias = table.Alias?.Name ?? "xmltable";
        scope.NestedSet = null;
        (RelationalNode node, List<NamespaceColumn> names, XmlTableRecord record) = new XmlTableBinder(state).Bind(table, alias, scope);
        FunctionBinder.RefuseNestedSet(scope);
        scope.Kind = kind;
        scope.IsLateralActive = outer;
        SyntaxList<string> aliases = table.Alias?.Columns ?? default;
        if (aliases.Count > names.Count)
            throw BindingErrors.At(-1, SqlState.InvalidColumnReference, $"XMLTABLE function has {names.Count} columns available but {aliases.Count} columns specified");
        for (int i = 0; i < aliases.Count; i++)
            names[i] = names[i] with { Name = aliases[i] };
        var item = new NamespaceItem(alias, names);
        Own(item, scope);
        return new Bound(node, [item]) { Record = state.Recorder is null ? null : new RangeRecord(table, item) { XmlTable = record } };
    }

    /// <summary>unnest(a, b) in FROM stands for ROWS FROM (unnest(a), unnest(b)).</summary>
    private static IEnumerable<RowsFromItem> OneArrayEach(RowsFromItem item)
    {
        if (item.Function is not Strata.Sql.Syntax.FunctionCall { Name: { Name: "unnest", Schema: null or "pg_catalog" }, Arguments.Count: > 1, IsVariadic: false } call)
            return [item];
        return call.Arguments.Select(argument => item with { Function = call with { Arguments = [argument] } });
    }

    /// <summary>An OUT parameter's name stays; the function's own name gives way to the alias.</summary>
    private static bool IsNamedResult(string column, string function) => column != function;

    private Bound BindJoin(JoinItem join, Scope scope)
    {
        List<NamespaceItem> before = scope.Items;
        Bound left = BindItem(join.Left, scope);

        // The right side may refer laterally to the left one, though not below RIGHT and FULL joins.
        foreach (NamespaceItem item in left.Items)
        {
            item.IsLateralOnly = true;
            item.IsLateralAllowed = join.Kind is JoinKind.Inner or JoinKind.Left or JoinKind.Cross;
        }

        scope.Items = [.. before, .. left.Items];
        Bound right = BindItem(join.Right, scope);
        Scope.CheckNames(left.Items, right.Items);
        foreach (NamespaceItem item in left.Items)
        {
            item.IsLateralOnly = false;
            item.IsLateralAllowed = true;
        }

        IReadOnlyList<NamespaceColumn> leftColumns = VisibleColumns(left.Items);
        IReadOnlyList<NamespaceColumn> rightColumns = VisibleColumns(right.Items);
        var conjuncts = new List<Expression>();
        List<NamespaceColumn>? merged = null;
        Expression? condition = null;
        var sides = new List<(NamespaceColumn, NamespaceColumn, NamespaceColumn)>();
        RelationalNode? node = null;
        List<string> usingNames = UsingNames(join, leftColumns, rightColumns);
        JoinType type = join.Kind switch
        {
            JoinKind.Left => JoinType.Left,
            JoinKind.Right => JoinType.Left,
            JoinKind.Full => JoinType.Full,
            _ => JoinType.Inner,
        };

        if (usingNames.Count > 0)
        {
            merged = [];
            var computed = new List<ProjectedColumn>();
            foreach (string name in usingNames)
            {
                NamespaceColumn l = UsingColumn(leftColumns, name, "left", join.Position);
                NamespaceColumn r = UsingColumn(rightColumns, name, "right", join.Position);
                scope.Kind = ExpressionKind.JoinUsing;
                state.Read(l.Column);
                state.Read(r.Column);
                merged.Add(MergeColumn(join, name, l, r, computed));
                conjuncts.Add(state.Expressions.BindOperator("=", Reference(l), Reference(r), join.Position));
                sides.Add((merged[^1], l, r));
            }

            node = MakeJoin(join, type, left.Node, right.Node, conjuncts);
            if (computed.Count > 0)
            {
                var all = node.Columns.Select(column => new ProjectedColumn(column, new ColumnExpression(column, state.Metadata[column].Type))).ToList();
                all.AddRange(computed);
                node = new ProjectNode(node, all);
                foreach (ProjectedColumn item in computed)
                    scope.Own(item.Column);
            }
        }
        else if (join.On is not null)
        {
            // ON sees the two sides, and outer levels, but not the rest of this FROM.
            scope.Items = [.. left.Items, .. right.Items];
            Expression on = state.Expressions.BindCondition(join.On, scope, ExpressionKind.JoinOn);
            conjuncts.AddRange(Conjunction.Split(on));
            condition = on;
        }

        node ??= MakeJoin(join, type, left.Node, right.Node, conjuncts);
        scope.Items = before;
        List<NamespaceItem> items = JoinItems(join, left, right, merged, leftColumns, rightColumns, scope);
        return new Bound(node, items)
        {
            Record = state.Recorder is null ? null : new RangeRecord(join, join.Alias is null ? null : items[0])
            {
                Left = left.Record,
                Right = right.Record,
                On = condition,
                Using = sides,
            },
        };
    }

    /// <summary>The names that the join offers: its sides' relations, and its columns as the unqualified ones.</summary>
    private static List<NamespaceItem> JoinItems(
        JoinItem join, Bound left, Bound right, List<NamespaceColumn>? merged,
        IReadOnlyList<NamespaceColumn> leftColumns, IReadOnlyList<NamespaceColumn> rightColumns, Scope scope)
    {
        var columns = new List<NamespaceColumn>();
        var mergedNames = merged?.Select(c => c.Name).ToHashSet() ?? [];
        if (merged is not null)
            columns.AddRange(merged);
        columns.AddRange(leftColumns.Where(c => !mergedNames.Contains(c.Name)));
        columns.AddRange(rightColumns.Where(c => !mergedNames.Contains(c.Name)));

        var items = new List<NamespaceItem>();
        if (join.Alias is null)
        {
            items.AddRange(left.Items);
            items.AddRange(right.Items);
            foreach (NamespaceItem item in items)
                item.AreColumnsVisible = false;
            if (join.UsingAlias is not null)
            {
                var usingItem = new NamespaceItem(join.UsingAlias.Name, merged ?? []) { AreColumnsVisible = false, IsJoin = true };
                Scope.CheckNames(items, [usingItem]);
                items.Add(usingItem);
            }

            items.Add(new NamespaceItem("", columns) { IsRelationVisible = false, IsJoin = true });
        }
        else
        {
            // An alias hides the names inside.
            scope.Hidden.AddRange(left.Items);
            scope.Hidden.AddRange(right.Items);
            CheckAliasCount(join.Alias.Name, columns.Count, join.Alias.Columns.Count);
            for (int i = 0; i < join.Alias.Columns.Count; i++)
                columns[i] = columns[i] with { Name = join.Alias.Columns[i] };
            items.Add(new NamespaceItem(join.Alias.Name, columns) { IsJoin = true });
        }

        return items;
    }

    private static RelationalNode MakeJoin(JoinItem join, JoinType type, RelationalNode left, RelationalNode right, List<Expression> conjuncts) =>
        join.Kind == JoinKind.Right ? new JoinNode(type, right, left, conjuncts) : new JoinNode(type, left, right, conjuncts);

    private NamespaceColumn MergeColumn(JoinItem join, string name, NamespaceColumn left, NamespaceColumn right, List<ProjectedColumn> computed)
    {
        SqlType type = state.Expressions.CommonType([Reference(left), Reference(right)], "JOIN/USING", join.Position);
        bool sameType = left.Type.Oid == type.Oid;
        switch (join.Kind)
        {
            case JoinKind.Right when right.Type.Oid == type.Oid:
                return right with { Name = name };
            case JoinKind.Inner or JoinKind.Left when sameType:
                return left with { Name = name };
            default:
                Expression l = state.Expressions.Coerce(Reference(left), type, join.Position);
                Expression r = state.Expressions.Coerce(Reference(right), type, join.Position);
                Expression value = join.Kind switch
                {
                    JoinKind.Full => new Expressions.CoalesceExpression(type, [l, r]) { Position = join.Position },
                    JoinKind.Right => r,
                    _ => l,
                };
                int id = state.Metadata.AddColumn(name, type);
                computed.Add(new ProjectedColumn(id, value));
                return new NamespaceColumn(name, id, type);
        }
    }

    private static List<string> UsingNames(JoinItem join, IReadOnlyList<NamespaceColumn> left, IReadOnlyList<NamespaceColumn> right)
    {
        var names = new List<string>();
        if (join.IsNatural)
        {
            foreach (NamespaceColumn column in left)
            {
                if (column.Name.Length > 0 && right.Any(other => other.Name == column.Name) && !names.Contains(column.Name))
                    names.Add(column.Name);
            }
        }

        foreach (string name in join.Using)
        {
            if (names.Contains(name))
                throw BindingErrors.At(join.Position, SqlState.DuplicateColumn, $"column name \"{name}\" appears more than once in USING clause");
            names.Add(name);
        }

        return names;
    }

    private static NamespaceColumn UsingColumn(IReadOnlyList<NamespaceColumn> columns, string name, string side, int position)
    {
        NamespaceColumn? found = null;
        foreach (NamespaceColumn column in columns)
        {
            if (column.Name != name)
                continue;
            if (found is not null)
                throw BindingErrors.At(position, SqlState.AmbiguousColumn, $"common column name \"{name}\" appears more than once in {side} table");
            found = column;
        }

        return found ?? throw BindingErrors.At(
            -1, SqlState.UndefinedColumn, $"column \"{name}\" specified in USING clause does not exist in {side} table");
    }

    private static List<NamespaceColumn> VisibleColumns(List<NamespaceItem> items) =>
        items.Where(item => item.AreColumnsVisible).SelectMany(item => item.Columns).ToList();

    private static ColumnExpression Reference(NamespaceColumn column) => new(column.Column, column.Type);

    private static void Own(NamespaceItem item, Scope scope)
    {
        scope.Known.Add(item);
        foreach (NamespaceColumn column in item.Columns)
            scope.Own(column.Column);
        foreach (NamespaceColumn column in item.SystemColumns)
            scope.Own(column.Column);
    }

    private static void CheckAliasCount(string name, int available, int given)
    {
        if (given > available)
        {
            throw BindingErrors.At(
                -1, SqlState.InvalidColumnReference, $"table \"{name}\" has {available} columns available but {given} columns specified");
        }
    }

    // The wrapper that would read a foreign table.
    private string WrapperOf(RelationInfo relation) =>
        state.Context.Catalog.FindObject(CatalogOids.PgForeignTable, relation.Oid) is { } table
        && state.Context.Catalog.FindObject(CatalogOids.PgForeignServer, table.OidAt(1)) is { } server
        && state.Context.Catalog.FindObject(CatalogOids.PgForeignDataWrapper, server.OidAt(3)) is { } wrapper ? wrapper.Name : "";
}
