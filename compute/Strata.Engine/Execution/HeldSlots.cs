using Strata.Engine.Planning.Algebra;
using Strata.Engine.Planning.Physical;

namespace Strata.Engine.Execution;

/// <summary>Where the input of a modification or a lock has what its rows are joined with.</summary>
/// <param name="Tables">Scans of tables: slots of the row's address and, of a tree's, of its table.</param>
/// <param name="Copies">Other sources by number: slots of their columns, of which the last is null when an outer join found no row.</param>
internal sealed record HeldSlots((int Scan, int CtidSlot, int MemberSlot)[] Tables, (int Number, int[] Slots)[] Copies)
{
    /// <summary>Looks up the columns in the input.</summary>
    public static HeldSlots Of(HeldRows held, PhysicalNode input) => new(
        [.. held.Tables.Select(table => (table.Scan, input.SlotOf(table.CtidColumn), table.MemberColumn < 0 ? -1 : input.SlotOf(table.MemberColumn)))],
        [.. held.Copies.Select(copy => (copy.Number, copy.Columns.Select(input.SlotOf).ToArray()))]);
}
