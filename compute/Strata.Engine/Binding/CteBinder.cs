using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Binds WITH clauses, recursive ones too.</summary>
internal sealed class CteBinder(BindingState state)
{
    // The query has columns of SEARCH or CYCLE that nobody wrote: their literals have types already.
    private bool _isRewritten;

    /// <summary>Binds the items and puts them into the scope.</summary>
    public IReadOnlyList<CteDefinition> Bind(WithClause with, Scope scope)
    {
        for (int i = 0; i < with.Items.Count; i++)
        {
            for (int k = 0; k < i; k++)
            {
                if (with.Items[k].Name == with.Items[i].Name)
                {
                    throw BindingErrors.At(
                        with.Items[i].Position, SqlState.DuplicateAlias, $"WITH query name \"{with.Items[i].Name}\" specified more than once");
                }
            }
        }

        var definitions = new List<(CteDefinition Definition, CteEntry Entry)>();
        foreach (CommonTableExpression written in with.IsRecursive && with.Items.Count > 1 ? RecursionCheck.Sort(with) : with.Items)
        {
            // As in PostgreSQL the marks come first: the query may use them.
            BindMarks(written);
            CommonTableExpression item = CteTraversal.Rewrite(written, with.IsRecursive);
            _isRewritten = !ReferenceEquals(item, written);
            bool isTraversedInVain = ReferenceEquals(item, written) && (written.Search is not null || written.Cycle is not null);
            var entry = new CteEntry(state.Metadata.NextCte(), item.Name);
            // Those from here on cannot be referred to yet.
            int before = state.FutureCtes.Count;
            if (!with.IsRecursive)
                state.FutureCtes.AddRange(with.Items.AsSpan().ToArray().SkipWhile(other => !ReferenceEquals(other, written)).Select(static other => other.Name));
            CteDefinition definition = item.Statement is SelectStatement select
                ? BindQuery(item, select, entry, scope, with.IsRecursive)
                : BindModification(item, entry, scope);
            state.FutureCtes.RemoveRange(before, state.FutureCtes.Count - before);
            if (isTraversedInVain)
                throw BindingErrors.At(written.Position, SqlState.SyntaxError, "WITH query is not recursive");
            if (!scope.Ctes.Contains(entry))
                scope.Ctes.Add(entry);
            definitions.Add((definition, entry));
            if (state.Recorder?.Current is { } record)
                record.Ctes.Add(Record(written, item, scope, with.IsRecursive));
        }

        // Computed once when it is used more than once; volatile ones keep their single evaluation too.
        return definitions.Select(pair => pair.Definition).ToArray();
    }

    // What was written of an item with SEARCH or CYCLE is bound once more, without them: the rewritten query can't be shown.
    private CteRecord Record(CommonTableExpression written, CommonTableExpression rewritten, Scope scope, bool isRecursive)
    {
        if (written.Statement is not SelectStatement select)
            return new CteRecord(written, null) { Modification = state.Recorder!.Of(written.Statement) };
        if (!ReferenceEquals(written, rewritten))
            BindQuery(written with { Search = null, Cycle = null }, select, new CteEntry(state.Metadata.NextCte(), written.Name), new Scope(scope), isRecursive);
        var record = new CteRecord(written, state.Recorder!.Of(select));
        return BindMarks(written) is var (mark, none) ? record with { Mark = mark, Default = none } : record;
    }

    /// <summary>The marks of CYCLE in the type that they have in common. Throws when they have none.</summary>
    private (Expression Mark, Expression Default)? BindMarks(CommonTableExpression item)
    {
        if (item.Cycle is not { MarkValue: { } value, MarkDefault: { } none })
            return null;
        Expression[] marks = [state.Expressions.Bind(value, new Scope(null), ExpressionKind.Other), state.Expressions.Bind(none, new Scope(null), ExpressionKind.Other)];
        SqlType type = state.Expressions.CommonType(marks, "CYCLE", value.Position);
        return (state.Expressions.Coerce(marks[0], type, value.Position), state.Expressions.Coerce(marks[1], type, none.Position));
    }

