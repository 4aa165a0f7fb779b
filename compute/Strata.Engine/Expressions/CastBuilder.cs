using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>Builds conversions (PostgreSQL's parse_coerce): to a type, then to its modifier. Not thread-safe.</summary>
public sealed class CastBuilder(TypeCoercion coercion, IFunctionContext context)
{
    public TypeCoercion Coercion { get; } = coercion;

    /// <summary>Called when a parameter of unknown type gets one from its context; returns the typed node.</summary>
    public Func<ParameterExpression, SqlType, Expression>? DecideParameter { get; set; }

    /// <summary>Told of each call of a user-defined routine that an operator or a cast stands for; may give an expression in its place.</summary>
    public Func<ResolvedCall, Expression?>? UseRoutine { get; set; }

    /// <summary>Binds the default of a user-defined routine's parameter, by its place among the arguments; null where there are no such routines.</summary>
    public Func<FunctionInfo, int, Expression>? BindDefault { get; set; }

    /// <summary>
    /// The expression as a value of <paramref name="target"/> (modifier applied), or null when the context allows no way.
    /// </summary>
    public Expression? Cast(Expression expression, SqlType target, CastContext castContext, int position = -1)
    {
        bool isExplicit = castContext == CastContext.Explicit;
        if (!Coercion.CanCoerce(expression.Type.Oid, target.Oid, castContext))
            return null;
        if (target.DomainBase is not null && expression.Type.Oid != target.Oid)
            return Cast(expression, Coercion.BaseType(target), castContext, position) is { } below ? new DomainExpression(below, target.WithTypmod(-1)) { IsExplicit = isExplicit, Position = expression.Position } : null;
        // The unit of a bare number depends on the modifier: interval '1' day.
        if (target.Oid == TypeOid.Interval && target.Typmod >= 0 && expression is ConstantExpression { IsNull: false, Type.Oid: TypeOid.Unknown } literal)
            return new ConstantExpression(target, Read(literal, target)) { Position = expression.Position };
        // The length decides which bits of an integer are taken.
        if (target.Oid == TypeOid.Bit && target.Typmod >= 0 && Coercion.BaseType(expression.Type.Oid) is TypeOid.Int4 or TypeOid.Int8
            && Coercion.FindPath(expression.Type.Oid, target.Oid, castContext, out FunctionInfo? toBits) == CoercionPath.Function)
        {
            return new FunctionExpression(toBits!, target, [expression, ConstantExpression.Int4(target.Typmod)])
            {
                Form = isExplicit ? CallForm.ExplicitCast : CallForm.ImplicitCast,
                Position = position,
            };
        }

        Expression result = ToType(expression, target.WithTypmod(-1), castContext, position);
        Expression applied = ApplyModifier(result, target, castContext, isExplicit, position);
        // What brought the value to the type is not shown beside the length that was written with it.
        return ReferenceEquals(applied, result) || ReferenceEquals(result, expression) || result is ConstantExpression
            ? applied
            : ApplyModifier(Hidden(result), target, castContext, isExplicit, position);
    }

    private static Expression Hidden(Expression cast) => cast switch
    {
        RelabelExpression { IsExplicit: true } relabel => new RelabelExpression(relabel.Operand, relabel.Type, isExplicit: false) { Position = relabel.Position },
        IoCastExpression { IsExplicit: true } io => new IoCastExpression(io.Operand, io.Type, isExplicit: false) { Position = io.Position },
        ArrayCastExpression { IsExplicit: true } array => new ArrayCastExpression(array.Operand, array.Type, array.Element, isExplicit: false) { Position = array.Position },
        FunctionExpression { Form: CallForm.ExplicitCast } call => new FunctionExpression(call.Function, call.Type, call.Arguments) { Form = CallForm.ImplicitCast, Position = call.Position },
        _ => cast,
    };

    /// <summary>Like <see cref="Cast"/>, and throws 42846 "cannot cast type".</summary>
    public Expression CastOrThrow(Expression expression, SqlType target, CastContext castContext, int position = -1) =>
        Cast(expression, target, castContext, position)
        ?? throw new SqlException(
            SqlState.CannotCoerce, $"cannot cast type {TypeNames.Format(expression.Type)} to {TypeNames.Format(target)}")
        {
            Position = (position < 0 ? expression.Position : position) + 1,
        };

    /// <summary>Converts to a type without modifier; the caller has checked that there is a way.</summary>
    public Expression ToType(Expression expression, SqlType target, CastContext castContext, int position = -1)
    {
        Vectors.DepthGuard.Check();
        bool isExplicit = castContext == CastContext.Explicit;
        if (expression.Type.Oid == target.Oid || target.Oid == TypeOid.Any)
            return expression is ParameterExpression && expression.Type.Oid == TypeOid.Unknown && target.Oid == TypeOid.Any
                ? ToType(expression, SqlType.Text, castContext) : expression;
        if (target.IsPolymorphic)
            return expression;
        if (target.DomainBase is not null)
            return Cast(expression, target, castContext, position) ?? throw CannotCast(expression, target, position);
        if (expression is FieldExpression { Type.Oid: TypeOid.Unknown })
            throw new SqlException(SqlState.InternalError, $"failed to find conversion function from unknown to {TypeNames.Format(target)}");
        if (expression.Type.Oid == TypeOid.Unknown)
            return FromUnknown(expression, target, castContext);

        SqlType baseTarget = Coercion.BaseType(target);
        switch (Coercion.FindPath(expression.Type.Oid, target.Oid, castContext, out FunctionInfo? function))
        {
            case CoercionPath.Relabel:
                return new RelabelExpression(expression, target, isExplicit) { Position = position };
            case CoercionPath.Function:
                {
                    Expression call = CallCast(function!, expression, baseTarget, isExplicit, position);
                    return baseTarget.Oid == target.Oid ? call : new RelabelExpression(call, target, isExplicit) { Position = position };
                }

            case CoercionPath.ArrayElements:
                {
                    SqlType element = expression.Type.IsArray ? expression.Type.ElementType! : Coercion.BaseType(expression.Type).ElementType!;
                    Expression item = ToType(new SlotExpression(0, element), baseTarget.ElementType!, castContext);
                    return new ArrayCastExpression(expression, target, item, isExplicit) { Position = position };
                }

            case CoercionPath.InputOutput:
                return new IoCastExpression(expression, target, isExplicit) { Position = position };
            default:
                if (expression is RowExpression { Type.Oid: TypeOid.Record } row && target.Kind == TypeKind.Composite)
                    return RowCast.Apply(this, row, target, context.Catalog.CompositeColumns(target.Oid), castContext, position);
                if (expression.Type.Oid == TypeOid.Record && target.Kind == TypeKind.Composite)
                    throw CannotCast(expression, target, position);
                if (target is { IsArray: true, ElementType.Oid: TypeOid.Record } && expression.Type is { IsArray: true, ElementType.Kind: TypeKind.Composite })
                    return new RelabelExpression(expression, target, isExplicit) { Position = position };
                if (target.Oid == TypeOid.Record || expression.Type.Oid == TypeOid.Record)
                    return new RelabelExpression(expression, target, isExplicit) { Position = position };
                throw CannotCast(expression, target, position);
        }
    }

    private static SqlException CannotCast(Expression expression, SqlType target, int position) =>
        new(SqlState.CannotCoerce, $"cannot cast type {TypeNames.Format(expression.Type)} to {TypeNames.Format(target)}")
        {
            Position = (position < 0 ? expression.Position : position) + 1,
        };

    private Expression FromUnknown(Expression expression, SqlType target, CastContext castContext)
    {
        if (expression is ParameterExpression parameter && DecideParameter is not null)
            return DecideParameter(parameter, target);
        if (expression is not ConstantExpression constant)
            return new IoCastExpression(expression, target, castContext == CastContext.Explicit) { Position = expression.Position };
        if (constant.IsNull)
            return new ConstantExpression(target, Datum.Null) { Position = expression.Position };
        return new ConstantExpression(target, Read(constant, Coercion.BaseType(target).WithTypmod(-1))) { Position = expression.Position };
    }

    /// <summary>The value of a literal; errors tell where it stands.</summary>
    private Datum Read(ConstantExpression literal, SqlType type)
    {
        try
        {
            return TypeInput.Parse(type, literal.Value.Bytes, context);
        }
        catch (SqlException e) when (literal.Position >= 0)
        {
            e.Position = literal.Position + 1;
            throw;
        }
    }

    private Expression CallCast(FunctionInfo function, Expression expression, SqlType target, bool isExplicit, int position)
    {
        Expression[] arguments = function.ArgumentTypes.Length switch
        {
            1 => [expression],
            2 => [expression, ConstantExpression.Int4(-1)],
            _ => [expression, ConstantExpression.Int4(-1), ConstantExpression.Boolean(isExplicit)],
        };
        if (function.Routine is not null)
        {
            for (int i = 0; i < arguments.Length; i++)
                arguments[i] = ToType(arguments[i], Coercion.Type(function.ArgumentTypes[i]), CastContext.Implicit);
            if (UseRoutine?.Invoke(new ResolvedCall(function, arguments, target)) is { } inlined)
                return inlined;
        }

        return new FunctionExpression(function, target, arguments)
        {
            Form = isExplicit ? CallForm.ExplicitCast : CallForm.ImplicitCast,
            Position = position,
        };
    }

    /// <summary>Applies the target's modifier (length, precision) when it has one that the value's type has not.</summary>
    private Expression ApplyModifier(Expression expression, SqlType target, CastContext castContext, bool isExplicit, int position)
    {
        SqlType baseTarget = Coercion.BaseType(target);
        int typmod = baseTarget.Typmod >= 0 ? baseTarget.Typmod : target.Typmod;
        if (typmod < 0 || (expression.Type.Oid == target.Oid && expression.Type.Typmod == typmod))
            return expression;

        SqlType element = baseTarget.IsArray ? baseTarget.ElementType! : baseTarget;
        if (BuiltinRegistry.Cast(element.Oid, element.Oid) is not { } cast || BuiltinRegistry.Function(cast.FunctionOid) is not { } function)
            return expression;
        Expression operand = baseTarget.IsArray ? new SlotExpression(0, element.WithTypmod(-1)) : expression;
        Expression[] arguments = function.ArgumentTypes.Length == 2
            ? [operand, ConstantExpression.Int4(typmod)]
            : [operand, ConstantExpression.Int4(typmod), ConstantExpression.Boolean(isExplicit)];
        var call = new FunctionExpression(function, element.WithTypmod(typmod), arguments)
        {
            Form = castContext == CastContext.Explicit ? CallForm.ExplicitCast : CallForm.ImplicitCast,
            Position = position,
        };
        if (baseTarget.IsArray)
            return new ArrayCastExpression(expression, target.WithTypmod(typmod), call, isExplicit) { Position = position };
        return baseTarget.Oid == target.Oid ? call : new RelabelExpression(call, target, isExplicit) { Position = position };
    }
}
