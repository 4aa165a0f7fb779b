using Strata.Engine.Expressions;
using Strata.Engine.Planning.Algebra;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Sql.Syntax;
using Expression = Strata.Engine.Expressions.Expression;
using Syntax = Strata.Sql.Syntax;

namespace Strata.Engine.Binding;

/// <summary>Binds frame clauses of windows.</summary>
internal sealed class FrameBinder(BindingState state)
{
    /// <summary>The frame of a window with a given order; the default one when the clause is absent.</summary>
    public BoundFrame Bind(WindowFrame? frame, List<BoundSortItem> order, Scope scope, int windowPosition)
    {
        if (frame is null)
            return BoundFrame.Default;
        FrameBound end = frame.End ?? new FrameBound(FrameBoundKind.CurrentRow, null, frame.Position);
        bool hasOffset = frame.Start.Offset is not null || end.Offset is not null;
        if (frame.Unit == FrameUnit.Range && hasOffset && order.Count != 1)
        {
            throw BindingErrors.At(
                windowPosition, SqlState.WindowingError, "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
        }

        if (frame.Unit == FrameUnit.Groups && order.Count == 0)
            throw BindingErrors.At(windowPosition, SqlState.WindowingError, "GROUPS mode requires an ORDER BY clause");
        if (frame.Unit != FrameUnit.Range || !hasOffset)
            return new BoundFrame(frame.Unit, frame.Start.Kind, RowOffset(frame, frame.Start, scope), end.Kind, RowOffset(frame, end, scope), frame.Exclusion);

        BoundSortItem key = order[0];
        Expression? startOffset = RangeOffset(frame.Start, key.Value.Type, scope);
        Expression? endOffset = RangeOffset(end, key.Value.Type, scope);
        Expression compared = Compared(key.Value);
        return new BoundFrame(frame.Unit, frame.Start.Kind, startOffset, end.Kind, endOffset, frame.Exclusion)
        {
            Range = new BoundRange(
                compared, key.Descending, Bound(compared, startOffset, frame.Start.Kind, key.Descending), Bound(compared, endOffset, end.Kind, key.Descending),
                IsNegative(startOffset), IsNegative(endOffset)),
        };
    }

    private Expression? RowOffset(WindowFrame frame, FrameBound bound, Scope scope)
    {
        if (bound.Offset is null)
            return null;
        string unit = frame.Unit == FrameUnit.Rows ? "ROWS" : "GROUPS";
        Expression value = BindOffset(bound.Offset, unit, scope);
        return state.Expressions.CoerceArgument(value, SqlType.Int8, unit, bound.Position);
    }

    private Expression BindOffset(Syntax.Expression offset, string unit, Scope scope)
    {
        Expression value = state.Expressions.Bind(offset, scope, ExpressionKind.WindowFrame);
        int variable = -1;
        TreeWalker.Visit(value, part =>
        {
            if (variable < 0 && part is Expressions.ColumnExpression column && (scope.Owns(column.Column) || scope.AggregateColumns.Contains(column.Column)))
                variable = Math.Max(0, part.Position);
        });
        return variable < 0 ? value : throw BindingErrors.At(variable, SqlState.InvalidColumnReference, $"argument of {unit} must not contain variables");
    }

    /// <summary>The type of offsets for an ordering type, as PostgreSQL's in_range functions have them.</summary>
    private static SqlType? OffsetType(SqlType key, SqlType offset) => key.Oid switch
    {
        TypeOid.Int2 or TypeOid.Int4 => offset.Oid is TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 ? offset : offset.Oid == TypeOid.Unknown ? key : null,
        TypeOid.Int8 => SqlType.Int8,
        TypeOid.Float4 or TypeOid.Float8 => SqlType.Float8,
        TypeOid.Numeric => SqlType.Numeric,
        TypeOid.Date or TypeOid.Timestamp or TypeOid.TimestampTz or TypeOid.Time or TypeOid.TimeTz or TypeOid.Interval => BuiltinTypes.Get(TypeOid.Interval),
        _ => null,
    };

    private Expression? RangeOffset(FrameBound bound, SqlType key, Scope scope)
    {
        if (bound.Offset is null)
            return null;
        Expression value = BindOffset(bound.Offset, "RANGE", scope);
        SqlType? known = OffsetType(key, SqlType.Unknown);
        if (known is null)
        {
            throw BindingErrors.At(
                bound.Offset.Position, SqlState.FeatureNotSupported, $"RANGE with offset PRECEDING/FOLLOWING is not supported for column type {key.WithTypmod(-1)}");
        }

        SqlType? wanted = OffsetType(key, value.Type);
        Expression? offset = wanted is null ? null : state.Expressions.CoerceImplicitlyOrNull(value, wanted);
        // Of an offset from a time of day only the time counts.
        if (offset is not null && key.Oid is TypeOid.Time or TypeOid.TimeTz)
            return state.Expressions.BindOperator("-", offset, state.Expressions.Factory.Call("date_trunc", [new ConstantExpression(SqlType.Text, Datum.OfText("day")), offset]), offset.Position);
        return offset
            ?? throw BindingErrors.At(
                SyntaxLocation.Of(bound.Offset), SqlState.FeatureNotSupported,
                $"RANGE with offset PRECEDING/FOLLOWING is not supported for column type {key.WithTypmod(-1)} and offset type {value.Type.WithTypmod(-1)}",
                "Cast the offset value to an appropriate type.");
    }

    /// <summary>The ordering value in a type in which adding an offset does not overflow: integers as numeric, dates as timestamps, times of day as seconds.</summary>
    private Expression Compared(Expression key) => key.Type.Oid switch
    {
        TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 => state.Expressions.Coerce(key, SqlType.Numeric, key.Position),
        TypeOid.Float4 => state.Expressions.Coerce(key, SqlType.Float8, key.Position),
        TypeOid.Date => state.Expressions.Coerce(key, SqlType.Timestamp, key.Position),
        TypeOid.Time or TypeOid.TimeTz => Seconds(key),
        _ => key,
    };

    private Expression Seconds(Expression value) => state.Expressions.Factory.Call("extract", [new ConstantExpression(SqlType.Text, Datum.OfText("epoch")), value]);

    private Expression? Bound(Expression key, Expression? offset, FrameBoundKind kind, bool descending)
    {
        if (offset is null)
            return null;
        Expression added = key.Type.Oid == TypeOid.Numeric && offset.Type.Oid == TypeOid.Interval
            ? Seconds(offset)
            : key.Type.Oid == TypeOid.Numeric ? state.Expressions.Coerce(offset, SqlType.Numeric, offset.Position) : offset;
        return state.Expressions.BindOperator(kind == FrameBoundKind.Preceding != descending ? "-" : "+", key, added, offset.Position);
    }

    private Expression? IsNegative(Expression? offset)
    {
        if (offset is null)
            return null;
        Expression zero = state.Expressions.Coerce(ConstantExpression.UnknownLiteral("0", offset.Position), offset.Type, offset.Position);
        Expression isBelow = state.Expressions.BindOperator("<", offset, zero, offset.Position);
        if (offset.Type.Oid is not (TypeOid.Float8 or TypeOid.Numeric))
            return isBelow;
        Expression nan = state.Expressions.Coerce(ConstantExpression.UnknownLiteral("NaN", offset.Position), offset.Type, offset.Position);
        return new BooleanExpression(BooleanOperator.Or, [isBelow, state.Expressions.BindOperator("=", offset, nan, offset.Position)]);
    }
}
