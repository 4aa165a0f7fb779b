using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Binds SELECT statements of every form: WITH, set operations, VALUES, and the clauses around them.</summary>
internal sealed class QueryBinder(BindingState state)
{
    /// <summary>Binds a query as a level inside <paramref name="parent"/>. <paramref name="resolveUnknown"/> turns untyped literals into text.</summary>
    public BoundQuery BindSelect(SelectStatement statement, Scope? parent, bool resolveUnknown)
    {
        DepthGuard.Check();
        var scope = new Scope(parent);
        QueryRecord? record = state.Recorder?.Begin(statement);
        IReadOnlyList<CteDefinition> ctes = statement.With is null ? [] : state.Ctes.Bind(statement.With, scope);
        BoundQuery query = statement.Body switch
        {
            SelectBody body => new SelectBinder(state, scope).Bind(statement, body, resolveUnknown),
            ValuesBody values => BindValues(statement, values, scope, resolveUnknown),
            SetOperationBody set => BindSetOperation(statement, set, scope, resolveUnknown),
            _ => throw BindingErrors.NotSupported(statement.Position, "this query"),
        };
        if (ctes.Count > 0)
            query = query with { Node = new WithNode(ctes, query.Node) };
        if (record is not null)
            state.Recorder!.End(record, query);
        return query;
    }

    private BoundQuery BindValues(SelectStatement statement, ValuesBody values, Scope scope, bool resolveUnknown)
    {
        int width = values.Rows[0].Count;
        var rows = new List<Expression[]>();
        foreach (SyntaxList<Strata.Sql.Syntax.Expression> row in values.Rows)
        {
            if (row.Count != width)
                throw BindingErrors.At(row[0].Position, SqlState.SyntaxError, "VALUES lists must all be the same length");
            var bound = new Expression[width];
            for (int i = 0; i < width; i++)
            {
                if (row[i] is DefaultLiteral)
                    throw BindingErrors.At(row[i].Position, SqlState.SyntaxError, "DEFAULT is not allowed in this context");
                bound[i] = state.Expressions.Bind(row[i], scope, ExpressionKind.Values);
            }

            rows.Add(bound);
        }

        var columns = new int[width];
        var output = new OutputColumn[width];
        for (int i = 0; i < width; i++)
        {
            int column = i;
            SqlType type = state.Expressions.CommonType(rows.Select(row => row[column]).ToArray(), "VALUES", -1, resolveUnknown);
            foreach (Expression[] row in rows)
                row[i] = state.Expressions.Coerce(row[i], type, row[i].Position);
            string name = $"column{i + 1}";
            columns[i] = state.Metadata.AddColumn(name, type, "*VALUES*");
            output[i] = new OutputColumn(name, columns[i], type);
            scope.Own(columns[i]);
        }

        if (state.Recorder?.Current is { } record)
            record.Values = rows;
        RelationalNode node = new ValuesNode(columns, rows);
        return BindResultClauses(statement, node, output, scope, "*VALUES*");
    }

    private BoundQuery BindSetOperation(SelectStatement statement, SetOperationBody set, Scope scope, bool resolveUnknown)
    {
        if (statement.Locking.Count > 0)
        {
            throw BindingErrors.At(
                -1, SqlState.FeatureNotSupported,
                $"{SelectBinder.LockName(statement.Locking[0].Strength)} is not allowed with UNION/INTERSECT/EXCEPT");
        }

        (RelationalNode node, IReadOnlyList<OutputColumn> output) = BindSetTree(set, scope, resolveUnknown);
        foreach (OutputColumn column in output)
            scope.Own(column.Column);
        return BindResultClauses(statement, node, output, scope, "");
    }

    private (RelationalNode Node, IReadOnlyList<OutputColumn> Output) BindSetTree(SetOperationBody set, Scope scope, bool resolveUnknown)
    {
        DepthGuard.Check();
        BoundQuery left = BindSetInput(set.Left, scope);
        BoundQuery right = BindSetInput(set.Right, scope);
        int position = set.Right.Body switch
        {
            SelectBody { Targets.Count: > 0 } body => SyntaxLocation.Of(body.Targets[0].Value) is >= 0 and var place ? place : body.Targets[0].Value.Position,
            ValuesBody values => values.Rows[0][0].Position,
            _ => set.Right.Position,
        };
        return Combine(set.Kind, set.IsAll, left, right, position, resolveUnknown);
    }

