using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>
/// Binds one SELECT body. The order of the steps is PostgreSQL's, so that the first error is the same. The tree that comes out is
/// FROM → filter → aggregate → HAVING → windows → set-returning functions → projection → DISTINCT → sort → lock → limit → projection.
/// </summary>
internal sealed class SelectBinder(BindingState state, Scope scope)
{
    private readonly QueryMetadata _metadata = state.Metadata;
    private readonly List<(Strata.Sql.Syntax.Expression Item, Target Target)> _groups = [];
    private readonly HeldRowsBinder _held = new(state);
    private List<Target> _targets = [];
    private int _impliedSorts;

    /// <summary>A sort item that refers to a target.</summary>
    private readonly record struct TargetSort(Target Target, bool Descending, bool NullsFirst);

    public BoundQuery Bind(SelectStatement statement, SelectBody body, bool resolveUnknown)
    {
        if (body.Into is not null)
            throw BindingErrors.At(body.Into.Position, SqlState.SyntaxError, "SELECT ... INTO is not allowed here");
        scope.Locking = statement.Locking;
        RelationalNode node = state.From.BindList(body.From, scope);
        if (statement.Locking.Count > 0 && body.From.Count > 0)
            node = _held.Hold(node);
        scope.IsGrouped = body.GroupBy.Count > 0 || body.Having is not null;
        foreach (WindowDefinition window in body.Windows)
        {
            if (scope.NamedWindows.Exists(other => other.Name == window.Name))
                throw BindingErrors.At(window.Position, SqlState.WindowingError, $"window \"{window.Name}\" is already defined");
            scope.NamedWindows.Add(window);
        }

        _targets = new TargetListBinder(state).Bind(body.Targets, scope, ExpressionKind.SelectTarget);
        Expression? where = body.Where is null ? null : state.Expressions.BindCondition(body.Where, scope, ExpressionKind.Where);
        Expression? having = body.Having is null ? null : state.Expressions.BindCondition(body.Having, scope, ExpressionKind.Having);
        List<TargetSort> sort = BindOrderBy(statement.OrderBy);
        List<Expression> groups = BindGroupBy(body, out List<int[]>? sets);
        List<Target> distinctOn = BindDistinct(body, sort);
        if (scope.WindowError is { } windowError)
            throw windowError;
        foreach (WindowDefinition window in body.Windows)
            if (!scope.BoundWindows.Contains(window))
                state.Functions.BindNamedWindow(window, scope);
        if (resolveUnknown)
            ResolveUnknown();
        if (state.Recorder?.Current is { } record)
            Record(record, where, having, sort, distinctOn);

        if (where is not null)
            node = new FilterNode(node, Conjunction.Split(where));
        bool grouped = scope.IsGrouped || scope.Aggregates.Count > 0 || scope.GroupingCalls.Count > 0;
        if (grouped)
        {
            node = ApplySetReturning(node, TakeSets(groups));
            node = ApplyGrouping(node, groups, sets, ref having);
        }

        node = ApplySetReturning(node, TakeSets(scope.WindowCalls.SelectMany(call => call.PartitionBy.Concat(call.OrderBy.Select(item => item.Value)))));
        node = new WindowBinder(state, scope).Apply(node, _targets);
        // Set-returning functions that nothing is sorted by run after the sort and DISTINCT ON.
        List<ProjectedColumn> late = TakeSets(body.IsDistinct && body.DistinctOn.Count == 0 ? _targets.Select(target => target.Value) : sort.Select(item => item.Target.Value));
        bool areLate = late.Count == 0 && sort.Count > 0 && scope.SetReturning.Count > 0;
        if (areLate)
        {
            late = [.. scope.SetReturning];
        }
        else
        {
            node = ApplySetReturning(node, [.. late, .. scope.SetReturning]);
            late = [];
        }

        node = Project(node, body, sort, late, statement.Limit is not null, out List<SortKey> keys, out List<ProjectedColumn> postponed);
        node = ApplyDistinct(node, body, distinctOn, keys);
        if (keys.Count > 0)
            node = new SortNode(node, keys);
        node = ApplySetReturning(node, late);
        if (statement.Locking.Count > 0)
            node = ApplyLocking(node, statement, body, grouped);
        int[] addresses = [];
        if (state.Context.KeepRowAddresses && scope.Parent is null && !grouped && !body.IsDistinct && scope.WindowCalls.Count == 0 && sets is null && late.Count == 0)
            node = CarryAddresses(node, statement, out addresses);
        node = LimitBinder.Apply(state, statement, node, scope, keys);
        if (postponed.Count > 0)
            node = new ProjectNode(node, [.. Projection.PassThrough(_metadata, node.Columns), .. postponed]);
        return Finish(node, addresses);
    }

