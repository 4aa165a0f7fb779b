namespace Strata.Engine.Catalog;

/// <summary>What a relation is; values are PostgreSQL's <c>pg_class.relkind</c>.</summary>
public enum RelationKind : byte
{
    Table = (byte)'r',
    Index = (byte)'i',
    Sequence = (byte)'S',
    View = (byte)'v',
    MaterializedView = (byte)'m',
    CompositeType = (byte)'c',
    PartitionedTable = (byte)'p',
    PartitionedIndex = (byte)'I',
    ForeignTable = (byte)'f',
    Toast = (byte)'t',
}
