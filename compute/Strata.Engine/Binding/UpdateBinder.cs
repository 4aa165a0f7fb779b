using Strata.Engine.Catalog;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using ColumnExpression = Strata.Engine.Expressions.ColumnExpression;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds UPDATE.</summary>
internal sealed class UpdateBinder(BindingState state, ModificationBinder common)
{
    private readonly TargetRowBinder _rows = new(state);

    public BoundQuery Bind(UpdateStatement update, Scope? outer)
    {
        var scope = new Scope(outer);
        IReadOnlyList<CteDefinition> ctes = update.With is null ? [] : state.Ctes.Bind(update.With, scope);
        ViewTarget? view = common.ViewOf(update.Relation, "update", 'w');
        RelationInfo relation = view?.Table ?? common.Target(update.Relation, "update", 'w');
        (ScanNode scan, NamespaceItem item) = state.From.BindTarget(relation, update.Alias, scope, update.Relation.IncludeDescendants);
        bool isRead = update.Where is not null || update.From.Count > 0 || update.Returning.Count > 0 || update.Assignments.Any(static a => SyntaxReferences.HasColumns(a.Value));
        RelationalNode node = common.TargetRows(relation, item, scan, RowSecurity.Update, isRead, view);
        NamespaceItem shown = item;
        if (view is not null)
            shown = common.ShowView(view, item, update.Alias, scope, ref node);
        else
            state.Recorder?.Modification?.SetTarget(update.Relation, update.Alias, item, relation);
        var held = new HeldRowsBinder(state);
        node = common.Join(node, update.From, shown, held, scope, out List<NamespaceItem> others);
        node = common.Filter(node, update.Where, relation, item, view, scope);
        Dictionary<short, Expression> assigned = BindAssignments(update.Assignments, relation, scope, view);
        return ModificationBinder.With(ctes, Finish(update, outer is null && ctes.Count == 0 ? null : scope, relation, scan, item, others, held.Rows, node, assigned, view));
    }

    /// <summary>Binds SET clauses, of UPDATE and of ON CONFLICT.</summary>
    public Dictionary<short, Expression> BindAssignments(SyntaxList<Assignment> assignments, RelationInfo relation, Scope scope, ViewTarget? view = null)
    {
        var assigned = new Dictionary<short, Expression>();
        var seen = new HashSet<short>();
        foreach (Assignment assignment in assignments)
        {
            IReadOnlyList<Syntax.Expression?> values = Spread(assignment, scope, out IReadOnlyList<Expression>? bound);
            var columns = new List<ColumnInfo>();
            for (int i = 0; i < assignment.Targets.Count; i++)
            {
                AssignmentTarget target = assignment.Targets[i];
                ColumnInfo column = TargetColumn(relation, target, seen, view, assignments, scope);
                state.Use(relation.Oid, 'w', column.Number);
                Syntax.Expression? value = bound is null ? values[i] : null;
                columns.Add(column);
                if (value is DefaultLiteral)
                {
                    PartAssignment.RequireNoDefault(target);
                    state.Recorder?.Modification?.Assignments.Add(new AssignmentRecord([column], null, null));
                    assigned.Add(column.Number, _rows.Default(relation, column));
                    continue;
                }

                RequireAssignable(column, value?.Position ?? target.Position);
                Expression expression = bound is not null ? bound[i] : state.Expressions.Bind(value!, scope, ExpressionKind.UpdateSource);
                if (target.Indirection.Count > 0)
                {
                    Expression before = assigned.TryGetValue(column.Number, out Expression? earlier) ? earlier : OldValue(scope, column, target.Position);
                    assigned[column.Number] = new PartAssignment(state).Store(before, target.Indirection, 0, expression, column, scope, target.Position);
                    continue;
                }

                Expression stored = _rows.Assign(expression, relation, column, state.TypeOf(column));
                assigned.Add(column.Number, stored);
                if (bound is null)
                    state.Recorder?.Modification?.Assignments.Add(new AssignmentRecord([column], stored, null));
            }

            if (bound is not null)
                state.Recorder?.Modification?.Assignments.Add(new AssignmentRecord(columns, null, state.Recorder.Of(((ScalarSubquery)assignment.Value).Query)));
        }

        return assigned;
    }

    private ColumnInfo TargetColumn(RelationInfo relation, AssignmentTarget target, HashSet<short> seen, ViewTarget? view, SyntaxList<Assignment> assignments, Scope scope)
    {
        try
        {
            return ModificationBinder.TargetColumn(relation, target, seen, isUpdate: true, view);
        }
        catch (SqlException)
        {
            // What is wrong with the values comes before what is wrong with the columns.
            foreach (Assignment assignment in assignments)
            {
                if (assignment.Targets.Count == 1 && assignment.Value is not DefaultLiteral)
                    state.Expressions.Bind(assignment.Value, scope, ExpressionKind.UpdateSource);
            }

            throw;
        }
    }

    // The target is the first item in sight; in ON CONFLICT it is the existing row.
    private ColumnExpression OldValue(Scope scope, ColumnInfo column, int position)
    {
        foreach (NamespaceColumn old in scope.Items[0].Columns)
            if (state.Metadata[old.Column].AttributeNumber == column.Number)
                return new ColumnExpression(old.Column, old.Type);
        NamespaceColumn named = ColumnResolver.FindIn(scope.Items[0], column.Name, position, withSystem: false)!.Value;
        return new ColumnExpression(named.Column, named.Type);
    }

