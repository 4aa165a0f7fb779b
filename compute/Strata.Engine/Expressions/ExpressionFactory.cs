using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// Builds typed expressions by PostgreSQL's rules for overloads, operators and conversions (parse_func, parse_oper, parse_coerce).
/// One per binding. Positions are UTF-16 offsets from 0 (-1 unknown); errors carry position + 1. Not thread-safe.
/// </summary>
public sealed class ExpressionFactory
{
    private readonly CallBuilder _calls;

    public ExpressionFactory(IFunctionContext context)
    {
        Coercion = new TypeCoercion(context.Catalog);
        Casts = new CastBuilder(Coercion, context);
        _calls = new CallBuilder(Casts);
    }

    public TypeCoercion Coercion { get; }

    public CastBuilder Casts { get; }

    /// <summary>
    /// Resolves a call of a function, aggregate or window function. <paramref name="functions"/>: the overloads visible under the name, in
    /// search path order (<see cref="BuiltinRegistry.FunctionsByName"/> for pg_catalog).
    /// </summary>
    public ResolvedCall ResolveCall(
        string name, IReadOnlyList<FunctionInfo> functions, IReadOnlyList<Expression> arguments,
        IReadOnlyList<string?>? argumentNames = null, bool isVariadicCall = false, int position = -1) =>
        _calls.Resolve(name, functions, arguments, argumentNames ?? [], isVariadicCall, position);

    /// <summary>A call of a plain or set-returning function of pg_catalog.</summary>
    public Expression Call(string name, IReadOnlyList<Expression> arguments, int position = -1) =>
        ToExpression(ResolveCall(name, BuiltinRegistry.FunctionsByName(name), arguments, position: position), position);

    /// <summary>The expression of a resolved call of a plain or set-returning function.</summary>
    public static Expression ToExpression(ResolvedCall call, int position, Sql.Syntax.CallSyntax syntax = Sql.Syntax.CallSyntax.Plain) =>
        call.Cast ?? new FunctionExpression(call.Function!, call.ResultType, call.Arguments)
        {
            IsVariadicCall = call.IsVariadicCall,
            Written = call.Written,
            SqlSyntax = syntax,
            Position = position,
        };

    /// <summary>left op right, or a prefix operator when <paramref name="left"/> is null.</summary>
    public Expression Operator(string name, Expression? left, Expression right, int position = -1)
    {
        OperatorInfo op = FindOperator(name, left?.Type, right.Type, position);
        return Apply(op, left, right, position);
    }

    /// <summary>Applies a known operator; operands are converted.</summary>
    public Expression Apply(OperatorInfo op, Expression? left, Expression right, int position = -1)
    {
        FunctionInfo function = op.Function
            ?? throw new SqlException(SqlState.UndefinedFunction, $"operator {op.Name} is only a shell");
        Expression[] operands = left is null ? [right] : [left, right];
        uint[] declared = left is null ? [op.RightType] : [op.LeftType, op.RightType];
        uint[] actual = [.. operands.Select(o => o.Type.Oid)];
        PolymorphicTypes polymorphic = PolymorphicTypes.Resolve(Coercion, actual, declared);
        if (polymorphic.Problem is { } problem)
            throw new SqlException(SqlState.DatatypeMismatch, problem) { Detail = polymorphic.Detail, Position = position + 1 };
        for (int i = 0; i < operands.Length; i++)
            operands[i] = Casts.ToType(operands[i], polymorphic.Actual(declared[i]), CastContext.Implicit);
        SqlType result = polymorphic.Actual(op.ResultType);
        if (function.Routine is not null && Casts.UseRoutine?.Invoke(new ResolvedCall(function, operands, result)) is { } inlined)
            return inlined;
        return new FunctionExpression(function, result, operands)
        {
            Operator = op,
            Form = CallForm.Operator,
            Position = position,
        };
    }

