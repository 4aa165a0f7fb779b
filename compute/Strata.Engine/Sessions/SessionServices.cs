using System.Globalization;
using Strata.Engine.Catalog;
using Strata.Engine.Functions;
using Strata.Engine.Transactions;
using Strata.Engine.Types;

namespace Strata.Engine.Sessions;

/// <summary>What SQL functions ask of their session: identity, settings, sequences, advisory locks. For the session's thread.</summary>
internal sealed class SessionServices(SessionContext context) : ISessionServices
{
    /// <summary>What was taken from sequences; null before anything was. A client of the pooler takes it along.</summary>
    public SequenceValues? Sequences { get; set; }

    public string CurrentUser => context.View.RoleName(context.CurrentUserOid);

    public long? SequenceValue(uint sequenceOid)
    {
        if (context.View.FindRelation(sequenceOid) is not { Sequence: not null } sequence)
            return null;
        (long last, bool isCalled) = context.Engine.Transactions.Sequences.Get(sequence.Database, sequence.Storage, context.Cancellation);
        return isCalled ? last : null;
    }

    public string SessionUser => context.View.RoleName(context.SessionUserOid);

    public string DatabaseName => context.DatabaseName;

    public uint DatabaseOid => context.DatabaseOid;

    public int BackendPid => context.Startup.ProcessId;

    public IReadOnlyList<string> CurrentSchemas(bool includeImplicit)
    {
        SearchPath path = context.SearchPath;
        string setting = context.Settings["search_path"];
        bool listsCatalog = setting.Contains("pg_catalog", StringComparison.Ordinal), listsTemporary = setting.Contains("pg_temp", StringComparison.Ordinal);
        var names = new List<string>();
        foreach (uint oid in path.Schemas)
            if (includeImplicit || (oid == CatalogOids.CatalogSchema ? listsCatalog : oid != path.TemporarySchema || listsTemporary))
                names.Add(context.View.FindSchema(oid)!.Name);
        return names;
    }

    public (uint Table, Format.Tid Tid) CursorRow(string cursor, uint relationOid) => CurrentOf.Find(context, cursor, relationOid);

    public uint TemporarySchema => context.Temporary.SchemaOid(context.View);

    public bool IsOtherTemporarySchema(uint schemaOid) =>
        context.View.FindSchema(schemaOid) is { } schema && TemporaryObjects.IsTemporary(schema) && schemaOid != TemporarySchema;

    public string? GetSetting(string name) => context.Settings.TryGet(name, out _) ? context.Settings.Show(name) : null;

    public string SetSetting(string name, string? value, bool isLocal)
    {
        if (value is null)
            context.Settings.Reset(name, isLocal, context.MaySet(name));
        else
            context.Settings.Set(name, SettingCommands.Resolved(context, name, value), isLocal, context.MaySet(name));
        return context.Settings.Show(name);
    }

    public ulong TransactionId(bool assign) => assign ? context.Transactions.Current.EnsureXid(context.Cancellation) : context.Transactions.Current.Xid;

    public string? TransactionStatus(ulong xid)
    {
        // 1 and 2 are the bootstrap's and the frozen ones'.
        if (xid is 1 or 2)
            return "committed";
        if (xid == 0)
            return null;
        if (xid >= NextTransactionId)
            throw new SqlException(SqlState.InvalidParameterValue, $"transaction ID {xid} is in the future");
        return context.Engine.Transactions.StatusOf(xid, out _) switch
        {
            Transactions.TransactionStatus.InProgress => "in progress",
            Transactions.TransactionStatus.Committed => "committed",
            _ => "aborted",
        };
    }

    public ulong NextTransactionId => context.Engine.Transactions.NextXid;

    public string? CurrentQuery => context.Session.Activity.Query;

    public string ExportSnapshot() => context.Transactions.Current.ExportSnapshot(DatabaseOid);

    // As PostgreSQL's: all ids from xmax on, behind the last one that has ended, are not seen; the transaction's own id is not listed.
    public string CurrentSnapshotText()
    {
        Transaction transaction = context.Transactions.Current;
        List<ulong> unseen = context.Engine.Transactions.UnseenXids(transaction.CurrentSnapshot.VisibleLsn, out ulong xmax);
        int listed = unseen.Count;
        while (listed > 0 && unseen[listed - 1] == xmax - 1)
        {
            xmax--;
            listed--;
        }

        ulong xmin = unseen.Count > 0 ? unseen[0] : xmax;
        return string.Create(CultureInfo.InvariantCulture, $"{xmin}:{xmax}:{string.Join(',', unseen.Take(listed).Where(xid => xid != transaction.Xid))}");
    }

    public bool IsInRecovery => false;

    public IEnumerable<string> ListeningChannels => context.Session.Notifications.Channels;

    public (string Address, int Port)? ClientAddress => context.Startup.ClientAddress is { } address ? (address, context.Startup.ClientPort) : null;

    public (string Address, int Port)? ServerAddress => null;

    public long ServerStartTimestamp => context.Engine.StartTimestamp;

    public ulong CurrentLsn => context.Engine.Options.Wal.EndOfLog.Value;

    public long NextSequenceValue(uint sequenceOid)
    {
        (RelationInfo relation, SequenceDefinition definition) = LockedSequence(sequenceOid, Privileges.Usage | Privileges.Update);
        if (context.Transactions.Current.ReadOnly)
            throw new SqlException(SqlState.ReadOnlySqlTransaction, "cannot execute nextval() in a read-only transaction");
        long value = context.Engine.Transactions.Sequences.Next(context.Transactions.Current, relation.Database, relation.Storage, relation.Name, definition, context.Cancellation);
        SequenceValues taken = Sequences ??= new SequenceValues();
        taken.Set(sequenceOid, value);
        taken.Last = sequenceOid;
        return value;
    }

