using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>A cast through text: the source's output function, then the target's input function.</summary>
public sealed class IoCastExpression(Expression operand, SqlType type, bool isExplicit) : Expression
{
    public Expression Operand { get; } = operand;

    public override SqlType Type { get; } = type;

    public bool IsExplicit { get; } = isExplicit;

    public override IReadOnlyList<Expression> Children => [Operand];

    public override Expression WithChildren(IReadOnlyList<Expression> children) =>
        new IoCastExpression(children[0], Type, IsExplicit) { Position = Position };

    /// <summary>Text forms may depend on settings (TimeZone, DateStyle) or catalogs; those whose input and output functions PostgreSQL marks immutable do not.</summary>
    public override Functions.Volatility OwnVolatility => HasFixedText(Operand.Type) && HasFixedText(Type) ? Functions.Volatility.Immutable : Functions.Volatility.Stable;

    private static bool HasFixedText(SqlType type) => type.Oid is TypeOid.Boolean or TypeOid.Int2 or TypeOid.Int4 or TypeOid.Int8 or TypeOid.Float4 or TypeOid.Float8 or TypeOid.Numeric
        or TypeOid.Text or TypeOid.VarChar or TypeOid.BpChar or TypeOid.Name or TypeOid.Char or TypeOid.Unknown or TypeOid.Uuid or TypeOid.Json or TypeOid.Jsonb or TypeOid.JsonPath or TypeOid.Inet
        or TypeOid.Cidr or TypeOid.MacAddr or TypeOid.MacAddr8 or TypeOid.Bit or TypeOid.VarBit or TypeOid.Oid or TypeOid.PgLsn or TypeOid.Point or TypeOid.Line or TypeOid.Lseg or TypeOid.Box
        or TypeOid.Path or TypeOid.Polygon or TypeOid.Circle or TypeOid.TsVector or TypeOid.TsQuery;

    protected override bool EqualsOwn(Expression other) => true;

    protected override int OwnHash => 2;
}
