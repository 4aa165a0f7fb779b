using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using BooleanExpression = Strata.Engine.Expressions.BooleanExpression;
using ColumnExpression = Strata.Engine.Expressions.ColumnExpression;
using ConstantExpression = Strata.Engine.Expressions.ConstantExpression;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds INSERT.</summary>
internal sealed class InsertBinder(BindingState state, ModificationBinder common)
{
    private readonly TargetRowBinder _rows = new(state);

    public BoundQuery Bind(InsertStatement insert, Scope? outer)
    {
        var scope = new Scope(outer);
        IReadOnlyList<CteDefinition> ctes = insert.With is null ? [] : state.Ctes.Bind(insert.With, scope);
        ViewTarget? view = common.ViewOf(insert.Relation, "insert into", 'a');
        RelationInfo relation = view?.Table ?? common.Target(insert.Relation, "insert into", 'a');
        string alias = insert.Alias ?? relation.Name;
        List<ColumnInfo> columns = TargetColumns(insert, relation, view);
        foreach (ColumnInfo column in columns)
            state.Use(relation.Oid, 'a', column.Number);
        var parts = new InsertParts(state, insert, columns);
        ModificationRecord? record = state.Recorder?.Modification;
        if (view is null)
            record?.SetTarget(insert.Relation, insert.Alias, Item(relation, alias, _rows.NewRow(relation, alias), scope), relation);

        RelationalNode source;
        int[] given;
        switch (insert.Source)
        {
            case null:
                source = ValuesNode.OneRow;
                given = [];
                columns = [];
                break;
            case { Body: ValuesBody values, With: null, OrderBy.Count: 0, Limit: null, Offset: null, Locking.Count: 0 }:
                (source, given) = BindValues(values, insert, relation, columns, scope, parts);
                break;
            default:
                (source, given) = BindQuery(insert, relation, columns, scope, parts);
                break;
        }

        // INSERT INTO t SELECT a, b takes the first columns of the table.
        columns = columns.Take(given.Length).ToList();
        if (record is not null)
            record.Columns = columns;
        var rowValues = new int[relation.Columns.Length];
        Array.Fill(rowValues, -1);
        for (int i = 0; i < given.Length; i++)
            if (!parts.IsPart(i))
                rowValues[columns[i].Number - 1] = given[i];
        source = parts.Combine(source, given, rowValues, scope);
        source = Complete(relation, source, rowValues);
        bool isRead = insert.Returning.Count > 0 || insert.OnConflict is { IsUpdate: true };
        source = common.AsRole(view, () => state.Security.NewRows(relation, source, rowValues, RowSecurity.Insert, isRead));

        TargetRow row = common.WithChecks(_rows.Bind(relation, alias, withChecks: true), view);
        bool returning = insert.Returning.Count > 0;
        var node = new InsertNode(source, relation, row, rowValues)
        {
            Alias = alias,
            IsReturning = returning,
            CtidColumn = state.Metadata.AddColumn("ctid", SqlType.Tid, alias),
            TableOidColumn = state.Metadata.AddColumn("tableoid", SqlType.OidType, alias),
            Members = relation.PartitionKey is null ? null : TreeMembers.Of(relation, includeDescendants: true, state.Context),
            Conflict = insert.OnConflict is null ? null : BindConflict(insert.OnConflict, relation, insert.Alias ?? (view?.View ?? relation).Name, scope, view),
        };
        Scope? parent = outer is null && ctes.Count == 0 ? null : scope;
        BoundQuery bound = common.Returning(insert.Returning, parent, node, [], view, insert.Alias);
        // PostgreSQL looks for the indexes while it plans: whatever else is wrong with the statement comes first, and where nothing is planned nothing is missing.
        return _arbiterProblem is null || state.Context.IsUnplanned || state.Context.IsRecorded ? ModificationBinder.With(ctes, bound) : throw _arbiterProblem;
    }

