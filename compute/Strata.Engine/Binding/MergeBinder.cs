using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using CaseExpression = Strata.Engine.Expressions.CaseExpression;
using ColumnExpression = Strata.Engine.Expressions.ColumnExpression;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>
/// Binds MERGE. The source is joined with the target; a first projection decides for each row which WHEN clause applies, a second one computes the row that it stores, so that no
/// expression of a clause that does not apply is evaluated.
/// </summary>
internal sealed class MergeBinder(BindingState state, ModificationBinder common)
{
    private readonly TargetRowBinder _rows = new(state);

    public BoundQuery Bind(MergeStatement merge, Scope? outer)
    {
        var scope = new Scope(outer);
        IReadOnlyList<CteDefinition> ctes = merge.With is null ? [] : state.Ctes.Bind(merge.With, scope);
        CheckReachable(merge);
        if (state.ResolveRelation(merge.Relation) is { Kind: RelationKind.View } view)
            throw BindingErrors.At(-1, SqlState.FeatureNotSupported, $"cannot execute MERGE on relation \"{view.Name}\"", detail: "This operation is not supported for views.");
        RelationInfo relation = common.Target(merge.Relation, "merge into", 'r');
        foreach (MergeWhen when in merge.Whens)
        {
            if (when.Action != MergeAction.DoNothing)
                state.Require(relation, when.Action switch { MergeAction.Insert => 'a', MergeAction.Update => 'w', _ => 'd' });
        }

        var held = new HeldRowsBinder(state);
        RelationalNode source = held.Hold(state.From.BindList([merge.Source], scope));
        List<NamespaceItem> sourceItems = [.. scope.Items];
        string alias = merge.Alias ?? relation.Name;
        if (sourceItems.Exists(item => item.IsRelationVisible && item.Name == alias))
        {
            throw BindingErrors.At(
                merge.Relation.Position, SqlState.DuplicateAlias, $"name \"{alias}\" specified more than once", detail: "The name is used both as MERGE target table and data source.");
        }

        (ScanNode scan, NamespaceItem target) = state.From.BindTarget(relation, merge.Alias, scope, merge.Relation.IncludeDescendants);
        scope.Items = [target, .. sourceItems];
        RelationalNode targetRows = state.Security.Rows(relation, target, scan, RowSecurity.Select);
        Expression on = state.Expressions.BindCondition(merge.On, scope, ExpressionKind.JoinOn);
        bool hasInsert = merge.Whens.Any(when => !when.IsMatched && when.Action != MergeAction.DoNothing);
        RelationalNode node = new JoinNode(hasInsert ? JoinType.Left : JoinType.Inner, source, targetRows, Conjunction.Split(on));

        int ctid = target.SystemColumns.First(column => column.Name == "ctid").Column;
        (node, int clause) = Decide(merge, node, scope, target, ctid);
        (node, int kind, int[] old, int[] values) = Compute(merge, node, scope, relation, scan, target, clause);
        var result = new MergeNode(node, relation, _rows.Bind(relation, target.Name, withChecks: true), scan.Scan, ctid, kind, old, values)
        {
            Alias = target.Name,
            CtidColumn = state.Metadata.AddColumn("ctid", SqlType.Tid, target.Name),
            Members = scan.Members,
            MemberColumn = scan.Members is null ? -1 : target.SystemColumns.First(column => column.Name == "tableoid").Column,
            Held = held.Rows,
        };
        return ModificationBinder.With(ctes, new BoundQuery(result, []));
    }

    private static void CheckReachable(MergeStatement merge)
    {
        bool[] isTerminated = new bool[2];
        foreach (MergeWhen when in merge.Whens)
        {
            int side = when.IsMatched ? 1 : 0;
            if (isTerminated[side])
                throw BindingErrors.At(-1, SqlState.SyntaxError, "unreachable WHEN clause specified after unconditional WHEN clause");
            isTerminated[side] = when.Condition is null;
        }
    }