    private CteDefinition BindQuery(CommonTableExpression item, SelectStatement select, CteEntry entry, Scope scope, bool isRecursive)
    {
        bool refersToItself = isRecursive && SyntaxReferences.Mentions(select, item.Name);
        RelationalNode node;
        IReadOnlyList<OutputColumn> output;
        if (refersToItself)
        {
            (node, output) = BindRecursive(item, select, entry, scope);
        }
        else
        {
            BoundQuery query = state.Queries.BindSelect(select, scope, resolveUnknown: true);
            node = OutputCoercion.Shape(state, query);
            output = query.Output;
        }

        entry.Columns = NameColumns(item, output, node);
        return new CteDefinition(
            entry.Cte, item.Name, node, item.Materialization == CteMaterialization.Always || refersToItself,
            item.Materialization == CteMaterialization.Never);
    }

    private CteDefinition BindModification(CommonTableExpression item, CteEntry entry, Scope scope)
    {
        if (scope.Parent is not null)
        {
            throw BindingErrors.At(
                item.Position, SqlState.FeatureNotSupported, "WITH clause containing a data-modifying statement must be at the top level");
        }

        BoundQuery query = new ModificationBinder(state).Bind(item.Statement, scope);
        RelationalNode node = query.Output.Count == 0 ? query.Node : OutputCoercion.Shape(state, query);
        entry.Columns = NameColumns(item, query.Output, node);
        entry.HasNoResult = query.Output.Count == 0;
        return new CteDefinition(entry.Cte, item.Name, node, IsMaterialized: true, IsNeverMaterialized: false) { IsModifying = true };
    }

    private (RelationalNode Node, IReadOnlyList<OutputColumn> Output) BindRecursive(
        CommonTableExpression item, SelectStatement select, CteEntry entry, Scope scope)
    {
        bool isRewritten = _isRewritten;
        if (select.Body is not SetOperationBody { Kind: SetOperationKind.Union } union)
        {
            throw BindingErrors.At(
                item.Position, SqlState.InvalidRecursion,
                $"recursive query \"{item.Name}\" does not have the form non-recursive-term UNION [ALL] recursive-term");
        }

        if (select.OrderBy.Count > 0)
            throw NotImplemented(select.OrderBy[0].Position, "ORDER BY");
        if (select.Offset is not null)
            throw NotImplemented(SyntaxLocation.Of(select.Offset), "OFFSET");
        if (select.Limit is not null)
            throw NotImplemented(SyntaxLocation.Of(select.Limit), "LIMIT");
        if (select.Locking.Count > 0)
            throw NotImplemented(-1, "FOR UPDATE/SHARE");
        Scope inner = scope;
        QueryRecord? record = state.Recorder?.Begin(select);
        IReadOnlyList<CteDefinition> own = [];
        if (select.With is not null)
        {
            inner = new Scope(scope);
            own = Bind(select.With, inner);
        }

        if (SyntaxReferences.Mentions(union.Left, item.Name))
        {
            throw BindingErrors.At(
                item.Position, SqlState.InvalidRecursion,
                $"recursive reference to query \"{item.Name}\" must not appear within its non-recursive term");
        }

        new RecursionCheck(item.Name).CheckTerm(union.Right);
        BoundQuery start = state.Queries.BindSelect(union.Left, inner, resolveUnknown: true);
        RelationalNode startNode = OutputCoercion.Shape(state, start);
        var columns = start.Output.Select(column => state.Metadata.AddColumn(column.Name, column.Type)).ToArray();
        OutputColumn[] output = start.Output.Select((column, i) => new OutputColumn(column.Name, columns[i], column.Type)).ToArray();

        entry.Columns = NameColumns(item, output, null);
        entry.IsRecursing = true;
        scope.Ctes.Add(entry);
        var branches = new Scope(inner);
        branches.Branches.Add(("*SELECT* 1", [.. start.Output.Select(static column => column.Name)]));
        BoundQuery step = state.Queries.BindSelect(union.Right, branches, resolveUnknown: false);
        entry.IsRecursing = false;
        if (step.Output.Count != output.Length)
            throw BindingErrors.At(step.Output.Count == 0 ? -1 : union.Right.Position, SqlState.SyntaxError, "each UNION query must have the same number of columns");
        for (int i = 0; i < output.Length; i++)
        {
            Expression first = isRewritten ? new ColumnExpression(output[i].Column, output[i].Type) : Written(union.Left, i, output[i]);
            SqlType common = state.Expressions.CommonType([first, OutputCoercion.ValueOf(step, i)], "UNION", union.Position);
            if (first.Type.Oid == TypeOid.Unknown)
                state.Expressions.Coerce(first, common, first.Position);
            if (common.Oid != output[i].Type.Oid)
            {
                throw BindingErrors.At(
                    TargetPosition(union.Left, i), SqlState.DatatypeMismatch,
                    $"recursive query \"{item.Name}\" column {i + 1} has type {output[i].Type} in non-recursive term but type {common} overall",
                    "Cast the output of the non-recursive term to the correct type.");
            }

            step = OutputCoercion.Coerce(state, step, i, output[i].Type);
        }

        if (record is not null)
            state.Recorder!.End(record, null);
        RelationalNode node = new RecursiveUnionNode(entry.Cte, union.IsAll, startNode, OutputCoercion.Shape(state, step), columns);
        return (own.Count == 0 ? node : new WithNode(own, node), output);
    }

