using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>
/// Turns syntax trees into bound statements, with PostgreSQL's parse analysis rules and messages. Stateless; thread-safe.
/// Errors are <see cref="SqlException"/>s whose position is the 1-based character in <see cref="BindingContext.Text"/>.
/// </summary>
public static class Binder
{
    /// <summary>True for the statements that <see cref="Bind"/> takes.</summary>
    public static bool Accepts(Statement statement) =>
        (statement is SelectStatement select && SelectInto.Of(select) is null) || statement is InsertStatement or UpdateStatement or DeleteStatement or MergeStatement;

    /// <summary>Binds SELECT, INSERT, UPDATE or DELETE.</summary>
    public static BoundStatement Bind(Statement statement, BindingContext context) => Guard(context, () =>
    {
        var state = new BindingState(context);
        BoundQuery query = statement is SelectStatement select
            ? state.Queries.BindSelect(select, null, resolveUnknown: true)
            : new ModificationBinder(state).Bind(statement, null);
        return Finish(state, KindOf(statement), query);
    });

    /// <summary>Binds a statement of an SQL function's body; the last one's columns become the function's result.</summary>
    internal static BoundStatement BindRoutineStatement(Statement statement, BindingContext context, RoutineResult? result) => Guard(context, () =>
    {
        var state = new BindingState(context);
        BoundQuery query = statement is SelectStatement select
            ? state.Queries.BindSelect(select, null, resolveUnknown: result is null || result.Type.Oid == TypeOid.Record && result.Columns.Count == 0)
            : new ModificationBinder(state).Bind(statement, null);
        if (result is not null)
            query = result.Shape(state, query);
        return Finish(state, KindOf(statement), query);
    });

    /// <summary>Throws 55000 when rows can't be changed through a view.</summary>
    internal static void CheckUpdatable(RelationInfo view, BindingContext context) => ViewTarget.Resolve(new BindingState(context), view, "update", 'r');

    /// <summary>Columns of a view that can be changed through it, by number; null when no rows can.</summary>
    internal static IReadOnlySet<short>? UpdatableColumns(RelationInfo view, BindingContext context)
    {
        try
        {
            ViewTarget target = ViewTarget.Resolve(new BindingState(context), view, "delete from", 'r');
            return view.Columns.Where(column => target.BaseColumn(column.Name) is not null).Select(static column => column.Number).ToHashSet();
        }
        catch (SqlException error) when (error.State == SqlState.ObjectNotInPrerequisiteState)
        {
            return null;
        }
    }

    /// <summary>Resolves the procedure of a CALL with its arguments. Throws 42883, 42809.</summary>
    internal static ResolvedCall BindCall(Syntax.FunctionCall call, BindingContext context) =>
        Guard(context, () => new BindingState(context).Functions.BindCall(call));

    internal static BoundStatementKind KindOf(Statement statement) => statement switch
    {
        SelectStatement => BoundStatementKind.Select,
        InsertStatement => BoundStatementKind.Insert,
        UpdateStatement => BoundStatementKind.Update,
        MergeStatement => BoundStatementKind.Merge,
        _ => BoundStatementKind.Delete,
    };

    /// <summary>
    /// Binds COPY table FROM: an INSERT of rows that are fed in (<see cref="Execution.ExecutionInstance.Feed"/>). Columns are those named, or all.
    /// </summary>
    public static BoundStatement BindCopyFrom(RelationName relation, IReadOnlyList<string> columns, Syntax.Expression? where, BindingContext context) => Guard(context, () =>
    {
        var state = new BindingState(context) { IsWriting = true };
        var common = new ModificationBinder(state);
        RelationInfo target = common.Target(relation, "copy to", 'a');
        if (state.Security.IsActive(target))
            throw new SqlException(SqlState.FeatureNotSupported, "COPY FROM not supported with row-level security") { Hint = "Use INSERT statements instead." };
        InsertNode node = new InsertBinder(state, common).BindFeed(target, CopyColumns(target, columns, forRead: false), where);
        return Finish(state, BoundStatementKind.Insert, new BoundQuery(node, []));
    });

    /// <summary>The columns of COPY, in order. Throws 42703, 42701, 42P10.</summary>
    public static IReadOnlyList<ColumnInfo> CopyColumns(RelationInfo relation, IReadOnlyList<string> names, bool forRead)
    {
        if (names.Count == 0)
            return relation.Columns.Where(column => !column.IsDropped && column.Generated == '\0').ToArray();
        var columns = new List<ColumnInfo>();
        foreach (string name in names)
        {
            ColumnInfo column = relation.FindColumn(name)
                ?? throw new SqlException(SqlState.UndefinedColumn, $"column \"{name}\" of relation \"{relation.Name}\" does not exist");
            if (columns.Contains(column))
                throw new SqlException(SqlState.DuplicateColumn, $"column \"{name}\" specified more than once");
            if (column.Generated != '\0' && !forRead)
            {
                throw new SqlException(SqlState.InvalidColumnReference, $"column \"{name}\" is a generated column")
                {
                    Detail = "Generated columns cannot be used in COPY.",
                };
            }

            columns.Add(column);
        }

        return columns;
    }

