using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using RowExpression = Strata.Engine.Expressions.RowExpression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds parts of values: fields of rows, elements and slices of arrays, what a subscript finds in jsonb.</summary>
internal sealed class ValuePartBinder(BindingState state, ExpressionBinder expressions)
{
    /// <summary>Binds a value with the fields and subscripts behind it.</summary>
    public Expression Bind(IndirectionExpression indirection, Scope scope)
    {
        Expression value = expressions.BindOperand(indirection.Operand, scope);
        for (int i = 0; i < indirection.Elements.Count;)
        {
            switch (indirection.Elements[i])
            {
                case FieldSelection field:
                    value = SelectField(value, field, scope);
                    i++;
                    break;
                case Subscript or SliceSubscript:
                    value = BindSubscripts(indirection, ref i, value, scope);
                    break;
                default:
                    throw BindingErrors.NotSupported(indirection.Elements[i].Position, "row expansion via \"*\"");
            }
        }

        return value;
    }

    /// <summary>The fields of a composite value by name. Throws 42809 when it is none.</summary>
    public IReadOnlyList<(string Name, Expression Value)> FieldsOf(Expression value, Scope? scope, int position)
    {
        if (value is RowExpression row)
            return [.. row.Fields.Select((field, i) => (row.Names[i], IsKept(row) ? new FieldExpression(row, i, FieldType(row, i)) { Position = position } : field))];
        return ShapeOf(value, scope) is { } columns
            ? [.. columns.Select((column, i) => (column.Name, (Expression)new FieldExpression(value, i, column.Type) { Position = position }))]
            : throw BindingErrors.At(
                value.Type.Oid == TypeOid.Record ? position : -1, SqlState.WrongObjectType,
                value.Type.Oid == TypeOid.Record ? "record type has not been registered" : $"type {value.Type.WithTypmod(-1)} is not composite");
    }

    /// <summary>Names and types of a composite value's fields; null when they are not known.</summary>
    private IReadOnlyList<(string Name, SqlType Type)>? ShapeOf(Expression value, Scope? scope)
    {
        SqlType type = expressions.Factory.Coercion.BaseType(value.Type);
        if (type.Kind == TypeKind.Composite)
            return state.Context.Functions.Catalog.CompositeColumns(type.Oid);
        if (value is ColumnExpression column)
            value = scope is not null && scope.SetReturning.FindIndex(item => item.Column == column.Column) is >= 0 and var at ? scope.SetReturning[at].Value
                : state.RecordSources.GetValueOrDefault(column.Column, value);
        return value is FunctionExpression { Function: { } function } call && function.ResultColumns.Count > 1
            ? RoutineResult.OutputColumns(function, [.. call.Arguments.Select(static a => a.Type.Oid)], state.Context.Functions.Catalog)
            : null;
    }

    // Where it is only printed again, a field of ROW(…) stays one.
    private bool IsKept(RowExpression row) => state.Context.IsRecorded && !row.IsWholeItem;

    // A field of a composite type has the type's collation, whatever was put in.
    private SqlType FieldType(RowExpression row, int field) =>
        row.Type.Kind == TypeKind.Composite ? state.Context.Functions.Catalog.CompositeColumns(row.Type.Oid)?[field].Type ?? row.Fields[field].Type : row.Fields[field].Type;