    /// <summary>COPY FROM: rows of the given columns are fed in, the others get their defaults; <paramref name="where"/> chooses among them.</summary>
    public InsertNode BindFeed(RelationInfo relation, IReadOnlyList<ColumnInfo> columns, Syntax.Expression? where)
    {
        var fed = new int[columns.Count];
        var rowValues = new int[relation.Columns.Length];
        Array.Fill(rowValues, -1);
        for (int i = 0; i < fed.Length; i++)
        {
            fed[i] = state.Metadata.AddColumn(columns[i].Name, state.TypeOf(columns[i]), relation.Name);
            rowValues[columns[i].Number - 1] = fed[i];
        }

        RelationalNode source = Complete(relation, new FeedNode(fed), rowValues);
        if (where is not null)
            source = ApplyWhere(relation, source, rowValues, where);
        return new InsertNode(source, relation, _rows.Bind(relation, relation.Name, withChecks: true), rowValues)
        {
            Alias = relation.Name,
            CtidColumn = state.Metadata.AddColumn("ctid", SqlType.Tid, relation.Name),
            TableOidColumn = state.Metadata.AddColumn("tableoid", SqlType.OidType, relation.Name),
            Members = relation.PartitionKey is null ? null : TreeMembers.Of(relation, includeDescendants: true, state.Context),
        };
    }

