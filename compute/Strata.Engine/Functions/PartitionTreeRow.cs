namespace Strata.Engine.Functions;

/// <summary>A row of <c>pg_partition_tree</c>.</summary>
/// <param name="Relation">OID of the table or index.</param>
/// <param name="Parent">OID of what it is a part of; 0 for the top of a tree.</param>
/// <param name="IsLeaf">It has no partitions because it is not partitioned.</param>
/// <param name="Level">Its depth below the relation asked for, from 0.</param>
public readonly record struct PartitionTreeRow(uint Relation, uint Parent, bool IsLeaf, int Level);