    private static SqlException NotImplemented(int position, string clause) =>
        BindingErrors.At(position, SqlState.FeatureNotSupported, $"{clause} in a recursive query is not implemented");

    /// <summary>Column of the first term of a recursive query as the UNION sees it: what is written as a literal without a type has none there yet.</summary>
    private static Expression Written(SelectStatement term, int index, OutputColumn column) => term.Body is SelectBody { Targets: var targets } && index < targets.Count
        && !targets.AsSpan()[..(index + 1)].ToArray().Any(static target => target.Value is ColumnReference { IsStar: true } or IndirectionExpression)
            ? targets[index].Value switch
            {
                StringLiteral literal => ConstantExpression.UnknownLiteral(literal.Value, literal.Position),
                NullLiteral => ConstantExpression.Null(SqlType.Unknown),
                _ => new ColumnExpression(column.Column, column.Type),
            }
            : new ColumnExpression(column.Column, column.Type);

    /// <summary>Place of a target of the first query of a term, or of the query where that is not known.</summary>
    private static int TargetPosition(SelectStatement term, int index) => term.Body switch
    {
        SelectBody body when index < body.Targets.Count && SyntaxLocation.Of(body.Targets[index].Value) is >= 0 and var place => place,
        ValuesBody values when SyntaxLocation.Of(values.Rows[0][index]) is >= 0 and var place => place,
        _ => term.Position,
    };

    private static List<NamespaceColumn> NameColumns(CommonTableExpression item, IReadOnlyList<OutputColumn> output, RelationalNode? node)
    {
        if (item.Columns.Count > output.Count)
        {
            throw BindingErrors.At(
                item.Position, SqlState.InvalidColumnReference,
                $"WITH query \"{item.Name}\" has {output.Count} columns available but {item.Columns.Count} columns specified");
        }

        var columns = new List<NamespaceColumn>();
        for (int i = 0; i < output.Count; i++)
        {
            string name = i < item.Columns.Count ? item.Columns[i] : output[i].Name;
            // The node's columns are in the output's order, with a number of its own for each.
            columns.Add(new NamespaceColumn(name, node?.Columns[i] ?? output[i].Column, output[i].Type));
        }

        return columns;
    }
}
