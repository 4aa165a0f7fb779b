using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>What built-in functions ask of the session. Errors are <see cref="SqlException"/>s. Not thread-safe.</summary>
public interface ISessionServices
{
    string CurrentUser { get; }

    string SessionUser { get; }

    /// <summary>The value that a sequence gave last; null when it gave none yet, or may not be read. Throws 42P01, 42809.</summary>
    long? SequenceValue(uint sequenceOid) => null;

    string DatabaseName { get; }

    uint DatabaseOid { get; }

    int BackendPid { get; }

    /// <summary>Channels that the session listens to, since its last commit.</summary>
    IEnumerable<string> ListeningChannels => [];

    /// <summary>current_schemas(): names in search order.</summary>
    IReadOnlyList<string> CurrentSchemas(bool includeImplicit);

    /// <summary>OID of the session's temporary schema; 0 while it has none.</summary>
    uint TemporarySchema { get; }

    /// <summary>True for another session's temporary schema.</summary>
    bool IsOtherTemporarySchema(uint schemaOid);

    /// <summary>
    /// The row of a relation that a cursor stands on, in its newest version: the table that holds it and its address. Throws 34000, 24000.
    /// </summary>
    (uint Table, Format.Tid Tid) CursorRow(string cursor, uint relationOid);

    /// <summary>A setting's value as SHOW prints it; null when it does not exist.</summary>
    string? GetSetting(string name);

    /// <summary>Changes a setting; returns the value as SHOW prints it.</summary>
    string SetSetting(string name, string? value, bool isLocal);

    /// <summary>Transaction id of the running transaction: 0 when it has none and <paramref name="assign"/> is false.</summary>
    ulong TransactionId(bool assign);

    /// <summary>What became of a transaction: "in progress", "committed", "aborted"; null when nobody knows any more. Throws 22023 for one that has not begun.</summary>
    string? TransactionStatus(ulong xid) => null;

    /// <summary>The id that the next transaction gets.</summary>
    ulong NextTransactionId => 0;

    /// <summary>The text of the message that runs.</summary>
    string? CurrentQuery => null;

    /// <summary>Exports the running statement's snapshot; its name.</summary>
    string ExportSnapshot();

    /// <summary>pg_current_snapshot() as text xmin:xmax:list.</summary>
    string CurrentSnapshotText();

    bool IsInRecovery { get; }

    /// <summary>Client's and server's address and port; null over a local socket.</summary>
    (string Address, int Port)? ClientAddress { get; }

    (string Address, int Port)? ServerAddress { get; }

    /// <summary>Start of the server and loading of its configuration, microseconds since 2000-01-01.</summary>
    long ServerStartTimestamp { get; }

    /// <summary>Current end of the timeline's log.</summary>
    ulong CurrentLsn { get; }

    long NextSequenceValue(uint sequenceOid);

    long CurrentSequenceValue(uint sequenceOid);

    long LastSequenceValue();

    void SetSequenceValue(uint sequenceOid, long value, bool isCalled);

    bool CancelBackend(int pid);

    /// <summary>Sends a notification when the transaction commits. Throws 22023.</summary>
    void Notify(string channel, string payload);

    /// <summary>Sessions that a session waits for: holders of what it wants, and those before it in a queue. Empty when it waits for nobody.</summary>
    IReadOnlyList<int> BlockingPids(int pid);

    /// <summary>Sessions that keep the snapshot of a deferrable transaction from being safe.</summary>
    IReadOnlyList<int> SafeSnapshotBlockingPids(int pid);

    bool TerminateBackend(int pid);

    /// <summary>Takes an advisory lock; false when <paramref name="wait"/> is false and it is held elsewhere.</summary>
    bool AdvisoryLock(long key, bool shared, bool transactional, bool wait);

    bool AdvisoryUnlock(long key, bool shared);

    void AdvisoryUnlockAll();

    /// <summary>The database's large objects and the session's descriptors of them.</summary>
    Sessions.LargeObjects LargeObjects => throw new SqlException(SqlState.FeatureNotSupported, "large objects are not supported here");

    /// <summary>Runs a query that a function was given as text, with the rights of the current user, and hands on the column types and each row. Throws what the query raises.</summary>
    void RunQuery(string sql, Action<Types.SqlType[]> begin, Action<Types.Datum[]> row) => RunQuery(sql, (_, types) => begin(types), row);

    /// <summary>The same; tells the columns' names, too.</summary>
    void RunQuery(string sql, Action<string[], Types.SqlType[]> begin, Action<Types.Datum[]> row) =>
        throw new SqlException(SqlState.FeatureNotSupported, "queries are not supported here");
}