    private void Record(QueryRecord record, Expression? where, Expression? having, List<TargetSort> sort, List<Target> distinctOn)
    {
        Dictionary<Target, TargetRecord> records = _targets.ToDictionary(target => target, target => new TargetRecord(target.Value, target.Name, target.IsHidden));
        record.Where = where;
        record.Having = having;
        record.Targets = [.. _targets.Select(target => records[target])];
        record.OrderBy = [.. sort.Take(sort.Count - _impliedSorts).Select(item => new SortRecord(records[item.Target], item.Descending, item.NullsFirst))];
        record.DistinctOn = [.. distinctOn.Select(target => records[target])];
        foreach ((Strata.Sql.Syntax.Expression item, Target target) in _groups)
            record.Groups[item] = records[target];
    }

    /// <summary>Name of a lock strength in messages.</summary>
    public static string LockName(LockStrength strength) => strength switch
    {
        LockStrength.KeyShare => "FOR KEY SHARE",
        LockStrength.Share => "FOR SHARE",
        LockStrength.NoKeyUpdate => "FOR NO KEY UPDATE",
        _ => "FOR UPDATE",
    };

    /// <summary>Direction and place of nulls of a sort item.</summary>
    public static (bool Descending, bool NullsFirst) Direction(SortItem item)
    {
        bool descending = item.Direction == SortDirection.Descending;
        if (item.Direction == SortDirection.Using)
        {
            descending = item.UsingOperator!.Name switch
            {
                "<" => false,
                ">" => true,
                _ => throw BindingErrors.At(
                    item.UsingOperator.Position, SqlState.WrongObjectType, $"operator {item.UsingOperator.Name} is not a valid ordering operator",
                    "Ordering operators must be \"<\" or \">\" members of btree operator families."),
            };
        }

        bool nullsFirst = item.Nulls == NullsOrder.Default ? descending : item.Nulls == NullsOrder.First;
        return (descending, nullsFirst);
    }

    private List<TargetSort> BindOrderBy(SyntaxList<SortItem> items)
    {
        var sort = new List<TargetSort>();
        foreach (SortItem item in items)
        {
            Target target = FindTarget(item.Value, ExpressionKind.OrderBy);
            RequireOrdering(target, SyntaxLocation.Of(item.Value));
            (bool descending, bool nullsFirst) = Direction(item);
            if (!sort.Exists(other => ReferenceEquals(other.Target, target)))
                sort.Add(new TargetSort(target, descending, nullsFirst));
        }

        return sort;
    }

    private void RequireOrdering(Target target, int position)
    {
        if (!HasOrdering(target, position))
        {
            throw BindingErrors.At(
                position, SqlState.UndefinedFunction, $"could not identify an ordering operator for type {target.Value.Type.WithTypmod(-1)}",
                "Use an explicit ordering operator or modify the query.");
        }
    }

    private void RequireEquality(Target target, int position)
    {
        if (!HasOrdering(target, position))
            throw BindingErrors.At(position, SqlState.UndefinedFunction, $"could not identify an equality operator for type {target.Value.Type.WithTypmod(-1)}");
    }

    private bool HasOrdering(Target target, int position)
    {
        if (target.Value.Type.Oid == TypeOid.Unknown)
            target.Value = state.Expressions.Coerce(target.Value, SqlType.Text, position);
        return state.Expressions.HasOrdering(target.Value.Type);
    }

