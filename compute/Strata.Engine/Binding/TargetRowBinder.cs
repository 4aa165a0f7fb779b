using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;

namespace Strata.Engine.Binding;

/// <summary>Binds what is computed from a stored row: defaults, CHECK constraints, generated columns, index expressions and predicates.</summary>
internal sealed class TargetRowBinder(BindingState state)
{
    /// <summary>A scope in which the columns of a row are in sight by name.</summary>
    public static Scope RowScope(RelationInfo relation, IReadOnlyList<int> columns, QueryMetadata metadata) => RowScope(relation, columns, metadata, out _);

    /// <summary>The same; <paramref name="tableOid"/> is the column that stands for <c>tableoid</c>, see <see cref="WithTableOid"/>.</summary>
    public static Scope RowScope(RelationInfo relation, IReadOnlyList<int> columns, QueryMetadata metadata, out int tableOid)
    {
        var names = new List<NamespaceColumn>();
        foreach (ColumnInfo column in relation.Columns)
        {
            // A generated column is not in sight of the expressions that compute the row.
            if (!column.IsDropped && columns[column.Number - 1] >= 0)
                names.Add(new NamespaceColumn(column.Name, columns[column.Number - 1], metadata[columns[column.Number - 1]].Type));
        }

        var scope = new Scope(null);
        tableOid = metadata.AddColumn("tableoid", SqlType.OidType, relation.Name);
        scope.Items.Add(new NamespaceItem(relation.Name, names) { Relation = relation, RowTypeOid = relation.RowTypeOid, SystemColumns = [new NamespaceColumn("tableoid", tableOid, SqlType.OidType)] });
        foreach (NamespaceColumn name in names)
            scope.Own(name.Column);
        scope.Own(tableOid);
        return scope;
    }

    /// <summary>An expression with the relation's OID in the place of the column for <c>tableoid</c>.</summary>
    public static Expression WithTableOid(Expression expression, int tableOid, RelationInfo relation) => expression.Transform(part =>
        part is ColumnExpression column && column.Column == tableOid ? new ConstantExpression(SqlType.OidType, Datum.Of(relation.Oid)) : part);

    /// <summary>New columns for the stored row of a relation, and all that is computed from it.</summary>
    public TargetRow Bind(RelationInfo relation, string alias, bool withChecks)
    {
        int[] columns = NewRow(relation, alias);
        Scope scope = RowScope(relation, columns, state.Metadata, out int tableOid);
        var checks = new List<(ConstraintInfo, Expression)>();
        if (withChecks)
        {
            foreach (ConstraintInfo constraint in relation.Constraints)
            {
                if (constraint.Kind == ConstraintKind.Check && constraint.Check is not null)
                    checks.Add((constraint, WithTableOid(state.Expressions.BindCondition(constraint.Check.Syntax, scope, ExpressionKind.CheckConstraint), tableOid, relation)));
            }
        }

        var keys = new IReadOnlyList<Expression?>[relation.Indexes.Length];
        var predicates = new Expression?[relation.Indexes.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            IndexInfo index = relation.Indexes[i];
            keys[i] = index.Keys.Select(key => key.Expression is null
                ? null
                : state.Expressions.ResolveUnknown(state.Expressions.Bind(key.Expression.Syntax, scope, ExpressionKind.IndexExpression))).ToArray();
            predicates[i] = index.Predicate is null
                ? null
                : state.Expressions.BindCondition(index.Predicate.Syntax, scope, ExpressionKind.IndexPredicate);
        }

        return new TargetRow(columns, checks, keys, predicates);
    }

    /// <summary>New columns by attribute number - 1, -1 for dropped ones.</summary>
    public int[] NewRow(RelationInfo relation, string alias)
    {
        var columns = new int[relation.Columns.Length];
        foreach (ColumnInfo column in relation.Columns)
        {
            columns[column.Number - 1] = column.IsDropped
                ? -1
                : state.Metadata.AddColumn(column.Name, state.TypeOf(column), alias, relation.Oid, column.Number);
        }

        return columns;
    }

    /// <summary>The default of a column, coerced to its type; NULL when it has none.</summary>
    public Expression Default(RelationInfo relation, ColumnInfo column)
    {
        SqlType type = state.TypeOf(column);
        if (column.Default is null && column.Generated == '\0' && state.Catalog.FindUserType(type.Oid) is { Kind: UserTypeKind.Domain } domain)
        {
            // A domain has a default of its own, and null may be no value of it.
            Expression own = DomainDefault(domain) is { } syntax
                ? state.Expressions.Bind(syntax, new Scope(null), ExpressionKind.ColumnDefault)
                : new ConstantExpression(SqlType.Unknown, Datum.Null);
            return Assign(own, relation, column, type);
        }

        if (column.Default is null || column.Generated != '\0')
            return ConstantExpression.Null(type);
        Expression value = state.Expressions.Bind(column.Default.Syntax, new Scope(null), ExpressionKind.ColumnDefault);
        return Assign(value, relation, column, type);
    }

    private Sql.Syntax.Expression? DomainDefault(UserTypeInfo domain)
    {
        for (UserTypeInfo? type = domain; type is { Kind: UserTypeKind.Domain }; type = state.Catalog.FindUserType(type.BaseTypeOid))
            if (type.Default is { } value)
                return value.Syntax;
        return null;
    }

    /// <summary>The value of a generated column over a row.</summary>
    public Expression Generated(RelationInfo relation, ColumnInfo column, IReadOnlyList<int> row)
    {
        Expression value = state.Expressions.Bind(column.Default!.Syntax, RowScope(relation, row, state.Metadata), ExpressionKind.ColumnDefault);
        return Assign(value, relation, column, state.TypeOf(column));
    }

    /// <summary>A value coerced to the type of the column it is assigned to. Throws 42804.</summary>
    public Expression Assign(Expression value, RelationInfo relation, ColumnInfo column, SqlType type)
    {
        Format.Invariant.Check(!column.IsDropped && relation.Columns.Length >= column.Number);
        return state.Expressions.CoerceForAssignmentOrNull(value, type)
            ?? throw BindingErrors.At(
                value.StartPosition, SqlState.DatatypeMismatch,
                $"column \"{column.Name}\" is of type {type.WithTypmod(-1)} but expression is of type {value.Type.WithTypmod(-1)}",
                "You will need to rewrite or cast the expression.");
    }
}
