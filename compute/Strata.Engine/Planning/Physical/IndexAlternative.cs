namespace Strata.Engine.Planning.Physical;

/// <summary>
/// What an inner hash join does instead of reading its left side when the right one turns out to have few rows: it looks the left rows up through an index for each of them. Immutable.
/// </summary>
/// <param name="Inner">Gives the left rows for values of the parameters.</param>
/// <param name="Parameters">Right columns, by place in the join's right output, and the parameters that they set.</param>
/// <param name="LeftSlots">The slots of the join's left output in the inner plan.</param>
/// <param name="RowsMax">Right rows up to which this is cheaper.</param>
internal sealed record IndexAlternative(PhysicalNode Inner, IReadOnlyList<(int Column, int Parameter)> Parameters, int[] LeftSlots, long RowsMax);
