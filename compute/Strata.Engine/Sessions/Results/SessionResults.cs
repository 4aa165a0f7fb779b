using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Strata.Engine.Catalog;
using Strata.Engine.Execution;
using Strata.Engine.Sessions.Plans;
using Strata.Engine.Transactions;
using Strata.Engine.Types;
using Strata.Engine.Vectors;

namespace Strata.Engine.Sessions.Results;

/// <summary>
/// Kept results, as one session may use them (<c>strata.result_cache</c>): only of queries that are repeatable (<see cref="Planning.RepeatableResult"/>), and neither under SERIALIZABLE, which must see what
/// is read, nor in a transaction that has written something. Locks and privileges are the caller's, as for any plan. For one thread.
/// </summary>
internal sealed class SessionResults(SessionContext context)
{
    private const int SendBytes = 64 << 10;

    private readonly ByteBuffer _key = new();

    /// <summary>
    /// Looks for the result of an execution that has begun and has its parameters; null when there is nothing to be had of the cache, not even for later. <paramref name="formats"/> are the result's.
    /// </summary>
    public ResultUse? Look(CachedPlan plan, ExecutionInstance execution, in Snapshot snapshot, ReadOnlySpan<short> formats)
    {
        if (!context.KeepsResults || !plan.Plan.IsRepeatable || !MayUse())
            return null;
        ResultCache cache = context.Engine.Results;
        WriteKey(plan, execution, formats);
        KeptResult? kept = cache.Find(_key.Written, context.Engine.Transactions);
        if (kept is not null && !(IsUnderSameNames(kept) && kept.IsSeenBy(snapshot, context.Engine.Transactions)))
            kept = null;
        cache.Count(isHit: kept is not null);
        return new ResultUse(plan, kept is null ? _key.ToArray() : [], snapshot, kept, cache.EntryBytesMax);
    }

    /// <summary>Sends kept rows.</summary>
    public void Send(KeptResult kept)
    {
        ReadOnlySpan<byte> left = kept.Messages;
        while (!left.IsEmpty)
        {
            // Whole messages: type byte, then the length of what follows it.
            int now = 0;
            while (now < left.Length && now < SendBytes)
                now += 1 + BinaryPrimitives.ReadInt32BigEndian(left[(now + 1)..]);
            context.Output.Messages.Write(left[..now]);
            context.Output.BatchWritten();
            left = left[now..];
        }
    }

    /// <summary>The execution ended well: its rows are kept.</summary>
    public void Keep(ResultUse use, long rows)
    {
        if (use.Messages is not { } messages)
            return;
        context.Engine.Results.Add(use.Key, new KeptResult
        {
            Messages = messages,
            RowCount = rows,
            SnapshotLsn = use.Snapshot.VisibleLsn,
            Heaps = use.Plan.Heaps(context.Engine.Storage),
            Catalog = context.View,
            Settings = context.TypeSettings,
            SearchPath = context.SearchPath,
        });
    }

    private bool MayUse() =>
        context.Transactions.Current is { Isolation: < IsolationLevel.Serializable, Xid: 0 } && !context.Transactions.HasCatalogChanges;

    private bool IsUnderSameNames(KeptResult kept) =>
        kept.Catalog.IsSameAs(context.View) && ReferenceEquals(kept.Settings, context.TypeSettings) && kept.SearchPath.Equals(context.SearchPath);

    // The plan's number, the formats, then each parameter: its length (-1 for null) and its stored bytes, which differ whenever anything that can be seen of the value does.
    private void WriteKey(CachedPlan plan, ExecutionInstance execution, ReadOnlySpan<short> formats)
    {
        _key.Clear();
        _key.WriteInt64(plan.Number);
        _key.WriteInt32(formats.Length);
        _key.Write(MemoryMarshal.AsBytes(formats));
        for (int i = 0; i < plan.ParameterOids.Length; i++)
        {
            Vector vector = execution.ParameterVector(i);
            if (vector.IsNull(0))
            {
                _key.WriteInt32(-1);
                continue;
            }

            ReadOnlySpan<byte> value = vector.GetStored(0);
            _key.WriteInt32(value.Length);
            _key.Write(value);
        }
    }
}