    /// <summary>Binds in the scope of a clause: a row that is not matched has no target.</summary>
    private static T Within<T>(NamespaceItem target, MergeWhen when, Func<T> bind)
    {
        if (when.IsMatched)
            return bind();
        target.IsRelationVisible = target.AreColumnsVisible = false;
        try
        {
            return bind();
        }
        finally
        {
            target.IsRelationVisible = target.AreColumnsVisible = true;
        }
    }

    /// <summary>Adds the number of the WHEN clause that applies to a row, -1 for none.</summary>
    private (RelationalNode Node, int Clause) Decide(MergeStatement merge, RelationalNode node, Scope scope, NamespaceItem target, int ctid)
    {
        var conditions = new List<Expression>();
        var results = new List<Expression>();
        for (int i = 0; i < merge.Whens.Count; i++)
        {
            MergeWhen when = merge.Whens[i];
            Expression applies = new NullTestExpression(new ColumnExpression(ctid, SqlType.Tid), isNotNull: when.IsMatched);
            if (when.Condition is not null)
            {
                Expression condition = Within(target, when, () => state.Expressions.BindCondition(when.Condition, scope, ExpressionKind.MergeWhen));
                // CASE rather than AND: the condition must not be evaluated for rows of the other kind.
                applies = new CaseExpression(SqlType.Boolean, null, [applies], [condition], ConstantExpression.Null(SqlType.Boolean));
            }

            conditions.Add(applies);
            results.Add(ConstantExpression.Int4(i));
        }

        int clause = state.Metadata.AddColumn("clause", SqlType.Int4);
        var choice = new CaseExpression(SqlType.Int4, null, conditions, results, ConstantExpression.Int4(-1));
        return (new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), new ProjectedColumn(clause, choice)]), clause);
    }

    private (RelationalNode Node, int Kind, int[] Old, int[] Values) Compute(
        MergeStatement merge, RelationalNode node, Scope scope, RelationInfo relation, ScanNode scan, NamespaceItem target, int clause)
    {
        var old = new int[relation.Columns.Length];
        Array.Fill(old, -1);
        for (int i = 0; i < scan.Attributes.Count; i++)
        {
            if (scan.Attributes[i] > 0)
                old[scan.Attributes[i] - 1] = scan.Columns[i];
        }

        var conditions = new List<Expression>();
        var kinds = new List<Expression>();
        var rows = new List<Dictionary<short, Expression>>();
        for (int i = 0; i < merge.Whens.Count; i++)
        {
            MergeWhen when = merge.Whens[i];
            if (when.Action == MergeAction.DoNothing)
                continue;
            conditions.Add(state.Expressions.BindOperator("=", new ColumnExpression(clause, SqlType.Int4), ConstantExpression.Int4(i), -1));
            kinds.Add(Guarded(relation, old, when));
            rows.Add(Within(target, when, () => when.Action switch
            {
                MergeAction.Insert => InsertedRow(when, relation, scope),
                MergeAction.Update => new UpdateBinder(state, common).BindAssignments(when.Assignments, relation, scope),
                _ => [],
            }));
        }

        var computed = new List<ProjectedColumn>();
        int kind = state.Metadata.AddColumn("kind", SqlType.Int4);
        computed.Add(new ProjectedColumn(
            kind, new CaseExpression(SqlType.Int4, null, conditions, kinds, ConstantExpression.Int4((int)MergeAction.DoNothing))));
        var values = new int[relation.Columns.Length];
        Array.Fill(values, -1);
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped || column.Generated != '\0')
                continue;
            SqlType type = state.TypeOf(column);
            var kept = new ColumnExpression(old[column.Number - 1], type);
            Expression[] results = rows.Select(row => row.GetValueOrDefault(column.Number, kept)).ToArray();
            values[column.Number - 1] = state.Metadata.AddColumn(column.Name, type);
            computed.Add(new ProjectedColumn(values[column.Number - 1], conditions.Count == 0 ? kept : new CaseExpression(type, null, conditions, results, kept)));
        }

        node = new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), .. computed]);
        node = AddGenerated(relation, node, values, kind);
        return (CheckNewRows(relation, node, values, kind, merge), kind, old, values);
    }

    // A row that policies forbid to change raises an error when a clause is about to change it.
    private Expression Guarded(RelationInfo relation, int[] old, MergeWhen when)
    {
        Expression action = ConstantExpression.Int4((int)when.Action);
        if (!when.IsMatched || !state.Security.IsActive(relation))
            return action;
        List<Expression> checks = state.Security.ExistingRowChecks(relation, old, when.Action == MergeAction.Delete ? RowSecurity.Delete : RowSecurity.Update, isTarget: true, isRead: false);
        return checks.AsEnumerable().Reverse().Aggregate(action, (rest, check) => new CaseExpression(SqlType.Int4, null, [check], [rest], action));
    }

    private RelationalNode CheckNewRows(RelationInfo relation, RelationalNode node, int[] values, int kind, MergeStatement merge)
    {
        if (!state.Security.IsActive(relation))
            return node;
        var checks = new List<Expression>();
        foreach ((MergeAction action, char command) in new[] { (MergeAction.Insert, RowSecurity.Insert), (MergeAction.Update, RowSecurity.Update) })
        {
            if (!merge.Whens.Any(when => when.Action == action))
                continue;
            Expression stores = state.Expressions.BindOperator("=", new ColumnExpression(kind, SqlType.Int4), ConstantExpression.Int4((int)action), -1);
            foreach (Expression check in state.Security.Checks(relation, values, command, isRead: action == MergeAction.Update))
                checks.Add(new CaseExpression(SqlType.Boolean, null, [stores], [check], ConstantExpression.Boolean(true)));
        }

        return checks.Count == 0 ? node : new FilterNode(node, checks);
    }

    private Dictionary<short, Expression> InsertedRow(MergeWhen when, RelationInfo relation, Scope scope)
    {
        var row = new Dictionary<short, Expression>();
        var seen = new HashSet<short>();
        List<ColumnInfo> columns = when.Columns.Count == 0
            ? relation.Columns.Where(column => !column.IsDropped).ToList()
            : when.Columns.Select(column => ModificationBinder.TargetColumn(relation, column, seen, isUpdate: false)).ToList();
        if (when.Values.Count > columns.Count)
            throw BindingErrors.At(when.Values[columns.Count].Position, SqlState.SyntaxError, "INSERT has more expressions than target columns");
        if (when.Columns.Count > 0 && when.Values.Count < columns.Count)
            throw BindingErrors.At(when.Columns[when.Values.Count].Position, SqlState.SyntaxError, "INSERT has more target columns than expressions");
        for (int i = 0; i < when.Values.Count; i++)
        {
            if (when.Values[i] is DefaultLiteral)
                continue;
            InsertBinder.RequireInsertable(columns[i], when.Overriding);
            Expression value = state.Expressions.Bind(when.Values[i], scope, ExpressionKind.Values);
            if (when.Overriding != OverridingKind.UserValue || columns[i].Identity == '\0')
                row[columns[i].Number] = _rows.Assign(value, relation, columns[i], state.TypeOf(columns[i]));
        }

        foreach (ColumnInfo column in relation.Columns)
        {
            if (!column.IsDropped && column.Generated == '\0' && !row.ContainsKey(column.Number))
                row[column.Number] = _rows.Default(relation, column);
        }

        return row;
    }

    private RelationalNode AddGenerated(RelationInfo relation, RelationalNode node, int[] values, int kind)
    {
        var generated = new List<ProjectedColumn>();
        Expression stores = new BooleanExpression(
            BooleanOperator.Or,
            [
                state.Expressions.BindOperator("=", new ColumnExpression(kind, SqlType.Int4), ConstantExpression.Int4((int)MergeAction.Insert), -1),
                state.Expressions.BindOperator("=", new ColumnExpression(kind, SqlType.Int4), ConstantExpression.Int4((int)MergeAction.Update), -1),
            ]);
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped || column.Generated == '\0')
                continue;
            Expression value = _rows.Generated(relation, column, values);
            generated.Add(new ProjectedColumn(
                state.Metadata.AddColumn(column.Name, value.Type), new CaseExpression(value.Type, null, [stores], [value], ConstantExpression.Null(value.Type))));
            values[column.Number - 1] = generated[^1].Column;
        }

        return generated.Count == 0 ? node : new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), .. generated]);
    }
}
