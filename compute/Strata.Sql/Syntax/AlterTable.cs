namespace Strata.Sql.Syntax;

/// <summary>
/// ALTER TABLE, INDEX, SEQUENCE, VIEW, MATERIALIZED VIEW, FOREIGN TABLE (and TYPE for attributes) with a list of commands.
/// RENAME, SET SCHEMA and OWNER TO of other objects have statements of their own.
/// </summary>
public sealed record AlterTableStatement(
    ObjectKind Kind, RelationName Relation, SyntaxList<AlterTableCommand> Commands, bool IfExists, int Position) : Statement(Position);

/// <summary>One command of ALTER TABLE.</summary>
public abstract record AlterTableCommand(int Position) : SyntaxNode(Position);

/// <summary>ADD [COLUMN] [IF NOT EXISTS], or ADD ATTRIBUTE.</summary>
public sealed record AddColumn(ColumnDefinition Column, bool IfNotExists, DropBehavior Behavior, int Position) : AlterTableCommand(Position);

/// <summary>DROP [COLUMN] [IF EXISTS], or DROP ATTRIBUTE.</summary>
public sealed record DropColumn(string Column, bool IfExists, DropBehavior Behavior, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … TYPE, or ALTER ATTRIBUTE.</summary>
public sealed record AlterColumnType(string Column, TypeName Type, QualifiedName? Collation, Expression? Using, DropBehavior Behavior, int Position)
    : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … SET DEFAULT; null is DROP DEFAULT.</summary>
public sealed record AlterColumnDefault(string Column, Expression? Default, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … SET|DROP NOT NULL.</summary>
public sealed record AlterColumnNotNull(string Column, bool IsSet, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … DROP EXPRESSION.</summary>
public sealed record DropColumnExpression(string Column, bool IfExists, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN (by name, or by number for indexes) … SET STATISTICS.</summary>
public sealed record AlterColumnStatistics(string? Column, int ColumnNumber, int Target, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … SET|RESET (options).</summary>
public sealed record AlterColumnOptions(string Column, SyntaxList<DefinitionElement> Options, bool IsReset, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … SET STORAGE.</summary>
public sealed record AlterColumnStorage(string Column, string Storage, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … SET COMPRESSION.</summary>
public sealed record AlterColumnCompression(string Column, string Compression, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … ADD GENERATED … AS IDENTITY.</summary>
public sealed record AddIdentity(string Column, Constraint Identity, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … SET GENERATED | SET sequence_option | RESTART.</summary>
public sealed record AlterIdentity(string Column, SyntaxList<SequenceOption> Options, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … DROP IDENTITY.</summary>
public sealed record DropIdentity(string Column, bool IfExists, int Position) : AlterTableCommand(Position);

/// <summary>ALTER COLUMN … OPTIONS (…) of a foreign table.</summary>
public sealed record AlterColumnForeignOptions(string Column, SyntaxList<DefinitionElement> Options, int Position) : AlterTableCommand(Position);

/// <summary>ADD table_constraint.</summary>
public sealed record AddConstraint(Constraint Constraint, int Position) : AlterTableCommand(Position);

/// <summary>ALTER CONSTRAINT name deferral.</summary>
public sealed record AlterConstraint(string Name, bool IsDeferrable, bool IsInitiallyDeferred, int Position) : AlterTableCommand(Position);

/// <summary>VALIDATE CONSTRAINT.</summary>
public sealed record ValidateConstraint(string Name, int Position) : AlterTableCommand(Position);

/// <summary>DROP CONSTRAINT.</summary>
public sealed record DropConstraint(string Name, bool IfExists, DropBehavior Behavior, int Position) : AlterTableCommand(Position);

/// <summary>OWNER TO.</summary>
public sealed record ChangeOwner(RoleReference Owner, int Position) : AlterTableCommand(Position);

/// <summary>CLUSTER ON index; null is SET WITHOUT CLUSTER.</summary>
public sealed record SetCluster(string? IndexName, int Position) : AlterTableCommand(Position);

/// <summary>SET WITHOUT OIDS (accepted, does nothing).</summary>
public sealed record SetWithoutOids(int Position) : AlterTableCommand(Position);

/// <summary>SET LOGGED or UNLOGGED.</summary>
public sealed record SetLogged(bool IsLogged, int Position) : AlterTableCommand(Position);

/// <summary>SET ACCESS METHOD.</summary>
public sealed record SetAccessMethod(string AccessMethod, int Position) : AlterTableCommand(Position);

/// <summary>SET TABLESPACE.</summary>
public sealed record SetTablespace(string Tablespace, int Position) : AlterTableCommand(Position);

/// <summary>SET or RESET (storage options).</summary>
public sealed record SetRelationOptions(SyntaxList<DefinitionElement> Options, bool IsReset, int Position) : AlterTableCommand(Position);

/// <summary>Which triggers or rules ENABLE and DISABLE mean.</summary>
public enum FiringTarget
{
    /// <summary>TRIGGER name.</summary>
    Trigger,

    /// <summary>TRIGGER ALL.</summary>
    AllTriggers,

    /// <summary>TRIGGER USER.</summary>
    UserTriggers,

    /// <summary>RULE name.</summary>
    Rule,
}

/// <summary>When a trigger or rule fires.</summary>
public enum FiringMode
{
    /// <summary>ENABLE.</summary>
    Enable,

    /// <summary>ENABLE ALWAYS.</summary>
    EnableAlways,

    /// <summary>ENABLE REPLICA.</summary>
    EnableReplica,

    /// <summary>DISABLE.</summary>
    Disable,
}

/// <summary>ENABLE or DISABLE TRIGGER or RULE.</summary>
public sealed record SetFiring(FiringMode Mode, FiringTarget Target, string? Name, int Position) : AlterTableCommand(Position);

/// <summary>INHERIT or NO INHERIT.</summary>
public sealed record SetInherit(RelationName Parent, bool IsInherit, int Position) : AlterTableCommand(Position);

/// <summary>OF type; null is NOT OF.</summary>
public sealed record SetOfType(TypeName? Type, int Position) : AlterTableCommand(Position);

/// <summary>Replica identities.</summary>
public enum ReplicaIdentityKind
{
    /// <summary>DEFAULT.</summary>
    Default,

    /// <summary>FULL.</summary>
    Full,

    /// <summary>NOTHING.</summary>
    Nothing,

    /// <summary>USING INDEX name.</summary>
    Index,
}

/// <summary>REPLICA IDENTITY.</summary>
public sealed record SetReplicaIdentity(ReplicaIdentityKind Kind, string? IndexName, int Position) : AlterTableCommand(Position);

/// <summary>Row security switches.</summary>
public enum RowSecurityMode
{
    /// <summary>ENABLE.</summary>
    Enable,

    /// <summary>DISABLE.</summary>
    Disable,

    /// <summary>FORCE.</summary>
    Force,

    /// <summary>NO FORCE.</summary>
    NoForce,
}

/// <summary>ENABLE | DISABLE | FORCE | NO FORCE ROW LEVEL SECURITY.</summary>
public sealed record SetRowSecurity(RowSecurityMode Mode, int Position) : AlterTableCommand(Position);

/// <summary>OPTIONS (…) of a foreign table.</summary>
public sealed record SetForeignOptions(SyntaxList<DefinitionElement> Options, int Position) : AlterTableCommand(Position);

/// <summary>ATTACH PARTITION; without a bound for indexes.</summary>
public sealed record AttachPartition(RelationName Partition, PartitionBound? Bound, int Position) : AlterTableCommand(Position);

/// <summary>DETACH PARTITION [CONCURRENTLY | FINALIZE].</summary>
public sealed record DetachPartition(RelationName Partition, bool IsConcurrent, bool IsFinalize, int Position) : AlterTableCommand(Position);

/// <summary>ALTER … ALL IN TABLESPACE.</summary>
public sealed record MoveAllInTablespaceStatement(
    ObjectKind Kind, string OldTablespace, SyntaxList<RoleReference> Owners, string NewTablespace, bool IsNoWait, int Position) : Statement(Position);