    private static void RequireAssignable(ColumnInfo column, int position)
    {
        if (column.Generated != '\0')
        {
            throw BindingErrors.At(
                -1, new SqlState("428C9"), $"column \"{column.Name}\" can only be updated to DEFAULT", detail: $"Column \"{column.Name}\" is a generated column.");
        }

        if (column.Identity == 'a')
        {
            throw BindingErrors.At(
                -1, new SqlState("428C9"), $"column \"{column.Name}\" can only be updated to DEFAULT",
                detail: $"Column \"{column.Name}\" is an identity column defined as GENERATED ALWAYS.");
        }

        Format.Invariant.Check(position >= -1);
    }

    /// <summary>The values of (a, b) = (x, y), or of (a, b) = (SELECT x, y …) already bound.</summary>
    private IReadOnlyList<Syntax.Expression?> Spread(Assignment assignment, Scope scope, out IReadOnlyList<Expression>? bound)
    {
        bound = null;
        if (!assignment.IsRow)
            return [assignment.Value];
        switch (assignment.Value)
        {
            case Syntax.RowExpression row:
                if (row.Fields.Count != assignment.Targets.Count)
                    throw BindingErrors.At(assignment.Value.Position, SqlState.SyntaxError, "number of columns does not match number of values");
                return row.Fields.ToArray();
            case ScalarSubquery subquery:
                BoundQuery query = state.Queries.BindSelect(subquery.Query, scope, resolveUnknown: true);
                if (query.Output.Count != assignment.Targets.Count)
                    throw BindingErrors.At(assignment.Value.Position, SqlState.SyntaxError, "number of columns does not match number of values");
                bound = query.Output.Select(output => (Expression)new SubqueryExpression(
                    SubqueryKind.Scalar, query.Node, [output.Column], output.Type, [], null)
                { Position = subquery.Position }).ToArray();
                return [];
            default:
                if (assignment.Targets.Count == 1)
                    return [assignment.Value];
                throw BindingErrors.At(
                    assignment.Value.Position, SqlState.FeatureNotSupported,
                    "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
        }
    }

    private BoundQuery Finish(
        UpdateStatement update, Scope? outer, RelationInfo relation, ScanNode scan, NamespaceItem item, List<NamespaceItem> others,
        HeldRows held, RelationalNode node, Dictionary<short, Expression> assigned, ViewTarget? view)
    {
        var old = new int[relation.Columns.Length];
        var values = new int[relation.Columns.Length];
        Array.Fill(old, -1);
        Array.Fill(values, -1);
        var computed = new List<ProjectedColumn>();
        for (int i = 0; i < scan.Attributes.Count; i++)
        {
            short attribute = scan.Attributes[i];
            if (attribute <= 0)
                continue;
            int column = scan.Columns[i];
            old[attribute - 1] = column;
            values[attribute - 1] = column;
            if (!assigned.TryGetValue(attribute, out Expression? value))
                continue;
            int id = state.Metadata.AddColumn(relation.Columns[attribute - 1].Name, value.Type);
            computed.Add(new ProjectedColumn(id, value));
            values[attribute - 1] = id;
        }

        node = new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), .. computed]);
        node = AddGenerated(relation, node, values);
        bool isRead = update.Where is not null || others.Count > 0 || update.Returning.Count > 0 || update.Assignments.Any(static a => SyntaxReferences.HasColumns(a.Value));
        node = common.AsRole(view, () => state.Security.NewRows(relation, node, values, RowSecurity.Update, isRead));
        int ctid = item.SystemColumns.First(column => column.Name == "ctid").Column;
        bool returning = update.Returning.Count > 0;
        var result = new UpdateNode(node, relation, common.WithChecks(_rows.Bind(relation, item.Name, withChecks: true), view), scan.Scan, ctid, old, values)
        {
            Alias = item.Name,
            IsReturning = returning,
            PassedColumns = returning ? others.SelectMany(other => other.Columns).Select(column => column.Column).Distinct().ToArray() : [],
            CtidColumn = state.Metadata.AddColumn("ctid", SqlType.Tid, item.Name),
            TableOidColumn = state.Metadata.AddColumn("tableoid", SqlType.OidType, item.Name),
            Members = scan.Members,
            MemberColumn = scan.Members is null ? -1 : item.SystemColumns.First(column => column.Name == "tableoid").Column,
            Held = held,
        };
        return common.Returning(update.Returning, outer, result, others, view, update.Alias);
    }

    private RelationalNode AddGenerated(RelationInfo relation, RelationalNode node, int[] values)
    {
        var generated = new List<ProjectedColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            if (column.IsDropped || column.Generated == '\0')
                continue;
            Expression value = _rows.Generated(relation, column, values);
            generated.Add(new ProjectedColumn(state.Metadata.AddColumn(column.Name, value.Type), value));
            values[column.Number - 1] = generated[^1].Column;
        }

        return generated.Count == 0 ? node : new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), .. generated]);
    }
}