    public long CurrentSequenceValue(uint sequenceOid)
    {
        (RelationInfo relation, _) = Sequence(sequenceOid, Privileges.Usage | Privileges.Select);
        return Sequences is { } taken && taken.TryGet(sequenceOid, out long value)
            ? value
            : throw new SqlException(SqlState.ObjectNotInPrerequisiteState, $"currval of sequence \"{relation.Name}\" is not yet defined in this session");
    }

    public long LastSequenceValue() => Sequences is { Last: not 0 } taken && context.View.FindRelation(taken.Last) is not null && taken.TryGet(taken.Last, out long value)
        ? value
        : throw new SqlException(SqlState.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session");

    public void SetSequenceValue(uint sequenceOid, long value, bool isCalled)
    {
        (RelationInfo relation, SequenceDefinition definition) = LockedSequence(sequenceOid, Privileges.Update);
        if (context.Transactions.Current.ReadOnly)
            throw new SqlException(SqlState.ReadOnlySqlTransaction, "cannot execute setval() in a read-only transaction");
        context.Engine.Transactions.Sequences.Set(
            context.Transactions.Current, relation.Database, relation.Storage, relation.Name, definition, value, isCalled, context.Cancellation);
        if (isCalled)
            (Sequences ??= new SequenceValues()).Set(sequenceOid, value);
    }

    /// <summary>DISCARD SEQUENCES.</summary>
    public void ForgetSequences() => Sequences?.Clear();

    // Until the end of the transaction: ALTER SEQUENCE gives it another storage.
    private (RelationInfo Relation, SequenceDefinition Definition) LockedSequence(uint oid, Privileges needed)
    {
        Transaction transaction = context.Transactions.Current;
        context.Engine.Transactions.Locks.LockRelation(
            transaction.Owner, context.DatabaseOid, oid, RelationLockMode.RowExclusive, WaitPolicy.Block, context.Cancellation);
        return Sequence(oid, needed);
    }

    private (RelationInfo Relation, SequenceDefinition Definition) Sequence(uint oid, Privileges needed)
    {
        RelationInfo? relation = context.View.FindRelation(oid);
        if (relation?.Sequence is not { } sequence)
            throw relation is null
                ? new SqlException(SqlState.UndefinedTable, $"relation with OID {oid} does not exist")
                : new SqlException(SqlState.WrongObjectType, $"\"{relation.Name}\" is not a sequence");
        context.Catalog.Permissions.CheckAny(relation, needed);
        return (relation, DefinitionOf(sequence));
    }

    /// <summary>What the sequence store needs of a catalog entry.</summary>
    public static SequenceDefinition DefinitionOf(SequenceInfo sequence) =>
        new(sequence.Start, sequence.Increment, sequence.Minimum, sequence.Maximum, sequence.Cycles);

    public bool CancelBackend(int pid) => NoteSignal(context.Engine.CancelSession(pid));

    public void Notify(string channel, string payload) => context.Session.Notifications.Notify(channel, payload);

    public IReadOnlyList<int> BlockingPids(int pid) => context.Engine.FindSession(pid) is { } session
        ? context.Engine.PidsOf(context.Engine.Transactions.Locks.FindBlockers(session.LockOwner))
        : [];

    public IReadOnlyList<int> SafeSnapshotBlockingPids(int pid) => context.Engine.FindSession(pid)?.LockOwner.Transaction is { } transaction
        ? context.Engine.PidsOf(context.Engine.Transactions.SnapshotBlockers(transaction))
        : [];

    public bool TerminateBackend(int pid) => NoteSignal(context.Engine.TerminateSession(pid));

    // A session that signals itself ends before it answers.
    private bool NoteSignal(bool isSent)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        return isSent;
    }

    public bool AdvisoryLock(long key, bool shared, bool transactional, bool wait) => context.Engine.Transactions.Locks.Lock(
        context.Transactions.Current.Owner, LockTag.Advisory(context.DatabaseOid, key), shared ? RelationLockMode.Share : RelationLockMode.Exclusive,
        !transactional, wait ? WaitPolicy.Block : WaitPolicy.Skip, context.Cancellation);

    public bool AdvisoryUnlock(long key, bool shared)
    {
        if (context.Engine.Transactions.Locks.UnlockSession(
            context.Transactions.Current.Owner, LockTag.Advisory(context.DatabaseOid, key), shared ? RelationLockMode.Share : RelationLockMode.Exclusive))
            return true;
        context.Notice($"you don't own a lock of type {(shared ? "ShareLock" : "ExclusiveLock")}", "WARNING", "01000");
        return false;
    }

    public void AdvisoryUnlockAll() => context.Engine.Transactions.Locks.UnlockAllSession(context.Transactions.Current.Owner);

    private LargeObjects? _largeObjects;

    public LargeObjects LargeObjects => _largeObjects ??= new LargeObjects(context);

    /// <summary>The same; null while the session has asked for none.</summary>
    internal LargeObjects? UsedLargeObjects => _largeObjects;

    public void RunQuery(string sql, Action<string[], SqlType[]> begin, Action<Datum[]> row) => QueryText.Run(context, sql, begin, row);
}
