namespace Strata.Engine.Catalog;

/// <summary>How a table is partitioned; values are PostgreSQL's <c>pg_partitioned_table.partstrat</c>.</summary>
public enum PartitionStrategy : byte
{
    List = (byte)'l',
    Range = (byte)'r',
    Hash = (byte)'h',
}

/// <summary>One column of a partition key.</summary>
/// <param name="Column">Column number; 0 for an expression.</param>
/// <param name="Expression">The expression, when <paramref name="Column"/> is 0.</param>
/// <param name="TypeOid">Type of the key.</param>
/// <param name="TypeModifier">Its modifier, -1 for none.</param>
/// <param name="CollationOid">Its collation, 0 for none.</param>
/// <param name="OperatorClassOid">Its operator class.</param>
public sealed record PartitionKeyColumn(short Column, CatalogExpression? Expression, uint TypeOid, int TypeModifier, uint CollationOid, uint OperatorClassOid);

/// <summary>The partition key of a partitioned table: its <c>pg_partitioned_table</c> row. Immutable.</summary>
/// <param name="Strategy">List, range or hash.</param>
/// <param name="Columns">Key columns, in order.</param>
public sealed record PartitionKeyInfo(PartitionStrategy Strategy, PartitionKeyColumn[] Columns);
