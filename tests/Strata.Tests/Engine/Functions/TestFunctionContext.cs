using Strata.Engine.Functions;
using Strata.Engine.Statistics.Cumulative;
using Strata.Engine.Types;
using Strata.Engine.Vectors;
using Strata.Platform;

namespace Strata.Tests.Engine.Functions;

/// <summary>A session with fixed time, seeded randomness and an empty catalog.</summary>
internal sealed class TestFunctionContext : IFunctionContext, ICatalogServices, ISessionServices
{
    private ulong _random = 42;

    public TimeProvider Clock => TimeProvider.System;

    public IRandom Random => new Sequence(this);

    public TypeSettings Settings { get; set; } = TypeSettings.Default;

    /// <summary>2024-02-29 12:34:56.789 UTC.</summary>
    public long TransactionTimestamp { get; init; } = 762525296789000;

    public long StatementTimestamp => TransactionTimestamp;

    public CancellationToken Cancellation => CancellationToken.None;

    public MemoryAccount? Memory => null;

    public bool Sleep(TimeSpan duration) => true;

    public long RelationCounter(uint relation, RelationStatistic item) => relation == 1 ? (long)item : 0;

    public long DatabaseCounter(uint database, DatabaseStatistic item) => database == 1 ? (long)item : 0;

    public void ResetStatistics(uint relation) => throw new NotSupportedException("there is nothing to reset");

    public uint TemporarySchema => 0;

    public bool IsOtherTemporarySchema(uint schemaOid) => false;

    public (uint Table, Strata.Format.Tid Tid) CursorRow(string cursor, uint relationOid) =>
        throw new SqlException(SqlState.InvalidCursorName, $"cursor \"{cursor}\" does not exist");

    public ICatalogServices Catalog => this;

    public ISessionServices Session => this;

    private sealed class Sequence(TestFunctionContext owner) : IRandom
    {
        public void Fill(Span<byte> destination)
        {
            for (int i = 0; i < destination.Length; i++)
                destination[i] = (byte)NextUInt64();
        }

        public ulong NextUInt64() => owner._random = (owner._random * 6364136223846793005) + 1442695040888963407;

        public int Next(int exclusiveMax) => (int)(NextUInt64() % (ulong)exclusiveMax);
    }

    public SqlType? FindType(uint oid) => BuiltinTypes.Find(oid);

    public uint? ResolveName(uint kind, string text) => null;

    public string? ObjectName(uint kind, uint oid) => null;

    public string? UserName(uint role) => role == 10 ? "postgres" : null;

    public bool? IsVisible(string catalog, uint oid) => true;

    public string? ObjectDescription(uint oid, string catalog, int subId) => null;

    public bool IsRowSecurityActive(uint relation) => false;

    public int UpdatableEvents(uint relation, short column) => 0;

    public bool IsPublishable(uint relation) => false;

    public string? FunctionBody(uint function) => null;

    public SqlType[] HashPartitionKey(uint relation) => [];

    public Strata.Engine.Catalog.ObjectIdentity? IdentifyObject(uint classOid, uint oid, int subId) => null;

    public string? DescribeObject(uint classOid, uint oid, int subId) => null;

    public Strata.Engine.Catalog.ObjectAddress FindAddress(string kind, string[] names, string[] arguments) => default;

    public long? TablespaceSize(uint tablespace) => null;

    public string? DeparseExpression(string nodeTree, uint relation, bool pretty) => nodeTree;

    public string? IndexDefinition(uint index, int column, bool pretty) => null;

    public string? ConstraintDefinition(uint constraint, bool pretty) => null;

    public string? ViewDefinition(uint view, bool pretty, int wrapColumn) => null;

    public string? TriggerDefinition(uint trigger, bool pretty) => null;

    public string? RuleDefinition(uint rule, bool pretty) => null;

    public string? FunctionDefinition(uint function) => null;

    public string? StatisticsDefinition(uint statistics, bool columnsOnly) => null;

    public string? PartitionKeyDefinition(uint relation) => null;

    public string? PartitionConstraintDefinition(uint relation) => null;

    public IReadOnlyList<uint> PartitionAncestors(uint relation) => [];

    public IReadOnlyList<PartitionTreeRow> PartitionTree(uint relation) => [];

    public string? SerialSequence(string table, string column) => null;

    public uint FindRole(string name, bool orPublic) => 10;

    public uint FindNamed(string objectKind, string name) => 1;

    public short? FindColumn(uint relation, string name) => 1;

    public bool? HasPrivilege(uint? role, string objectKind, uint oid, string privilege) => true;

    public bool? HasColumnPrivilege(uint? role, uint relation, short? column, string privilege) => true;

    public bool HasParameterPrivilege(uint? role, string parameter, string privilege) => true;

    public bool IsMemberOf(uint? role, uint target, string privilege) => true;

    public long? RelationSize(uint relation, string fork) => null;

    public long? TableSize(uint relation) => null;

    public long? IndexesSize(uint relation) => null;

    public long? DatabaseSize(uint database) => null;

    public uint RelationFileNode(uint relation) => 0;

    public IReadOnlyList<(uint Oid, string Label)> EnumLabels(uint enumType) => [];

    public IReadOnlyList<(string Name, SqlType Type)> CompositeColumns(uint type) => [];

    public string CurrentUser => "postgres";

    public string SessionUser => "postgres";

    public string DatabaseName => "postgres";

    public uint DatabaseOid => 5;

    public int BackendPid => 4242;

    public IReadOnlyList<string> CurrentSchemas(bool includeImplicit) => includeImplicit ? ["pg_catalog", "public"] : ["public"];

    public string? GetSetting(string name) => name == "timezone" ? "UTC" : null;

    public string SetSetting(string name, string? value, bool isLocal) => value ?? "";

    public ulong TransactionId(bool assign) => 777;

    public string ExportSnapshot() => "00000001-00000001-1";

    public string CurrentSnapshotText() => "777:777:";

    public bool IsInRecovery => false;

    public (string Address, int Port)? ClientAddress => null;

    public (string Address, int Port)? ServerAddress => null;

    public long ServerStartTimestamp => 0;

    public ulong CurrentLsn => 0x1_0000_0028;

    public long NextSequenceValue(uint sequenceOid) => 1;

    public long CurrentSequenceValue(uint sequenceOid) => 1;

    public long LastSequenceValue() => 1;

    public void SetSequenceValue(uint sequenceOid, long value, bool isCalled)
    {
    }

    public bool CancelBackend(int pid) => false;

    public bool TerminateBackend(int pid) => false;

    public void Notify(string channel, string payload)
    {
    }

    public IReadOnlyList<int> BlockingPids(int pid) => [];

    public IReadOnlyList<int> SafeSnapshotBlockingPids(int pid) => [];

    public string[]? StatisticsExpressions(uint statistics) => null;

    public bool AdvisoryLock(long key, bool shared, bool transactional, bool wait) => true;

    public bool AdvisoryUnlock(long key, bool shared) => true;

    public void AdvisoryUnlockAll()
    {
    }
}
