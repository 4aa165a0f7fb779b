using Strata.Engine.Catalog;
using Strata.Engine.Storage.Heap;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Format;

namespace Strata.Engine.Sessions;

/// <summary>Finds the row that WHERE CURRENT OF means (PostgreSQL's execCurrentOf). Stateless.</summary>
internal static class CurrentOf
{
    /// <summary>The table and address of the newest version of a cursor's row. Throws 34000, 24000.</summary>
    public static (uint Table, Tid Tid) Find(SessionContext context, string cursor, uint relationOid)
    {
        Portal portal = context.Session.Portals.FindCursor(cursor);
        RelationInfo relation = context.View.FindRelation(relationOid)!;
        if (portal.Plan is null || portal.Declaration is null)
            throw Invalid($"cursor \"{cursor}\" is not a SELECT query");
        if (portal.OutlivedTransaction)
            throw Invalid($"cursor \"{cursor}\" is held from a previous transaction");
        Binding.RowAddressColumns[] known = portal.Plan.Plan.RowAddressSlots.Where(slots => slots.RelationOid == relationOid).ToArray();
        bool isLocking = portal.Declaration.Query.Locking.Count > 0;
        if (known.Length == 0)
        {
            throw Invalid(isLocking
                ? $"cursor \"{cursor}\" does not have a FOR UPDATE/SHARE reference to table \"{relation.Name}\""
                : $"cursor \"{cursor}\" is not a simply updatable scan of table \"{relation.Name}\"");
        }

        if (known.Length > 1)
            throw Invalid($"cursor \"{cursor}\" has multiple FOR UPDATE/SHARE references to table \"{relation.Name}\"");
        CursorAddress[] addresses = portal.Addresses ?? throw Invalid($"cursor \"{cursor}\" is not positioned on a row");
        int index = Array.FindIndex(addresses, address => address.RelationOid == relationOid);
        if (index < 0)
            throw Invalid($"cursor \"{cursor}\" is not positioned on a row");
        CursorAddress found = addresses[index];
        Transaction transaction = context.Transactions.Current;
        RelationInfo holder = context.View.FindRelation(found.TableOid)!;
        Tid tid = found.Tid;
        HeapFetch.TryFindLatest(context.Engine.Handles.Heap(holder.Database, holder.Storage), ref tid, transaction.CurrentSnapshot, context.Cancellation);
        return (found.TableOid, tid);
    }

    private static SqlException Invalid(string message) => new(SqlState.InvalidCursorState, message);
}