    /// <summary>The operator that a name and operand types (unknown included) stand for. Throws 42883 or 42725.</summary>
    public OperatorInfo FindOperator(string name, SqlType? left, SqlType right, int position = -1)
    {
        OperatorInfo? found = OperatorSelection.Find(Coercion, name, left?.Oid ?? 0, right.Oid, out bool ambiguous);
        if (found is not null)
            return found;
        string description = left is null ? $"{name} {TypeNames.Format(right)}" : $"{TypeNames.Format(left)} {name} {TypeNames.Format(right)}";
        if (ambiguous)
        {
            throw new SqlException(SqlState.AmbiguousFunction, $"operator is not unique: {description}")
            {
                Hint = "Could not choose a best candidate operator. You might need to add explicit type casts.",
                Position = position + 1,
            };
        }

        throw new SqlException(SqlState.UndefinedFunction, $"operator does not exist: {description}")
        {
            Hint = left is null
                ? "No operator matches the given name and argument type. You might need to add an explicit type cast."
                : "No operator matches the given name and argument types. You might need to add explicit type casts.",
            Position = position + 1,
        };
    }

    /// <summary>The default ordering operator ("&lt;", "&gt;", "=" …) over values of one type; throws 42883 when it has none.</summary>
    public OperatorInfo FindOrderingOperator(string name, SqlType type, int position = -1)
    {
        // Box, circle and path have operators of these names that compare sizes, which is no order of the values.
        bool isOrdered = type.Physical != PhysicalType.Bytes || type.IsPseudo || ValueComparison.Find(Coercion.BaseType(type)) is not null;
        if (isOrdered && OperatorSelection.Find(Coercion, name, type.Oid, type.Oid, out _) is { } op)
            return op;
        // A domain over a row is compared as the row.
        if (type.DomainBase is not null && Coercion.BaseType(type) is { Kind: TypeKind.Composite } row && OperatorSelection.Find(Coercion, name, row.Oid, row.Oid, out _) is { } ofRow)
            return ofRow;
        throw new SqlException(
            SqlState.UndefinedFunction,
            name == "=" ? $"could not identify an equality operator for type {TypeNames.Format(type)}" : $"could not identify an ordering operator for type {TypeNames.Format(type)}")
        {
            Hint = name == "=" ? null : "Use an explicit ordering operator or modify the query.",
            Position = position + 1,
        };
    }