    /// <summary>The target that an ORDER BY, GROUP BY or DISTINCT ON item names, or a hidden new one (SQL92 rules).</summary>
    private Target FindTarget(Strata.Sql.Syntax.Expression item, ExpressionKind kind)
    {
        if (item is ColumnReference { IsStar: false, Names.Count: 1 } reference)
        {
            string name = reference.Names[0];
            // GROUP BY prefers a column of FROM to an output name.
            bool isInput = kind == ExpressionKind.GroupBy
                && ColumnResolver.FindUnqualified(scope, name, reference.Position) is { } found && ReferenceEquals(found.Scope, scope);
            if (!isInput)
            {
                Target? match = null;
                foreach (Target target in _targets)
                {
                    if (target.IsHidden || target.Name != name)
                        continue;
                    if (match is not null && !match.Value.Equals(target.Value))
                        throw BindingErrors.At(item.Position, SqlState.AmbiguousColumn, $"{kind.Name()} \"{name}\" is ambiguous");
                    match ??= target;
                }

                if (match is not null)
                    return match;
            }
        }
        else if (item is IntegerLiteral ordinal)
        {
            int shown = 0;
            foreach (Target target in _targets)
            {
                if (!target.IsHidden && ++shown == ordinal.Value)
                    return target;
            }

            throw BindingErrors.At(item.Position, SqlState.InvalidColumnReference, $"{kind.Name()} position {ordinal.Value} is not in select list");
        }
        else if (item is StringLiteral or NumericLiteral or BooleanLiteral or NullLiteral or BitStringLiteral)
        {
            throw BindingErrors.At(item.Position, SqlState.SyntaxError, $"non-integer constant in {kind.Name()}");
        }

        Expression value = state.Expressions.Bind(item, scope, kind);
        foreach (Target target in _targets)
        {
            if (target.Value.Equals(value))
                return target;
        }

        var added = new Target(value, "", item.Position) { IsHidden = true };
        _targets.Add(added);
        return added;
    }

    /// <summary>The grouped expressions; <paramref name="sets"/> become the grouping sets, null when there is just one set of them all.</summary>
    private List<Expression> BindGroupBy(SelectBody body, out List<int[]>? sets)
    {
        var groups = new List<Expression>();
        var binder = new GroupingSetBinder(item => AddGroup(item, groups));
        sets = binder.Bind(body.GroupBy, body.IsGroupByDistinct);
        if (!body.GroupBy.Any(item => item is GroupingSet))
            sets = null;
        return groups;
    }

    private int AddGroup(Strata.Sql.Syntax.Expression item, List<Expression> groups)
    {
        Target target = FindTarget(item, ExpressionKind.GroupBy);
        RequireEquality(target, SyntaxLocation.Of(item));
        if (state.Recorder is not null)
            _groups.Add((item, target));
        bool hasAggregate = false;
        bool hasWindow = false;
        TreeWalker.Visit(target.Value, part =>
        {
            hasAggregate |= part is ColumnExpression column && scope.AggregateColumns.Contains(column.Column);
            hasWindow |= part is ColumnExpression other && scope.WindowColumns.Contains(other.Column);
        });
        if (hasAggregate)
            throw BindingErrors.At(target.Position, SqlState.GroupingError, "aggregate functions are not allowed in GROUP BY");
        if (hasWindow)
            throw BindingErrors.At(target.Position, SqlState.WindowingError, "window functions are not allowed in GROUP BY");
        int known = groups.IndexOf(target.Value);
        if (known >= 0)
            return known;
        groups.Add(target.Value);
        return groups.Count - 1;
    }

