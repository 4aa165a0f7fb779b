using System.Globalization;
using Strata.Engine.Sessions;
using Strata.Engine.Transactions;

namespace Strata.Engine.Catalog;

/// <summary>
/// Rows of <c>pg_locks</c> and <c>pg_prepared_xacts</c>. Row locks are shown as PostgreSQL's tuple locks; each transaction with an id holds its <c>transactionid</c>, for which those wait who want to change a
/// row that it changed. Sessions go on meanwhile, so rows need not fit together.
/// </summary>
internal static class LockScans
{
    public static IEnumerable<CatalogValue[]> Locks(SystemScanContext context)
    {
        if (context.Session is not { } asking)
            yield break;
        EngineInstance engine = asking.Context.Engine;
        var holders = new Dictionary<LockOwner, int>();
        foreach (SqlSession session in engine.Sessions)
            holders[session.LockOwner] = session.ProcessId;
        var locks = new List<(LockTag Tag, LockOwner Owner, byte Mode, bool Granted, bool IsFast)>();
        engine.Transactions.Locks.CopyTo(locks);
        foreach ((LockTag tag, LockOwner owner, byte mode, bool granted, bool isFast) in locks)
            yield return Row(tag, ModeName(tag.Kind, mode), owner, holders, granted, isFast);
        foreach (LockOwner owner in holders.Keys.Concat(engine.Prepared.All.Select(static prepared => prepared.Transaction.Owner)))
        {
            if (owner.Transaction is { Xid: not 0 and var xid })
                yield return TransactionRow(xid, owner, holders, granted: true);
            if (owner.Waiting is { Xid: not 0 and var awaited })
                yield return TransactionRow(awaited, owner, holders, granted: false);
        }
    }

    public static IEnumerable<CatalogValue[]> PreparedTransactions(SystemScanContext context)
    {
        if (context.Session is not { } asking)
            yield break;
        foreach (PreparedTransaction prepared in asking.Context.Engine.Prepared.All)
        {
            PreparedState state = prepared.State;
            string database = context.Catalog.Databases.FirstOrDefault(found => found.Oid == state.Database)?.Name ?? "";
            yield return [(long)state.Xids[0], state.Gid, state.PreparedAt, context.Catalog.RoleName(state.Role), database];
        }
    }

    /// <summary>What an owner waits for, as <c>pg_stat_activity</c> names it; null when it does not wait.</summary>
    public static string? WaitOf(LockOwner owner) =>
        owner.Waiting is not { } wait ? null : wait.Xid != 0 ? "transactionid" : wait.EndOf is not null ? "virtualxid" : KindName(wait.Kind);

    private static CatalogValue[] Row(LockTag tag, string mode, LockOwner owner, Dictionary<LockOwner, int> holders, bool granted, bool isFast)
    {
        var row = new CatalogValue[16];
        Array.Fill(row, CatalogValue.Null);
        row[0] = KindName(tag.Kind);
        row[1] = tag.Database;
        switch (tag.Kind)
        {
            case LockKind.Relation:
                row[2] = (long)tag.Id;
                break;
            case LockKind.Row:
                row[3] = (long)(tag.Part >> 16);
                row[4] = (long)(ushort)tag.Part;
                break;
            case LockKind.Advisory:
                row[7] = (long)(tag.Id >> 32);
                row[8] = (long)(uint)tag.Id;
                row[9] = (long)tag.Part;
                break;
            default:
                row[7] = (long)(uint)tag.Part;
                row[8] = (long)(uint)tag.Id;
                row[9] = 0L;
                break;
        }

        Finish(row, mode, owner, holders, granted, isFast);
        return row;
    }

    private static CatalogValue[] TransactionRow(ulong xid, LockOwner owner, Dictionary<LockOwner, int> holders, bool granted)
    {
        var row = new CatalogValue[16];
        Array.Fill(row, CatalogValue.Null);
        row[0] = "transactionid";
        row[6] = (long)xid;
        Finish(row, granted ? "ExclusiveLock" : "ShareLock", owner, holders, granted, isFast: false);
        return row;
    }

    private static void Finish(CatalogValue[] row, string mode, LockOwner owner, Dictionary<LockOwner, int> holders, bool granted, bool isFast)
    {
        bool isSession = holders.TryGetValue(owner, out int pid);
        row[10] = isSession
            ? string.Create(CultureInfo.InvariantCulture, $"{pid}/{owner.Seed}")
            : string.Create(CultureInfo.InvariantCulture, $"-1/{owner.Transaction?.Xid ?? 0}");
        row[11] = isSession ? pid : CatalogValue.Null;
        row[12] = mode;
        row[13] = granted;
        row[14] = isFast;
    }

    private static string KindName(LockKind kind) => kind switch
    {
        LockKind.Row => "tuple",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string ModeName(LockKind kind, byte mode) => kind != LockKind.Row ? (RelationLockMode)mode + "Lock" : (RowLockMode)mode switch
    {
        RowLockMode.KeyShare => "AccessShareLock",
        RowLockMode.Share => "RowShareLock",
        RowLockMode.NoKeyUpdate => "ExclusiveLock",
        _ => "AccessExclusiveLock",
    };
}