    /// <summary>scalar op ANY (array), or ALL.</summary>
    public Expression ArrayComparison(string name, bool isAll, Expression scalar, Expression array, int position = -1)
    {
        SqlType element = SqlType.Unknown;
        if (array.Type.Oid != TypeOid.Unknown)
        {
            SqlType arrayType = Coercion.BaseType(array.Type);
            if (!arrayType.IsArray || arrayType.ElementType is not { } found)
                throw new SqlException(SqlState.WrongObjectType, "op ANY/ALL (array) requires array on right side") { Position = position + 1 };
            element = found;
        }

        OperatorInfo op = FindOperator(name, scalar.Type, element, position);
        if (op.ResultType != TypeOid.Boolean)
            throw new SqlException(SqlState.WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean") { Position = position + 1 };
        uint[] declared = [op.LeftType, op.RightType];
        uint[] actual = [scalar.Type.Oid, element.Oid == TypeOid.Unknown ? scalar.Type.Oid : element.Oid];
        PolymorphicTypes polymorphic = PolymorphicTypes.Resolve(Coercion, actual, declared);
        SqlType right = polymorphic.Actual(op.RightType);
        SqlType target = Coercion.ArrayOf(right)
            ?? throw new SqlException(SqlState.UndefinedObject, $"could not find array type for data type {TypeNames.Format(right)}") { Position = position + 1 };
        Expression left = Casts.ToType(scalar, polymorphic.Actual(op.LeftType), CastContext.Implicit);
        Expression converted = Casts.ToType(array, target, CastContext.Implicit);
        return new ArrayComparisonExpression(op, isAll, left, converted) { Position = position };
    }

    /// <summary>
    /// scalar [NOT] IN (items): one array comparison over the items that have no columns and share a type, OR (AND) of comparisons
    /// for the rest.
    /// </summary>
    public Expression In(Expression scalar, IReadOnlyList<Expression> items, bool isNot, int position = -1)
    {
        string op = isNot ? "<>" : "=";
        var constants = new List<Expression>();
        var others = new List<Expression>();
        foreach (Expression item in items)
            (item.Any(static e => e is ColumnExpression or SlotExpression) ? others : constants).Add(item);
        var parts = new List<Expression>();
        if (constants.Count > 1 && scalar is not RowExpression)
        {
            SqlType[] types = [scalar.Type, .. constants.Select(c => c.Type)];
            SqlType? common = Coercion.FindCommonType(types, out _, out _);
            SqlType? array = common is null ? null : Coercion.ArrayOf(common);
            if (array is not null && common!.Oid != TypeOid.Record)
            {
                SqlType element = common.WithTypmod(-1);
                Expression[] elements = [.. constants.Select(c => CoerceToCommon(c, element, "IN"))];
                parts.Add(ArrayComparison(op, isNot, scalar, new ArrayExpression(array, elements, isNested: false), position));
                constants.Clear();
            }
        }

        foreach (Expression item in constants.Concat(others))
            parts.Add(CoerceToBoolean(Operator(op, scalar, item, position), "IN"));
        return parts.Count == 1 ? parts[0] : new BooleanExpression(isNot ? BooleanOperator.And : BooleanOperator.Or, parts) { Position = position };
    }

    public Expression DistinctFrom(Expression left, Expression right, bool isNot, int position = -1)
    {
        var equality = (FunctionExpression)Operator("=", left, right, position);
        return new DistinctFromExpression(equality.Operator!, equality.Arguments[0], equality.Arguments[1], isNot) { Position = position };
    }

    public Expression NullIf(Expression left, Expression right, int position = -1)
    {
        var equality = (FunctionExpression)Operator("=", left, right, position);
        if (equality.Type.Oid != TypeOid.Boolean)
            throw new SqlException(SqlState.DatatypeMismatch, "NULLIF requires = operator to yield boolean") { Position = position + 1 };
        return new NullIfExpression(equality.Arguments[0].Type, equality.Operator!, equality.Arguments[0], equality.Arguments[1]) { Position = position };
    }

    /// <summary>Converts a condition; <paramref name="clause"/> is "WHERE", "AND", "CASE/WHEN", … for the message.</summary>
    public Expression CoerceToBoolean(Expression expression, string clause) =>
        expression.Type.Oid == TypeOid.Boolean ? expression : CoerceArgument(expression, SqlType.Boolean, clause, expression.StartPosition);

    /// <summary>Converts the argument of a construct to the one type that it may have. Throws 42804 at <paramref name="position"/>, 0-based, and names the types without their modifiers.</summary>
    public Expression CoerceArgument(Expression argument, SqlType type, string construct, int position) =>
        Casts.Cast(argument, type, CastContext.Assignment, position)
        ?? throw new SqlException(SqlState.DatatypeMismatch, $"argument of {construct} must be type {type.WithTypmod(-1)}, not type {argument.Type.WithTypmod(-1)}") { Position = position + 1 };

    /// <summary>The common type of operands; <paramref name="clause"/> is "CASE", "UNION", "COALESCE", … Throws 42804.</summary>
    public SqlType SelectCommonType(IReadOnlyList<Expression> expressions, string clause)
    {
        SqlType[] types = [.. expressions.Select(e => e.Type)];
        SqlType? common = Coercion.FindCommonType(types, out SqlType first, out SqlType second);
        if (common is not null)
            return common;
        int at = expressions.ToList().FindIndex(e => Coercion.BaseType(e.Type).Oid == second.Oid);
        throw new SqlException(
            SqlState.DatatypeMismatch, $"{clause} types {TypeNames.Format(first)} and {TypeNames.Format(second)} cannot be matched")
        {
            Position = at < 0 ? 0 : expressions[at].StartPosition + 1,
        };
    }

    /// <summary>Converts to a type that <see cref="SelectCommonType"/> gave. Throws 42846.</summary>
    public Expression CoerceToCommon(Expression expression, SqlType type, string clause)
    {
        if (expression.Type.Oid == type.Oid)
            return expression;
        return Casts.Cast(expression, type, CastContext.Implicit)
            ?? throw new SqlException(
                SqlState.CannotCoerce, $"{clause} could not convert type {TypeNames.Format(expression.Type)} to {TypeNames.Format(type)}")
            {
                Position = expression.StartPosition + 1,
            };
    }

    /// <summary>A string literal that nothing gave a type becomes text.</summary>
    public Expression ResolveUnknown(Expression expression) =>
        expression.Type.Oid == TypeOid.Unknown ? Casts.ToType(expression, SqlType.Text, CastContext.Implicit) : expression;

    public Expression Coalesce(IReadOnlyList<Expression> operands, int position = -1)
    {
        SqlType type = SelectCommonType(operands, "COALESCE");
        return new CoalesceExpression(type, [.. operands.Select(o => CoerceToCommon(o, type, "COALESCE"))]) { Position = position };
    }

    public Expression MinMax(bool isGreatest, IReadOnlyList<Expression> operands, int position = -1)
    {
        string clause = isGreatest ? "GREATEST" : "LEAST";
        SqlType type = SelectCommonType(operands, clause);
        return new MinMaxExpression(type, isGreatest, [.. operands.Select(o => CoerceToCommon(o, type, clause))]) { Position = position };
    }

    /// <summary>CASE [operand] WHEN condition THEN result … [ELSE otherwise].</summary>
    public Expression Case(
        Expression? operand, IReadOnlyList<Expression> conditions, IReadOnlyList<Expression> results, Expression? otherwise, int position = -1)
    {
        otherwise ??= ConstantExpression.Null(SqlType.Unknown);
        if (operand is not null)
            operand = ResolveUnknown(operand);
        Expression[] tests = [.. conditions.Select(c => operand is null
            ? CoerceToBoolean(c, "CASE/WHEN")
            : CoerceToBoolean(Operator("=", new CaseOperandExpression(operand.Type), c, c.Position), "CASE/WHEN"))];
        // PostgreSQL looks at ELSE first when it chooses the type.
        SqlType type = SelectCommonType([otherwise, .. results], "CASE");
        return new CaseExpression(
            type, operand, tests, [.. results.Select(r => CoerceToCommon(r, type, "CASE/THEN"))], CoerceToCommon(otherwise, type, "CASE/ELSE"))
        {
            Position = position,
        };
    }

    /// <summary>ARRAY[…]. Throws 42P18 for an empty list; the caller casts ARRAY[]::type[] itself.</summary>
    public Expression Array(IReadOnlyList<Expression> elements, int position = -1)
    {
        if (elements.Count == 0)
        {
            throw new SqlException(SqlState.IndeterminateDatatype, "cannot determine type of empty array")
            {
                Hint = "Explicitly cast to the desired type, for example ARRAY[]::integer[].",
                Position = position + 1,
            };
        }

        SqlType element = SelectCommonType(elements, "ARRAY").WithTypmod(-1);
        Expression[] converted = [.. elements.Select(e => CoerceToCommon(e, element, "ARRAY"))];
        if (element.IsArray)
            return new ArrayExpression(element, converted, isNested: true) { Position = position };
        SqlType array = Coercion.ArrayOf(element)
            ?? throw new SqlException(SqlState.UndefinedObject, $"could not find array type for data type {TypeNames.Format(element)}") { Position = position + 1 };
        return new ArrayExpression(array, converted, isNested: false) { Position = position };
    }
}
