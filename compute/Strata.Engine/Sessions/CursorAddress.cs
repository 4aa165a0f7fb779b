using Strata.Engine.Execution.Rows;
using Strata.Engine.Planning.Physical;
using Strata.Engine.Vectors;
using Strata.Format;

namespace Strata.Engine.Sessions;

/// <summary>A table row behind a cursor's row, for WHERE CURRENT OF.</summary>
/// <param name="RelationOid">The table as the cursor's query names it.</param>
/// <param name="TableOid">The table that holds the row.</param>
/// <param name="Tid">Address of the version that the cursor saw.</param>
/// <param name="IsLocked">FOR UPDATE or SHARE names the table.</param>
internal readonly record struct CursorAddress(uint RelationOid, uint TableOid, Tid Tid, bool IsLocked)
{
    /// <summary>The addresses behind one row of a plan's result; null parts of outer joins are left out.</summary>
    public static CursorAddress[] Of(PhysicalPlan plan, Batch batch, int row)
    {
        if (plan.RowAddressSlots.Count == 0)
            return [];
        var addresses = new List<CursorAddress>();
        foreach (Binding.RowAddressColumns slots in plan.RowAddressSlots)
        {
            if (!batch[slots.Ctid].IsNull(row))
                addresses.Add(new CursorAddress(slots.RelationOid, batch[slots.TableOid].Get<uint>(row), TidValue.Unpack(batch[slots.Ctid].Get<long>(row)), slots.IsLocked));
        }

        return [.. addresses];
    }
}
