using Strata.Engine.Catalog;
using Strata.Engine.Expressions;
using Strata.Engine.Types;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;

namespace Strata.Engine.Binding;

/// <summary>Binds assignments to a field of a composite column or to elements of an array column.</summary>
internal sealed class PartAssignment(BindingState state)
{
    /// <summary>Refuses DEFAULT: only whole columns have one.</summary>
    public static void RequireNoDefault(AssignmentTarget target)
    {
        if (target.Indirection.Count > 0)
            throw BindingErrors.At(target.Position, SqlState.FeatureNotSupported, target.Indirection[0] is FieldSelection ? "cannot set a subfield to DEFAULT" : "cannot set an array element to DEFAULT");
    }

    /// <summary>The column's new value: <paramref name="container"/> with the part that <paramref name="path"/> names replaced.</summary>
    /// <param name="container">Value of the column before.</param>
    /// <param name="path">Fields and subscripts after the column's name.</param>
    /// <param name="from">First element of the path that counts.</param>
    /// <param name="source">New value of the part.</param>
    /// <param name="column">For messages.</param>
    /// <param name="position">Place of the target, for messages.</param>
    public Expression Store(Expression container, SyntaxList<IndirectionElement> path, int from, Expression source, ColumnInfo column, Scope scope, int position)
    {
        // The second part of a value whose first one was just stored: the domain's constraints are those of the finished value.
        if (from == 0 && container is DomainExpression { Operand: FieldStoreExpression or SubscriptStoreExpression } unfinished)
            return Rebuild(Store(unfinished.Operand, path, from, source, column, scope, position), container.Type);
        if (from == path.Count)
            return Assign(source, container.Type, from > 0 && path[from - 1] is FieldSelection last ? last.Name : column.Name, position, isSubscript: from > 0 && path[from - 1] is not FieldSelection);
        if (path[from] is FieldSelection field)
        {
            SqlType composite = state.Expressions.Factory.Coercion.BaseType(container.Type);
            (int number, IReadOnlyList<(string Name, SqlType Type)> fields) = FindField(composite, field, column, position);
            Expression before = container.Type.Oid == composite.Oid ? container : new RelabelExpression(container, composite, false);
            Expression value = Store(new FieldExpression(before, number, fields[number].Type), path, from + 1, source, column, scope, position);
            var stored = new FieldStoreExpression(composite, before, number, [.. fields.Select(static f => f.Type)], value);
            return Rebuild(stored, container.Type);
        }

        int end = from;
        while (end < path.Count && path[end] is Subscript or SliceSubscript)
            end++;
        if (end == from)
            throw BindingErrors.NotSupported(path[from].Position, "row expansion via \"*\"");
        SqlType array = state.Expressions.Factory.Coercion.BaseType(container.Type);
        if (array.Oid == TypeOid.Jsonb)
        {
            if (end < path.Count)
                throw BindingErrors.At(path[end].Position, SqlState.WrongObjectType, $"cannot assign to field \"{((FieldSelection)path[end]).Name}\" of column \"{column.Name}\" because its type jsonb is not a composite type");
            Expression document = container.Type.Oid == array.Oid ? container : new RelabelExpression(container, array, false);
            return Rebuild(JsonSubscripts.Store(state.Expressions, path, from, document, Assign(source, array, column.Name, position, isSubscript: true), scope), container.Type);
        }

        if (NativeSubscripts.Of(array) is not null && end == path.Count)
        {
            Expression whole = container.Type.Oid == array.Oid ? container : new RelabelExpression(container, array, false);
            return Rebuild(NativeSubscripts.Store(state.Expressions, path, from, end, whole, Assign(source, SqlType.Text, column.Name, position, isSubscript: true), scope), container.Type);
        }

        if (!array.IsArray || array.ElementType is not { } element)
            throw BindingErrors.At(path[from].Position, SqlState.DatatypeMismatch, $"cannot subscript type {container.Type.WithTypmod(-1)} because it does not support subscripting");
        (List<Expression?> lower, List<Expression?> upper, bool isSlice) = Subscripts(path, from, end, scope);
        Expression plain = container.Type.Oid == array.Oid ? container : new RelabelExpression(container, array, false);
        var current = new SubscriptExpression(isSlice ? array : element, plain, lower, upper, isSlice);
        Expression part = Store(current, path, end, source, column, scope, position);
        return Rebuild(new SubscriptStoreExpression(array, plain, lower, upper, isSlice, part), container.Type);
    }

    private Expression Rebuild(Expression stored, SqlType type) =>
        stored.Type.Oid == type.Oid ? stored : state.Expressions.CoerceForAssignment(stored, type);

    private Expression Assign(Expression source, SqlType type, string name, int position, bool isSubscript) => state.Expressions.CoerceForAssignmentOrNull(source, type)
        ?? throw BindingErrors.At(
            position, SqlState.DatatypeMismatch,
            isSubscript
                ? $"subscripted assignment to \"{name}\" requires type {type.WithTypmod(-1)} but expression is of type {source.Type.WithTypmod(-1)}"
                : $"subfield \"{name}\" is of type {type.WithTypmod(-1)} but expression is of type {source.Type.WithTypmod(-1)}",
            "You will need to rewrite or cast the expression.");

    private (int Number, IReadOnlyList<(string Name, SqlType Type)> Fields) FindField(SqlType composite, FieldSelection field, ColumnInfo column, int position)
    {
        if (composite.Kind != TypeKind.Composite)
        {
            throw BindingErrors.At(
                position, SqlState.DatatypeMismatch,
                $"cannot assign to field \"{field.Name}\" of column \"{column.Name}\" because its type {composite.WithTypmod(-1)} is not a composite type");
        }

        IReadOnlyList<(string Name, SqlType Type)> fields = state.Context.Functions.Catalog.CompositeColumns(composite.Oid);
        for (int i = 0; i < fields.Count; i++)
            if (fields[i].Name == field.Name)
                return (i, fields);
        throw BindingErrors.At(
            position, SqlState.UndefinedColumn,
            $"cannot assign to field \"{field.Name}\" of column \"{column.Name}\" because there is no such column in data type {composite.WithTypmod(-1)}");
    }

    private (List<Expression?> Lower, List<Expression?> Upper, bool IsSlice) Subscripts(SyntaxList<IndirectionElement> path, int from, int end, Scope scope)
    {
        bool isSlice = false;
        for (int i = from; i < end; i++)
            isSlice |= path[i] is SliceSubscript;
        var lower = new List<Expression?>();
        var upper = new List<Expression?>();
        for (int i = from; i < end; i++)
        {
            if (path[i] is SliceSubscript slice)
            {
                lower.Add(Index(slice.Lower));
                upper.Add(Index(slice.Upper));
                continue;
            }

            // In a slice, a plain subscript means from 1 to it.
            if (isSlice)
                lower.Add(ConstantExpression.Int4(1));
            upper.Add(Index(((Subscript)path[i]).Index));
        }

        return (lower, upper, isSlice);

        Expression? Index(Sql.Syntax.Expression? syntax) => syntax is null
            ? null
            : state.Expressions.CoerceTo(state.Expressions.BindOperand(syntax, scope), SqlType.Int4, "array subscript must have type integer", syntax.Position);
    }
}
