using Strata.Engine.Functions;
using Strata.Engine.Types;

namespace Strata.Engine.Expressions;

/// <summary>
/// WHERE CURRENT OF: the ctid (or, with <paramref name="isTable"/>, the tableoid) of the row of a relation that a cursor stands on. Raises 34000 and 24000.
/// </summary>
public sealed class CurrentOfExpression(string cursor, uint relation, bool isTable) : Expression
{
    /// <summary>Name of the cursor.</summary>
    public string Cursor { get; } = cursor;

    /// <summary>OID of the relation that the statement names.</summary>
    public uint Relation { get; } = relation;

    /// <summary>The table's OID is asked for rather than the row's address.</summary>
    public bool IsTable { get; } = isTable;

    public override SqlType Type => IsTable ? SqlType.OidType : SqlType.Tid;

    public override Volatility OwnVolatility => Volatility.Stable;

    protected override bool EqualsOwn(Expression other) =>
        other is CurrentOfExpression same && same.Cursor == Cursor && same.Relation == Relation && same.IsTable == IsTable;

    protected override int OwnHash => HashCode.Combine(Cursor, Relation, IsTable);
}
