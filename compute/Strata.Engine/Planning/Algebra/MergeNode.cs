using Strata.Engine.Catalog;

namespace Strata.Engine.Planning.Algebra;

/// <summary>
/// MERGE. The input has a row per action: <paramref name="kind"/> tells which (<see cref="Sql.Syntax.MergeAction"/> as int4), <paramref name="ctid"/> the target's row, which inserts do not have,
/// and the values are columns of the input by attribute number - 1.
/// </summary>
public sealed class MergeNode(
    RelationalNode input, RelationInfo relation, TargetRow row, int scan, int ctid, int kind, IReadOnlyList<int> oldValues, IReadOnlyList<int> newValues)
    : ModifyNode(input, relation, row)
{
    /// <summary>The scan of the target in the input.</summary>
    public int Scan { get; } = scan;

    /// <summary>Address of the row.</summary>
    public int Ctid { get; } = ctid;

    /// <summary>What is to be done.</summary>
    public int Kind { get; } = kind;

    /// <summary>Old values.</summary>
    public IReadOnlyList<int> OldValues { get; } = oldValues;

    /// <summary>Values to store.</summary>
    public IReadOnlyList<int> NewValues { get; } = newValues;

    /// <inheritdoc/>
    public override IEnumerable<int> NeededColumns => OldValues.Concat(NewValues).Where(column => column >= 0).Append(Ctid).Append(Kind).Concat(MemberColumn < 0 ? [] : [MemberColumn]).Concat(Held.Columns);

    /// <inheritdoc/>
    public override RelationalNode WithInputs(IReadOnlyList<RelationalNode> inputs) =>
        new MergeNode(inputs[0], Relation, Row, Scan, Ctid, Kind, OldValues, NewValues)
        {
            Alias = Alias,
            CtidColumn = CtidColumn,
            Members = Members,
            MemberColumn = MemberColumn,
            Held = Held,
        };
}