    /// <summary>
    /// Binds an expression without columns and coerces it for assignment to a type (a DEFAULT, or an EXECUTE argument with <paramref name="isArgument"/>). Throws 42804.
    /// </summary>
    public static Expression BindValue(Syntax.Expression syntax, SqlType? type, BindingContext context, bool isArgument = false) => Guard(context, () =>
    {
        var state = new BindingState(context);
        Expression value = state.Expressions.Bind(syntax, new Scope(null), isArgument ? ExpressionKind.ExecuteArgument : ExpressionKind.ColumnDefault);
        return type is null ? state.Expressions.ResolveUnknown(value) : state.Expressions.CoerceForAssignment(value, type);
    });

    /// <summary>
    /// Binds an expression over the columns of one relation (CHECK, index key, index predicate). Columns stand as
    /// <see cref="SlotExpression"/>s of attribute number - 1. A condition is coerced to boolean.
    /// </summary>
    public static Expression BindOverRow(Syntax.Expression syntax, RelationInfo relation, bool isCondition, BindingContext context) => Guard(context, () =>
    {
        var state = new BindingState(context);
        int[] columns = new TargetRowBinder(state).NewRow(relation, relation.Name);
        Scope scope = TargetRowBinder.RowScope(relation, columns, state.Metadata, out int tableOid);
        Expression value = isCondition
            ? state.Expressions.BindCondition(syntax, scope, ExpressionKind.CheckConstraint)
            : state.Expressions.ResolveUnknown(state.Expressions.Bind(syntax, scope, ExpressionKind.IndexExpression));
        return TargetRowBinder.WithTableOid(value, tableOid, relation).Transform(part => part is ColumnExpression column
            ? new SlotExpression(Array.IndexOf(columns, column.Column), column.Type) { Position = column.Position }
            : part);
    });

    /// <summary>Binds a CHECK of a domain: VALUE stands as slot 0.</summary>
    internal static Expression BindDomainCheck(Syntax.Expression syntax, SqlType type, BindingContext context) => Guard(context, () =>
    {
        var state = new BindingState(context);
        int column = state.Metadata.AddColumn("value", type);
        var scope = new Scope(null);
        scope.Items.Add(new NamespaceItem("", [new NamespaceColumn("value", column, type)]) { IsRelationVisible = false });
        scope.Own(column);
        return state.Expressions.BindCondition(syntax, scope, ExpressionKind.CheckConstraint)
            .Transform(part => part is ColumnExpression value && value.Column == column ? new SlotExpression(0, type) { Position = part.Position } : part);
    });

    /// <summary>What binding found, as a statement.</summary>
    internal static BoundStatement Finish(BindingState state, BoundStatementKind kind, BoundQuery query) => new()
    {
        Kind = kind,
        Root = query.Node,
        Output = query.Output,
        Metadata = state.Metadata,
        ParameterTypes = state.Parameters.Finish(),
        Dependencies = state.DependenciesOf(query.Node),
        AbsentNames = state.AbsentNames,
        Privileges = state.Privileges,
        IsWriting = state.IsWriting,
        DependsOnRoles = state.DependsOnRoles,
        DependsOnCatalog = NamesObjects(query.Node),
        RowAddresses = state.RowAddresses,
    };

    /// <summary>True when an expression makes a value of a type that somebody created, or has found an object by its name: both are numbers by now, and another object may get the number.</summary>
    private static bool NamesObjects(RelationalNode root)
    {
        bool found = false;
        TreeWalker.Visit(root, part => found |= part is not ColumnExpression && (part.Type.Oid >= Catalog.CatalogOids.FirstUser
            || (part is ConstantExpression && part.Type.Oid is TypeOid.RegClass or TypeOid.RegType or TypeOid.RegProc or TypeOid.RegProcedure or TypeOid.RegOper or TypeOid.RegOperator
                or TypeOid.RegNamespace or TypeOid.RegRole or TypeOid.RegConfig or TypeOid.RegDictionary or TypeOid.RegCollation)));
        return found;
    }

    /// <summary>Turns offsets of the tree into characters of the text.</summary>
    internal static T Guard<T>(BindingContext context, Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch (SqlException error) when (error.Position > 0 && context.Text.Length > 0)
        {
            error.Position = SourcePosition.ToCharacter(context.Text, Math.Min(error.Position - 1, context.Text.Length));
            throw;
        }
    }
}
