using System.Globalization;
using System.Text;
using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// ROW(…) as a value of a composite type (PostgreSQL's coerce_record_to_complex): each field becomes one of the type's
/// attributes, so that what is stored always has the attributes' types.
/// </summary>
internal static class RowCast
{
    /// <summary>The row of attributes. Throws 42846 when the number of fields or a field's type does not fit.</summary>
    public static RowExpression Apply(
        CastBuilder casts, RowExpression row, SqlType target, IReadOnlyList<(string Name, SqlType Type)> attributes, CastContext castContext, int position)
    {
        int at = position >= 0 ? position : row.Position;
        if (row.Fields.Count != attributes.Count)
            throw Error(row, target, row.Fields.Count < attributes.Count ? "Input has too few columns." : "Input has too many columns.", at);
        var fields = new Expression[attributes.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            Expression field = Literal(row.Fields[i]);
            SqlType type = attributes[i].Type;
            fields[i] = casts.Cast(field, type, castContext, field.Position) ?? throw Error(
                row, target,
                string.Create(CultureInfo.InvariantCulture, $"Cannot cast type {TypeNames.Format(field.Type)} to {TypeNames.Format(type)} in column {i + 1}."),
                position >= 0 ? position : field.Position);
        }

        return new RowExpression(target, fields, [.. attributes.Select(static attribute => attribute.Name)]) { Position = at, IsImplicit = castContext != CastContext.Explicit };
    }

    // A row takes literals of unknown type as text; here their type is the attribute's.
    private static Expression Literal(Expression field) => field is ConstantExpression { Type.Oid: TypeOid.Text } text
        ? text.IsNull
            ? new ConstantExpression(SqlType.Unknown, Datum.Null) { Position = text.Position }
            : ConstantExpression.UnknownLiteral(Encoding.UTF8.GetString(text.Value.Bytes), text.Position)
        : field;

    private static SqlException Error(RowExpression row, SqlType target, string detail, int position) =>
        new(SqlState.CannotCoerce, $"cannot cast type {TypeNames.Format(row.Type)} to {TypeNames.Format(target)}")
        {
            Detail = detail,
            Position = position + 1,
        };
}
