namespace Strata.Engine.Catalog;

/// <summary>
/// An object of a catalog that needs no entry of its own kind (operator, cast, operator class, conversion, policy, …): its row as the catalog keeps it, and the columns that commands ask of every
/// object. Immutable; thread-safe.
/// </summary>
public sealed record CatalogObject
{
    public required uint ClassOid { get; init; }
    public required uint Oid { get; init; }

    /// <summary>Name; empty for objects that have none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Schema; 0 for objects that are in none.</summary>
    public uint SchemaOid { get; init; }

    /// <summary>Owner; 0 for objects that have none.</summary>
    public uint OwnerOid { get; init; }

    /// <summary>The row, in the catalog's order of columns.</summary>
    public required CatalogValue[] Row { get; init; }

    public Dependency[] Dependencies { get; init; } = [];

    public ObjectAddress Address => new(ClassOid, Oid);

    /// <summary>Number of a column.</summary>
    public long Number(int column) => Row[column].Number;

    /// <summary>OID in a column.</summary>
    public uint OidAt(int column) => unchecked((uint)Row[column].Number);

    /// <summary>The same object with some columns changed.</summary>
    public CatalogObject With(params (int Column, CatalogValue Value)[] changes)
    {
        CatalogValue[] row = [.. Row];
        foreach ((int column, CatalogValue value) in changes)
            row[column] = value;
        return CatalogObjectShapes.Make(ClassOid, row, Dependencies);
    }
}