    /// <summary>Brings the inputs of a set operation to common types.</summary>
    public (RelationalNode Node, IReadOnlyList<OutputColumn> Output) Combine(
        SetOperationKind kind, bool isAll, BoundQuery left, BoundQuery right, int position, bool resolveUnknown)
    {
        string name = kind switch { SetOperationKind.Union => "UNION", SetOperationKind.Intersect => "INTERSECT", _ => "EXCEPT" };
        if (left.Output.Count != right.Output.Count)
            throw BindingErrors.At(right.Output.Count == 0 ? -1 : position, SqlState.SyntaxError, $"each {name} query must have the same number of columns");
        var columns = new int[left.Output.Count];
        var output = new OutputColumn[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            Expression l = OutputCoercion.ValueOf(left, i);
            Expression r = OutputCoercion.ValueOf(right, i);
            SqlType type = state.Expressions.CommonType([l, r], name, position, resolveUnknown);
            left = OutputCoercion.Coerce(state, left, i, type);
            right = OutputCoercion.Coerce(state, right, i, type);
            columns[i] = state.Metadata.AddColumn(left.Output[i].Name, type);
            output[i] = new OutputColumn(left.Output[i].Name, columns[i], type);
        }

        RelationalNode node = new SetOperationNode(
            kind, isAll, OutputCoercion.Shape(state, left), OutputCoercion.Shape(state, right), columns);
        return (node, output);
    }

    private BoundQuery BindSetInput(SelectStatement input, Scope scope)
    {
        bool plain = input.With is null && input.OrderBy.Count == 0 && input.Limit is null && input.Offset is null && input.Locking.Count == 0;
        if (plain && input.Body is SetOperationBody nested)
        {
            // The literals of nested operations stay untyped until the topmost decides.
            (RelationalNode node, IReadOnlyList<OutputColumn> output) = BindSetTree(nested, scope, resolveUnknown: false);
            return new BoundQuery(node, output);
        }

        if (input.Body is SelectBody { Into: { } into })
            throw BindingErrors.At(into.Position, SqlState.SyntaxError, "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT");
        BoundQuery branch = BindSelect(input, scope, resolveUnknown: false);
        scope.Branches.Add((string.Create(System.Globalization.CultureInfo.InvariantCulture, $"*SELECT* {scope.Branches.Count + 1}"), [.. branch.Output.Select(static column => column.Name)]));
        return branch;
    }

    /// <summary>ORDER BY, LIMIT and OFFSET over VALUES and set operations: they see only the result's columns.</summary>
    private BoundQuery BindResultClauses(
        SelectStatement statement, RelationalNode node, IReadOnlyList<OutputColumn> output, Scope scope, string qualifier)
    {
        var keys = new List<SortKey>();
        foreach (SortItem item in statement.OrderBy)
        {
            int column = ResultColumn(item, output, scope, qualifier, ref node);
            (bool descending, bool nullsFirst) = SelectBinder.Direction(item);
            state.Recorder?.Current!.OrderBy.Add(new SortRecord(ResultTarget(column, output), descending, nullsFirst));
            if (!keys.Exists(key => key.Column == column))
                keys.Add(new SortKey(column, descending, nullsFirst));
        }

        if (keys.Count > 0)
            node = new SortNode(node, keys);
        node = LimitBinder.Apply(state, statement, node, scope, keys);
        return new BoundQuery(node, output);
    }

    private TargetRecord ResultTarget(int column, IReadOnlyList<OutputColumn> output)
    {
        QueryColumn found = state.Metadata[column];
        return new TargetRecord(new ColumnExpression(column, found.Type), found.Name, IsHidden: !output.Any(o => o.Column == column));
    }

    private int ResultColumn(SortItem item, IReadOnlyList<OutputColumn> output, Scope scope, string qualifier, ref RelationalNode node)
    {
        switch (item.Value)
        {
            case IntegerLiteral ordinal:
                if (ordinal.Value < 1 || ordinal.Value > output.Count)
                {
                    throw BindingErrors.At(
                        ordinal.Position, SqlState.InvalidColumnReference, $"ORDER BY position {ordinal.Value} is not in select list");
                }

                return output[ordinal.Value - 1].Column;
            case ColumnReference { IsStar: false, Names.Count: 1 } reference:
                OutputColumn[] matches = output.Where(column => column.Name == reference.Names[0]).ToArray();
                if (matches.Length > 1)
                    throw BindingErrors.At(reference.Position, SqlState.AmbiguousColumn, $"ORDER BY \"{reference.Names[0]}\" is ambiguous");
                if (matches.Length == 1)
                    return matches[0].Column;
                if (qualifier.Length == 0)
                    break;
                throw BindingErrors.UndefinedColumn(reference.Position, null, reference.Names[0]);
            default:
                break;
        }

        if (qualifier.Length == 0)
        {
            scope.Items =
            [
                new NamespaceItem("", output.Select(column => new NamespaceColumn(column.Name, column.Column, column.Type)).ToArray()) { IsRelationVisible = false },
            ];
            Expression wrong = state.Expressions.Bind(item.Value, scope, ExpressionKind.OrderBy);
            throw BindingErrors.At(
                wrong.StartPosition, SqlState.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                "Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
                "Only result column names can be used, not expressions or functions.");
        }

        scope.Items = [new NamespaceItem(qualifier, output.Select(column => new NamespaceColumn(column.Name, column.Column, column.Type)).ToArray())];
        Expression value = state.Expressions.Bind(item.Value, scope, ExpressionKind.OrderBy);
        int added = state.Metadata.AddColumn("?column?", value.Type);
        node = new ProjectNode(node, [.. Projection.PassThrough(state.Metadata, node.Columns), new ProjectedColumn(added, value)]);
        return added;
    }
}
