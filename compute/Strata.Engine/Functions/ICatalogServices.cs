using Strata.Engine.Statistics.Cumulative;
using Strata.Engine.Types;

namespace Strata.Engine.Functions;

/// <summary>
/// What built-in functions and type input/output ask of the catalog, at the statement's snapshot. Null means: no such object.
/// Errors are <see cref="SqlException"/>s. Not thread-safe.
/// </summary>
public interface ICatalogServices
{
    /// <summary>A counter of the cumulative statistics; 0 for a relation that is not there or counts nothing.</summary>
    long RelationCounter(uint relation, RelationStatistic item);

    /// <summary>A counter of a database's cumulative statistics.</summary>
    long DatabaseCounter(uint database, DatabaseStatistic item);

    /// <summary>Begins the counts of one relation anew, or with 0 all counts of the session's database.</summary>
    void ResetStatistics(uint relation);

    /// <summary>Rows of a function beneath a view of the running system, named by its pg_proc.prosrc, in the order of its OUT parameters; the array may be filled anew for each.</summary>
    IEnumerable<Catalog.CatalogValue[]> SystemRows(string function, Catalog.CatalogValue argument) => [];

    /// <summary>Start, bounds, step, whether it cycles, cache and type of a sequence. Throws 42P01, 42809, 42501.</summary>
    Catalog.CatalogValue[] SequenceParameters(uint sequence) => throw new SqlException(SqlState.UndefinedTable, $"could not open relation with OID {sequence}");

    /// <summary>A text search configuration by OID; one that refuses to work where there is none.</summary>
    Types.TextSearch.TsConfiguration TextSearchConfiguration(uint oid) => Types.TextSearch.TsConfiguration.Get(oid);

    /// <summary>A text search dictionary by OID, or null.</summary>
    Types.TextSearch.TsDictionary? TextSearchDictionary(uint oid) => Types.TextSearch.TsDictionaries.Builtin(oid);

    /// <summary>A type by OID, user-defined ones included.</summary>
    SqlType? FindType(uint oid);

    /// <summary>The parts of a possibly qualified and quoted name; null when the text is none.</summary>
    IReadOnlyList<string>? SplitName(string text) => text.Split('.');

    /// <summary>reg* input: the OID behind a possibly qualified and quoted name. <paramref name="kind"/> is the reg* type's OID.</summary>
    uint? ResolveName(uint kind, string text);

    /// <summary>reg* output: the name, qualified when not visible in the search path. <paramref name="kind"/> is the reg* type's OID.</summary>
    string? ObjectName(uint kind, uint oid);

    /// <summary>Operators that users created, of a name (with a schema in front when it was given), in the search path's order.</summary>
    IReadOnlyList<OperatorInfo> UserOperators(string name) => [];

    /// <summary>A function by OID, user-defined ones included.</summary>
    FunctionInfo? FindFunction(uint oid) => BuiltinRegistry.Function(oid);

    /// <summary>A cast that a user created, or null.</summary>
    CastInfo? UserCast(uint source, uint target) => null;

    string? UserName(uint role);

    /// <summary>pg_table_is_visible, pg_type_is_visible, …: <paramref name="catalog"/> is "pg_class", "pg_type", "pg_proc", "pg_operator", …</summary>
    bool? IsVisible(string catalog, uint oid);

    string? ObjectDescription(uint oid, string catalog, int subId);

    /// <summary>pg_get_expr and the rest of ruleutils.</summary>
    /// <summary>What an object is called; null for one that is not there.</summary>
    Catalog.ObjectIdentity? IdentifyObject(uint classOid, uint oid, int subId);

    /// <summary>An object in words; null for one that is not there.</summary>
    string? DescribeObject(uint classOid, uint oid, int subId);

    /// <summary>The object that a kind, names and arguments mean.</summary>
    Catalog.ObjectAddress FindAddress(string kind, string[] names, string[] arguments);

    /// <summary>Bytes of a tablespace; null when there is none.</summary>
    long? TablespaceSize(uint tablespace);

    /// <summary>Types of a hash partitioned table's key. Throws 22023 for other relations.</summary>
    SqlType[] HashPartitionKey(uint relation);

    /// <summary>A routine's body in SQL syntax; null for other bodies.</summary>
    string? FunctionBody(uint function);