    /// <summary>A field of a composite value by its name. Throws 42703, 42809.</summary>
    public Expression SelectField(Expression value, FieldSelection field, Scope? scope = null)
    {
        if (value is RowExpression row)
        {
            for (int i = 0; i < row.Names.Count; i++)
            {
                // A literal that became a field is no literal any more: it has no type and gets none.
                if (row.Names[i] == field.Name)
                    return IsKept(row) || row.Fields[i].Type.Oid == TypeOid.Unknown ? new FieldExpression(value, i, FieldType(row, i)) { Position = field.Position } : row.Fields[i];
            }
        }

        IReadOnlyList<(string Name, SqlType Type)> columns = value is RowExpression ? [] : ShapeOf(value, scope) ?? [];
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name == field.Name)
                return new FieldExpression(value, i, columns[i].Type) { Position = field.Position };
        }

        // x.f may be a call f(x).
        if (scope is not null && value.Type.Kind == TypeKind.Composite && state.Functions.TryCallAsField(field, value) is { } call)
            return call;
        throw value is RowExpression && scope is not null && ItemOf(value, scope) is { } item ? BindingErrors.UndefinedColumn(value.Position, item, field.Name)
            : value.Type.Kind == TypeKind.Composite || value.Type.Oid == TypeOid.Record || value is RowExpression
            ? BindingErrors.At(
                value.StartPosition, SqlState.UndefinedColumn,
                value.Type.Oid == TypeOid.Record ? $"could not identify column \"{field.Name}\" in record data type" : $"column \"{field.Name}\" not found in data type {value.Type}")
            : BindingErrors.At(
                value.StartPosition, SqlState.WrongObjectType,
                $"column notation .{field.Name} applied to type {value.Type}, which is not a composite type");
    }

    /// <summary>Name of the item of a FROM clause whose row a value is; null when it is another row.</summary>
    private static string? ItemOf(Expression value, Scope start)
    {
        for (Scope? scope = start; scope is not null && value is RowExpression row; scope = scope.Parent)
        {
            foreach (NamespaceItem item in scope.Items)
            {
                if (item.Name.Length > 0 && row.Fields.Select(static field => (field as ColumnExpression)?.Column).SequenceEqual(item.Columns.Where(static c => c.Name.Length > 0).Select(static c => (int?)c.Column)))
                    return item.Name;
            }
        }

        return null;
    }

    /// <summary>Parts of a domain's value are those of the type below it.</summary>
    public Expression WithoutDomain(Expression value)
    {
        SqlType plain = expressions.Factory.Coercion.BaseType(value.Type);
        return plain.Oid == value.Type.Oid ? value : new RelabelExpression(value, plain, false) { Position = value.Position };
    }

    private Expression BindSubscripts(IndirectionExpression indirection, ref int next, Expression container, Scope scope)
    {
        container = WithoutDomain(container);
        if (container.Type.Oid == TypeOid.Jsonb)
            return JsonSubscripts.Bind(expressions, indirection, ref next, container, scope);
        if (NativeSubscripts.Of(container.Type) is not null)
            return NativeSubscripts.Bind(expressions, indirection, ref next, container, scope);
        if (container.Type.ElementType is not { } element)
        {
            throw BindingErrors.At(
                container.StartPosition, SqlState.DatatypeMismatch,
                $"cannot subscript type {container.Type.WithTypmod(-1)} because it does not support subscripting");
        }

        var lower = new List<Expression?>();
        var upper = new List<Expression?>();
        bool isSlice = false;
        int start = next;
        for (; next < indirection.Elements.Count && indirection.Elements[next] is Subscript or SliceSubscript; next++)
            isSlice |= indirection.Elements[next] is SliceSubscript;
        if (isSlice && container.Type.Length > 0)
            throw BindingErrors.At(indirection.Position, SqlState.FeatureNotSupported, "slices of fixed-length arrays not implemented");
        for (int i = start; i < next; i++)
        {
            switch (indirection.Elements[i])
            {
                case SliceSubscript slice:
                    lower.Add(Index(slice.Lower));
                    upper.Add(Index(slice.Upper));
                    break;
                case Subscript single:
                    // In a slice, a plain subscript means from 1 to it.
                    if (isSlice)
                        lower.Add(ConstantExpression.Int4(1));
                    upper.Add(Index(single.Index));
                    break;
            }
        }

        return new SubscriptExpression(isSlice ? container.Type : element, container, lower, upper, isSlice) { Position = indirection.Position };

        Expression? Index(Syntax.Expression? syntax) => syntax is null
            ? null
            : expressions.CoerceTo(expressions.BindOperand(syntax, scope), SqlType.Int4, "array subscript must have type integer", syntax.Position);
    }
}