    private List<Target> BindDistinct(SelectBody body, List<TargetSort> sort)
    {
        var keys = new List<Target>();
        if (!body.IsDistinct)
            return keys;
        if (body.DistinctOn.Count == 0)
        {
            foreach (TargetSort item in sort)
            {
                if (item.Target.IsHidden)
                {
                    throw BindingErrors.At(
                        item.Target.Position, SqlState.InvalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
                }
            }

            foreach (Target target in _targets)
                RequireEquality(target, target.Value.StartPosition);
            return keys;
        }

        var positions = new List<int>();
        foreach (Strata.Sql.Syntax.Expression item in body.DistinctOn)
        {
            Target target = FindTarget(item, ExpressionKind.DistinctOn);
            RequireEquality(target, SyntaxLocation.Of(item));
            if (keys.Contains(target))
                continue;
            keys.Add(target);
            positions.Add(SyntaxLocation.Of(item));
        }

        // The sort must begin with the DISTINCT ON keys, in any order.
        int matched = 0;
        foreach (TargetSort item in sort)
        {
            if (matched == keys.Count)
                break;
            if (!keys.Contains(item.Target))
            {
                // The first key that the sort has only later, or not at all.
                int missing = sort.Skip(matched).Select(later => keys.IndexOf(later.Target)).FirstOrDefault(static at => at >= 0, -1);
                if (missing < 0)
                    missing = keys.FindIndex(key => !sort.Exists(other => ReferenceEquals(other.Target, key)));
                throw BindingErrors.At(
                    positions[missing], SqlState.InvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
            }

            matched++;
        }

        foreach (Target key in keys)
        {
            if (!sort.Exists(item => ReferenceEquals(item.Target, key)))
            {
                _impliedSorts++;
                sort.Insert(Math.Min(matched++, sort.Count), new TargetSort(key, false, false));
            }
        }

        return keys;
    }

    private void ResolveUnknown()
    {
        foreach (Target target in _targets)
        {
            if (target.Value.Type.Oid == TypeOid.Unknown)
                target.Value = state.Expressions.Coerce(target.Value, SqlType.Text, target.Position);
        }
    }

    private RelationalNode ApplyGrouping(RelationalNode node, List<Expression> groups, List<int[]>? sets, ref Expression? having)
    {
        var grouping = new GroupingBinder(state, scope, groups, sets);
        foreach (Target target in _targets)
            target.Value = grouping.Check(target.Value);
        if (having is not null)
            having = grouping.Check(having);
        for (int i = 0; i < scope.SetReturning.Count; i++)
            scope.SetReturning[i] = scope.SetReturning[i] with { Value = grouping.Check(scope.SetReturning[i].Value) };
        for (int i = 0; i < scope.WindowCalls.Count; i++)
        {
            PendingWindowCall pending = scope.WindowCalls[i];
            scope.WindowCalls[i] = new PendingWindowCall(
                pending.Call.Map(grouping.Check),
                pending.PartitionBy.Select(grouping.Check).ToArray(),
                pending.OrderBy.Select(item => item with { Value = grouping.Check(item.Value) }).ToArray());
        }

        if (scope is { ReadsRecursion: true, FirstAggregate: { } aggregate })
            throw BindingErrors.At(aggregate, SqlState.InvalidRecursion, "aggregate functions are not allowed in a recursive query's recursive term");
        node = grouping.Apply(node);
        return having is null ? node : new FilterNode(node, Conjunction.Split(having));
    }

    /// <summary>Takes the set-returning calls out of the scope that expressions use, with those whose results they use, in order.</summary>
    private List<ProjectedColumn> TakeSets(IEnumerable<Expression> expressions)
    {
        var used = new HashSet<int>();
        foreach (Expression expression in expressions)
            TreeWalker.AddColumns(expression, used);
        for (int i = scope.SetReturning.Count - 1; i >= 0; i--)
        {
            if (used.Contains(scope.SetReturning[i].Column))
                TreeWalker.AddColumns(scope.SetReturning[i].Value, used);
        }

        List<ProjectedColumn> taken = scope.SetReturning.FindAll(call => used.Contains(call.Column));
        scope.SetReturning.RemoveAll(call => used.Contains(call.Column));
        return taken;
    }

    /// <summary>Set-returning calls run side by side; a call over another's result runs in a later step.</summary>
    private static RelationalNode ApplySetReturning(RelationalNode node, List<ProjectedColumn> calls)
    {
        int next = 0;
        while (next < calls.Count)
        {
            var step = new List<ProjectedColumn>();
            var stepColumns = new HashSet<int>();
            while (next < calls.Count)
            {
                ProjectedColumn call = calls[next];
                if (TreeWalker.ColumnsOf(call.Value).Overlaps(stepColumns))
                    break;
                step.Add(call);
                stepColumns.Add(call.Column);
                next++;
            }

            node = new ProjectSetNode(node, node.Columns, step);
        }

        return node;
    }

    /// <summary>
    /// Computes the targets. Volatile ones that nothing is sorted by are computed after the sort and limit, so that rows cut off do not show
    /// in their side effects; so are subqueries when there is a limit, since they cost most.
    /// </summary>
    private RelationalNode Project(
        RelationalNode node, SelectBody body, List<TargetSort> sort, List<ProjectedColumn> late, bool isLimited, out List<SortKey> keys, out List<ProjectedColumn> postponed)
    {
        keys = [];
        postponed = [];
        HashSet<int> lateColumns = late.Select(call => call.Column).ToHashSet();
        var items = new List<ProjectedColumn>();
        foreach (Target target in _targets)
        {
            if (target.Value is ColumnExpression column && node.Columns.Contains(column.Column))
            {
                target.Column = column.Column;
                if (!items.Exists(item => item.Column == column.Column))
                    items.Add(new ProjectedColumn(column.Column, new ColumnExpression(column.Column, column.Type) { Position = column.Position }));
                continue;
            }

            target.Column = _metadata.AddColumn(target.Name, target.Value.Type);
            if (target.Value is ColumnExpression { Type.Oid: TypeOid.Record } record)
                state.KeepRecordSource(target.Column, record.Column);
            else if (target.Value is FunctionExpression { Type.Oid: TypeOid.Record })
                state.RecordSources[target.Column] = target.Value;
            var computed = new ProjectedColumn(target.Column, target.Value);
            bool isSorted = sort.Exists(item => ReferenceEquals(item.Target, target));
            bool isLate = lateColumns.Count > 0 && TreeWalker.ColumnsOf(target.Value).Overlaps(lateColumns);
            if (isLate || (sort.Count > 0 && !isSorted && !body.IsDistinct && (target.Value.IsVolatile || (isLimited && target.Value.Any(static part => part is SubqueryExpression)))))
                postponed.Add(computed);
            else
                items.Add(computed);
        }

        foreach (TargetSort item in sort)
        {
            int column = item.Target.Column;
            if (!keys.Exists(key => key.Column == column))
                keys.Add(new SortKey(column, item.Descending, item.NullsFirst));
        }

        // What a postponed target, a row lock or a limit's tie needs stays below.
        if (postponed.Count > 0)
        {
            var needed = new HashSet<int>();
            foreach (ProjectedColumn item in postponed.Concat(late))
                TreeWalker.AddColumns(item.Value, needed);
            foreach (int column in node.Columns)
            {
                if (needed.Contains(column) && !items.Exists(item => item.Column == column))
                    items.Add(new ProjectedColumn(column, new ColumnExpression(column, _metadata[column].Type)));
            }
        }

        return new ProjectNode(node, items);
    }


    private RelationalNode ApplyDistinct(RelationalNode node, SelectBody body, List<Target> distinctOn, List<SortKey> keys)
    {
        if (!body.IsDistinct)
            return node;
        if (distinctOn.Count == 0)
        {
            int[] shown = _targets.Where(target => !target.IsHidden).Select(target => target.Column).Distinct().ToArray();
            return new DistinctNode(Projection.Keep(_metadata, node, shown), shown, isOn: false);
        }

        return new DistinctNode(new SortNode(node, keys.ToArray()), distinctOn.Select(target => target.Column).Distinct().ToArray(), isOn: true);
    }

    private RelationalNode ApplyLocking(RelationalNode node, SelectStatement statement, SelectBody body, bool grouped)
    {
        LockingClause first = statement.Locking[0];
        string? obstacle = body.IsDistinct ? "DISTINCT clause"
            : body.GroupBy.Count > 0 ? "GROUP BY clause"
            : body.Having is not null ? "HAVING clause"
            : grouped ? "aggregate functions"
            : scope.WindowCalls.Count > 0 ? "window functions"
            : scope.SetReturning.Count > 0 ? "set-returning functions in the target list"
            : null;
        if (obstacle is not null)
        {
            throw BindingErrors.At(
                -1, SqlState.FeatureNotSupported, $"{LockName(first.Strength)} is not allowed with {obstacle}");
        }

        var locks = new List<RowLock>();
        foreach (LockingClause clause in statement.Locking)
        {
            if (clause.Relations.IsEmpty)
            {
                foreach (NamespaceItem item in scope.Items)
                {
                    if (item.Table is { SystemTable: null } && item.Scan >= 0)
                        AddLock(locks, item, clause);
                }

                continue;
            }

            foreach (RelationName name in clause.Relations)
            {
                NamespaceItem item = scope.Items.Find(candidate => candidate.Name == name.Name && candidate.IsRelationVisible)
                    ?? throw BindingErrors.At(
                        name.Position, SqlState.UndefinedTable, $"relation \"{name.Name}\" in {LockName(clause.Strength)} clause not found in FROM clause");
                if (item.IsFunction)
                    throw BindingErrors.At(name.Position, SqlState.FeatureNotSupported, $"{LockName(clause.Strength)} cannot be applied to a function");
                if (item.Table is null || item.Scan < 0)
                    throw BindingErrors.NotSupported(name.Position, $"{LockName(clause.Strength)} of a subquery or function");
                AddLock(locks, item, clause);
            }
        }

        if (locks.Count == 0)
            return node;
        return LockBelow(node, locks);
    }

    private void AddLock(List<RowLock> locks, NamespaceItem item, LockingClause clause)
    {
        state.Require(item.Table!, 'w');
        if (item.Table!.Kind is RelationKind.MaterializedView or RelationKind.Sequence)
            throw new SqlException(SqlState.WrongObjectType, $"cannot lock rows in {Permissions.KindName(item.Table.Kind)} \"{item.Table.Name}\"");
        state.IsWriting = true;
        int existing = locks.FindIndex(other => other.Scan == item.Scan);
        if (existing < 0)
        {
            locks.Add(NewLock(item, clause));
            return;
        }

        // The strongest lock and the least patient wait of several clauses win.
        RowLock old = locks[existing];
        locks[existing] = old with
        {
            Strength = (LockStrength)Math.Max((int)old.Strength, (int)clause.Strength),
            WaitPolicy = (LockWaitPolicy)Math.Max((int)old.WaitPolicy, (int)clause.WaitPolicy),
        };
    }

    private static RowLock NewLock(NamespaceItem item, LockingClause clause) =>
        new(item.Scan, item.Table!, SystemColumn(item, "ctid"), clause.Strength, clause.WaitPolicy)
        {
            Members = item.Members,
            MemberColumn = item.Members is null ? -1 : SystemColumn(item, "tableoid"),
        };

    /// <summary>Puts the lock under the projection and the sort's result: the ctid columns are carried through both.</summary>
    private RelationalNode LockBelow(RelationalNode node, List<RowLock> locks)
    {
        int[] carried =
        [
            .. locks.Select(rowLock => rowLock.CtidColumn).Concat(locks.Where(rowLock => rowLock.MemberColumn >= 0).Select(rowLock => rowLock.MemberColumn)).Concat(_held.Rows.Columns).Distinct(),
        ];
        return new LockRowsNode(CarryThrough(node, carried), locks, _held.Rows);
    }

    private RelationalNode CarryThrough(RelationalNode node, int[] columns)
    {
        switch (node)
        {
            case SortNode sort:
                return new SortNode(CarryThrough(sort.Input, columns), sort.Keys);
            case ProjectNode project:
                return new ProjectNode(
                    project.Input,
                    [.. project.Items, .. Projection.PassThrough(_metadata, columns.Where(column => !project.Columns.Contains(column)))]);
            case LockRowsNode locks:
                return new LockRowsNode(CarryThrough(locks.Input, columns), locks.Locks, locks.Held);
            default:
                return node;
        }
    }

    /// <summary>Keeps the addresses of the rows of FROM's tables, for WHERE CURRENT OF.</summary>
    private RelationalNode CarryAddresses(RelationalNode node, SelectStatement statement, out int[] columns)
    {
        var addresses = new List<RowAddressColumns>();
        NamespaceItem[] tables = scope.Items.Where(item => item.Table is { SystemTable: null } && item.Scan >= 0).ToArray();
        foreach (NamespaceItem item in tables)
        {
            bool isLocked = statement.Locking.Any(clause => clause.Relations.IsEmpty || clause.Relations.Any(name => name.Name == item.Name));
            // Without a lock only a plain scan of one table tells which row is meant.
            if (isLocked || (statement.Locking.Count == 0 && scope.Items.Count == 1))
                addresses.Add(new RowAddressColumns(item.Table!.Oid, SystemColumn(item, "ctid"), SystemColumn(item, "tableoid"), isLocked));
        }

        state.RowAddresses = addresses;
        columns = addresses.SelectMany(address => new[] { address.Ctid, address.TableOid }).Distinct().ToArray();
        return columns.Length == 0 ? node : CarryThrough(node, columns);
    }

    private static int SystemColumn(NamespaceItem item, string name) => item.SystemColumns.First(column => column.Name == name).Column;

    private BoundQuery Finish(RelationalNode node, int[] carried)
    {
        var output = new List<OutputColumn>();
        foreach (Target target in _targets)
        {
            if (target.IsHidden)
                continue;
            QueryColumn column = _metadata[target.Column];
            output.Add(new OutputColumn(target.Name, target.Column, column.Type)
            {
                TableOid = column.TableOid,
                AttributeNumber = column.AttributeNumber,
            });
        }

        int[] shown = output.Select(column => column.Column).Concat(carried).Distinct().ToArray();
        return new BoundQuery(Projection.Keep(_metadata, node, shown), output);
    }
}