    /// <summary>What can be done to a relation's rows, as bits of PostgreSQL's CmdType: 4 update, 8 insert, 16 delete; with a column, whether it can be assigned to (4).</summary>
    int UpdatableEvents(uint relation, short column);

    /// <summary>True for tables whose changes a publication may have.</summary>
    bool IsPublishable(uint relation);

    /// <summary>True when row security policies of a relation apply to the current role.</summary>
    bool IsRowSecurityActive(uint relation);

    string? DeparseExpression(string nodeTree, uint relation, bool pretty);

    string? IndexDefinition(uint index, int column, bool pretty);

    /// <summary>An index by OID; null for what is none, and for those of catalogs.</summary>
    Catalog.RelationInfo? Index(uint oid) => null;

    string? ConstraintDefinition(uint constraint, bool pretty);

    string? ViewDefinition(uint view, bool pretty, int wrapColumn);

    string? TriggerDefinition(uint trigger, bool pretty);

    string? RuleDefinition(uint rule, bool pretty);

    string? FunctionDefinition(uint function);

    string? StatisticsDefinition(uint statistics, bool columnsOnly);

    /// <summary>The expressions of a statistics object; null when it has none or does not exist.</summary>
    string[]? StatisticsExpressions(uint statistics);

    string? PartitionKeyDefinition(uint relation);

    string? PartitionConstraintDefinition(uint relation);

    /// <summary>A partition, or a partitioned table or index, and what it is a part of, nearest first; empty for other relations.</summary>
    IReadOnlyList<uint> PartitionAncestors(uint relation);

    /// <summary>A partitioned table or index, or a partition, with all below it.</summary>
    IReadOnlyList<PartitionTreeRow> PartitionTree(uint relation);

    string? SerialSequence(string table, string column);

    /// <summary>A role by name, with <paramref name="orPublic"/> also <c>public</c>, which is 0. Throws 42704.</summary>
    uint FindRole(string name, bool orPublic);

    /// <summary>A "database", "schema", "language", "tablespace", "server" or "foreign_data_wrapper" by name. Throws when there is none.</summary>
    uint FindNamed(string objectKind, string name);

    /// <summary>Number of a column; null when the relation is gone. Throws 42703.</summary>
    short? FindColumn(uint relation, string name);

    /// <summary>
    /// has_*_privilege; role null is the current one, 0 PUBLIC. <paramref name="objectKind"/> is "table", "sequence", "any_column", "function", "type" or one of <see cref="FindNamed"/>;
    /// null when the object does not exist. Throws 22023.
    /// </summary>
    bool? HasPrivilege(uint? role, string objectKind, uint oid, string privilege);

    /// <summary>has_column_privilege; null when the column does not exist. Throws 22023.</summary>
    bool? HasColumnPrivilege(uint? role, uint relation, short? column, string privilege);

    /// <summary>has_parameter_privilege. Throws 22023.</summary>
    bool HasParameterPrivilege(uint? role, string parameter, string privilege);

    /// <summary>pg_has_role. Throws 22023.</summary>
    bool IsMemberOf(uint? role, uint target, string privilege);

    /// <summary>Size in bytes of a relation's fork; null when it does not exist.</summary>
    long? RelationSize(uint relation, string fork);

    long? TableSize(uint relation);

    long? IndexesSize(uint relation);

    long? DatabaseSize(uint database);

    /// <summary>pg_filenode_relation and others that map files: 0 when there is none.</summary>
    uint RelationFileNode(uint relation);

    /// <summary>The relation of a file node number; 0 when there is none.</summary>
    uint FileNodeRelation(uint fileNode) => 0;

    /// <summary>The index that identifies a table's rows for logical replication; 0 when there is none.</summary>
    uint ReplicaIdentityIndex(uint relation) => 0;

    /// <summary>True when a relation has been used since the server started.</summary>
    bool HasStatistics(uint relation) => false;

    /// <summary>Labels of an enum type in order: (OID, label).</summary>
    IReadOnlyList<(uint Oid, string Label)> EnumLabels(uint enumType);

    /// <summary>Columns of a composite type.</summary>
    IReadOnlyList<(string Name, SqlType Type)> CompositeColumns(uint type);
}
