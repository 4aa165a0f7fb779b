using System.Globalization;
using Strata.Engine.Expressions;
using Strata.Engine.Functions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using FunctionCall = Strata.Sql.Syntax.FunctionCall;
using CastContext = Strata.Engine.Functions.CastContext;
using ArrayExpression = Strata.Engine.Expressions.ArrayExpression;
using CaseExpression = Strata.Engine.Expressions.CaseExpression;
using CoalesceExpression = Strata.Engine.Expressions.CoalesceExpression;
using Expression = Strata.Engine.Expressions.Expression;
using MinMaxExpression = Strata.Engine.Expressions.MinMaxExpression;
using RowExpression = Strata.Engine.Expressions.RowExpression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds value expressions (PostgreSQL's transformExpr).</summary>
internal sealed class ExpressionBinder
{
    private readonly BindingState _state;
    private readonly ExpressionFactory _factory;
    private readonly SubqueryBinder _subqueries;

    /// <summary>Binds column references where there is no scope: DDL expressions over one relation.</summary>
    public ExpressionBinder(BindingState state)
    {
        _state = state;
        _factory = new ExpressionFactory(state.Context.Functions);
        _factory.Casts.DecideParameter = state.Parameters.Decide;
        _factory.Casts.BindDefault = BindDefault;
        _factory.Casts.UseRoutine = call => _state.Functions.UseRoutine(call);
        _subqueries = new SubqueryBinder(state, _factory);
        Parts = new ValuePartBinder(state, this);
    }

    private Expression BindDefault(FunctionInfo function, int parameter)
    {
        Catalog.RoutineParameter[] arguments = [.. function.Routine!.Parameters.Where(p => p.IsInput || (function.Kind == FunctionKind.Procedure && p.Mode == 'o'))];
        return Bind(arguments[parameter].Default!.Syntax, new Scope(null), ExpressionKind.ColumnDefault);
    }

    /// <summary>Fields and subscripts.</summary>
    public ValuePartBinder Parts { get; }

    /// <summary>Overload resolution and coercion.</summary>
    public ExpressionFactory Factory => _factory;

    /// <summary>Binds an expression that stands in a given place.</summary>
    public Expression Bind(Syntax.Expression syntax, Scope scope, ExpressionKind kind)
    {
        ExpressionKind outer = scope.Kind;
        scope.Kind = kind;
        Expression bound = Bind(syntax, scope);
        scope.Kind = outer;
        return bound;
    }

    /// <summary>Binds a condition.</summary>
    public Expression BindCondition(Syntax.Expression syntax, Scope scope, ExpressionKind kind)
    {
        Expression bound = Bind(syntax, scope, kind);
        return _factory.CoerceToBoolean(bound, kind.Name());
    }

    /// <summary>An operator over bound operands.</summary>
    public Expression BindOperator(string name, Expression left, Expression right, int position) => _factory.Operator(name, left, right, position);

    /// <summary>Implicit coercion. Throws 42846 (or 42804) when there is none.</summary>
    public Expression Coerce(Expression value, SqlType type, int position) =>
        _factory.Casts.Cast(value, type, CastContext.Implicit, position)
        ?? throw BindingErrors.At(
            position, SqlState.CannotCoerce, $"cannot cast type {value.Type.WithTypmod(-1)} to {type.WithTypmod(-1)}");

    /// <summary>Coercion to the type that a clause's values have in common. Throws 42846.</summary>
    private Expression CoerceToCommon(Expression value, SqlType type, string clause) =>
        _factory.Casts.Cast(value, type, CastContext.Implicit, value.Position)
        ?? throw BindingErrors.At(
            value.StartPosition, SqlState.CannotCoerce, $"{clause} could not convert type {value.Type.WithTypmod(-1)} to {type.WithTypmod(-1)}");

    /// <summary>Implicit coercion, or null when there is none.</summary>
    public Expression? CoerceImplicitlyOrNull(Expression value, SqlType type) => _factory.Casts.Cast(value, type, CastContext.Implicit, value.Position);

    /// <summary>Coercion of the argument of a construct to the one type that it may have. Throws 42804 where the argument begins, or at <paramref name="position"/> when that is not known.</summary>
    public Expression CoerceArgument(Expression argument, SqlType type, string construct, int position = -1) =>
        _factory.CoerceArgument(argument, type, construct, argument.StartPosition >= 0 ? argument.StartPosition : position);

    /// <summary>Coercion of a clause's argument, with the clause's own message.</summary>
    public Expression CoerceTo(Expression value, SqlType type, string message, int position) =>
        _factory.Casts.Cast(value, type, CastContext.Assignment, position) ?? throw BindingErrors.At(position, SqlState.DatatypeMismatch, message);

    /// <summary>Assignment coercion, or null when there is none.</summary>
    public Expression? CoerceForAssignmentOrNull(Expression value, SqlType type) =>
        _factory.Casts.Cast(value, type, CastContext.Assignment, value.Position);

    /// <summary>Assignment coercion without a message of its own.</summary>
    public Expression CoerceForAssignment(Expression value, SqlType type) =>
        _factory.Casts.Cast(value, type, CastContext.Assignment, value.Position)
        ?? throw BindingErrors.At(
            value.Position, SqlState.DatatypeMismatch, $"cannot cast type {value.Type.WithTypmod(-1)} to {type.WithTypmod(-1)}");

    /// <summary>The common type of values; all unknown gives text, or unknown when <paramref name="resolveUnknown"/> is false.</summary>
    public SqlType CommonType(IReadOnlyList<Expression> values, string context, int position, bool resolveUnknown = true)
    {
        if (!resolveUnknown && values.All(value => value.Type.Oid == TypeOid.Unknown))
            return SqlType.Unknown;
        return _factory.SelectCommonType(values, context);
    }

    /// <summary>True when values of the type can be sorted; for a row when all its columns can. Geometric types compare sizes, which is no order.</summary>
    public bool HasOrdering(SqlType type) => type.Kind == TypeKind.Composite
        ? _state.Context.Functions.Catalog.CompositeColumns(type.Oid).All(column => HasOrdering(column.Type))
        : type.Oid is not (TypeOid.Box or TypeOid.Circle or TypeOid.Lseg or TypeOid.Path or TypeOid.Polygon) && (type.Oid == TypeOid.Unknown || OperatorSelection.Find(_factory.Coercion, "<", type.Oid, type.Oid, out _) is not null);

    /// <summary>Binds what AS OF names: a timestamptz or pg_lsn that reads no columns.</summary>
    public Expression BindAsOf(AsOfClause clause, Scope scope)
    {
        var empty = new Scope(scope.Parent);
        Expression value = Bind(clause.Value, empty, ExpressionKind.Other);
        SqlType type = clause.Kind == AsOfKind.Lsn ? BuiltinTypes.Get(TypeOid.PgLsn) : SqlType.TimestampTz;
        return CoerceTo(value, type, $"AS OF must be of type {type}, not {value.Type}", clause.Position);
    }

    private Expression Bind(Syntax.Expression syntax, Scope scope)
    {
        DepthGuard.Check();
        int position = syntax.Position;
        switch (syntax)
        {
            case ColumnReference reference:
                return BindColumn(reference, scope);
            case ParameterReference parameter when _state.Context.ParameterValues is { } values && parameter.Number <= values.Count && parameter.Number > 0:
                return BindOperand(values[parameter.Number - 1], scope);
            case ParameterReference parameter:
                return _state.Parameters.Reference(parameter.Number, position);
            case IntegerLiteral integer:
                return new ConstantExpression(SqlType.Int4, Datum.Of(integer.Value)) { Position = position };
            case NumericLiteral number:
                return BindNumber(number);
            case StringLiteral text:
                return ConstantExpression.UnknownLiteral(text.Value, position);
            case BooleanLiteral boolean:
                return new ConstantExpression(SqlType.Boolean, Datum.Of(boolean.Value)) { Position = position };
            case NullLiteral:
                return new ConstantExpression(SqlType.Unknown, Datum.Null) { Position = position };
            case DefaultLiteral:
                throw BindingErrors.At(position, SqlState.SyntaxError, "DEFAULT is not allowed in this context");
            case UnaryExpression unary:
                return CheckSets(_factory.Operator(OperatorOf(unary.Operator), null, Bind(unary.Operand, scope), position), scope);
            case BinaryExpression binary:
                return BindBinary(binary, scope);
            case LogicalExpression logical:
                return BindLogical(logical, scope);
            case NotExpression not:
                return new BooleanExpression(BooleanOperator.Not, [_factory.CoerceToBoolean(Bind(not.Operand, scope), "NOT")]) { Position = position };
            case IsNullExpression isNull:
                return BindIsNull(isNull, scope);
            case IsTruthExpression truth:
                return BindTruth(truth, scope);
            case IsDistinctExpression distinct:
                return BindDistinct(distinct, scope);
            case BetweenExpression between:
                return BindBetween(between, scope);
            case PatternExpression pattern:
                return BindPattern(pattern, scope);
            case InListExpression inList:
                return BindInList(inList, scope);
            case QuantifiedArrayExpression quantified:
                return _factory.ArrayComparison(
                    OperatorOf(quantified.Operator), quantified.IsAll, Bind(quantified.Left, scope), Bind(quantified.Array, scope), position);
            case InSubqueryExpression or QuantifiedSubqueryExpression or ScalarSubquery or ExistsExpression or ArraySubquery:
                return _subqueries.Bind(syntax, scope, operand => Bind(operand, scope));
            case Syntax.CaseExpression choice:
                return BindCase(choice, scope);
            case Syntax.CoalesceExpression coalesce:
                return BindCoalesce(coalesce, scope);
            case Syntax.MinMaxExpression minMax:
                Expression[] operands = BindAll(minMax.Arguments, scope);
                string extreme = minMax.IsGreatest ? "GREATEST" : "LEAST";
                SqlType common = _factory.SelectCommonType(operands, extreme);
                return new MinMaxExpression(common, minMax.IsGreatest, operands.Select(operand => CoerceToCommon(operand, common, extreme)).ToArray())
                {
                    Position = position,
                };
            case Syntax.NullIfExpression nullIf:
                return _factory.NullIf(Bind(nullIf.Left, scope), Bind(nullIf.Right, scope), position);
            case Syntax.RowExpression row:
                // Literals in rows stay without a type: what finds that out is a comparison of rows, or a function whose result the row is.
                Expression[] fields = BindFields(row.Fields, scope);
                return new RowExpression(SqlType.Record, fields, fields.Select((_, i) => $"f{i + 1}").ToArray()) { Position = position };
            case Syntax.ArrayExpression array:
                return BindArray(array, scope, null);
            case IndirectionExpression indirection:
                return Parts.Bind(indirection, scope);
            case CastExpression cast:
                return BindCast(cast, scope);
            case CollateExpression collate:
                return BindCollate(collate, scope);
            case FunctionCall call:
                return _state.Functions.Bind(call, scope);
            case SqlValueFunction value:
                return BindSqlValue(value);
            case NamedArgument named:
                throw BindingErrors.At(named.Position, SqlState.SyntaxError, "named arguments are only allowed in function calls");
            case GroupingExpression grouping:
                return _state.Functions.BindGrouping(grouping, scope);
            case Syntax.CurrentOfExpression:
                throw BindingErrors.NotSupported(position, "WHERE CURRENT OF");
            case BitStringLiteral bits:
                return new ConstantExpression(BuiltinTypes.Get(TypeOid.Bit), BindBits(bits)) { Position = position };
            case Syntax.XmlExpression xml:
                return new XmlBinder(_state).Bind(xml, scope);
            case IsDocumentExpression test:
                return new XmlBinder(_state).BindIsDocument(test, scope);
            default:
                throw BindingErrors.NotSupported(position, "this expression");
        }
    }

    private static Datum BindBits(BitStringLiteral literal)
    {
        try
        {
            return Datum.OfBytes(BitString.ParseDigits(System.Text.Encoding.UTF8.GetBytes(literal.Digits), literal.IsHexadecimal));
        }
        catch (SqlException e)
        {
            e.Position = literal.Position + 1;
            throw;
        }
    }

    /// <summary>Binds an operand for a helper binder, in the place that the scope is in.</summary>
    public Expression BindOperand(Syntax.Expression syntax, Scope scope) => Bind(syntax, scope);

    /// <summary>An untyped literal becomes text.</summary>
    public Expression ResolveUnknown(Expression value) =>
        value.Type.Oid == TypeOid.Unknown ? Coerce(value, SqlType.Text, value.Position) : value;

    private Expression[] BindAll(SyntaxList<Syntax.Expression> items, Scope scope)
    {
        var bound = new Expression[items.Count];
        for (int i = 0; i < bound.Length; i++)
            bound[i] = Bind(items[i], scope);
        return bound;
    }

    /// <summary>Fields of a row; <c>t.*</c> stands for all columns of t.</summary>
    private Expression[] BindFields(SyntaxList<Syntax.Expression> items, Scope scope)
    {
        var fields = new List<Expression>();
        foreach (Syntax.Expression item in items)
        {
            if (item is not ColumnReference { IsStar: true, Names.Count: > 0 } star)
            {
                fields.Add(Bind(item, scope));
                continue;
            }

            string name = star.Names[star.Names.Count - 1];
            if (ColumnResolver.FindItem(scope, null, name, star.Position, _state.Catalog) is not { } found)
                throw ColumnResolver.MissingItem(scope, name, star.Position);
            fields.AddRange(found.Item.Columns.Where(column => column.Name.Length > 0)
                .Select(column => new ColumnExpression(column.Column, column.Type) { Position = star.Position }));
        }

        return [.. fields];
    }

    private Expression BindColumn(ColumnReference reference, Scope scope)
    {
        int position = reference.Position;
        SyntaxList<string> names = reference.Names;
        if (reference.IsStar)
        {
            // t.* as a value is the row of t.
            if (names.Count == 0)
                throw BindingErrors.At(position, SqlState.SyntaxError, "row expansion via \"*\" is not supported here");
            string rowName = names[names.Count - 1];
            return ColumnResolver.FindItem(scope, names.Count > 1 ? names[names.Count - 2] : null, rowName, position, _state.Catalog) is { } row
                ? WholeRow(row.Item, position)
                : throw ColumnResolver.MissingItem(scope, rowName, position);
        }

        if (names.Count == 1)
        {
            if (ColumnResolver.FindUnqualified(scope, names[0], position) is { } found)
            {
                _state.Read(found.Column.Column);
                return new ColumnExpression(found.Column.Column, found.Column.Type) { Position = position };
            }

            if (ColumnResolver.FindItem(scope, null, names[0], position, _state.Catalog) is { } whole)
                return WholeRow(whole.Item, position);
            if (FindParameter(names[0], position) is { } parameter)
                return parameter;
            throw ColumnResolver.MissingColumn(scope, null, names[0], position);
        }

        if (names.Count > 4)
            throw BindingErrors.At(position, SqlState.SyntaxError, $"improper qualified name (too many dotted names): {string.Join('.', names)}");
        if (names.Count == 4 && names[0] != _state.Context.Functions.Session.DatabaseName)
            throw BindingErrors.At(position, SqlState.FeatureNotSupported, $"cross-database references are not implemented: {string.Join('.', names)}");
        string column = names[names.Count - 1];
        string table = names[names.Count - 2];
        string? schema = names.Count > 2 ? names[names.Count - 3] : null;
        if (ColumnResolver.FindItem(scope, schema, table, position, _state.Catalog) is not { } item)
        {
            if (BindParameterPath(names, position) is { } parameter)
                return parameter;
            throw ColumnResolver.MissingItem(scope, table, position);
        }

        if (ColumnResolver.FindIn(item.Item, column, position, withSystem: true) is { } own)
        {
            _state.Read(own.Column);
            return new ColumnExpression(own.Column, own.Type) { Position = position };
        }

        if (BindParameterPath(names, position) is { } path)
            return path;
        // t.f may be an aggregate of any type over the row: count(t).
        if (names.Count == 2 && RoutineLookup.Find(_state.Catalog, _state.SearchPath, null, column, position).Any(static f => f.Kind == FunctionKind.Aggregate && f.ArgumentTypes is [TypeOid.Any]))
            return Bind(new FunctionCall(new QualifiedName([column], position), [new ColumnReference([table], false, position)], position), scope);
        throw ColumnResolver.MissingColumn(scope, table, column, position);
    }

    /// <summary>A parameter of the function whose body is bound, or null.</summary>
    private Expression? FindParameter(string name, int position)
    {
        for (int i = 0; i < _state.Context.ParameterNames.Count; i++)
            if (_state.Context.ParameterNames[i] == name)
                return _state.Parameters.Reference(i + 1, position);
        return null;
    }

    /// <summary>function.parameter, parameter.field or function.parameter.field, or null.</summary>
    private Expression? BindParameterPath(SyntaxList<string> names, int position)
    {
        int first = names.Count > 1 && names[0] == _state.Context.RoutineName && FindParameter(names[1], position) is not null ? 1 : 0;
        if (names.Count - first > 2 || FindParameter(names[first], position) is not { } parameter)
            return null;
        return first + 1 == names.Count ? parameter : Parts.SelectField(parameter, new FieldSelection(names[first + 1], position));
    }

    /// <summary>A table name used as a value: its row. A single scalar function's result is the value itself.</summary>
    private Expression WholeRow(NamespaceItem item, int position)
    {
        NamespaceColumn[] columns = item.Columns.Where(column => column.Name.Length > 0).ToArray();
        foreach (NamespaceColumn column in columns)
            _state.Read(column.Column, isWholeRow: true);
        if (item.IsScalarFunction && columns is [var only])
            return new ColumnExpression(only.Column, only.Type) { Position = position };
        // A row of a table has the table's row type.
        SqlType type = item.RowTypeOid != 0 ? _state.Context.Functions.Catalog.FindType(item.RowTypeOid) ?? SqlType.Record : SqlType.Record;
        return new RowExpression(
            type,
            columns.Select(column => (Expression)new ColumnExpression(column.Column, column.Type) { Position = position }).ToArray(),
            columns.Select(column => column.Name).ToArray())
        { Position = position, IsWholeItem = true };
    }

    private Expression BindNumber(NumericLiteral number)
    {
        if (long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            return integer is >= int.MinValue and <= int.MaxValue
                ? new ConstantExpression(SqlType.Int4, Datum.Of((int)integer)) { Position = number.Position }
                : new ConstantExpression(SqlType.Int8, Datum.Of(integer)) { Position = number.Position };
        }

        Expression literal = ConstantExpression.UnknownLiteral(number.Text, number.Position);
        return Coerce(literal, SqlType.Numeric, number.Position);
    }

    // A schema stays in front of the name of an operator that is looked up there.
    private static string OperatorOf(OperatorName name) => name.Schema is not null and not "pg_catalog" ? $"{name.Schema}.{name.Name}" : name.Name;

    private Expression BindBinary(BinaryExpression binary, Scope scope)
    {
        string name = OperatorOf(binary.Operator);
        // x = NULL between rows and subqueries of several columns compare field by field.
        if (binary.Left is Syntax.RowExpression left && binary.Right is Syntax.RowExpression right)
            return BindRowComparison(name, BindFields(left.Fields, scope), BindFields(right.Fields, scope), binary.Position);
        if (binary.Left is Syntax.RowExpression row && binary.Right is ScalarSubquery subquery)
            return _subqueries.BindRowComparison(name, () => BindFields(row.Fields, scope), subquery, scope, binary.Position);
        return CheckSets(_factory.Operator(name, Bind(binary.Left, scope), Bind(binary.Right, scope), binary.Position), scope);
    }

    /// <summary>A set-returning operator's function is registered like a call.</summary>
    private Expression CheckSets(Expression value, Scope scope) => value.ReturnsSet ? _state.Functions.RegisterSet(value, scope) : value;

    private Expression BindRowComparison(string name, Expression[] left, Expression[] right, int position)
    {
        if (left.Length != right.Length)
            throw BindingErrors.At(position, SqlState.SyntaxError, "unequal number of entries in row expressions");
        return RowComparisons.Make(_factory, name, left, right, position);
    }

    private Expression BindLogical(LogicalExpression logical, Scope scope)
    {
        string name = logical.Kind == LogicalKind.And ? "AND" : "OR";
        var operands = new Expression[logical.Operands.Count];
        for (int i = 0; i < operands.Length; i++)
            operands[i] = _factory.CoerceToBoolean(Bind(logical.Operands[i], scope), name);
        return new BooleanExpression(logical.Kind == LogicalKind.And ? BooleanOperator.And : BooleanOperator.Or, operands) { Position = logical.Position };
    }

    private Expression BindIsNull(IsNullExpression isNull, Scope scope)
    {
        // Where it is only printed again, a row stays what was written.
        if (isNull.Operand is Syntax.RowExpression written && _state.Context.IsRecorded)
        {
            Expression[] fields = BindFields(written.Fields, scope);
            return new NullTestExpression(new RowExpression(SqlType.Record, fields, [.. fields.Select(static (_, i) => $"f{i + 1}")]), isNull.IsNegated) { Position = isNull.Position };
        }

        if (isNull.Operand is Syntax.RowExpression row)
        {
            Expression[] tests = BindFields(row.Fields, scope)
                .Select(field => (Expression)new NullTestExpression(ResolveUnknown(field), isNull.IsNegated) { Position = isNull.Position }).ToArray();
            return BooleanExpression.And(tests);
        }

        return new NullTestExpression(Parts.WithoutDomain(ResolveUnknown(Bind(isNull.Operand, scope))), isNull.IsNegated) { Position = isNull.Position };
    }

    private Expression BindTruth(IsTruthExpression truth, Scope scope)
    {
        BooleanTest test = (truth.Value, truth.IsNegated) switch
        {
            (TruthValue.True, false) => BooleanTest.IsTrue,
            (TruthValue.True, true) => BooleanTest.IsNotTrue,
            (TruthValue.False, false) => BooleanTest.IsFalse,
            (TruthValue.False, true) => BooleanTest.IsNotFalse,
            (_, false) => BooleanTest.IsUnknown,
            _ => BooleanTest.IsNotUnknown,
        };
        string clause = test switch
        {
            BooleanTest.IsTrue => "IS TRUE",
            BooleanTest.IsNotTrue => "IS NOT TRUE",
            BooleanTest.IsFalse => "IS FALSE",
            BooleanTest.IsNotFalse => "IS NOT FALSE",
            BooleanTest.IsUnknown => "IS UNKNOWN",
            _ => "IS NOT UNKNOWN",
        };
        return new BooleanTestExpression(_factory.CoerceToBoolean(Bind(truth.Operand, scope), clause), test) { Position = truth.Position };
    }

    private Expression BindDistinct(IsDistinctExpression distinct, Scope scope)
    {
        if (distinct.Right is NullLiteral)
            return new NullTestExpression(ResolveUnknown(Bind(distinct.Left, scope)), !distinct.IsNegated) { IsOfWhole = true, Position = distinct.Position };
        if (distinct.Left is NullLiteral)
            return new NullTestExpression(ResolveUnknown(Bind(distinct.Right, scope)), !distinct.IsNegated) { IsOfWhole = true, Position = distinct.Position };
        if (distinct.Left is Syntax.RowExpression leftRow && distinct.Right is Syntax.RowExpression rightRow && leftRow.Fields.Count == rightRow.Fields.Count && leftRow.Fields.Count > 0)
            return BindRowDistinct(BindAll(leftRow.Fields, scope), BindAll(rightRow.Fields, scope), distinct.IsNegated, distinct.Position);
        return _factory.DistinctFrom(Bind(distinct.Left, scope), Bind(distinct.Right, scope), distinct.IsNegated, distinct.Position);
    }

    /// <summary>Rows differ when any of their fields do.</summary>
    private Expression BindRowDistinct(Expression[] left, Expression[] right, bool isNegated, int position)
    {
        Expression[] fields = [.. left.Select((value, i) => _factory.DistinctFrom(value, right[i], isNegated, position))];
        return fields.Length == 1 ? fields[0] : new BooleanExpression(isNegated ? BooleanOperator.And : BooleanOperator.Or, fields) { Position = position };
    }

    private Expression BindBetween(BetweenExpression between, Scope scope)
    {
        int position = between.Position;
        Expression value = Bind(between.Operand, scope);
        // The first comparison is complete before the second bound is looked at.
        Expression low = Bind(between.Low, scope);
        Expression atLow = _factory.Operator(between.IsNegated ? "<" : ">=", value, low, position);
        Expression high = Bind(between.High, scope);
        Expression result = Both(atLow, high);
        if (between.IsSymmetric)
        {
            result = new BooleanExpression(between.IsNegated ? BooleanOperator.And : BooleanOperator.Or, [result, Both(_factory.Operator(between.IsNegated ? "<" : ">=", value, high, position), low)])
            {
                Position = position,
            };
        }

        return result;

        Expression Both(Expression first, Expression to) => new BooleanExpression(
            between.IsNegated ? BooleanOperator.Or : BooleanOperator.And,
            [first, _factory.Operator(between.IsNegated ? ">" : "<=", value, to, position)])
        { Position = position };
    }

    private Expression BindPattern(PatternExpression pattern, Scope scope)
    {
        string name = pattern.Kind switch
        {
            PatternKind.Like => pattern.IsNegated ? "!~~" : "~~",
            PatternKind.ILike => pattern.IsNegated ? "!~~*" : "~~*",
            _ => pattern.IsNegated ? "!~" : "~",
        };
        Expression value = Bind(pattern.Operand, scope);
        Expression match = Bind(pattern.Pattern, scope);
        if (pattern.Kind == PatternKind.SimilarTo)
        {
            match = pattern.Escape is null
                ? _factory.Call("similar_to_escape", [match], pattern.Position)
                : _factory.Call("similar_to_escape", [match, Bind(pattern.Escape, scope)], pattern.Position);
        }
        else if (pattern.Escape is not null)
        {
            match = _factory.Call("like_escape", [match, Bind(pattern.Escape, scope)], pattern.Position);
        }

        return _factory.Operator(name, value, match, pattern.Position);
    }

    /// <summary>
    /// x IN (a, b, …): over values of one type without columns an array comparison, which can be hashed and used by an index;
    /// otherwise a chain of equalities, as PostgreSQL does.
    /// </summary>
    private Expression BindInList(InListExpression inList, Scope scope)
    {
        string name = inList.IsNegated ? "<>" : "=";
        int position = inList.Position;
        if (inList.Operand is Syntax.RowExpression row && inList.Items.All(static item => item is Syntax.RowExpression))
        {
            Expression[] left = BindAll(row.Fields, scope);
            var comparisons = new List<Expression>();
            foreach (Syntax.Expression item in inList.Items)
            {
                comparisons.Add(BindRowComparison(name, left, BindFields(((Syntax.RowExpression)item).Fields, scope), position));
            }

            return Chain(comparisons, inList.IsNegated, position);
        }

        Expression value = Bind(inList.Operand, scope);
        Expression[] items = BindAll(inList.Items, scope);
        if (items.Length > 1)
        {
            ILookup<bool, Expression> byKind = items.ToLookup(static item => item.Any(static part => part is ColumnExpression or SubqueryExpression));
            Expression[] plain = byKind[false].ToArray();
            if (plain.Length > 1 && TryCommonType(value, plain) is { ArrayOid: not 0 } common)
            {
                SqlType arrayType = _state.Types.ArrayOf(common);
                Expression array = new ArrayExpression(arrayType, plain.Select(item => Coerce(item, common, item.Position)).ToArray(), isNested: false)
                {
                    Position = position,
                };
                Expression comparison = _factory.ArrayComparison(name, inList.IsNegated, value, array, position);
                Expression[] others = byKind[true].ToArray();
                if (others.Length == 0)
                    return comparison;
                return Chain([comparison, .. others.Select(item => _factory.Operator(name, value, item, position))], inList.IsNegated, position);
            }
        }

        return Chain(items.Select(item => _factory.Operator(name, value, item, position)).ToList(), inList.IsNegated, position);
    }

    private SqlType? TryCommonType(Expression value, Expression[] items)
    {
        try
        {
            SqlType type = _factory.SelectCommonType([value, .. items], "IN");
            bool fits = type.Oid != TypeOid.Record && Array.TrueForAll(
                [value, .. items], item => _factory.Coercion.CanCoerce(item.Type.Oid, type.Oid, CastContext.Implicit));
            return fits ? type.WithTypmod(-1) : null;
        }
        catch (SqlException)
        {
            // No common type: each comparison is resolved on its own, and says what is wrong.
            return null;
        }
    }

    private static Expression Chain(List<Expression> comparisons, bool isNegated, int position) => comparisons.Count == 1
        ? comparisons[0]
        : new BooleanExpression(isNegated ? BooleanOperator.And : BooleanOperator.Or, comparisons) { Position = position };

    private Expression BindCase(Syntax.CaseExpression choice, Scope scope)
    {
        Expression? operand = null;
        Expression? placeholder = null;
        if (choice.Operand is not null)
        {
            operand = ResolveUnknown(Bind(choice.Operand, scope));
            placeholder = new CaseOperandExpression(operand.Type);
        }

        var conditions = new List<Expression>();
        var results = new List<Expression>();
        foreach (CaseWhen when in choice.Whens)
        {
            Expression condition = Bind(when.Condition, scope);
            if (placeholder is not null)
                condition = _factory.Operator("=", placeholder, condition, when.Position);
            conditions.Add(_factory.CoerceToBoolean(condition, "CASE/WHEN"));
            results.Add(Bind(when.Result, scope));
        }

        Expression otherwise = choice.Else is null
            ? new ConstantExpression(SqlType.Unknown, Datum.Null) { Position = choice.Position }
            : Bind(choice.Else, scope);
        // PostgreSQL lets ELSE decide first.
        SqlType type = _factory.SelectCommonType([otherwise, .. results], "CASE");
        otherwise = CoerceToCommon(otherwise, type, "CASE/ELSE");
        return new CaseExpression(type, operand, conditions, results.Select(result => CoerceToCommon(result, type, "CASE/WHEN")).ToArray(), otherwise)
        { Position = choice.Position };
    }

    private Expression BindCoalesce(Syntax.CoalesceExpression coalesce, Scope scope)
    {
        Expression[] operands = BindAll(coalesce.Arguments, scope);
        SqlType type = _factory.SelectCommonType(operands, "COALESCE");
        return new CoalesceExpression(type, operands.Select(operand => CoerceToCommon(operand, type, "COALESCE")).ToArray())
        {
            Position = coalesce.Position,
        };
    }

    private Expression BindArray(Syntax.ArrayExpression array, Scope scope, SqlType? wanted)
    {
        if (array.Elements.Count == 0)
        {
            SqlType empty = wanted ?? throw BindingErrors.At(
                array.Position, SqlState.IndeterminateDatatype, "cannot determine type of empty array",
                "Explicitly cast to the desired type, for example ARRAY[]::integer[].");
            return new ArrayExpression(empty, [], isNested: false) { Position = array.Position };
        }

        bool isNested = false;
        var elements = new Expression[array.Elements.Count];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = array.Elements[i] is Syntax.ArrayExpression inner
                ? BindArray(inner, scope, wanted)
                : Bind(array.Elements[i], scope);
            isNested |= array.Elements[i] is Syntax.ArrayExpression || IsTrueArray(elements[i].Type);
        }

        SqlType common = wanted is null
            ? _factory.SelectCommonType(elements, "ARRAY")
            : isNested ? wanted : wanted.ElementType!;
        Expression Convert(Expression element) => wanted is null
            ? CoerceToCommon(element, common, "ARRAY")
            : _factory.Casts.Cast(element, common, CastContext.Explicit, element.Position)
                ?? throw BindingErrors.At(element.Position, SqlState.CannotCoerce, $"cannot cast type {element.Type} to {common}");
        Expression[] converted = elements.Select(Convert).ToArray();
        isNested |= wanted is null && IsTrueArray(common);
        SqlType type = isNested ? common : _state.Types.ArrayOf(common, array.Position);
        return new ArrayExpression(type, converted, isNested) { Position = array.Position };
    }

    // Vectors of catalogs are arrays that are not made dimensions of others.
    private static bool IsTrueArray(SqlType type) => type is { IsArray: true, Oid: not (TypeOid.Int2Vector or TypeOid.OidVector) };

    private Expression BindCast(CastExpression cast, Scope scope)
    {
        SqlType type = _state.Types.Resolve(cast.Type);
        Expression value = cast.Operand is Syntax.ArrayExpression array && type.IsArray
            ? BindArray(array, scope, type)
            : Bind(cast.Operand, scope);
        int position = cast.Position;
        return _factory.Casts.Cast(value, type, CastContext.Explicit, position)
            ?? throw BindingErrors.At(
                position, SqlState.CannotCoerce, $"cannot cast type {value.Type.WithTypmod(-1)} to {type.WithTypmod(-1)}");
    }

    private Expression BindCollate(CollateExpression collate, Scope scope)
    {
        Expression value = Bind(collate.Operand, scope);
        if (value.Type.Oid == TypeOid.Unknown)
            value = ResolveUnknown(value);
        if (!value.Type.IsCollatable)
        {
            throw BindingErrors.At(
                collate.Position, SqlState.DatatypeMismatch, $"collations are not supported by type {value.Type.WithTypmod(-1)}");
        }

        uint collation = _state.Types.ResolveCollation(collate.Collation, collate.Position);
        return new RelabelExpression(value, value.Type.WithCollation(collation), isExplicit: true) { Position = collate.Position };
    }

    private static Expression BindSqlValue(SqlValueFunction function)
    {
        (SqlValue value, SqlType type) = function.Kind switch
        {
            SqlValueFunctionKind.CurrentDate => (SqlValue.CurrentDate, SqlType.Date),
            SqlValueFunctionKind.CurrentTime => (SqlValue.CurrentTime, SqlType.TimeTz),
            SqlValueFunctionKind.CurrentTimestamp => (SqlValue.CurrentTimestamp, SqlType.TimestampTz),
            SqlValueFunctionKind.LocalTime => (SqlValue.LocalTime, SqlType.Time),
            SqlValueFunctionKind.LocalTimestamp => (SqlValue.LocalTimestamp, SqlType.Timestamp),
            SqlValueFunctionKind.SessionUser => (SqlValue.SessionUser, SqlType.NameType),
            SqlValueFunctionKind.CurrentCatalog => (SqlValue.CurrentCatalog, SqlType.NameType),
            SqlValueFunctionKind.CurrentSchema => (SqlValue.CurrentSchema, SqlType.NameType),
            _ => (SqlValue.CurrentUser, SqlType.NameType),
        };
        if (function.Precision >= 0)
            type = type.WithTypmod(Math.Min(function.Precision, 6));
        return new SqlValueExpression(value, type) { Keyword = function.Kind, Position = function.Position };
    }
}