    private FilterNode ApplyWhere(RelationInfo relation, RelationalNode source, int[] rowValues, Syntax.Expression where)
    {
        // Columns that get neither a value nor a default are null for the condition too.
        var nulls = new List<ProjectedColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped || column.Generated != '\0' || rowValues[column.Number - 1] >= 0)
                continue;
            SqlType type = state.TypeOf(column);
            rowValues[column.Number - 1] = state.Metadata.AddColumn(column.Name, type, relation.Name);
            nulls.Add(new ProjectedColumn(rowValues[column.Number - 1], new ConstantExpression(type, Datum.Null)));
        }

        if (nulls.Count > 0)
            source = new ProjectNode(source, [.. Projection.PassThrough(state.Metadata, source.Columns), .. nulls]);
        Scope scope = TargetRowBinder.RowScope(relation, rowValues, state.Metadata);
        return new FilterNode(source, Conjunction.Split(state.Expressions.BindCondition(where, scope, ExpressionKind.CopyWhere)));
    }

    private static List<ColumnInfo> TargetColumns(InsertStatement insert, RelationInfo relation, ViewTarget? view)
    {
        if (insert.Columns.Count == 0 && view is not null)
        {
            int given = insert.Source is { Body: ValuesBody { Rows.Count: > 0 } values } ? values.Rows[0].Count : view.View.Columns.Length;
            return [.. view.View.Columns.Take(given).Select(column => view.TargetColumn(column.Name, -1, isUpdate: false))];
        }

        if (insert.Columns.Count == 0)
            return relation.Columns.Where(column => !column.IsDropped).ToList();
        var columns = new List<ColumnInfo>();
        var seen = new HashSet<short>();
        foreach (AssignmentTarget target in insert.Columns)
            columns.Add(ModificationBinder.TargetColumn(relation, target, seen, isUpdate: false, view));
        return columns;
    }

    private (RelationalNode Source, int[] Columns) BindValues(
        ValuesBody values, InsertStatement insert, RelationInfo relation, List<ColumnInfo> columns, Scope scope, InsertParts parts)
    {
        bool single = values.Rows.Count == 1;
        ExpressionKind kind = single ? ExpressionKind.ValuesSingle : ExpressionKind.Values;
        var rows = new List<Expression[]>();
        int width = values.Rows[0].Count;
        foreach (SyntaxList<Syntax.Expression> row in values.Rows)
        {
            if (row.Count != width)
                throw BindingErrors.At(row[0].Position, SqlState.SyntaxError, "VALUES lists must all be the same length");
            CheckCounts(insert, row.Count, columns, row.Count > columns.Count ? row[columns.Count].Position : -1);
            var bound = new Expression[row.Count];
            var shown = state.Recorder is null ? null : new Expression?[row.Count];
            for (int i = 0; i < bound.Length; i++)
            {
                if (row[i] is DefaultLiteral)
                {
                    if (parts.IsPart(i))
                        PartAssignment.RequireNoDefault(insert.Columns[i]);
                    bound[i] = _rows.Default(relation, columns[i]);
                    continue;
                }

                RequireInsertable(columns[i], insert.Overriding);
                if (!single && insert.Overriding == OverridingKind.None && LiteralAssignment.TryAssign(row[i], parts.TypeOf(i)) is { } constant)
                {
                    bound[i] = constant;
                    continue;
                }

                Expression value = state.Expressions.Bind(row[i], scope, kind);
                bound[i] = insert.Overriding == OverridingKind.UserValue && columns[i].Identity != '\0'
                    ? _rows.Default(relation, columns[i])
                    : _rows.Assign(value, relation, columns[i], parts.TypeOf(i));
            }

            if (shown is not null)
            {
                for (int i = 0; i < shown.Length; i++)
                    shown[i] = row[i] is DefaultLiteral ? null : bound[i];
                state.Recorder!.Modification?.Rows.Add(shown);
            }

            rows.Add(bound);
        }

        var ids = new int[width];
        for (int i = 0; i < width; i++)
            ids[i] = state.Metadata.AddColumn(columns[i].Name, parts.TypeOf(i), "*VALUES*");
        if (!single)
            return (new ValuesNode(ids, rows), ids);
        RelationalNode node = ValuesNode.OneRow;
        if (scope.SetReturning.Count > 0)
            node = new ProjectSetNode(node, [], scope.SetReturning.ToArray());
        return (new ProjectNode(node, rows[0].Select((value, i) => new ProjectedColumn(ids[i], value)).ToArray()), ids);
    }

    private (RelationalNode Source, int[] Columns) BindQuery(
        InsertStatement insert, RelationInfo relation, List<ColumnInfo> columns, Scope scope, InsertParts parts)
    {
        BoundQuery query = state.Queries.BindSelect(insert.Source!, scope, resolveUnknown: false);
        if (state.Recorder?.Modification is { } record)
            record.Source = state.Recorder.Of(insert.Source!);
        CheckCounts(insert, query.Output.Count, columns, insert.Source!.Position);
        for (int i = 0; i < query.Output.Count; i++)
        {
            RequireInsertable(columns[i], insert.Overriding);
            SqlType type = parts.TypeOf(i);
            Expression value = OutputCoercion.ValueOf(query, i);
            if (state.Expressions.CoerceForAssignmentOrNull(value, type) is null)
                _rows.Assign(value, relation, columns[i], type);
            query = OutputCoercion.Coerce(state, query, i, type, assignment: true);
        }

        RelationalNode node = OutputCoercion.Shape(state, query);
        return (node, node.Columns.ToArray());
    }

    private static void CheckCounts(InsertStatement insert, int given, List<ColumnInfo> columns, int position)
    {
        if (given > columns.Count)
            throw BindingErrors.At(position, SqlState.SyntaxError, "INSERT has more expressions than target columns");
        if (insert.Columns.Count > 0 && given < columns.Count)
            throw BindingErrors.At(insert.Columns[given].Position, SqlState.SyntaxError, "INSERT has more target columns than expressions");
    }

    /// <summary>Throws 428C9 when a value may not be given for a column.</summary>
    public static void RequireInsertable(ColumnInfo column, OverridingKind overriding)
    {
        if (column.Generated != '\0')
        {
            throw BindingErrors.At(
                -1, new SqlState("428C9"), $"cannot insert a non-DEFAULT value into column \"{column.Name}\"",
                detail: $"Column \"{column.Name}\" is a generated column.");
        }

        if (column.Identity == 'a' && overriding == OverridingKind.None)
        {
            throw BindingErrors.At(
                -1, new SqlState("428C9"), $"cannot insert a non-DEFAULT value into column \"{column.Name}\"",
                "Use OVERRIDING SYSTEM VALUE to override.",
                $"Column \"{column.Name}\" is an identity column defined as GENERATED ALWAYS.");
        }
    }

    /// <summary>Adds defaults for columns without a value, then generated columns.</summary>
    private RelationalNode Complete(RelationInfo relation, RelationalNode source, int[] rowValues)
    {
        var defaults = new List<ProjectedColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped || column.Generated != '\0' || rowValues[column.Number - 1] >= 0)
                continue;
            Expression value = _rows.Default(relation, column);
            if (value is ConstantExpression { IsNull: true } && !relation.Columns.Any(other => other.Generated != '\0'))
                continue;
            int id = state.Metadata.AddColumn(column.Name, value.Type);
            defaults.Add(new ProjectedColumn(id, value));
            rowValues[column.Number - 1] = id;
        }

        if (defaults.Count > 0)
            source = new ProjectNode(source, [.. Projection.PassThrough(state.Metadata, source.Columns), .. defaults]);
        var generated = new List<ProjectedColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped || column.Generated == '\0')
                continue;
            Expression value = _rows.Generated(relation, column, rowValues);
            generated.Add(new ProjectedColumn(state.Metadata.AddColumn(column.Name, value.Type), value));
        }

        foreach (ProjectedColumn item in generated)
        {
            short number = relation.FindColumn(state.Metadata[item.Column].Name)!.Number;
            rowValues[number - 1] = item.Column;
        }

        return generated.Count == 0 ? source : new ProjectNode(source, [.. Projection.PassThrough(state.Metadata, source.Columns), .. generated]);
    }

    private SqlException? _arbiterProblem;

    private ConflictAction BindConflict(OnConflictClause clause, RelationInfo relation, string alias, Scope outer, ViewTarget? view)
    {
        IReadOnlyList<uint> arbiters = FindArbiters(clause, relation, view);
        if (!clause.IsUpdate)
            return new ConflictAction(false) { ArbiterIndexes = arbiters };
        if (arbiters.Count == 0 && _arbiterProblem is null)
        {
            throw BindingErrors.At(
                clause.Position, SqlState.SyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                "For example, ON CONFLICT (column_name).");
        }

        if (Array.Exists(relation.Indexes, index => index.IsExclusion && arbiters.Contains(index.Oid)))
            throw BindingErrors.At(-1, SqlState.WrongObjectType, "ON CONFLICT DO UPDATE not supported with exclusion constraints");
        state.Require(relation, 'w');
        state.Require(relation, 'r');
        int[] existing = _rows.NewRow(relation, alias);
        int[] excluded = _rows.NewRow(relation, "excluded");
        var scope = new Scope(outer);
        var computed = new Dictionary<int, Expression>();
        NamespaceItem existingItem = Item(relation, alias, existing, scope), excludedItem = Item(relation, "excluded", excluded, scope);
        if (view is not null)
        {
            existingItem = view.OverRow(existingItem, alias, computed);
            excludedItem = view.OverRow(excludedItem, "excluded", computed);
            foreach (NamespaceColumn column in existingItem.Columns.Concat(excludedItem.Columns))
                scope.Own(column.Column);
        }

        scope.Items.Add(existingItem);
        scope.Items.Add(excludedItem);
        ModificationRecord? record = state.Recorder?.Modification;
        record?.Target?.Twins.Add(existingItem);
        if (record is not null)
            record.Excluded = new RangeRecord(new TableItem(new RelationName(null, null, "excluded", -1), -1) { Alias = new Alias("excluded", [], -1) }, excludedItem) { RelationOid = relation.Oid };
        Dictionary<short, Expression> assigned = new UpdateBinder(state, common).BindAssignments(clause.Assignments, relation, scope, view);
        foreach (short number in assigned.Keys.ToArray())
            assigned[number] = ViewTarget.Substitute(assigned[number], computed);
        foreach (ColumnInfo column in relation.Columns)
        {
            if (!column.IsDropped && column.Generated != '\0')
                assigned[column.Number] = Generated(relation, column, existing, assigned);
        }

        Expression? where = clause.Where is null ? null : state.Expressions.BindCondition(clause.Where, scope, ExpressionKind.Where);
        if (record is not null)
            record.ConflictWhere = where;
        return new ConflictAction(true)
        {
            ArbiterIndexes = arbiters,
            ExistingColumns = existing,
            ExcludedColumns = excluded,
            Assignments = assigned.Select(pair => (pair.Key, pair.Value)).ToArray(),
            Where = common.AsRole(view, () => WithPolicies(relation, existing, assigned, where is null ? null : ViewTarget.Substitute(where, computed))),
        };
    }

    /// <summary>A generated column of the row that an update leaves.</summary>
    private Expression Generated(RelationInfo relation, ColumnInfo column, int[] existing, Dictionary<short, Expression> assigned) =>
        TreeWalker.Map(_rows.Generated(relation, column, existing), part =>
            part is ColumnExpression read && Array.IndexOf(existing, read.Column) is >= 0 and var at ? assigned.GetValueOrDefault((short)(at + 1)) ?? part : part);

    // The row that is there must be one that may be updated, and so must the row that comes of it; else an error is raised, nothing is passed over.
    private Expression? WithPolicies(RelationInfo relation, int[] existing, Dictionary<short, Expression> assigned, Expression? where)
    {
        if (!state.Security.IsActive(relation))
            return where;
        int[] updated = _rows.NewRow(relation, relation.Name);
        Expression after = TreeWalker.Map(BooleanExpression.And(state.Security.Checks(relation, updated, RowSecurity.Update, isRead: true)), part =>
            part is ColumnExpression column && Array.IndexOf(updated, column.Column) is >= 0 and var at
                ? assigned.GetValueOrDefault((short)(at + 1)) ?? new ColumnExpression(existing[at], column.Type)
                : part);
        Expression chosen = where is null ? after : Choose(where, after);
        return state.Security.ExistingRowChecks(relation, existing, RowSecurity.Update, isTarget: false, isRead: true).AsEnumerable().Reverse().Aggregate(chosen, (rest, check) => Choose(check, rest));
    }

    // CASE keeps the order, AND would not.
    private static Expressions.CaseExpression Choose(Expression condition, Expression then) =>
        new(SqlType.Boolean, null, [condition], [then], ConstantExpression.Boolean(false));

    private NamespaceItem Item(RelationInfo relation, string name, int[] columns, Scope scope)
    {
        var names = new List<NamespaceColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped)
                continue;
            int id = columns[column.Number - 1];
            names.Add(new NamespaceColumn(column.Name, id, state.Metadata[id].Type));
            scope.Own(id);
        }

        return new NamespaceItem(name, names) { Relation = name == relation.Name ? relation : null, RowTypeOid = relation.RowTypeOid };
    }

    /// <summary>The unique indexes that ON CONFLICT's target names.</summary>
    private IReadOnlyList<uint> FindArbiters(OnConflictClause clause, RelationInfo relation, ViewTarget? view)
    {
        if (clause.ConstraintName is not null)
        {
            ConstraintInfo constraint = relation.Constraints.FirstOrDefault(c => c.Name == clause.ConstraintName)
                ?? throw BindingErrors.At(
                    -1, SqlState.UndefinedObject, $"constraint \"{clause.ConstraintName}\" for table \"{relation.Name}\" does not exist");
            if (constraint.IndexOid == 0 || constraint.Kind == Catalog.ConstraintKind.ForeignKey)
                throw BindingErrors.At(-1, SqlState.WrongObjectType, "constraint in ON CONFLICT clause has no associated index");
            if (constraint.IsDeferrable)
                _arbiterProblem = BindingErrors.At(-1, SqlState.ObjectNotInPrerequisiteState, "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters");
            return [constraint.IndexOid];
        }

        if (clause.Elements.Count == 0)
            return [];
        var wanted = new HashSet<short>();
        var expressions = new HashSet<string>(StringComparer.Ordinal);
        HashSet<string>? conditions = null;
        foreach (IndexElement element in clause.Elements)
        {
            if (element.Column is not null)
            {
                ColumnInfo column = (view is null ? relation.FindColumn(element.Column) : view.BaseColumn(element.Column))
                    ?? throw BindingErrors.UndefinedColumn(element.Position, null, element.Column);
                wanted.Add(column.Number);
            }
            else
            {
                expressions.Add(Kept(relation, element.Expression!, ExpressionKind.IndexExpression));
            }
        }

        var found = new List<uint>();
        foreach (IndexInfo index in relation.Indexes)
        {
            if (!index.IsUnique || !index.IsValid)
                continue;
            IndexKey[] keys = index.Keys.Take(index.KeyCount).ToArray();
            bool columnsMatch = wanted.SetEquals(keys.Where(key => key.Column != 0).Select(key => key.Column));
            bool expressionsMatch = expressions.SetEquals(keys.Where(key => key.Expression is not null).Select(key => key.Expression!.Text));
            bool predicateMatches = index.Predicate is null || (clause.ElementsWhere is not null && columnsMatch && expressionsMatch
                && Conjuncts(index.Predicate.Syntax).IsSubsetOf(conditions ??= Conjuncts(clause.ElementsWhere)));
            if (columnsMatch && expressionsMatch && predicateMatches)
            {
                if (!index.IsImmediate)
                    _arbiterProblem = BindingErrors.At(-1, SqlState.ObjectNotInPrerequisiteState, "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters");
                found.Add(index.Oid);
            }
        }

        if (found.Count == 0)
        {
            _arbiterProblem = BindingErrors.At(
                -1, SqlState.InvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification");
        }

        return found;

        HashSet<string> Conjuncts(Syntax.Expression condition) =>
            [.. (condition is LogicalExpression { Kind: LogicalKind.And } all ? all.Operands.AsSpan().ToArray() : [condition]).Select(part => Kept(relation, part, ExpressionKind.IndexPredicate))];
    }

    // As definitions are kept: what is written in another way, but means the same, looks the same then.
    private string Kept(RelationInfo relation, Syntax.Expression expression, ExpressionKind kind)
    {
        RecordedExpression bound = RecordedBinding.BindExpression(expression, relation, null, null, kind, state.Context with { IsRecorded = true });
        return Deparsing.StoredDefinitions.KeptText(bound, state.Catalog, state.Context.Functions).Text;
    }
}
